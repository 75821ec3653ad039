"""Open, overdue, due soon, days late and 燈號: the one definition that lists, tiles, exports and letters share.

`queries` says the same in SQL; a test compares the two.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tracker.actions.rules.workflow import OPEN, Status
from tracker.foundation.language import N_

DUE_SOON_DAYS: Final = 30
STALE_DAYS: Final = 31
BEHIND_PLAN_POINTS: Final = 10


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

    `closing_requested_on` is the local day of the closing request that still waits, if one does;
    `updated_on` the day of the latest submitted progress.
    """

    status: Status
    due_on: date
    original_due_on: date
    start_on: date
    percent: int = 0
    closing_requested_on: date | None = None
    updated_on: date | None = None


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


def is_due_soon(item: Deadline, today: date) -> bool:
    """Tell whether an open item falls due within thirty days, today included."""
    return is_open(item.status) and today <= item.due_on <= today + timedelta(days=DUE_SOON_DAYS)


def days_late(item: Deadline, today: date) -> int:
    """Return the calendar days by which an overdue item is late, else 0."""
    return (today - item.due_on).days if is_overdue(item, today) else 0


def is_stale(item: Deadline, today: date) -> bool:
    """Tell whether an open item has had no progress submitted for a month."""
    return is_open(item.status) and (today - (item.updated_on or item.start_on)).days > STALE_DAYS


def planned_percent(item: Deadline, today: date) -> int:
    """Return where a linear plan from start to due date would stand today, 0 to 100 in whole percent reached."""
    length = (item.due_on - item.start_on).days
    if length <= 0:
        return 100 if today >= item.due_on else 0
    return max(0, min(100, 100 * (today - item.start_on).days // length))


def signal(item: Deadline, today: date) -> Signal:
    """Return the traffic light: red when overdue; amber when due soon, silent or behind plan; else green."""
    if not is_open(item.status):
        return Signal.NONE
    if is_overdue(item, today):
        return Signal.OVERDUE
    behind = planned_percent(item, today) - item.percent > BEHIND_PLAN_POINTS
    if is_due_soon(item, today) or is_stale(item, today) or behind:
        return Signal.ATTENTION
    return Signal.NORMAL
