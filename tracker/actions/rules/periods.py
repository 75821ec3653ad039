"""Years, half years and months in which items were put under tracking, left it, or fall due."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_
from tracker.foundation.roc import EPOCH

_WRITTEN = re.compile(r"([0-9]{4})(?:-([12])|-(0[1-9]|1[0-2]))?")


class Occasion(StrEnum):
    """What happened to an item, or is to happen, in a period."""

    OPENED = "opened"
    CLOSED = "closed"
    DUE = "due"


OCCASION_LABELS: Final[Mapping[Occasion, str]] = {
    Occasion.OPENED: N_("開始列管"),
    Occasion.CLOSED: N_("離開列管"),
    Occasion.DUE: N_("預定完成"),
}


@dataclass(frozen=True)
class Period:
    """A year of the western calendar, its first or second half, or one of its months."""

    year: int
    half: int | None = None
    month: int | None = None

    @property
    def first(self) -> date:
        """Return the first day."""
        return date(self.year, self.month or (7 if self.half == 2 else 1), 1)

    @property
    def last(self) -> date:
        """Return the last day."""
        month = self.month or (6 if self.half == 1 else 12)
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def code(self) -> str:
        """Return how addresses write the period: 2026, 2026-1, 2026-2 or, for a month, 2026-03."""
        return f"{self.year:04d}" + (
            f"-{self.half}" if self.half else f"-{self.month:02d}" if self.month else ""
        )

    @property
    def label(self) -> str:
        """Return the msgid of its name, which takes the year as the reader's language counts it, and the month."""
        if self.month:
            return N_("%(year)s 年 %(month)s 月")
        names = {None: N_("%(year)s 年"), 1: N_("%(year)s 年上半年"), 2: N_("%(year)s 年下半年")}
        return names[self.half]

    @property
    def roc(self) -> int:
        """Return the year as the Republic of China counts."""
        return self.year - EPOCH


def period_of(code: str) -> Period | None:
    """Return the period that an address writes, None for anything else."""
    match = _WRITTEN.fullmatch(code)
    if not match or not int(match[1]):
        return None
    half, month = (int(each) if each else None for each in match.groups()[1:])
    return Period(int(match[1]), half, month)


def months_until(day: date, number: int) -> list[Period]:
    """Return some months, oldest first, the last of which holds a day."""
    return [_month(day, ahead) for ahead in range(1 - number, 1)]


def months_from(day: date, number: int) -> list[Period]:
    """Return some months, the first of which holds a day."""
    return [_month(day, ahead) for ahead in range(number)]


def _month(day: date, ahead: int) -> Period:
    number = day.year * 12 + day.month - 1 + ahead
    return Period(number // 12, month=number % 12 + 1)


def periods_around(today: date, before: int = 3, after: int = 1) -> list[Period]:
    """Return the years around a day, latest first, each before its halves."""
    years = range(today.year + after, today.year - before - 1, -1)
    return [Period(year, half) for year in years for half in (None, 2, 1)]
