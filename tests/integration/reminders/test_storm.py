"""A small storm in every run of the tests; the whole one is `make storm`."""

from pathlib import Path

from tests.support.storm import Storm, Weather
from tracker.foundation.database import Database

WEATHER = Weather(reminders=500, kills_of_workers=18, kills_of_schedulers=2)


class TestSmallStorm:
    def test_loses_no_letter_and_explains_every_copy(self, database: Database, tmp_path: Path) -> None:
        left = Storm(WEATHER, database, tmp_path).rage()
        assert left.lost == set()
        assert left.uncalled_for == set()
        assert left.changed == set()
        assert left.extra <= left.unknown_attempts, left.sentence()
        assert left.planned == WEATHER.reminders
