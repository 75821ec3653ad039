"""A prepared city for the workflow machine, on each engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support import databases, postgres
from tests.support.workflow_machine import Copies
from tracker.foundation.clock import FixedClock


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Copies:
    """A prepared city on one engine, to be copied for each play."""
    return request.getfixturevalue(f"{request.param}_copies")


@pytest.fixture
def sqlite_copies(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Copies:
    """A prepared city in a file."""
    template = tmp_path / "tracker.db"

    @contextmanager
    def copied() -> Iterator[str]:
        (tmp_path / "copy").mkdir(exist_ok=True)
        for old in (tmp_path / "copy").iterdir():
            old.unlink()
        yield databases.copied_sqlite(template, tmp_path / "copy")

    return Copies(sqlite_url, clock.now(), copied)


@pytest.fixture
def postgresql_copies(migrated_postgres: postgres.Server, postgresql_url: str, clock: FixedClock) -> Copies:
    """A prepared city on a server."""
    name = make_url(postgresql_url).database
    return Copies(postgresql_url, clock.now(), lambda: databases.copied_postgres(migrated_postgres, name))
