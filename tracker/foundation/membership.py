"""Asking for rows by a list of numbers, in a statement that stays as short for ten thousand as for one; or by codes.

`IN` writes a placeholder for each number: a thousand of them take longer to write, send and read than to answer, and a
database takes only so many. Codes are few, and it is their very words that the condition of a partial index holds.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, Integer, SQLColumnExpression, bindparam
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


def is_among_given(column: SQLColumnExpression[Any], name: str) -> _Among:
    """Return the same condition for a statement that is put together once; a list of the `name` is given each time."""
    return _Among(column, bindparam(name, type_=_NUMBERS))


def is_code(column: SQLColumnExpression[Any], *codes: StrEnum) -> ColumnElement[bool]:
    """Return the condition that a column holds one of some codes, written out for the sake of partial indexes.

    SQLite uses such an index only where it reads the very words of its condition, not a placeholder for them.
    """
    if len(codes) == 1:
        return column == bindparam(None, codes[0], literal_execute=True)
    return column.in_(bindparam(None, codes, expanding=True, literal_execute=True))


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **context: Any) -> str:
    column, numbers = (compiler.process(each, **context) for each in element.clauses)
    return f"({column} = ANY ({numbers}))"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **context: Any) -> str:
    column, numbers = (compiler.process(each, **context) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({numbers})))"  # noqa: S608 - both are compiled already


class _Naming(_Among):
    inherit_cache = True


def is_naming(column: SQLColumnExpression[list[int]], number: int) -> _Naming:
    """Return the condition that a column's list of whole numbers, stored as JSON, names one."""
    return _Naming(column, bindparam("number", number, Integer(), unique=True))


@compiles(_Naming, "postgresql")
def _in_stored_array(element: _Naming, compiler: SQLCompiler, **context: Any) -> str:
    column, number = (compiler.process(each, **context) for each in element.clauses)
    return f"(CAST({column} AS JSONB) @> to_jsonb(CAST({number} AS INTEGER)))"


@compiles(_Naming, "sqlite")
def _in_stored_json(element: _Naming, compiler: SQLCompiler, **context: Any) -> str:
    column, number = (compiler.process(each, **context) for each in element.clauses)
    return f"({number} IN (SELECT value FROM json_each({column})))"  # noqa: S608 - both are compiled already
