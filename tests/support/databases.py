"""Databases for tests: migrated once by the real migrations, then copied for each test."""

import shutil
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import Server
from tracker.foundation import migrating
from tracker.foundation.database import Database

TEMPLATE = "migrated"


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at an address up or down to a revision, as the command line does."""
    database = Database(url)
    try:
        migrating.migrate(database, revision)
    finally:
        database.close()


def sqlite_url(path: Path) -> str:
    """Return the address of a database file."""
    return f"sqlite:///{path}"


def copied_sqlite(template: Path, folder: Path) -> str:
    """Copy a migrated file into a folder and return its address."""
    return sqlite_url(Path(shutil.copy(template, folder / "tracker.db")))


@contextmanager
def copied_postgres(server: Server, template: str | None = TEMPLATE) -> Generator[str, None, None]:
    """Make a database, a copy of a migrated one unless told otherwise; drop it afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    try:
        yield server.create(name, template)
    finally:
        server.drop(name)
