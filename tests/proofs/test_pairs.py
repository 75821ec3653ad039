"""Every pair of steps on one item at the same moment: what comes of it is what comes of one after the other."""

from collections import Counter

from tests.factories.city import build_city
from tests.support.races import all_races, run
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database


class TestPairs:
    def test_every_pair_ends_as_if_one_had_come_after_the_other(
        self, database: Database, clock: FixedClock
    ) -> None:
        city, fates = build_city(database, clock), Counter[str]()
        for race in all_races():
            ending, serial = run(city, race)
            assert ending in serial, str(race)
            fates[
                "both" if ending.fates == ("done", "done") else "one" if "done" in ending.fates else "none"
            ] += 1
        print(f"\n{fates.total()} pairs; both steps were taken in {fates['both']}, one in {fates['one']}")
        assert fates["none"] == 0
