"""How fast a long work goes, and how long the rest of it will take; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

ENOUGH = 3
"""From how many finished pieces on a rate says something."""


@dataclass(frozen=True)
class Pace:
    """A rate in pieces per minute, and the time that is left; None as long as nobody can tell."""

    per_minute: float | None = None
    left: timedelta | None = None


UNKNOWN = Pace()


def pace_of(durations: Sequence[timedelta], running: int, left: int) -> Pace:
    """Judge by how long the last pieces took, while some run side by side and some are left.

    >>> pace_of([timedelta(seconds=2)] * 3, running=1, left=30)
    Pace(per_minute=30.0, left=datetime.timedelta(seconds=60))
    """
    spent = sum(durations, timedelta()).total_seconds()
    if len(durations) < ENOUGH or spent <= 0 or not running:
        return UNKNOWN
    per_second = len(durations) / spent * running
    return Pace(per_second * 60, timedelta(seconds=left / per_second))
