"""The weeks around every change of clocks in four zones, a leap day and the end of a year; `make prove` takes 400 days."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories.deadlines import Town
from tests.support.seasons import Season, live_through

TOWN = Town(agencies=1, units=1, officers=3)
PLACES = {
    "Europe/Berlin": ("DE", date(2027, 10, 31), date(2028, 3, 26)),
    "America/New_York": ("US", date(2027, 11, 7), date(2028, 3, 12)),
    "Australia/Sydney": ("AU", date(2027, 10, 3), date(2028, 4, 2)),
    "Africa/Cairo": ("EG", date(2027, 10, 28), date(2028, 4, 28)),
}
"""The days on which clocks change; in Cairo at midnight, so that a day has no beginning or a second one."""
WEEKS = [
    *((zone, country, change) for zone, (country, *changes) in PLACES.items() for change in changes),
    ("Asia/Taipei", "TW", date(2028, 1, 1)),
    ("Asia/Taipei", "TW", date(2028, 2, 29)),
]


class TestSeasons:
    @pytest.mark.parametrize(("zone", "country", "change"), WEEKS, ids=str)
    def test_bring_every_letter_once_on_its_day(
        self, zone: str, country: str, change: date, sqlite_url: str, tmp_path: Path
    ) -> None:
        season = Season(zone, country, change - timedelta(days=15), 30, 40, TOWN, change.toordinal())
        brought = live_through(season, sqlite_url, tmp_path)
        assert (brought.missing, brought.uncalled_for) == ([], [])
        assert brought.two_on_a_day == []
        assert brought.without_due_date == []
        assert brought.letters > 20
