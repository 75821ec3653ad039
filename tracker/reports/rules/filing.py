"""When a report has to be filed (提出期限): some months after return, counted as the city's own rule says.

Sources: Taipei counts three months from the day after return, from the next working day where that day is a day off,
and what counts is the day of dispatch (發文日期), not the upload; Taoyuan and Kinmen count from the day of return. A
period in months ends the day before the day that bears the number of its first one (Civil Code, articles 120, 121).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.foundation.office_days import OfficeCalendar

ONE_DAY = timedelta(days=1)


class CountStart(StrEnum):
    """With which day the period begins; the codes of the setting."""

    DAY_AFTER = "day_after"
    DAY_OF_RETURN = "day_of_return"


@dataclass(frozen=True)
class FilingRule:
    """How a city counts."""

    start: CountStart = CountStart.DAY_AFTER
    months: int = 3


@dataclass(frozen=True)
class FilingPeriod:
    """The first and the last day on which a report is filed in time."""

    count_from: date
    due_on: date

    def days_late(self, dispatched_on: date | None, today: date) -> int:
        """Return by how many days the dispatch, or its absence today, is late; 0 when it is in time."""
        return max(0, ((dispatched_on or today) - self.due_on).days)


def filing_period(returned_on: date, rule: FilingRule, calendar: OfficeCalendar) -> FilingPeriod:
    """Return the period within which a report has to be filed; only a start on the day after moves past days off."""
    count_from = returned_on
    if rule.start is CountStart.DAY_AFTER:
        count_from = calendar.next_working_day_on_or_after(returned_on + ONE_DAY)
    return FilingPeriod(count_from, last_day(count_from, rule.months))


def last_day(first: date, months: int) -> date:
    """Return the last day of a period in months; where the last month has no such day, that month's own last."""
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    days = monthrange(year, month)[1]
    return date(year, month, first.day) - ONE_DAY if first.day <= days else date(year, month, days)
