"""Counts the statements that a piece of work sends to its database, so that lists do not ask once a row."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import event

from tracker.foundation.database import Database


@contextmanager
def count_queries(database: Database) -> Generator[list[str], None, None]:
    """Collect the statements that are run meanwhile; the list grows while the block runs."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
