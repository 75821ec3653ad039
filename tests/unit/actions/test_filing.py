"""Reporting periods: names, ends, what can be filed when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.filing import Cycle, Period, fileable, is_late

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
cycles = st.sampled_from(Cycle)
LONG_AGO = date(1912, 1, 1)


class TestPeriod:
    @pytest.mark.parametrize(
        ("cycle", "code", "first", "last"),
        [
            (Cycle.MONTHLY, "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
            (Cycle.QUARTERLY, "2028-Q1", date(2028, 1, 1), date(2028, 3, 31)),
            (Cycle.HALF_YEARLY, "2028-H1", date(2028, 1, 1), date(2028, 6, 30)),
        ],
    )
    def test_has_a_code_and_ends(self, cycle: Cycle, code: str, first: date, last: date) -> None:
        period = Period.around(date(2028, 2, 29), cycle)
        assert (period.code, period.first_day, period.last_day) == (code, first, last)

    @given(days, cycles)
    def test_its_code_reads_back(self, day: date, cycle: Cycle) -> None:
        period = Period.around(day, cycle)
        assert Period.read(period.code) == period

    @given(days, cycles)
    def test_holds_the_day_it_was_made_of(self, day: date, cycle: Cycle) -> None:
        period = Period.around(day, cycle)
        assert period.first_day <= day <= period.last_day

    @given(days, cycles)
    def test_the_one_before_ends_the_day_before(self, day: date, cycle: Cycle) -> None:
        period = Period.around(day, cycle)
        assert period.previous.last_day + timedelta(days=1) == period.first_day

    @pytest.mark.parametrize(
        "code", ["", "2026", "2026-13", "2026-Q5", "2026-H3", "2026-00", "26-01", "2026-X1"]
    )
    def test_reads_nothing_else(self, code: str) -> None:
        with pytest.raises(ValueError):
            Period.read(code)

    def test_is_named_by_the_roc_year(self) -> None:
        assert Period.read("2026-Q3").words[1] == {"year": "115", "number": "3"}


class TestFiling:
    def codes(self, day: date, filed: tuple[str, ...] = (), reports_from: date = LONG_AGO) -> list[str]:
        return [period.code for period in fileable(day, Cycle.MONTHLY, 5, filed, reports_from)]

    def test_until_the_fifth_means_last_month_first(self) -> None:
        assert self.codes(date(2026, 6, 5)) == ["2026-05", "2026-06"]

    def test_from_the_sixth_on_means_this_month_first(self) -> None:
        assert self.codes(date(2026, 6, 6)) == ["2026-06", "2026-05"]

    def test_a_month_that_was_filed_is_done(self) -> None:
        assert self.codes(date(2026, 6, 3), ("2026-05",)) == ["2026-06"]

    def test_a_month_before_the_item_came_is_no_concern(self) -> None:
        assert self.codes(date(2026, 6, 3), reports_from=date(2026, 6, 1)) == ["2026-06"]
        assert self.codes(date(2026, 6, 3), reports_from=date(2026, 5, 31)) == ["2026-05", "2026-06"]

    @pytest.mark.parametrize(("day", "late"), [(date(2026, 6, 5), False), (date(2026, 6, 6), True)])
    def test_is_late_after_the_fifth(self, day: date, late: bool) -> None:
        assert is_late(Period.read("2026-05"), day, 5) is late

    @given(days, cycles, st.integers(0, 20))
    def test_the_present_period_is_never_late(self, day: date, cycle: Cycle, filing_days: int) -> None:
        assert not is_late(Period.around(day, cycle), day, filing_days)
