"""Fifty people edit the same few items at once, twenty times each: 0 lost updates, every conflict told."""

import time
from pathlib import Path

from tests.factories.city import City, build_city
from tests.support.editors import edit_at_once
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

EDITORS, EDITS, ITEMS = 50, 20, 10


class TestManyEditors:
    def test_lose_no_update_and_are_told_of_every_conflict(
        self, database: Database, tmp_path: Path, clock: FixedClock
    ) -> None:
        city: City = build_city(database, clock)
        items = [city.give_action() for _ in range(ITEMS)]
        started = time.monotonic()
        tally = edit_at_once(city, tmp_path, clock, items, EDITORS, EDITS)
        print(f"\n{database.engine.dialect.name}: {tally}, {time.monotonic() - started:.0f} s")
        assert sum(tally.saved.values()) == EDITORS * EDITS
        assert tally.conflicts > 0
        assert (tally.untold, tally.lost, tally.doubled, tally.breaks) == ([], [], [], 0)
