"""Time comes from here and nowhere else, so that every rule can be asked about any day."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: for tests, journeys and the demonstration city."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment at which the clock was last set."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move the clock to an aware moment, forwards or backwards."""
        self._moment = moment.astimezone(UTC)

    def advance(self, length: timedelta) -> None:
        """Move the clock on by a length of time."""
        self._moment += length


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of a moment in a zone; deadlines are local days, moments are UTC."""
    return moment.astimezone(zone).date()
