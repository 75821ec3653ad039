"""What every test may ask for: a clock that stands still, and an empty migrated database on both engines."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import databases, postgres
from tests.support.loopback import forbid_outside_world
from tests.support.smtp import Postbox, smtp_server
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database

MONDAY_MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Taipei


def pytest_configure() -> None:
    """Close the outside world before the first test is read."""
    forbid_outside_world()


@pytest.fixture
def clock() -> FixedClock:
    """Monday, 2 March 2026, nine in the morning in Taipei, until a test moves it."""
    return FixedClock(MONDAY_MORNING)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file: copied for each test, never used itself."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    databases.migrate(databases.sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL of this test run's own; skips loudly where the machine has none."""
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip(postgres.MISSING)
    with postgres.throwaway_postgres(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: postgres.Server) -> postgres.Server:
    """The server, holding a migrated, empty database to copy from."""
    databases.migrate(postgres_server.create(databases.TEMPLATE))
    return postgres_server


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of an empty, migrated SQLite database of this test's own."""
    return databases.copied_sqlite(migrated_sqlite, tmp_path)


@pytest.fixture
def postgresql_url(migrated_postgres: postgres.Server) -> Iterator[str]:
    """The address of an empty, migrated PostgreSQL database of this test's own."""
    with databases.copied_postgres(migrated_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database; a test that asks for it runs once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database, with no reactions to events wired."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A real SMTP server on the loopback that keeps the letters it takes."""
    with smtp_server() as running:
        yield running
