"""Four hundred days of a thousand items in four zones whose clocks change, with a leap day, a year's end and jumps."""

import time
from datetime import date
from pathlib import Path

import pytest

from tests.factories.deadlines import Town
from tests.support.seasons import Season, live_through

TOWN = Town(agencies=2, units=2, officers=5)
BEGINS, DAYS, ITEMS = date(2027, 9, 1), 400, 1_000
PLACES = {"Europe/Berlin": "DE", "America/New_York": "US", "Australia/Sydney": "AU", "Africa/Cairo": "EG"}


class TestSeasons:
    @pytest.mark.parametrize("zone", PLACES)
    def test_bring_every_letter_once_on_its_day(self, zone: str, sqlite_url: str, tmp_path: Path) -> None:
        started = time.monotonic()
        brought = live_through(Season(zone, PLACES[zone], BEGINS, DAYS, ITEMS, TOWN), sqlite_url, tmp_path)
        print(f"\n{zone}: {brought.sentence()}, {time.monotonic() - started:.0f} s")
        assert (brought.missing, brought.uncalled_for) == ([], [])
        assert (brought.two_on_a_day, brought.without_due_date) == ([], [])
