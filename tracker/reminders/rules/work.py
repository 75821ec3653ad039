"""The dates that divide a person's work under its headings; the ladder, told once for all items of a day."""

from dataclasses import dataclass
from datetime import date

from tracker.actions.rules.filing import Cycle, Period
from tracker.foundation.office_days import OfficeCalendar
from tracker.reminders.rules.ladder import last_anchor
from tracker.reminders.rules.stages import read_code


@dataclass(frozen=True)
class Marks:
    """For each stage that moves an item to another heading, the latest due date, or day of assignment, it reached.

    `period` is the present one; `is_filing_late` tells whether reports of the one before it are late by now.
    """

    today: date
    tomorrow: date
    soon: date
    soon_for_heads: date
    late_three: date
    late_ten: date
    late_twenty: date
    unacknowledged: date
    unacknowledged_for_heads: date
    period: Period
    is_filing_late: bool


def marks_of(today: date, calendar: OfficeCalendar, cycle: Cycle, filing_days: int) -> Marks:
    """Return the marks of a day."""
    period = Period.around(today, cycle)
    closes_on = period.previous.closes_on(filing_days)
    return Marks(
        today=today,
        tomorrow=last_anchor("due-1", today, calendar),
        soon=last_anchor("due-30", today, calendar),
        soon_for_heads=last_anchor("due-7", today, calendar),
        late_three=last_anchor("late+3", today, calendar),
        late_ten=last_anchor("late+10", today, calendar),
        late_twenty=last_anchor("late+20", today, calendar),
        unacknowledged=last_anchor("unacknowledged+2", today, calendar),
        unacknowledged_for_heads=last_anchor("unacknowledged+5", today, calendar),
        period=period,
        is_filing_late=read_code("filing+1").occurrence(closes_on, calendar) <= today,
    )
