"""The plan follows the office calendar: make-up Saturdays, typhoon days of the city and of one department."""

from datetime import date

import pytest
from sqlalchemy import select

from tracker.foundation.database import Database
from tracker.people.models import OfficeDay
from tracker.reminders.comparing import compare_tonight
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import upcoming_of_item
from tracker.reminders.models import OutboxLetter, PlannedReminder
from tracker.reminders.planning import plan_reminders
from tracker.reminders.previewing import preview_day


@pytest.fixture
def say_of(database: Database):
    """Say of a day whether it is worked: `say_of(day, worked=False, department_id=...)`."""

    def say(day: date, *, worked: bool, department_id: int | None = None) -> None:
        with database.transaction() as session:
            session.add(OfficeDay(day=day, is_workday=worked, department_id=department_id))

    return say


def planned(database: Database, stage: str) -> list[date]:
    with database.reading() as session:
        query = select(PlannedReminder.occurs_on).where(PlannedReminder.stage == stage)
        return sorted(set(session.scalars(query)))


def letters(database: Database) -> list[date]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxLetter.local_date).order_by(OutboxLetter.local_date)))


class TestOfficeDays:
    def test_a_stage_before_the_due_date_moves_to_the_working_day_before_a_typhoon_day(
        self, database, office, make_item, say_of, at
    ) -> None:
        say_of(date(2026, 6, 23), worked=False)
        make_item(date(2026, 6, 24))
        at("2026-06-22 09:00")
        plan_reminders(office, database)
        assert planned(database, "due-1") == [date(2026, 6, 22)]

    def test_a_stage_may_stand_on_a_make_up_saturday(self, database, office, make_item, say_of, at) -> None:
        say_of(date(2026, 6, 27), worked=True)
        make_item(date(2026, 6, 28))
        at("2026-06-27 09:00")
        plan_reminders(office, database)
        assert planned(database, "due-1") == [date(2026, 6, 27)]
        assert set(letters(database)) == {date(2026, 6, 27)}

    def test_nobody_hears_on_a_typhoon_day_and_everybody_on_the_next_working_day(
        self, database, office, make_item, say_of, at
    ) -> None:
        make_item(date(2026, 6, 29))
        say_of(date(2026, 6, 22), worked=False)
        at("2026-06-22 09:00")
        plan_reminders(office, database)
        assert letters(database) == []
        at("2026-06-23 09:00")
        plan_reminders(office, database)
        assert letters(database)[0] == date(2026, 6, 23)

    def test_people_of_a_closed_department_wait_while_the_others_hear(
        self, database, office, make_item, say_of, at, city
    ) -> None:
        make_item(date(2026, 5, 28))
        say_of(date(2026, 6, 30), worked=False, department_id=city.agency)
        at("2026-06-30 09:00")
        plan_reminders(office, database)
        with database.reading() as session:
            told = set(session.scalars(select(OutboxLetter.recipient_id)))
        assert told == {city.coordinator}
        at("2026-07-01 09:00")
        plan_reminders(office, database)
        with database.reading() as session:
            told = set(session.scalars(select(OutboxLetter.recipient_id)))
        assert city.officer in told


class TestADepartmentThatWorksOnACityDayOff:
    """Its own working Saturday is no day on which a letter leaves, so that no stage stands on it."""

    DUE_ON = date(2026, 6, 28)
    FRIDAY, SATURDAY = date(2026, 6, 26), date(2026, 6, 27)

    @pytest.fixture
    def item(self, make_item, say_of, city) -> int:
        say_of(self.SATURDAY, worked=True, department_id=city.unit)
        return make_item(self.DUE_ON)

    def live(self, office, database, at, *days: date) -> None:
        for day in days:
            at(f"{day} 09:00")
            plan_reminders(office, database)
            deliver_outbox(office, database)

    def test_is_warned_on_the_friday_before(self, office, database, at, item) -> None:
        self.live(office, database, at, self.FRIDAY, self.SATURDAY)
        assert planned(database, "due-1") == [self.FRIDAY]
        assert set(letters(database)) == {self.FRIDAY}

    def test_is_missed_nothing_of_by_the_comparison(self, office, database, at, item) -> None:
        monday = date(2026, 6, 29)
        for day in (self.FRIDAY, self.SATURDAY, self.DUE_ON, monday):
            self.live(office, database, at, day)
            at(f"{day} 20:00")
            found = compare_tonight(office, database)
            assert found is not None
            assert found.is_sound

    def test_is_foreseen_as_it_comes(self, office, database, at, item) -> None:
        at("2026-06-25 12:00")
        with database.reading() as session:
            upcoming = {each.occurs_on for each in upcoming_of_item(session, office, item)}
        assert self.FRIDAY in upcoming
        assert self.SATURDAY not in upcoming
        assert preview_day(office, database, self.FRIDAY).people == 2
        assert preview_day(office, database, self.SATURDAY).people == 0

    def test_does_not_count_that_day_as_one_on_which_it_was_late(
        self, office, database, at, make_item, say_of, city
    ) -> None:
        say_of(self.SATURDAY, worked=True, department_id=city.unit)
        make_item(date(2026, 6, 24))
        monday = date(2026, 6, 29)
        self.live(office, database, at, date(2026, 6, 25), self.FRIDAY, self.SATURDAY, monday)
        assert planned(database, "late+3") == [monday]

    def test_has_its_own_closed_days_all_the_same(self, office, database, at, say_of, item, city) -> None:
        say_of(self.FRIDAY, worked=False, department_id=city.unit)
        self.live(office, database, at, date(2026, 6, 25), self.FRIDAY, self.SATURDAY)
        assert planned(database, "due-1") == [date(2026, 6, 25)]
