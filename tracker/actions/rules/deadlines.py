"""Open, overdue, due soon, days late and 燈號: the one definition that lists, tiles, exports and letters share.

`queries` says the same in SQL; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from tracker.actions.rules.filing import Cycle, Period, last_closed
from tracker.actions.rules.workflow import OPEN, Status
from tracker.foundation.language import N_


@dataclass(frozen=True)
class Standards:
    """What the city holds items to; `missed_filings` in a row turn the light red, a single one amber.

    `day_has_ended` where a past day is told as it ended: a period whose filing closed on it is closed then, while on
    the day itself a report still comes in time.
    """

    due_soon_days: int = 30
    behind_points: int = 10
    missed_filings: int = 2
    cycle: Cycle = Cycle.MONTHLY
    filing_days: int = 5
    day_has_ended: bool = False

    def at_the_end_of(self, past_day: date | None) -> "Standards":
        """Return what a past day is told by, as it ended; without one, what the present is told by."""
        return replace(self, day_has_ended=past_day is not None)

    def last_closed(self, day: date) -> Period:
        """Return the latest period for which a report would come late on a day, or once that day has ended."""
        return last_closed(day + timedelta(days=self.day_has_ended), self.cycle, self.filing_days)


class Signal(StrEnum):
    """燈號, always shown with its word."""

    NORMAL = "normal"
    ATTENTION = "attention"
    OVERDUE = "overdue"
    NONE = "none"


SIGNAL_LABELS = {
    Signal.NORMAL: N_("正常"),
    Signal.ATTENTION: N_("注意"),
    Signal.OVERDUE: N_("逾期"),
    Signal.NONE: N_("無燈號"),
}


@dataclass(frozen=True)
class Deadline:
    """The facts that lateness is told from.

    `closing_requested_on` is the local day of the closing request that still waits, if one does; `updated_on` the day
    of the latest submitted progress; `reported_until` the day up to which every part that owes reports has filed them,
    None where nobody owes any.
    """

    status: Status
    due_on: date
    original_due_on: date
    start_on: date
    percent: int = 0
    closing_requested_on: date | None = None
    updated_on: date | None = None
    reported_until: date | None = None


class Cause(StrEnum):
    """Why a light is not green."""

    OVERDUE = "overdue"
    FILINGS_MISSED = "filings_missed"
    DUE_SOON = "due_soon"
    BEHIND_PLAN = "behind_plan"


CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.OVERDUE: N_("逾期 %(number)s 日"),
    Cause.FILINGS_MISSED: N_("%(number)s 期未填報"),
    Cause.DUE_SOON: N_("%(number)s 日內到期"),
    Cause.BEHIND_PLAN: N_("進度落後 %(number)s 個百分點"),
}


@dataclass(frozen=True)
class Reason:
    """One thing that is amiss, how bad it is, and by how many days, periods or points."""

    level: Signal
    cause: Cause
    number: int

    @property
    def words(self) -> tuple[str, dict[str, int]]:
        """Return the msgid of the reason with its value."""
        return CAUSE_WORDS[self.cause], {"number": self.number}


def is_open(status: Status) -> bool:
    """Tell whether an item counts as open: assigned, in progress, or waiting to be released."""
    return status in OPEN


def is_overdue(item: Deadline, today: date) -> bool:
    """Tell whether an item is late: open and past its date, unless a closing request made in time still waits."""
    if not is_open(item.status) or item.due_on >= today:
        return False
    waits = item.status is Status.CLOSE_REQUESTED and item.closing_requested_on is not None
    return not (waits and item.closing_requested_on is not None and item.closing_requested_on <= item.due_on)


def is_overdue_vs_original(item: Deadline, today: date) -> bool:
    """Tell whether an open item is past its original date; an extension does not cure this lateness."""
    return is_open(item.status) and item.original_due_on < today


def is_due_soon(item: Deadline, today: date, standards: Standards) -> bool:
    """Tell whether an open item falls due within the days that count as near, today included."""
    return is_open(item.status) and today <= item.due_on <= today + timedelta(days=standards.due_soon_days)


def days_late(item: Deadline, today: date) -> int:
    """Return the calendar days by which an overdue item is late, else 0."""
    return (today - item.due_on).days if is_overdue(item, today) else 0


def missed_filings(item: Deadline, today: date, standards: Standards) -> int:
    """Return for how many closed periods, the latest ones in a row, a part of an open item has filed nothing."""
    if not is_open(item.status) or item.reported_until is None:
        return 0
    reported = Period.around(item.reported_until + timedelta(days=1), standards.cycle).previous
    return max(0, standards.last_closed(today).ordinal - reported.ordinal)


def is_stale(item: Deadline, today: date, standards: Standards) -> bool:
    """Tell whether an open item is silent: nothing was filed for the period that closed last."""
    return missed_filings(item, today, standards) > 0


def planned_percent(item: Deadline, today: date) -> int:
    """Return where a linear plan from start to due date would stand today, 0 to 100 in whole percent reached."""
    length = (item.due_on - item.start_on).days
    if length <= 0:
        return 100 if today >= item.due_on else 0
    return max(0, min(100, 100 * (today - item.start_on).days // length))


def points_behind(item: Deadline, today: date) -> int:
    """Return by how many percentage points an open item is behind its linear plan, 0 when it is not."""
    return max(0, planned_percent(item, today) - item.percent) if is_open(item.status) else 0


def reasons(item: Deadline, today: date, standards: Standards) -> list[Reason]:
    """Return all that is amiss with an item, the red before the amber."""
    missed = missed_filings(item, today, standards)
    behind = points_behind(item, today)
    silence = Signal.OVERDUE if missed >= standards.missed_filings else Signal.ATTENTION
    found = (
        (is_overdue(item, today), Reason(Signal.OVERDUE, Cause.OVERDUE, days_late(item, today))),
        (missed > 0, Reason(silence, Cause.FILINGS_MISSED, missed)),
        (
            is_due_soon(item, today, standards),
            Reason(Signal.ATTENTION, Cause.DUE_SOON, standards.due_soon_days),
        ),
        (behind > standards.behind_points, Reason(Signal.ATTENTION, Cause.BEHIND_PLAN, behind)),
    )
    return [reason for holds, reason in found if holds]


def signal(item: Deadline, today: date, standards: Standards) -> Signal:
    """Return the traffic light: the worst of the reasons, green when there is none, none when not open."""
    if not is_open(item.status):
        return Signal.NONE
    return next((reason.level for reason in reasons(item, today, standards)), Signal.NORMAL)
