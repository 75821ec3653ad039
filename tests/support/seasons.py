"""Days and months pass in a town far away: clocks change, jump and stand still, and every letter is expected by hand.

What is expected is worked out naively, from the city's table of reminders and the published holidays alone: nothing of
the rules that plan, no query, no calendar of the product.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import select, update

from tests.factories.deadlines import Town, address, fill_town
from tests.support.site import settings_for
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database
from tracker.foundation.mailing import MemoryMailer
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.models import LetterState, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.summaries import plan_letters
from tracker.wiring import Wiring, wire

ONE_DAY: Final = timedelta(days=1)
NEVER: Final = date(2099, 12, 31)
BEFORE: Final = {"due-30": 30, "due-14": 14, "due-7": 7, "due-1": 1}
AFTER: Final = {"late+1": 1, "late+3": 3, "late+10": 10, "late+20": 20}
WEEKLY: Final = "late-weekly"
ORDER: Final = [*BEFORE, *AFTER, WEEKLY]
HEARD_BY: Final = {
    "due-7": ("officer", "unit head"),
    "due-1": ("officer", "unit head"),
    "late+3": ("officer", "unit head"),
    "late+10": ("officer", "unit head", "agency head"),
    "late+20": ("officer", "coordinator"),
}
"""To whom the table of reminders sends a stage; the others are for the officer alone."""
CLOSES_ON_THE: Final = 5
"""The day of the next month up to which a month's reports are in time."""
TIMES_OF_DAY: Final = ((0.0, 8.99), (9.0, 9.2), (9.2, 17.99), (18.0, 24.0))
JUMPS: Final = tuple(timedelta(hours=hours) for hours in (-48, -24, -2, -1, 1, 3, 24, 72))
Telling = tuple[int, date, frozenset[tuple[int, str]]]
"""A letter: to whom, on which local day, about which stages of which items."""


@dataclass(frozen=True)
class Season:
    """So many days in a place, and a town that lives through them; the same seed brings the same accidents."""

    zone: str
    country: str
    begins: date
    days: int
    items: int
    town: Town
    seed: int = 1

    @cached_property
    def local(self) -> ZoneInfo:
        """Return the zone."""
        return ZoneInfo(self.zone)

    @cached_property
    def holidays(self) -> holidays.HolidayBase:
        """Return the published holidays."""
        return holidays.country_holidays(
            self.country, years=range(self.begins.year - 1, self.begins.year + 4)
        )

    def is_worked(self, day: date) -> bool:
        """Tell whether offices are open."""
        return day not in self.holidays and day.weekday() not in self.holidays.weekend

    def moments(self) -> Iterator[datetime]:
        """Yield when a worker wakes up, by its own clock, which jumps now and then and is set right again."""
        chance, wrong = random.Random(self.seed), timedelta(0)
        for offset in range(self.days):
            for first, last in TIMES_OF_DAY:
                midnight = datetime.combine(self.begins + offset * ONE_DAY, time(), self.local).astimezone(
                    UTC
                )
                yield midnight + timedelta(hours=chance.uniform(first, last)) + wrong
                if wrong or chance.random() < 1 / 30:
                    wrong = chance.choice(JUMPS) if not wrong else wrong * (chance.random() < 2 / 3)


@dataclass
class Fate:
    """What becomes of an item: a new due date some day, and its end another."""

    due_on: date
    moves_on: date
    moves_to: date
    ends_on: date


def fates(season: Season) -> dict[int, Fate]:
    """Draw when each item falls due, whether it is extended, and when it is closed: most in time, some late."""
    chance = random.Random(season.seed + 1)
    found = {}
    for number in range(1, season.items + 1):
        due_on = season.begins + timedelta(days=chance.randrange(1, season.days + 40))
        is_extended = chance.random() < 0.2
        moves_on = due_on - timedelta(days=chance.randrange(1, 20)) if is_extended else NEVER
        moves_to = due_on + timedelta(days=chance.randrange(10, 60)) if is_extended else due_on
        found[number] = Fate(due_on, moves_on, moves_to, moves_to + timedelta(days=chance.randrange(-15, 70)))
    return found


@dataclass
class Expectation:
    """What has to come of a season, worked out moment by moment as somebody with a diary would."""

    season: Season
    fates: Mapping[int, Fate]
    due: dict[int, date]
    letters: Counter[Telling] = field(default_factory=Counter)
    _known: set[tuple[int, str, date]] = field(default_factory=set)
    _told: set[tuple[int, date]] = field(default_factory=set)
    _waiting: dict[int, list[tuple[int, str, date, date, str]]] = field(default_factory=dict)
    _days: dict[tuple[int, date], list[tuple[date, str, str]]] = field(default_factory=dict)
    _told_of_period: set[tuple[int, date]] = field(default_factory=set)

    def wake(self, moment: datetime, is_open: Mapping[int, bool]) -> None:
        """Note what is told at a moment, if it lies between nine and six on a working day."""
        local = moment.astimezone(self.season.local)
        today = local.date()
        if not self.season.is_worked(today) or not 9 <= local.hour < 18:
            return
        for item, open_still in is_open.items():
            if open_still:
                self._come_due(item, today)
        closed_on = self._closed_lately(today)
        curious = {
            each for each in self._readers if closed_on and (each, closed_on) not in self._told_of_period
        }
        waiting = {each for each, there in self._waiting.items() if there}
        for person in curious | waiting:
            if (person, today) not in self._told:
                self._tell(person, today, is_open, also=person in curious)
                self._told_of_period |= {(person, closed_on)} if closed_on and person in curious else set()

    @cached_property
    def _readers(self) -> frozenset[int]:
        """Whom the letter about a period is for: heads of agencies and the coordinating office."""
        town = self.season.town
        heads = (town.agency_head_of(officer) for officer in range(1, town.all_officers + 1))
        return frozenset((*heads, town.coordinator))

    def _closed_lately(self, today: date) -> date | None:
        """Return when filing closed, on the fifth, from the first working day after it on and for a week."""
        month = today.replace(day=1) if today.day > CLOSES_ON_THE else (today.replace(day=1) - ONE_DAY)
        closed_on = month.replace(day=CLOSES_ON_THE)
        first = closed_on + ONE_DAY
        while not self.season.is_worked(first):
            first += ONE_DAY
        return closed_on if first <= today <= first + 7 * ONE_DAY else None

    def _come_due(self, item: int, today: date) -> None:
        due_on, last_monday = self.due[item], None
        for day, code, step in self._stages(item, due_on):
            if day > today:
                continue
            if code == WEEKLY:
                last_monday = (day, code, step)
            else:
                self._note(item, day, code, step)
        if last_monday:
            self._note(item, *last_monday)

    def _note(self, item: int, day: date, code: str, step: str) -> None:
        if (item, step, self.due[item]) in self._known:
            return
        self._known.add((item, step, self.due[item]))
        for role in HEARD_BY.get(code, ("officer",)):
            self._waiting.setdefault(self._person(role, item), []).append(
                (item, code, day, self.due[item], role)
            )

    def _tell(self, person: int, today: date, is_open: Mapping[int, bool], *, also: bool) -> None:
        """Write down the letter of a day: what waits for a person, and `also` the figures of a period."""
        latest: dict[tuple[int, str], tuple[date, int]] = {}
        ready = [each for each in self._waiting.get(person, ()) if _told_from(*each) <= today]
        self._waiting[person] = [each for each in self._waiting.get(person, ()) if each not in ready]
        for item, code, day, cycle, role in ready:
            if is_open[item] and cycle == self.due[item]:
                latest[item, role] = max(latest.get((item, role), (day, 0)), (day, ORDER.index(code)))
        if latest or also:
            self._told.add((person, today))
            said = frozenset((item, ORDER[place]) for (item, _), (_, place) in latest.items())
            self.letters[person, today, said] += 1

    def _person(self, role: str, item: int) -> int:
        town = self.season.town
        officer = town.officer_of(item)
        return {
            "officer": officer,
            "unit head": town.unit_head_of(officer),
            "agency head": town.agency_head_of(officer),
            "coordinator": town.coordinator,
        }[role]

    def _stages(self, item: int, due_on: date) -> list[tuple[date, str, str]]:
        """Return the days of an item's stages, each with its name and what makes it one of its kind."""
        if (item, due_on) not in self._days:
            self._days[item, due_on] = list(self._counted(due_on))
        return self._days[item, due_on]

    def _counted(self, due_on: date) -> Iterator[tuple[date, str, str]]:
        for code, days in BEFORE.items():
            day = due_on - days * ONE_DAY
            while not self.season.is_worked(day):
                day -= ONE_DAY
            yield day, code, code
        for code, days in AFTER.items():
            day = self._working_days_after(due_on, days)
            yield day, code, code
        monday = day + (7 - day.weekday()) * ONE_DAY
        while monday < self.season.begins + (self.season.days + 10) * ONE_DAY:
            moved = monday
            while not self.season.is_worked(moved):
                moved += ONE_DAY
            yield moved, WEEKLY, f"{WEEKLY} {monday}"
            monday += 7 * ONE_DAY

    def _working_days_after(self, day: date, count: int) -> date:
        while count:
            day += ONE_DAY
            count -= self.season.is_worked(day)
        return day


def _told_from(_item: int, _code: str, day: date, _cycle: date, role: str) -> date:
    """Return from when a stage may be told of: the head of an agency hears once a week, on a Monday."""
    return day + (-day.weekday() % 7) * ONE_DAY if role == "agency head" else day


@dataclass(frozen=True)
class Harvest:
    """What a season brought: what was expected and did not come, what came unexpected, and the figures."""

    missing: Sequence[Telling]
    uncalled_for: Sequence[Telling]
    two_on_a_day: Sequence[tuple[str, date]]
    without_due_date: Sequence[int]
    letters: int
    reminders: int

    def sentence(self) -> str:
        """Return the figures in one line."""
        return (
            f"{self.letters} letters with {self.reminders} reminders, {len(self.missing)} missing, "
            f"{len(self.uncalled_for)} uncalled for, {len(self.two_on_a_day)} second letters on a day, "
            f"{len(self.without_due_date)} without the due date in years of the Republic"
        )


def live_through(season: Season, url: str, folder: Path) -> Harvest:
    """Let a worker live through a season over an empty database, and compare what it did with what is expected."""
    lot = fates(season)
    clock, mailer = FixedClock(datetime.combine(season.begins, time(), UTC)), MemoryMailer()
    built = wire(settings_for(folder, url, _settings(season)), clock)
    wiring = replace(built, office=replace(built.office, mailer=mailer))
    long_ago = datetime.combine(season.begins - 200 * ONE_DAY, time(), UTC)
    fill_town(
        wiring.database, season.town, [lot[n].due_on for n in range(1, season.items + 1)], long_ago, NEVER
    )
    expected = Expectation(season, lot, {number: fate.due_on for number, fate in lot.items()})
    is_open = dict.fromkeys(lot, True)
    mails: Counter[tuple[str, date]] = Counter()
    for moment in season.moments():
        clock.set(moment)
        today = moment.astimezone(season.local).date()
        _let_happen(wiring.database, lot, today, expected.due, is_open)
        before = len(mailer.delivered)
        plan_letters(wiring.office, wiring.database)
        deliver_outbox(wiring.office, wiring.database)
        mails.update((each.recipient, today) for each in mailer.delivered[before:])
        expected.wake(moment, is_open)
    try:
        return _compare(wiring, season, expected, mails)
    finally:
        wiring.database.close()


def _settings(season: Season) -> dict[str, str]:
    return {
        "TRACKER_SITE__TIME_ZONE": season.zone,
        "TRACKER_SITE__COUNTRY": season.country,
        "TRACKER_MAIL__HOST": "127.0.0.1",
        "TRACKER_REMINDERS__LARGEST_RUN": "1000",
        "TRACKER_REMINDERS__MONTHLY_SUMMARY": "true",
    }


def _let_happen(
    database: Database, lot: Mapping[int, Fate], today: date, due: dict[int, date], is_open: dict[int, bool]
) -> None:
    """Move due dates and close items whose day has come; a clock that goes back takes nothing back."""
    ended = [number for number, fate in lot.items() if is_open[number] and fate.ends_on <= today]
    moved = [
        number
        for number, fate in lot.items()
        if is_open[number] and fate.moves_on <= today and due[number] != fate.moves_to
    ]
    if not ended and not moved:
        return
    with database.transaction() as session:
        for number in moved:
            due[number] = lot[number].moves_to
            session.execute(update(ActionItem).where(ActionItem.id == number).values(due_on=due[number]))
        for number in ended:
            is_open[number] = False
        closed = update(ActionItem).where(ActionItem.id.in_(ended))
        session.execute(closed.values(status=Status.CLOSED_IMPLEMENTED, closed_on=today))
        session.execute(update(Part).where(Part.item_id.in_(ended)).values(status=PartStatus.RELEASED))


def _compare(
    wiring: Wiring, season: Season, expected: Expectation, mails: Counter[tuple[str, date]]
) -> Harvest:
    done: Counter[Telling] = Counter()
    wrong_dates: list[int] = []
    with wiring.database.reading() as session:
        letters = select(
            OutboxLetter.id, OutboxLetter.recipient_id, OutboxLetter.accepted_at, OutboxLetter.text
        )
        told: dict[int, list[tuple[int, str, date]]] = {}
        columns = (
            PlannedReminder.letter_id,
            PlannedReminder.item_id,
            PlannedReminder.stage,
            PlannedReminder.cycle,
        )
        for letter, item, stage, cycle in session.execute(
            select(*columns).where(PlannedReminder.outcome == Planned.SENT)
        ):
            assert letter is not None
            told.setdefault(letter, []).append((item, stage, cycle))
        for number, person, at, text in session.execute(
            letters.where(OutboxLetter.state == LetterState.ACCEPTED)
        ):
            assert at is not None
            said = told.get(number, [])
            day = at.astimezone(season.local).date()
            done[person, day, frozenset((item, stage) for item, stage, _ in said)] += 1
            if person <= season.town.all_officers and not all(_taiwanese(due) in text for *_, due in said):
                wrong_dates.append(number)
    assert sum(done.values()) == sum(mails.values())
    assert {address(person) for person, _, _ in done} == {recipient for recipient, _ in mails}
    return Harvest(
        sorted(expected.letters - done, key=repr),
        sorted(done - expected.letters, key=repr),
        [mail for mail, number in mails.items() if number > 1],
        wrong_dates,
        sum(done.values()),
        sum(map(len, told.values())),
    )


def _taiwanese(day: date) -> str:
    return f"{day.year - 1911}年{day.month}月{day.day}日"
