"""The figures once more, counted naively in Python from the rows as they were drawn at the end of each day."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from statistics import median

from tests.factories.city import THEMES, City
from tests.support.exchanging import bring_in
from tests.support.moves import Hand, draw_call
from tests.support.pictures import Picture, Row, draw_picture
from tracker.access import Permission, Principal
from tracker.actions.models import Closing, Part, ProgressUpdate
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Deadline, Signal, Standards
from tracker.actions.rules.workflow import CLOSED, OPEN, OWING, PartRole, PartStatus, Status
from tracker.dashboards.figures import Overview
from tracker.dashboards.filing import FilingOfPeriod
from tracker.foundation.database import Database
from tracker.foundation.errors import TrackerError
from tracker.reports.models import Recommendation
from tracker.reports.rules.adoption import Adoption

DAY = timedelta(days=1)
IMPORTS = 0.06
"""How often somebody brings a table in, of all that happens."""
UNITS = ("TPT-P", "EDU-I")


@dataclass(frozen=True)
class Fact:
    """An item as it stood at the end of a day."""

    item_id: int
    row: Row
    lead: Row
    deadline: Deadline
    asked_on: date | None
    adoption: Adoption
    theme: str

    @property
    def is_open(self) -> bool:
        return self.row["status"] in OPEN


@dataclass
class Chronicle:
    """A city that random people change on random days; the rows are kept as each day ended."""

    city: City
    pictures: dict[date, Picture] = field(default_factory=dict)
    moves: int = 0
    tables: int = 0

    def go_on(self, chance: Random, moves: int) -> None:
        """Let people make moves, and days pass between them."""
        picture = self._look()
        for _ in range(moves):
            if chance.random() < IMPORTS:
                picture = self._bring_in(chance, picture)
            if chance.random() < 0.25:
                self.city.clock.advance(chance.choice((1, 1, 2, 7, 25)) * DAY)  # type: ignore[attr-defined]
            hand = Hand(chance, self.city, picture)
            move, call = draw_call(hand)
            key = hand.actor(move.usually, call.item_id)
            if self.city.people[key] in picture.inactive:
                continue
            try:
                with self.city.database.transaction() as session:
                    call.verb(session, self.city.act(key, session), *call.arguments, **call.named)
            except TrackerError:
                continue
            self.moves += 1
            picture = self._look(picture)

    def _bring_in(self, chance: Random, picture: Picture) -> Picture:
        """Let a coordinator bring a table in: of new items that began on any day, or with items that move away."""
        rows = _new_items(chance, self.city) if chance.random() < 0.5 else _moved_items(chance, picture)
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        try:
            bring_in(self.city, text.getvalue().encode("utf-8-sig"), reason="業務移撥")
        except TrackerError:
            return picture
        self.tables += 1
        return self._look()

    def _look(self, before: Picture | None = None) -> Picture:
        picture = draw_picture(self.city.database, before) if before else draw_picture(self.city.database)
        self.pictures[self.city.today()] = picture
        return picture

    def on(self, day: date) -> Picture | None:
        """Return the rows as they were at the end of a day."""
        days = [each for each in self.pictures if each <= day]
        return self.pictures[max(days)] if days else None


def _new_items(chance: Random, city: City) -> Iterator[Sequence[str]]:
    yield "列管事項", "建議事項", "主辦機關", "期限", "開始日", "主題"
    for number in range(chance.randint(1, 3)):
        start = city.today() - chance.randint(0, 60) * DAY
        due = start + chance.randint(1, 90) * DAY
        quote = f"建請規劃第 {chance.random()} 號試辦計畫，並檢討第 {number} 次。"
        theme = chance.choice(("", *THEMES))
        yield f"試辦計畫 {number}", quote, chance.choice(UNITS), due.isoformat(), start.isoformat(), theme


def _moved_items(chance: Random, picture: Picture) -> Iterator[Sequence[str]]:
    yield "列管編號", "主辦機關", "列管事項"
    open_ones = [row["item_no"] for row in picture.items.values() if row["status"] in OPEN]
    for number in chance.sample(open_ones, min(2, len(open_ones))):
        yield number, chance.choice(UNITS), "另有主辦"


def facts_of(picture: Picture | None) -> Iterator[Fact]:
    """Yield every item of a picture."""
    for item_id, row in picture.items.items() if picture else ():
        parts = picture.of(Part, item_id) if picture else []
        lead = next(part for part in parts if part["role"] is PartRole.LEAD)
        closings = (
            [each for each in picture.of(Closing, item_id) if each["part_id"] == lead["id"]]
            if picture
            else []
        )
        standing = [each for each in closings if each["requested_on"] and each["agreed"] is not False]
        asked_on = standing[-1]["requested_on"] if standing else None
        waits = any(each["decided_at"] is None for each in standing)
        owing = [part for part in parts if part["status"] is PartStatus.OPEN and row["status"] in OWING]
        reported = [max(part["reports_from"] - DAY, part["filed_until"] or date.min) for part in owing]
        deadline = Deadline(
            row["status"],
            row["due_on"],
            row["original_due_on"],
            row["start_on"],
            lead["percent"],
            asked_on if waits else None,
            reported_until=min(reported, default=None),
        )
        source = picture.rows[Recommendation][row["recommendation_id"]] if picture else {}
        yield Fact(item_id, row, lead, deadline, asked_on, source["adoption"], source["theme"])


def visible(now: Picture, principal: Principal) -> set[int]:
    """Return the items that a person sees today; all reports of the small city are public."""
    scope = principal.scope(Permission.Action.READ)
    seen = set()
    for item_id, row in now.items.items():
        parts = now.of(Part, item_id)
        own = any(
            part["department_id"] in scope.departments or part["officer_id"] in principal.persons
            for part in parts
        )
        is_hidden = row["status"] is Status.DRAFT and not principal.may(Permission.Action.ASSIGN)
        if scope and (scope.city or own) and not is_hidden:
            seen.add(item_id)
    return seen


def check(chronicle: Chronicle, principal: Principal, told: Overview, standards: Standards) -> None:
    """Hold the figures of a day against the rows of that day; a past one is told as it ended."""
    day, now = told.day, chronicle.on(chronicle.city.today())
    standards = replace(standards, day_has_ended=day < chronicle.city.today())
    assert now is not None
    seen = visible(now, principal)
    facts = [fact for fact in facts_of(chronicle.on(day)) if fact.item_id in seen]
    still = [fact for fact in facts if fact.is_open]
    late = [fact for fact in still if deadlines.is_overdue(fact.deadline, day)]
    lights = Counter(deadlines.signal(fact.deadline, day, standards) for fact in still)
    counts = told.counts
    assert counts.open == len(still)
    assert counts.overdue == len(late)
    assert counts.due_soon == sum(deadlines.is_due_soon(fact.deadline, day, standards) for fact in still)
    assert counts.past_original == sum(deadlines.is_overdue_vs_original(fact.deadline, day) for fact in still)
    assert counts.silent == sum(deadlines.is_stale(fact.deadline, day, standards) for fact in still)
    assert counts.extended == sum(fact.row["due_on"] != fact.row["original_due_on"] for fact in still)
    assert (counts.red, counts.amber, counts.green) == (
        lights[Signal.OVERDUE],
        lights[Signal.ATTENTION],
        lights[Signal.NORMAL],
    )
    statuses = Counter(fact.row["status"] for fact in still)
    assert (counts.assigned, counts.in_progress, counts.awaiting_decision) == (
        statuses[Status.ASSIGNED],
        statuses[Status.IN_PROGRESS],
        statuses[Status.CLOSE_REQUESTED],
    )
    assert counts.adoptions == tuple(sum(fact.adoption is each for fact in still) for each in Adoption)
    assert {load.department_id: load.counts.open for load in told.departments} == Counter(
        fact.lead["department_id"] for fact in still
    )
    assert {load.theme: load.counts.overdue for load in told.themes if load.counts.overdue} == Counter(
        fact.theme for fact in late
    )
    for band in told.ageing:
        ages = [(day - fact.row["due_on"]).days for fact in late]
        assert band.number == sum(band.from_days <= age <= (band.until_days or age) for age in ages)
    for month in told.calendar:
        assert month.number == sum(month.due_from <= fact.row["due_on"] <= month.due_until for fact in still)
    _check_releases(told, facts, day)
    _check_trend(chronicle, told, facts, seen)
    oldest = sorted(still, key=lambda fact: (fact.row["start_on"], fact.item_id))[:10]
    assert [each.item_id for each in told.longest] == [fact.item_id for fact in oldest]


def check_filing(
    chronicle: Chronicle, principal: Principal, told: Sequence[FilingOfPeriod], filing_days: int
) -> None:
    """Hold who filed for which period against the rows of today; the latest closed period comes first."""
    now = chronicle.on(chronicle.city.today())
    assert now is not None
    seen = sorted(visible(now, principal))
    for line in told:
        assert line.closes_on == line.period.closes_on(filing_days) < chronicle.city.today()
        updates = {
            item_id: [
                row
                for row in now.of(ProgressUpdate, item_id)
                if row["period"] == line.period.code and row["approved"] is not False
            ]
            for item_id in seen
        }
        assert line.filed == sum(bool(rows) for rows in updates.values())
        assert line.late == sum(any(row["late"] for row in rows) for rows in updates.values())
        assert line.missing == sum(_owes(now, item_id, line.period.last_day) for item_id in seen)


def _owes(now: Picture, item_id: int, day: date) -> bool:
    parts = [part for part in now.of(Part, item_id) if part["status"] is PartStatus.OPEN]
    is_owing = now.items[item_id]["status"] in OWING
    return is_owing and any(
        part["reports_from"] <= day and (part["filed_until"] or date.min) < day for part in parts
    )


def _check_releases(told: Overview, facts: list[Fact], day: date) -> None:
    released = [
        fact for fact in facts if fact.row["status"] in CLOSED and fact.row["closed_on"].year == day.year
    ]
    in_time = [fact for fact in released if fact.asked_on and fact.asked_on <= fact.row["due_on"]]
    days = [(fact.row["closed_on"] - fact.row["start_on"]).days for fact in released]
    assert (told.releases.closed, told.releases.in_time) == (len(released), len(in_time))
    assert told.releases.median_days == (-int(-median(days) // 1) if days else None)


def _check_trend(chronicle: Chronicle, told: Overview, facts: list[Fact], seen: set[int]) -> None:
    for month in told.trend:
        within = range(month.month.first.toordinal(), month.month.last.toordinal() + 1)
        closed = [fact for fact in facts if fact.row["status"] in CLOSED]
        assert month.opened == sum(fact.row["start_on"].toordinal() in within for fact in facts)
        assert month.closed == sum(fact.row["closed_on"].toordinal() in within for fact in closed)
        then = [fact for fact in facts_of(chronicle.on(month.told_on)) if fact.item_id in seen]
        assert month.overdue == sum(deadlines.is_overdue(fact.deadline, month.told_on) for fact in then)


def count_differently(database: Database) -> None:
    """Change something by the back door, so that whoever looks at the rows anew would count differently."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE action_item SET status = 'void'")
