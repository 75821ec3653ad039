"""A site on an empty database, and one on a small city that has something of everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MONDAY_MORNING
from tests.support import databases, postgres
from tests.support.prepared import Prepared, prepare
from tests.support.site_fixtures import app, city, settings, visit, wiring
from tracker.foundation.clock import FixedClock

__all__ = ["app", "city", "settings", "visit", "wiring"]


@pytest.fixture(scope="session")
def prepared_once(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Prepared]:
    """The prepared city, built once; a test that changes it asks for `prepared`."""
    folder = tmp_path_factory.mktemp("prepared")
    built = prepare(folder, databases.copied_sqlite(migrated_sqlite, folder), FixedClock(MONDAY_MORNING))
    yield built
    built.wiring.database.close()


@pytest.fixture(scope="session")
def prepared_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, migrated_postgres: postgres.Server
) -> Iterator[Prepared]:
    """The prepared city on PostgreSQL, which is stricter about what a text or a number may be; for looking only."""
    with databases.copied_postgres(migrated_postgres) as url:
        built = prepare(tmp_path_factory.mktemp("on_postgres"), url, FixedClock(MONDAY_MORNING))
        yield built
        built.wiring.database.close()


@pytest.fixture(params=["prepared_once", "prepared_on_postgres"])
def looked_at(request: pytest.FixtureRequest) -> Prepared:
    """The prepared city on each engine, for looking only."""
    site: Prepared = request.getfixturevalue(request.param)
    return site


@pytest.fixture
def prepared(prepared_once: Prepared) -> Iterator[Prepared]:
    """The prepared city, brought back afterwards to how it was."""
    yield prepared_once
    prepared_once.restore()
