"""Loads the demonstration city: its past months are told day by day, by a clock that is moved by hand.

A working day begins with the letters that stand out, as the worker would write them, and goes on with what people did
on it. The city has had its mail server for four weeks, which keeps loading short. Nothing happens on the day of loading
itself, so the real worker finds only that day's work.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tracker.demo.desk import Desk
from tracker.demo.follow_up import FollowUp
from tracker.demo.founding import found_city, name_deputies, read_notices
from tracker.demo.frozen import freeze_last_period
from tracker.demo.letters import FolderMailer, LetterFolder
from tracker.demo.plan import EditionPlan, ItemPlan, Move, ReportPlan, report_plan
from tracker.demo.printing import pages_of, printed
from tracker.demo.samples import NAMES, sample
from tracker.foundation.clock import Clock, FixedClock, local_date
from tracker.foundation.office_days import OfficeCalendar
from tracker.people.queries import calendars_around, count_users
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.summaries import plan_letters
from tracker.reports.models import Report
from tracker.reports.rules.drafts import item_number
from tracker.settings import Settings
from tracker.wiring import Wiring, wire

FOUNDED = -210
DEPUTY_NAMED = -5
NOTICES_READ = -7
FIRST_LETTERS = -28
FROZEN = -40
LETTERS_AT = time(9, 1)
WORK_FROM = time(9, 30)
PAUSE = timedelta(minutes=6)


@dataclass(frozen=True)
class Scene:
    """Something that happens on a day, so many days before the day of loading."""

    on: int
    play: Callable[[], None]


def is_empty(wiring: Wiring) -> bool:
    """Tell whether nobody lives here yet."""
    with wiring.database.reading() as session:
        return count_users(session) == 0


def load_city(settings: Settings, password: str, letters: Path, clock: Clock) -> None:
    """Fill an empty, migrated database with the city as it stands today; its letters go into a folder."""
    now = clock.now()
    today = local_date(now, settings.site.zone)
    hand_clock = FixedClock(_moment(settings, today + timedelta(days=FOUNDED), WORK_FROM))
    plain = wire(settings, hand_clock)
    folder_mailer = FolderMailer(plain.office.mailer, LetterFolder(letters))
    wiring = replace(plain, office=replace(plain.office, mailer=folder_mailer))
    event.listen(wiring.database.engine, "connect", _hurry)
    try:
        found_city(wiring, password)
        _tell(wiring, hand_clock, today, list(_scenes(wiring, today)))
        if now >= _closing_of(wiring, hand_clock, today):
            # A worker that begins in the evening would miss, that very night, what the morning should have brought.
            _send_letters(wiring)
    finally:
        wiring.database.close()


def _hurry(connection: Any, _record: object) -> None:
    """Do not wait for the disk: whoever loads begins anew after a crash."""
    connection.execute("PRAGMA synchronous = OFF")


def _scenes(wiring: Wiring, today: date) -> Iterator[Scene]:
    for name in NAMES:
        yield from _ReportStory(name, wiring, today).scenes()
    yield Scene(FROZEN, partial(freeze_last_period, wiring))
    yield Scene(NOTICES_READ, partial(read_notices, wiring))
    yield Scene(DEPUTY_NAMED, partial(name_deputies, wiring, today))


def _tell(wiring: Wiring, clock: FixedClock, today: date, scenes: list[Scene]) -> None:
    with wiring.database.reading() as session:
        calendar = calendars_around(session, wiring.settings.site.country, today).everywhere

    def day_of(scene: Scene) -> date:
        return calendar.last_working_day_on_or_before(today + timedelta(days=scene.on))

    by_day = {day: list(group) for day, group in groupby(sorted(scenes, key=day_of), key=day_of)}
    for day in _working_days(calendar, min(by_day), today):
        if day >= today + timedelta(days=FIRST_LETTERS):
            clock.set(_moment(wiring.settings, day, LETTERS_AT))
            _send_letters(wiring)
        clock.set(_moment(wiring.settings, day, WORK_FROM))
        for scene in by_day.get(day, ()):
            scene.play()
            clock.advance(PAUSE)


def _closing_of(wiring: Wiring, clock: FixedClock, day: date) -> datetime:
    """Go to the morning of a day, and return when its last letter leaves."""
    clock.set(_moment(wiring.settings, day, LETTERS_AT))
    with wiring.database.reading() as session:
        return wiring.office.slot(session, clock.now()).closes_at


def _send_letters(wiring: Wiring) -> None:
    plan_letters(wiring.office, wiring.database)
    deliver_outbox(wiring.office, wiring.database)


def _working_days(calendar: OfficeCalendar, first: date, before: date) -> Iterator[date]:
    while first < before:
        if calendar.is_working_day(first):
            yield first
        first += timedelta(days=1)


def _moment(settings: Settings, day: date, at: time) -> datetime:
    return datetime.combine(day, at, settings.site.zone)


class _ReportStory:
    """One report from its arrival on; knows its items by the number of their recommendation."""

    def __init__(self, name: str, wiring: Wiring, today: date) -> None:
        self.sample = sample(name, today)
        self.plan: ReportPlan = report_plan(name)
        self.wiring = wiring
        self.desk = Desk(wiring, today)
        self.follow_up = FollowUp(wiring, today)
        self.report_id = 0
        self.recommendations: list[int] = []
        self.items: dict[int, int] = {}
        self.further: dict[int, int] = {}

    def scenes(self) -> Iterator[Scene]:
        """Give everything that happens to this report, in the order of each item's own story."""
        yield Scene(self.plan.imported, self._import)
        if self.plan.edition:
            yield Scene(self.plan.edition.imported, partial(self._import_edition, self.plan.edition))
        if not self.plan.reviewed:
            return
        yield Scene(self.plan.reviewed, self._review)
        for number, item in enumerate(self.plan.recommendations, 1):
            yield from self._story_of(item, self.items, number)
        for number, item in enumerate(self.plan.further, len(self.plan.recommendations) + 1):
            yield Scene(item.opened, partial(self._open_further, number, item))
            yield from self._story_of(item, self.further, number)

    def _story_of(self, item: ItemPlan, known: dict[int, int], number: int) -> Iterator[Scene]:
        for move in item.story:
            yield Scene(move.on, partial(self._make, move, known, number))

    def _make(self, move: Move, known: dict[int, int], number: int) -> None:
        self.follow_up.make(move, known[number], self.items)

    def _import(self) -> None:
        self.report_id = self.desk.import_report(self.sample.text.encode(), self.sample.file_name)

    def _import_edition(self, edition: EditionPlan) -> None:
        text = self.sample.changed(edition.changes)
        self.desk.import_report(printed(pages_of(text)), f"{self.sample.name}-corrected.pdf")

    def _review(self) -> None:
        self.recommendations = list(self.desk.review(self.report_id, self.sample, self.plan))
        for number, recommendation_id in enumerate(self.recommendations, 1):
            if (item_id := self.follow_up.find_item(recommendation_id)) is not None:
                self.items[number] = item_id

    def _open_further(self, number: int, item: ItemPlan) -> None:
        with self.wiring.database.reading() as session:
            report_no = session.get_one(Report, self.report_id).report_no or ""
        self.further[number] = self.follow_up.open_further(
            self.recommendations[item.recommendation - 1], item_number(report_no, number), item
        )
