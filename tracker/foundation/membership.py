"""Asking for rows by a list of numbers, in a statement that stays as short for ten thousand as for one.

`IN` writes a placeholder for each number: a thousand of them take longer to write, send and read than to answer, and a
database takes only so many.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, SQLColumnExpression, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_NUMBERS = JSON().with_variant(ARRAY(Integer), "postgresql")


class _Among(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "_Among":
        # A condition already; SQLAlchemy would have SQLite compare it with 1, by which no index is found.
        return self


def is_among(column: SQLColumnExpression[Any], numbers: Collection[int]) -> _Among:
    """Return the condition that a column holds one of some whole numbers, however many they are."""
    return _Among(column, bindparam("numbers", list(numbers), _NUMBERS, unique=True))


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **context: Any) -> str:
    column, numbers = (compiler.process(each, **context) for each in element.clauses)
    return f"({column} = ANY ({numbers}))"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **context: Any) -> str:
    column, numbers = (compiler.process(each, **context) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({numbers})))"  # noqa: S608 - both are compiled already
