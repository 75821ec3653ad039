"""The days in the demonstration's texts, written out for the day of loading."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.demo.dates import filled, month_end, weekday_of

WEDNESDAY = date(2026, 3, 4)


class TestFilled:
    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{w-1.1}", "115年2月23日"),
            ("{w-1.1:iso}", "2026-02-23"),
            ("{w-1.7:mdw}", "3月1日（日）"),
            ("{w-1.5:slash}", "2/27（五）"),
            ("{w-1.5:md}", "2月27日"),
            ("{w-1.1:en}", "23 February 2026"),
            ("{w-1.1:endm}", "Monday 23 February"),
            ("{m-3}底前", "114年12月底前"),
            ("{m+11:iso}", "2027-02-28"),
            ("{m+0:en}", "March 2026"),
            ("由{m-1}至{m+1}", "由115年2月至115年4月"),
        ],
    )
    def test_writes_each_form(self, template: str, text: str) -> None:
        assert filled(template, WEDNESDAY) == text


class TestWeekdayOf:
    @given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), st.integers(-60, 0), st.integers(1, 7))
    def test_is_that_day_of_the_week(self, today: date, weeks: int, weekday: int) -> None:
        assert weekday_of(today, weeks, weekday).isoweekday() == weekday


class TestMonthEnd:
    @given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), st.integers(-24, 24))
    def test_is_so_many_months_away(self, today: date, months: int) -> None:
        end = month_end(today, months)
        assert (end.year - today.year) * 12 + end.month - today.month == months
