"""The fifth working day from every day of 2026: our calendar value against the library that it was built from."""

from datetime import date, timedelta

import holidays

from tests.support.benchmark import Benchmark
from tracker.foundation.office_days import office_calendar

DAYS = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)]
OURS = office_calendar("TW", range(2025, 2028))
LIBRARY = holidays.country_holidays("TW", years=range(2025, 2028))


def ours() -> list[date]:
    """Ask the calendar value."""
    return [OURS.add_working_days(day, 5) for day in DAYS]


def yardstick() -> list[date]:
    """Ask the library."""
    return [LIBRARY.get_nth_working_day(day, 5) for day in DAYS]


BENCHMARKS = [Benchmark("fifth working day, 365 times, against holidays", ours, yardstick, limit=1)]
