"""The office calendar of the city and of single departments: set by hand, brought in by a file."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories.actions import do
from tests.factories.city import City
from tracker import audit
from tracker.foundation.errors import Forbidden, NotFound
from tracker.foundation.office_days import Calendars
from tracker.people import calendar_keeping, queries
from tracker.people.calendar_keeping import CalendarRefused, DayFields
from tracker.people.models import OfficeDay
from tracker.people.queries import calendars_around
from tracker.people.rules.office_table import DaySource

TAIPEI = ZoneInfo("Asia/Taipei")
TYPHOON = date(2026, 7, 21)
SATURDAY = date(2026, 2, 14)
PUBLISHED = (
    "西元日期,星期,是否放假,備註\n20260214,六,0,補行上班\n20260216,一,2,除夕\n20260721,二,0,\n".encode()
)
LATER = "日期,是否放假\n20260216,2\n".encode()


def calendars(city: City) -> Calendars:
    with city.database.reading() as session:
        return calendars_around(session, "TW", date(2026, 7, 1))


def set_day(city: City, key: str, day: date, *, worked: bool, department: str | None = None) -> OfficeDay:
    place = city.departments[department] if department else None
    return do(city, key, calendar_keeping.set_day, DayFields(day, worked, "颱風", place))


def look(city: City, data: bytes) -> tuple[list[tuple[date, bool]], int]:
    with city.database.reading() as session:
        plan = calendar_keeping.plan_calendar(session, "TW", TAIPEI, data, "115.csv")
    return [(each.day, each.is_workday) for each in plan.changes], plan.taken_back


def bring_in(city: City, data: bytes) -> None:
    do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, data, "115.csv")


def imported(city: City) -> list[date]:
    with city.database.reading() as session:
        return [row.day for row in queries.list_city_days(session) if row.source == DaySource.IMPORT]


class TestSingleDay:
    @pytest.mark.parametrize("key", ["coordinator", "administrator"])
    def test_closes_the_whole_city(self, city: City, key: str) -> None:
        assert calendars(city).everywhere.is_working_day(TYPHOON)
        set_day(city, key, TYPHOON, worked=False)
        assert not calendars(city).everywhere.is_working_day(TYPHOON)

    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "viewer"])
    def test_is_nobody_elses_to_say(self, city: City, key: str) -> None:
        with pytest.raises(Forbidden):
            set_day(city, key, TYPHOON, worked=False)

    def test_of_a_department_holds_for_its_units_and_nobody_else(self, city: City) -> None:
        set_day(city, "coordinator", TYPHOON, worked=False, department="TPT")
        found = calendars(city)
        closed = {
            code for code, place in city.departments.items() if not found.of(place).is_working_day(TYPHOON)
        }
        assert closed == {"TPT", "TPT-P"}

    def test_nearest_to_the_department_wins(self, city: City) -> None:
        set_day(city, "coordinator", TYPHOON, worked=False)
        set_day(city, "coordinator", TYPHOON, worked=True, department="TPT-P")
        found = calendars(city)
        assert found.of(city.departments["TPT-P"]).is_working_day(TYPHOON)
        assert not found.of(city.departments["TPT"]).is_working_day(TYPHOON)

    def test_said_twice_counts_as_said_last(self, city: City) -> None:
        set_day(city, "coordinator", TYPHOON, worked=False)
        set_day(city, "coordinator", TYPHOON, worked=True)
        with city.database.reading() as session:
            (row,) = queries.list_office_days(session, 2026)
            assert row.is_workday
            assert [each.action for each in audit.history_of(session, "office_day", row.id)] == [
                "office_day_set"
            ] * 2

    def test_can_be_forgotten_again(self, city: City) -> None:
        row = set_day(city, "coordinator", TYPHOON, worked=False)
        do(city, "coordinator", calendar_keeping.forget_day, row.id)
        assert calendars(city).everywhere.is_working_day(TYPHOON)
        with pytest.raises(NotFound):
            do(city, "coordinator", calendar_keeping.forget_day, row.id)


class TestYearlyCalendar:
    def test_brings_a_make_up_saturday(self, city: City) -> None:
        assert not calendars(city).everywhere.is_working_day(SATURDAY)
        do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, PUBLISHED, "115.csv")
        assert calendars(city).everywhere.is_working_day(SATURDAY)

    def test_is_planned_without_storing_anything(self, city: City) -> None:
        with city.database.reading() as session:
            plan = calendar_keeping.plan_calendar(session, "TW", TAIPEI, PUBLISHED, "115.csv")
        assert [(each.day, each.was_workday, each.is_workday) for each in plan.changes] == [
            (SATURDAY, False, True)
        ]
        assert not calendars(city).everywhere.is_working_day(SATURDAY)

    def test_leaves_what_was_set_by_hand(self, city: City) -> None:
        set_day(city, "coordinator", TYPHOON, worked=False)
        do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, PUBLISHED, "115.csv")
        assert not calendars(city).everywhere.is_working_day(TYPHOON)

    def test_brought_in_twice_is_as_brought_in_once(self, city: City) -> None:
        for _ in range(2):
            do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, PUBLISHED, "115.csv")
        with city.database.reading() as session:
            assert [row.day for row in queries.list_office_days(session, 2026)] == [
                SATURDAY,
                date(2026, 2, 16),
            ]

    def test_takes_back_what_a_later_edition_no_longer_says(self, city: City) -> None:
        do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, PUBLISHED, "115.csv")
        later = "日期,是否放假\n20260214,2\n".encode()
        do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, later, "115.csv")
        assert not calendars(city).everywhere.is_working_day(SATURDAY)

    def test_takes_back_days_of_its_year_that_it_no_longer_names(self, city: City) -> None:
        bring_in(city, PUBLISHED)
        changes, taken_back = look(city, LATER)
        assert (changes, taken_back) == ([(SATURDAY, False)], 1)
        bring_in(city, LATER)
        assert not calendars(city).everywhere.is_working_day(SATURDAY)
        assert imported(city) == [date(2026, 2, 16)]

    def test_leaves_the_days_of_other_years(self, city: City) -> None:
        bring_in(city, PUBLISHED)
        bring_in(city, "日期,是否放假\n20270212,2\n".encode())
        assert SATURDAY in imported(city)

    def test_shows_no_change_of_a_day_that_was_set_by_hand(self, city: City) -> None:
        set_day(city, "coordinator", TYPHOON, worked=False)
        assert look(city, PUBLISHED) == ([(SATURDAY, True)], 0)

    @pytest.mark.parametrize("later", [LATER, "日期,是否放假\n20260214,2\n20260721,2\n20260302,2\n".encode()])
    def test_changes_exactly_what_the_look_before_showed(self, city: City, later: bytes) -> None:
        bring_in(city, PUBLISHED)
        set_day(city, "coordinator", TYPHOON, worked=False)
        set_day(city, "coordinator", date(2026, 3, 2), worked=True)
        before = calendars(city).everywhere
        shown, _ = look(city, later)
        bring_in(city, later)
        after = calendars(city).everywhere
        year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
        changed = [day for day in year if before.is_working_day(day) != after.is_working_day(day)]
        assert shown == [(day, after.is_working_day(day)) for day in changed]

    @pytest.mark.parametrize("is_imported_first", [True, False])
    def test_comes_back_when_a_day_set_by_hand_is_removed(self, city: City, is_imported_first: bool) -> None:
        if is_imported_first:
            bring_in(city, PUBLISHED)
        row = set_day(city, "coordinator", SATURDAY, worked=False)
        if not is_imported_first:
            bring_in(city, PUBLISHED)
        do(city, "coordinator", calendar_keeping.forget_day, row.id)
        assert SATURDAY in imported(city)
        assert calendars(city).everywhere.is_working_day(SATURDAY)
        with city.database.reading() as session:
            assert queries.list_city_days(session)[0].note == "補行上班"

    def test_comes_back_also_after_the_day_was_set_twice(self, city: City) -> None:
        bring_in(city, PUBLISHED)
        set_day(city, "coordinator", SATURDAY, worked=False)
        row = set_day(city, "coordinator", SATURDAY, worked=False)
        do(city, "coordinator", calendar_keeping.forget_day, row.id)
        assert calendars(city).everywhere.is_working_day(SATURDAY)

    def test_does_not_come_back_when_a_later_edition_dropped_it(self, city: City) -> None:
        bring_in(city, PUBLISHED)
        row = set_day(city, "coordinator", SATURDAY, worked=True)
        bring_in(city, LATER)
        do(city, "coordinator", calendar_keeping.forget_day, row.id)
        assert not calendars(city).everywhere.is_working_day(SATURDAY)

    def test_with_a_bad_line_is_refused_as_a_whole(self, city: City) -> None:
        bad = PUBLISHED + "20260230,一,2,\n".encode()
        with pytest.raises(CalendarRefused):
            do(city, "coordinator", calendar_keeping.import_calendar, "TW", TAIPEI, bad, "115.csv")
        assert not calendars(city).everywhere.is_working_day(SATURDAY)
