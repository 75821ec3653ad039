"""Brings a database to the structure that this version needs, and tells when it is older or newer."""

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from tracker.foundation.bundled import bundled
from tracker.foundation.database import Database, translated_errors
from tracker.foundation.errors import DatabaseNewer, DatabaseNotMigrated, Misconfigured


def load_all_models() -> None:
    """Import every room's models, so that the metadata is whole."""
    for module in ("jobs", "kept"):
        importlib.import_module(f"tracker.foundation.{module}")
    # The files are looked for by name: asking the import system would load every door.
    for models in sorted(Path(__file__).resolve().parents[1].glob("*/models.py")):
        importlib.import_module(f"tracker.{models.parent.name}.models")


def configuration() -> Config:
    """Return Alembic's configuration; the scripts travel with the package."""
    config = Config()
    config.set_main_option("script_location", str(bundled("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def head_revision() -> str:
    """Return the newest revision that this version knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def present_revision(database: Database) -> str | None:
    """Return the revision a database stands at, None for an empty one."""
    with translated_errors(), database.engine.execution_options(only_reads=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database, revision: str = "head") -> None:
    """Bring a database up (or, for development, down) to a revision; raises DatabaseNewer for one from the future."""
    _refuse_newer(present_revision(database))
    config = configuration()
    with (
        translated_errors(),
        database.engine.connect() as connection,
        _references_checked_at_the_end(connection),
    ):
        config.attributes["connection"] = connection
        if revision == "base" or (revision != "head" and _is_before(revision, present_revision(database))):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


@contextmanager
def _references_checked_at_the_end(connection: Connection) -> Generator[None, None, None]:
    """Commit at the end; on SQLite let tables that others refer to be made anew meanwhile, as its manual advises.

    Raises Misconfigured, and stores nothing, when a reference leads nowhere afterwards.
    """
    if connection.dialect.name != "sqlite":
        yield
        connection.commit()
        return
    # The switch does nothing within a transaction, so it is thrown before one begins.
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise Misconfigured(detail=f"foreign_key_check: {lost[:3]}")
        connection.commit()
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys=ON")


def check_schema(database: Database) -> None:
    """Raise DatabaseNotMigrated or DatabaseNewer when the structure is not the one this version needs."""
    present = present_revision(database)
    _refuse_newer(present)
    if present != head_revision():
        raise DatabaseNotMigrated


def _refuse_newer(present: str | None) -> None:
    if present is not None and present not in _known_revisions():
        raise DatabaseNewer


def _known_revisions() -> list[str]:
    scripts = ScriptDirectory.from_config(configuration())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def _is_before(revision: str, present: str | None) -> bool:
    known = _known_revisions()
    return present is not None and revision in known and known.index(revision) < known.index(present)
