"""Reporting periods: which one a report of progress tells of, until when it can be filed, and whether it came late.

Source: departments file until the fifth day after a month, a quarter or a half-year has ended; cities differ in both.
"""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self

from tracker.foundation.language import N_
from tracker.foundation.roc import EPOCH


class Cycle(StrEnum):
    """How often departments report."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"


_MONTHS: Final = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.HALF_YEARLY: 6}
_MARKS: Final = {Cycle.MONTHLY: "", Cycle.QUARTERLY: "Q", Cycle.HALF_YEARLY: "H"}
_CODE: Final = re.compile(r"(?P<year>\d{4})-(?P<mark>[QH]?)(?P<number>\d{1,2})", re.ASCII)
_WORDS: Final = {
    Cycle.MONTHLY: N_("%(year)s年%(number)s月"),
    Cycle.QUARTERLY: N_("%(year)s年第 %(number)s 季"),
    Cycle.HALF_YEARLY: N_("%(year)s年第 %(number)s 個半年"),
}


@dataclass(frozen=True, order=True)
class Period:
    """One month, quarter or half-year; `number` counts from 1 within the year."""

    year: int
    number: int
    cycle: Cycle = Cycle.MONTHLY

    @classmethod
    def around(cls, day: date, cycle: Cycle) -> Self:
        """Return the period in which a day lies."""
        return cls(day.year, (day.month - 1) // _MONTHS[cycle] + 1, cycle)

    @classmethod
    def read(cls, code: str) -> Self:
        """Return the period of a code; raises ValueError for any other text."""
        match = _CODE.fullmatch(code)
        cycle = next((c for c, mark in _MARKS.items() if match and mark == match["mark"]), None)
        if match is None or cycle is None or not 1 <= int(match["number"]) <= 12 // _MONTHS[cycle]:
            raise ValueError(code)
        return cls(int(match["year"]), int(match["number"]), cycle)

    @property
    def code(self) -> str:
        """Return the stable name: 2026-05, 2026-Q2, 2026-H1."""
        number = f"{self.number:02d}" if self.cycle is Cycle.MONTHLY else str(self.number)
        return f"{self.year}-{_MARKS[self.cycle]}{number}"

    @property
    def first_day(self) -> date:
        """Return the day on which the period begins."""
        return date(self.year, (self.number - 1) * _MONTHS[self.cycle] + 1, 1)

    @property
    def last_day(self) -> date:
        """Return the day on which the period ends."""
        month = self.number * _MONTHS[self.cycle]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def previous(self) -> "Period":
        """Return the period before this one."""
        return Period.around(self.first_day - timedelta(days=1), self.cycle)

    @property
    def ordinal(self) -> int:
        """Return a number that grows by one from period to period of the same cycle."""
        return self.year * (12 // _MONTHS[self.cycle]) + self.number

    @property
    def words(self) -> tuple[str, dict[str, str]]:
        """Return the msgid of the period's name with its values; the year is the ROC year."""
        return _WORDS[self.cycle], {"year": str(self.year - EPOCH), "number": str(self.number)}

    def closes_on(self, filing_days: int) -> date:
        """Return the last day on which a report of this period is in time."""
        return self.last_day + timedelta(days=filing_days)


def last_closed(day: date, cycle: Cycle, filing_days: int) -> Period:
    """Return the latest period for which a report would come late on a day."""
    period = Period.around(day, cycle).previous
    while period.closes_on(filing_days) >= day:
        period = period.previous
    return period


def fileable(
    day: date, cycle: Cycle, filing_days: int, filed: Collection[str], reports_from: date
) -> list[Period]:
    """Return the periods that a report may be filed for on a day, the one it is most likely meant for first.

    The previous period stays open, late if need be, as long as nothing was filed for it; it is no concern of a
    department that had no part in the item then.
    """
    now = Period.around(day, cycle)
    before = now.previous
    if before.code in filed or before.last_day < reports_from:
        return [now]
    return [before, now] if day <= before.closes_on(filing_days) else [now, before]


def is_late(period: Period, submitted_on: date, filing_days: int) -> bool:
    """Tell whether a report came after its period had closed."""
    return submitted_on > period.closes_on(filing_days)
