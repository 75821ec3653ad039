"""One demonstration city, loaded once and looked at by many tests; whoever changes it takes a copy."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.site import settings_for
from tracker.demo.city import load_city
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database
from tracker.foundation.migrating import migrate
from tracker.settings import Settings
from tracker.wiring import Wiring, wire

TODAY = date(2026, 3, 9)
MORNING = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)  # Monday, half past nine in Taipei
PASSWORD = "kfmt-7q2x-w9pr-ndbh"
MAIL = {"TRACKER_MAIL__HOST": "127.0.0.1"}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a city that was loaded on a Monday morning."""
    folder = tmp_path_factory.mktemp("city")
    settings = settings_for(folder, "", MAIL)
    database = Database(settings.storage.database_url)
    migrate(database)
    database.close()
    load_city(settings, PASSWORD, folder / "letters", FixedClock(MORNING))
    return folder


@pytest.fixture
def city(loaded: Path) -> Iterator[Wiring]:
    """The loaded city, to look at."""
    yield from _wired(settings_for(loaded, "", MAIL))


@pytest.fixture
def own_city(loaded: Path, tmp_path: Path) -> Iterator[Wiring]:
    """A copy of the loaded city that a test may change."""
    shutil.copytree(loaded / "var", tmp_path / "var")
    yield from _wired(settings_for(tmp_path, "", MAIL))


def _wired(settings: Settings) -> Iterator[Wiring]:
    wiring = wire(settings, FixedClock(MORNING))
    yield wiring
    wiring.database.close()
