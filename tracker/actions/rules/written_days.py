"""Days as tables write them: a column has one way of writing them, or it is refused with its two readings."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation import roc
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_

_ORDERED: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_LEADING_NOUGHT: Final = re.compile(r"0([0-9]{3})(?=[./-])")
_SHORT_YEAR: Final = re.compile(r"([0-9]{2})[./-]")
# Fifty years of dates that a list of open work may hold: below, a year of two digits may be a day or a western year.
_FIRST_SURE_SHORT_YEAR: Final = 80


class Writing(StrEnum):
    """How a column writes its days."""

    WESTERN = "western"
    ROC = "roc"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Ambiguous(Invalid):
    """The days of a column could be read in two ways, and nothing in the column tells in which."""

    message = N_(
        "「%(column)s」欄的「%(cell)s」可以讀成 %(first)s 或 %(second)s，無法確定。"
        "請改成 115/03/31 或 2026-03-31 的寫法後再上傳。"
    )


class Mixed(Invalid):
    """A column writes its days in more than one way."""

    message = N_(
        "「%(column)s」欄混用不同的日期寫法，例如「%(first)s」與「%(second)s」。請統一成一種後再上傳。"
    )


def writing_of(column: str, cells: Iterable[str | date]) -> Writing | None:
    """Return how a column writes its days, None when it holds none; raises Ambiguous or Mixed.

    Real dates of a workbook count for none; what is no date at all is left for its row to tell.
    """
    examples: dict[Writing, str] = {}
    open_order = ""
    for cell in cells:
        if isinstance(cell, date):
            continue
        written = roc.fold(cell).strip()
        if match := _ORDERED.fullmatch(written):
            if writing := _order(match):
                examples.setdefault(writing, cell)
            elif int(match[1]) != int(match[3]):
                open_order = open_order or cell
        elif writing := _plain_writing(column, written):
            examples.setdefault(writing, cell)
    if len(examples) > 1:
        first, second = list(examples.values())[:2]
        raise Mixed(column=column, first=first, second=second)
    writing = next(iter(examples), None)
    if open_order and writing not in _ORDERS:
        if writing:
            raise Mixed(column=column, first=examples[writing], second=open_order)
        raise _ambiguous(column, open_order)
    return writing


def read_day(cell: str | date, writing: Writing | None) -> date | None:
    """Return the day that a cell holds, None for anything else; a column without a writing holds real dates only."""
    if isinstance(cell, date):
        return cell
    written = roc.fold(cell).strip()
    if match := _ORDERED.fullmatch(written):
        reader = _ORDERS.get(writing or Writing.DAY_FIRST) if writing or match[1] == match[3] else None
        return reader(match) if reader else None
    return (
        roc.parse(_LEADING_NOUGHT.sub(r"\1", written)) if writing in (Writing.WESTERN, Writing.ROC) else None
    )


def _plain_writing(column: str, written: str) -> Writing | None:
    short = _SHORT_YEAR.match(written)
    if short and int(short[1]) < _FIRST_SURE_SHORT_YEAR and roc.parse(written):
        day = roc.parse(written) or date.min
        second = f"{2000 + int(short[1])}-{day:%m-%d}"
        raise Ambiguous(column=column, cell=written, first=day.isoformat(), second=second)
    written = _LEADING_NOUGHT.sub(r"\1", written)
    if roc.parse(written) is None:
        return None
    year = re.search("[0-9]+", written)
    is_western = written.startswith(("西元", "公元")) or bool(year and len(year[0]) == 4)
    return Writing.WESTERN if is_western else Writing.ROC


def _order(match: re.Match[str]) -> Writing | None:
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return Writing.DAY_FIRST
    return Writing.MONTH_FIRST if second > 12 >= first else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


_ORDERS: Final[Mapping[Writing, Callable[[re.Match[str]], date | None]]] = {
    Writing.DAY_FIRST: lambda match: _day(match[4], match[3], match[1]),
    Writing.MONTH_FIRST: lambda match: _day(match[4], match[1], match[3]),
}


def _ambiguous(column: str, cell: str) -> Ambiguous:
    match = _ORDERED.fullmatch(roc.fold(cell).strip())
    assert match
    first, second = (reader(match) for reader in _ORDERS.values())
    return Ambiguous(column=column, cell=cell, first=first, second=second)
