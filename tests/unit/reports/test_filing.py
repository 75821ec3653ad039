"""When a report has to be filed: the example of the rules, both ways of counting, and what every period keeps."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.office_days import office_calendar
from tracker.reports.rules.filing import CountStart, FilingPeriod, FilingRule, filing_period, last_day

CALENDAR = office_calendar("TW", range(2018, 2028))
DAYS = st.dates(date(2018, 6, 1), date(2027, 6, 30))


class TestFilingPeriod:
    def test_starts_after_a_holiday_and_a_bridge_day(self) -> None:
        period = filing_period(date(2019, 2, 27), FilingRule(), CALENDAR)
        assert period == FilingPeriod(date(2019, 3, 4), date(2019, 6, 3))

    def test_starts_on_the_very_day_of_return_where_the_city_counts_so(self) -> None:
        period = filing_period(date(2019, 2, 27), FilingRule(CountStart.DAY_OF_RETURN), CALENDAR)
        assert period == FilingPeriod(date(2019, 2, 27), date(2019, 5, 26))

    def test_starts_on_a_saturday_that_is_worked(self) -> None:
        assert filing_period(date(2025, 2, 7), FilingRule(), CALENDAR).count_from == date(2025, 2, 8)

    @given(DAYS, st.integers(1, 12))
    def test_always_starts_on_a_working_day_after_return(self, returned_on: date, months: int) -> None:
        period = filing_period(returned_on, FilingRule(months=months), CALENDAR)
        assert period.count_from > returned_on
        assert CALENDAR.is_working_day(period.count_from)
        assert period.due_on > period.count_from

    @given(DAYS, DAYS)
    def test_never_ends_earlier_for_who_returned_later(self, one: date, other: date) -> None:
        first, second = sorted((one, other))
        rule = FilingRule()
        assert filing_period(first, rule, CALENDAR).due_on <= filing_period(second, rule, CALENDAR).due_on


class TestLastDay:
    @pytest.mark.parametrize(
        ("first", "months", "last"),
        [
            ((2026, 3, 1), 3, (2026, 5, 31)),
            ((2025, 11, 30), 3, (2026, 2, 28)),
            ((2023, 11, 30), 3, (2024, 2, 29)),
            ((2025, 11, 28), 3, (2026, 2, 27)),
            ((2025, 12, 31), 2, (2026, 2, 28)),
            ((2025, 12, 15), 1, (2026, 1, 14)),
            ((2025, 12, 15), 12, (2026, 12, 14)),
        ],
    )
    def test_is_the_day_before_that_of_the_same_number_or_the_month_s_own_last(
        self, first: tuple[int, int, int], months: int, last: tuple[int, int, int]
    ) -> None:
        assert last_day(date(*first), months) == date(*last)


class TestDaysLate:
    PERIOD = FilingPeriod(date(2019, 3, 4), date(2019, 6, 3))

    def test_counts_to_the_day_of_dispatch_whatever_day_it_is_now(self) -> None:
        far = date(2026, 1, 1)
        assert self.PERIOD.days_late(date(2019, 6, 3), far) == 0
        assert self.PERIOD.days_late(date(2019, 6, 5), far) == 2

    def test_goes_on_while_nothing_was_dispatched(self) -> None:
        assert self.PERIOD.days_late(None, self.PERIOD.due_on) == 0
        assert self.PERIOD.days_late(None, self.PERIOD.due_on + timedelta(days=9)) == 9
