"""Rows of a whole database as plain values, to be put into another one, of either kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Integer, func, select, text

from tracker.foundation.database import Base, Database

Rows = Mapping[str, Sequence[dict[str, Any]]]


def all_rows(database: Database) -> Rows:
    """Return every row of every table that has any."""
    with database.engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
        }
    return {name: rows for name, rows in found.items() if rows}


def insert_rows(database: Database, rows: Rows) -> None:
    """Put rows into a database, over what its migrations made, and let numbering go on behind them."""
    with database.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            present = rows.get(table.name, ())
            if not present:
                continue
            keys = {tuple(row[column.name] for column in table.primary_key) for row in present}
            kept = {tuple(row) for row in connection.execute(select(*table.primary_key))}
            wanted = [
                row
                for row in present
                if tuple(row[column.name] for column in table.primary_key) not in keys & kept
            ]
            if wanted:
                connection.execute(table.insert(), wanted)
            (first, *others) = table.primary_key
            numbered = not others and isinstance(first.type, Integer) and first.autoincrement
            if numbered and connection.dialect.name == "postgresql":
                sequence = connection.scalar(
                    text(f"SELECT pg_get_serial_sequence('{table.name}', '{first.name}')")
                )
                if sequence:
                    connection.execute(
                        select(func.setval(sequence, select(func.max(first)).scalar_subquery()))
                    )
