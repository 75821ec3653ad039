from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.errors import Misconfigured
from tracker.foundation.office_days import OfficeCalendar, office_calendar

TAIWAN = office_calendar("TW", range(2023, 2028))
days = st.dates(date(2023, 3, 1), date(2027, 10, 31))
counts = st.integers(-60, 60)
calendars = st.builds(
    OfficeCalendar,
    days_off=st.frozensets(st.dates(date(2024, 1, 1), date(2024, 12, 31)), max_size=40),
    work_days=st.frozensets(st.dates(date(2024, 1, 1), date(2024, 12, 31)), max_size=10),
)


class TestPublishedCalendar:
    @pytest.mark.parametrize("saturday", [date(2024, 2, 17), date(2025, 2, 8)])
    def test_works_on_make_up_saturdays(self, saturday: date) -> None:
        assert TAIWAN.is_working_day(saturday)

    @pytest.mark.parametrize(
        "holiday", [date(2025, 1, 28), date(2025, 10, 10), date(2026, 2, 16), date(2026, 9, 25)]
    )
    def test_rests_on_public_holidays(self, holiday: date) -> None:
        assert not TAIWAN.is_working_day(holiday)

    def test_rests_on_weekends(self) -> None:
        assert not TAIWAN.is_working_day(date(2026, 3, 14))

    def test_knows_other_countries(self) -> None:
        assert not office_calendar("FR", range(2026, 2027)).is_working_day(date(2026, 7, 14))

    def test_refuses_an_unknown_country(self) -> None:
        with pytest.raises(Misconfigured):
            office_calendar("XX", range(2026, 2027))


class TestOverrides:
    def test_a_typhoon_closes_a_working_day(self) -> None:
        typhoon = date(2026, 7, 14)
        assert TAIWAN.is_working_day(typhoon)
        closed = office_calendar("TW", range(2026, 2027), {typhoon: False})
        assert not closed.is_working_day(typhoon)

    def test_an_override_opens_a_saturday(self) -> None:
        saturday = date(2026, 3, 14)
        assert office_calendar("TW", range(2026, 2027), {saturday: True}).is_working_day(saturday)

    def test_an_override_closes_a_make_up_saturday(self) -> None:
        saturday = date(2025, 2, 8)
        closed = office_calendar("TW", range(2025, 2026), {saturday: False})
        assert not closed.is_working_day(saturday)


class TestArithmetic:
    def test_steps_over_the_lunar_new_year(self) -> None:
        assert TAIWAN.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)

    def test_counts_a_make_up_saturday(self) -> None:
        assert TAIWAN.add_working_days(date(2025, 2, 7), 1) == date(2025, 2, 8)

    def test_goes_back_over_a_weekend(self) -> None:
        assert TAIWAN.add_working_days(date(2026, 3, 16), -1) == date(2026, 3, 13)

    @given(calendar=calendars, day=days, count=counts)
    def test_adding_and_counting_agree(self, calendar: OfficeCalendar, day: date, count: int) -> None:
        reached = calendar.add_working_days(day, count)
        assert calendar.working_days_between(day, reached) == count

    @given(calendar=calendars, day=days, count=counts.filter(bool))
    def test_lands_on_a_working_day(self, calendar: OfficeCalendar, day: date, count: int) -> None:
        assert calendar.is_working_day(calendar.add_working_days(day, count))

    @given(calendar=calendars, day=days, count=counts)
    def test_forth_and_back_returns_to_a_working_day(
        self, calendar: OfficeCalendar, day: date, count: int
    ) -> None:
        start = calendar.next_working_day_on_or_after(day)
        assert calendar.add_working_days(calendar.add_working_days(start, count), -count) == start

    @given(calendar=calendars, day=days)
    def test_nearest_days_enclose_the_day(self, calendar: OfficeCalendar, day: date) -> None:
        before = calendar.last_working_day_on_or_before(day)
        after = calendar.next_working_day_on_or_after(day)
        assert before <= day <= after
        assert (before == day) == (after == day) == calendar.is_working_day(day)

    @given(calendar=calendars, start=days, length=st.integers(0, 90), rest=st.integers(0, 90))
    def test_counts_add_up(self, calendar: OfficeCalendar, start: date, length: int, rest: int) -> None:
        middle = start + timedelta(days=length)
        end = middle + timedelta(days=rest)
        assert calendar.working_days_between(start, end) == calendar.working_days_between(
            start, middle
        ) + calendar.working_days_between(middle, end)


class TestDaysThatAreShared:
    @given(one=calendars, other=calendars, day=days)
    def test_are_worked_in_both(self, one: OfficeCalendar, other: OfficeCalendar, day: date) -> None:
        both = one.is_working_day(day) and other.is_working_day(day)
        assert one.shared_with(other).is_working_day(day) is both
