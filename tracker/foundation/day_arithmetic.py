"""Counting days in SQL, which the two databases spell differently."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, SQLColumnExpression, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class DaysBetween(FunctionElement[int]):
    """The number of days from one date to another."""

    type = Integer()
    inherit_cache = True


def days_between(first: SQLColumnExpression[date], last: SQLColumnExpression[Any] | date) -> DaysBetween:
    """Return the number of days from a date column to another, or to a day; negative when that comes before."""
    return DaysBetween(first, literal(last, Date()) if isinstance(last, date) else last)


@compiles(DaysBetween, "sqlite")
def _by_julian_days(element: DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    first, last = (compiler.process(each, **how) for each in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _by_subtraction(element: DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    first, last = (compiler.process(each, **how) for each in element.clauses)
    return f"({last} - {first})"
