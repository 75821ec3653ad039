"""The whole storm: ten thousand reminders, two hundred and twenty kills, a relay that fails in every way it can."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import databases, postgres
from tests.support.storm import Aftermath, Storm, Weather
from tracker.foundation.database import Database

WEATHER = Weather(
    reminders=10_000,
    kills_of_workers=200,
    kills_of_schedulers=20,
    schedulers=2,
    patience_seconds=3000,
    speed=8,
)
CRASHES_OF_THE_DATABASE = 5


def judge(left: Aftermath, name: str) -> None:
    """Print the figures and hold the storm's promise against them."""
    print(f"\n{name}: {left.sentence()}")
    assert not left.lost
    assert not left.uncalled_for
    assert not left.changed
    assert left.extra <= left.unknown_attempts
    assert left.planned == WEATHER.reminders
    assert left.by_the_handful


@pytest.fixture
def durable_postgres() -> Iterator[postgres.Server]:
    """A server of its own that keeps what it committed, whatever happens to it."""
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip(postgres.MISSING)
    with postgres.throwaway_postgres(binaries, durable=True) as server:
        yield server


class TestStorm:
    def test_over_sqlite_loses_no_letter_and_explains_every_copy(self, tmp_path: Path) -> None:
        url = databases.sqlite_url(tmp_path / "tracker.db")
        databases.migrate(url)
        database = Database(url)
        judge(Storm(WEATHER, database, tmp_path).rage(), "sqlite")
        database.close()

    def test_over_a_postgresql_that_crashes_too_loses_no_letter_and_explains_every_copy(
        self, tmp_path: Path, durable_postgres: postgres.Server
    ) -> None:
        url = durable_postgres.create("storm")
        databases.migrate(url)
        database = Database(url)
        storm = Storm(WEATHER, database, tmp_path, durable_postgres.crash, CRASHES_OF_THE_DATABASE)
        judge(storm.rage(), "postgresql")
        database.close()
