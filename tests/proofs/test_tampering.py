"""A thousand random changes to the record on each database, by somebody with the owner's rights: all of them found."""

from collections.abc import Mapping

from tests.factories.city import build_city
from tests.support.tampering import CAUGHT_ALONE, CAUGHT_BY_HEAD, drop_triggers, tamper
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

TIMES = 1_000


def table(done: Mapping[str, int], found: Mapping[str, int]) -> str:
    return "\n".join(f"| {kind.replace('_', ' ')} | {done[kind]} | {found[kind]} |" for kind in done)


class TestTheRecord:
    def test_shows_each_of_a_thousand_manipulations(self, database: Database, clock: FixedClock) -> None:
        city = build_city(database, clock)
        for _ in range(3):
            city.give_action()
        drop_triggers(database)
        done, found = tamper(database, TIMES, seed=20260302)
        print(f"\n{database.engine.dialect.name}\n{table(done, found)}")
        assert sum(done.values()) == TIMES
        assert len(done) == len(CAUGHT_ALONE) + len(CAUGHT_BY_HEAD)
        assert found == done
