"""Eight people edit three items at once through a real server: no update is lost, and every conflict is told."""

from pathlib import Path

from tests.factories.city import City
from tests.support.editors import edit_at_once
from tracker.foundation.clock import FixedClock


class TestManyEditors:
    def test_lose_no_update_and_are_told_of_every_conflict(
        self, city: City, tmp_path: Path, clock: FixedClock
    ) -> None:
        items = [city.give_action() for _ in range(3)]
        tally = edit_at_once(city, tmp_path, clock, items, editors=8, edits=5)
        assert sum(tally.saved.values()) == 40
        assert (tally.untold, tally.lost, tally.doubled, tally.breaks) == ([], [], [], 0), str(tally)
