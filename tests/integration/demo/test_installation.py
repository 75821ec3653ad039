"""Where the demonstration lives: whole or not at all, kept, and never over other data."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.integration.demo.conftest import MORNING
from tests.support.databases import migrate, sqlite_url
from tests.support.site import settings_for
from tracker.demo import installation
from tracker.demo.installation import Demonstration, NotADemonstration
from tracker.foundation.clock import Clock, FixedClock
from tracker.foundation.database import Database
from tracker.people.models import User
from tracker.settings import Settings

Load = Callable[[Settings, str, Path, Clock], None]


def one_inhabitant(settings: Settings, password: str, letters: Path, clock: Clock) -> None:
    """Load the smallest city there can be: what happens around loading is looked at here."""
    database = Database(settings.storage.database_url)
    with database.transaction() as session:
        session.add(User(email="only@city.example", name="獨居", is_active=True, created_at=clock.now()))
    database.close()


def power_cut(settings: Settings, password: str, letters: Path, clock: Clock) -> None:
    """Load half a city."""
    one_inhabitant(settings, password, letters, clock)
    raise KeyboardInterrupt


@pytest.fixture
def demonstration(tmp_path: Path) -> Demonstration:
    return Demonstration(settings_for(tmp_path, ""))


def prepare(demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch, load: Load) -> tuple[str, int]:
    """Prepare with a way of loading; returns the password and how often loading was announced."""
    monkeypatch.setattr(installation, "load_city", load)
    announced: list[bool] = []
    password = demonstration.prepare(FixedClock(MORNING), lambda: announced.append(True))
    return password, len(announced)


class TestPrepare:
    def test_loads_once_and_keeps_the_city(
        self, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = prepare(demonstration, monkeypatch, one_inhabitant)
        again = prepare(demonstration, monkeypatch, one_inhabitant)
        assert first == (again[0], 1)
        assert again[1] == 0

    def test_keeps_the_password_to_its_owner(
        self, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        password, _ = prepare(demonstration, monkeypatch, one_inhabitant)
        assert demonstration.password_file.read_text().strip() == password
        assert demonstration.password_file.stat().st_mode & 0o777 == 0o600
        assert len(password) >= 16

    def test_begins_anew_after_a_cut(
        self, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(KeyboardInterrupt):
            prepare(demonstration, monkeypatch, power_cut)
        assert not (demonstration.directory / "tracker.db").exists()
        prepare(demonstration, monkeypatch, one_inhabitant)
        database = Database(demonstration.settings.storage.database_url)
        with database.reading() as session:
            assert len(session.scalars(select(User)).all()) == 1
        database.close()

    def test_takes_an_empty_migrated_database(
        self, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        demonstration.directory.mkdir(parents=True)
        migrate(sqlite_url(demonstration.directory / "tracker.db"))
        assert prepare(demonstration, monkeypatch, one_inhabitant)[1] == 1

    def test_leaves_other_data_alone(
        self, demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        demonstration.directory.mkdir(parents=True)
        migrate(demonstration.settings.storage.database_url)
        one_inhabitant(demonstration.settings, "", demonstration.letters, FixedClock(MORNING))
        with pytest.raises(NotADemonstration):
            prepare(demonstration, monkeypatch, one_inhabitant)
