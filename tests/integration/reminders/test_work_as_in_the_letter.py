"""The work page and the day's letter say the same: what a letter asks for stands on the page, under its heading."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.factories import actions
from tests.factories.city import City, build_city
from tests.support.site import settings_for
from tracker.access import SYSTEM, Act, Grant, Principal, Role
from tracker.actions import assigning, releasing
from tracker.actions.asking import ask_for_progress
from tracker.actions.assigning import Assignment
from tracker.actions.models import ActionItem, Closing, Extension, ProgressUpdate
from tracker.actions.queries import visible_to
from tracker.foundation.clock import FixedClock
from tracker.foundation.errors import TrackerError
from tracker.foundation.language import translator
from tracker.people import service
from tracker.reminders.ladder_changes import LadderFields, save_ladder
from tracker.reminders.models import OutboxLetter
from tracker.reminders.planning import plan_reminders
from tracker.reminders.rules.digest import SECTION_LABELS
from tracker.reminders.rules.ladders import Scope
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage
from tracker.reminders.work import Pile, work_of
from tracker.wiring import Wiring, wire

DAYS = 30
ITEMS = 18
UNITS = ("TPT-P", "TPT-P", "TPT-P", "EDU-I", "EDU", "RDC-1", "TPT")
LANGUAGES = {"sqlite": "zh-Hant", "postgresql": "en"}
"""Each engine lives through its month in another language."""
OFFICERS = {"TPT-P": "officer", "EDU-I": "other_officer"}
EVERYBODY = (
    "officer",
    "unit_head",
    "agency_head",
    "other_officer",
    "other_head",
    "coordinator",
    "second_coordinator",
)
_ENTRY = re.compile(r"^(?P<number>\d+-[A-Z0-9-]+-\d+) ")


@pytest.fixture
def wiring(tmp_path: Path, database_url: str, clock: FixedClock) -> Iterator[Wiring]:
    wired = wire(settings_for(tmp_path, database_url), clock)
    yield wired
    wired.database.close()


@pytest.fixture
def city(wiring: Wiring, clock: FixedClock) -> City:  # type: ignore[override]
    return build_city(wiring.database, clock)


def asked_by_letter(text: str, language: str) -> dict[str, str]:
    """Return, by item number, the heading under which a letter asks something of its reader."""
    asks = translator(language)("請您")
    found: dict[str, str] = {}
    heading = number = ""
    for line in text.splitlines():
        if line.startswith(("【", "[")) and line.endswith(("】", "]")):
            heading, number = line[1:-1], ""
        elif entry := _ENTRY.match(line):
            number = entry["number"]
        elif line.strip().startswith(asks) and number:
            found[number] = heading
    return found


def page_of(wiring: Wiring, city: City, key: str) -> list[Pile]:
    """Return what stands on a person's page; nothing does that they may not see."""
    with wiring.database.reading() as session:
        principal = city.act(key, session).by
        piles = work_of(wiring.office, session, principal, city.today(), limit=1000)
        shown = {waiting.item.id for pile in piles for waiting in pile.items}
        seen = session.scalars(select(ActionItem.id).where(visible_to(principal), ActionItem.id.in_(shown)))
        assert set(seen) == shown
        return piles


def on_the_page(piles: list[Pile], language: str) -> dict[str, str]:
    say = translator(language)
    return {
        waiting.item.item_no: say(SECTION_LABELS[pile.section]) for pile in piles for waiting in pile.items
    }


class Life:
    """A city at work: whoever is drawn does what is drawn, as far as the house lets them."""

    def __init__(self, wiring: Wiring, city: City, seed: int) -> None:
        self.wiring, self.city, self.chance = wiring, city, random.Random(seed)

    def give_items(self, number: int) -> None:
        for _ in range(number):
            lead = self.chance.choice(UNITS)
            supporting = tuple(u for u in ("EDU-I", "TPT") if u != lead and self.chance.random() < 0.2)
            officer = OFFICERS.get(lead) if self.chance.random() < 0.7 else None
            item_id = self.city.give_action(
                lead, supporting, officer, due_in_days=self.chance.choice((0, 1, 2, 3, 5, 8, 13, 25, 40, 90))
            )
            if self.chance.random() < 0.3:
                self.do(assigning.reassign, item_id, self.assignment(lead), "改由本單位續辦")

    def assignment(self, unit: str) -> Assignment:
        return Assignment(self.city.departments[unit], self.city.today() + timedelta(days=30))

    def rule(self) -> None:
        """Give one agency a ladder of its own; the others climb the one that the system ships with."""
        own = (
            Stage(Anchor.DUE, -45, (Capacity.OFFICER,)),
            Stage(Anchor.DUE, -10, (Capacity.OFFICER, Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD)),
            Stage(Anchor.DUE, -2, (Capacity.OFFICER, Capacity.COORDINATOR), in_working_days=True),
            Stage(Anchor.DUE, 1, (Capacity.OFFICER, Capacity.UNIT_HEAD), in_working_days=True),
            Stage(Anchor.DUE, 4, (Capacity.OFFICER, Capacity.COORDINATOR), weekly=True),
        )
        others = tuple(each for each in SHIPPED if each.anchor is not Anchor.DUE)
        target = Scope.DEPARTMENT, str(self.city.departments["TPT"])
        with self.city.database.transaction() as session:
            fields = LadderFields("交通局的規則", target, (*own, *others), accepts_silence=True)
            save_ladder(session, self.wiring.office, self.city.act("coordinator", session), fields)

    def stand_in(self) -> None:
        """Name deputies: across units and offices, for some of the days."""
        founder = Act(
            Principal(None, SYSTEM.name, (Grant(Role.ADMINISTRATOR),)),
            self.city.clock.now(),
            self.city.today(),
        )
        for _ in range(3):
            person, deputy = self.chance.sample(EVERYBODY, 2)
            first = self.city.today() + timedelta(days=self.chance.randrange(20))
            with suppress(TrackerError), self.city.database.transaction() as session:
                service.delegate(
                    session,
                    founder,
                    self.city.people[person],
                    self.city.people[deputy],
                    first,
                    first + timedelta(days=12),
                )

    def do(self, verb: Callable[..., object], *arguments: object) -> None:
        key = self.chance.choice(EVERYBODY)
        with suppress(TrackerError):
            actions.do(self.city, key, verb, *arguments)

    def a_day(self) -> None:
        for _ in range(5):
            self.one_step()

    def one_step(self) -> None:
        """Let the first of a shuffled crowd who may take a drawn step take it."""
        city, draw = self.city, self.drawn
        item_id = draw(ActionItem)
        steps: list[Callable[[str], object]] = [
            *[lambda key: actions.acknowledge(city, item_id, key)] * 4,
            lambda key: actions.report(city, item_id, key),
            *[lambda key: actions.prepare_closing(city, item_id, key)] * 2,
            lambda key: actions.forward(city, draw(Closing), key),
            lambda key: actions.return_closing(city, draw(Closing), key),
            lambda key: actions.ask_for_days(city, item_id, self.chance.choice((7, 20, 60)), key),
            lambda key: actions.do(city, key, ask_for_progress, item_id, "請儘速填報"),
            lambda key: actions.do(city, key, releasing.reopen, item_id, "成效未達預期"),
            lambda key: actions.approve(city, draw(ProgressUpdate), key),
            lambda key: actions.send_back(city, draw(ProgressUpdate), key),
            lambda key: actions.agree(city, draw(Closing), key),
            lambda key: actions.refuse(city, draw(Closing), key),
            lambda key: actions.grant(city, draw(Extension), key, "府研字第 1 號"),
            lambda key: actions.deny(city, draw(Extension), key),
        ]
        step = self.chance.choice(steps)
        for key in self.chance.sample(EVERYBODY, len(EVERYBODY)):
            with suppress(TrackerError):
                step(key)
                return

    def drawn(self, model: type[ActionItem | ProgressUpdate | Closing | Extension]) -> int:
        with self.city.database.reading() as session:
            ids = session.scalars(select(model.id).order_by(model.id)).all()
        return self.chance.choice(ids) if ids else 0


def letters_of(wiring: Wiring, day: date) -> dict[int, str]:
    with wiring.database.reading() as session:
        rows = session.scalars(select(OutboxLetter).where(OutboxLetter.local_date == day))
        return {letter.recipient_id: letter.text for letter in rows}


@pytest.mark.slow
class TestWorkAsInTheLetter:
    def test_what_a_letter_asks_for_stands_on_the_page_under_the_same_heading(
        self, wiring: Wiring, city: City
    ) -> None:
        language = LANGUAGES[city.database.engine.dialect.name]
        life = Life(wiring, city, seed=len(language))
        with city.database.transaction() as session:
            for key in EVERYBODY:
                session.get_one(service.User, city.people[key]).language = language
        life.rule()
        life.stand_in()
        life.give_items(ITEMS)
        seen: dict[str, int] = {}
        for _ in range(DAYS):
            life.a_day()
            actions.after_days(city, 1)
            plan_reminders(wiring.office, wiring.database)
            letters = letters_of(wiring, city.today())
            for key in EVERYBODY:
                asked = asked_by_letter(letters.get(city.people[key], ""), language)
                shown = on_the_page(page_of(wiring, city, key), language)
                missing = {
                    number: heading for number, heading in asked.items() if shown.get(number) != heading
                }
                assert not missing, (key, city.today(), missing, {n: shown.get(n) for n in missing})
                for heading in asked.values():
                    seen[heading] = seen.get(heading, 0) + 1
        assert len(seen) >= 9, seen
