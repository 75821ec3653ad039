"""When to try a letter again, when to leave the mail server alone, and when letters may leave at all."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tracker.foundation.clock import local_date
from tracker.foundation.mailing import AT_ONCE_SECONDS
from tracker.foundation.office_days import OfficeCalendar

LADDER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
JITTER: Final = 0.2
GREYLISTING_CODES: Final = frozenset({450, 451})
GREYLISTING_PAUSE: Final = timedelta(minutes=5)
CHANNEL_FAILURES_ALLOWED: Final = 2
LONGEST_CHANNEL_PAUSE: Final = timedelta(minutes=15)
GIVE_UP_AFTER: Final = timedelta(days=5)
QUIET_FROM: Final = time(18, 0)


def pause_after(attempts: int, code: int | None, chance: float) -> timedelta:
    """Return how long a letter waits after its n-th attempt; `chance`, 0 to 1, spreads the waits by a fifth.

    Greylisting servers want at least five minutes.
    """
    pause = LADDER[min(attempts, len(LADDER)) - 1] * (1 + JITTER * (2 * chance - 1))
    return max(pause, GREYLISTING_PAUSE) if code in GREYLISTING_CODES else pause


def channel_pause_after(failures: int) -> timedelta | None:
    """Return how long the mail server is left alone after so many failures in a row: 1, 2, 4 … 15 minutes."""
    if failures <= CHANNEL_FAILURES_ALLOWED:
        return None
    doublings = min(failures - CHANNEL_FAILURES_ALLOWED - 1, 4)
    return min(timedelta(minutes=1 << doublings), LONGEST_CHANNEL_PAUSE)


def last_leaves_at(waiting: int, letters_per_minute: int, now: datetime) -> datetime:
    """Return when the last of some letters will have left if nothing goes wrong; the first leave at once."""
    minutes = max(0, waiting - 1) // max(1, letters_per_minute)
    return now + timedelta(minutes=minutes)


def letters_in_hand(seconds_a_letter: float, most: int) -> int:
    """Return how many letters may pass the point of no return together: as many as leave at once, and always one.

    `seconds_a_letter` is how long each of the last ones took; at `most` so many, however quick the mail server is.
    """
    if seconds_a_letter * most <= AT_ONCE_SECONDS:
        return most
    return max(1, int(AT_ONCE_SECONDS / seconds_a_letter))


@dataclass(frozen=True)
class Slot:
    """The day's one time for reminders and notices: from `opens_at` until quiet hours begin, on a working day."""

    day: date
    opens_at: datetime
    is_open: bool

    @property
    def closes_at(self) -> datetime:
        """Return when quiet hours begin."""
        last = time(min(self.opens_at.hour + 1, 23), 59)
        return datetime.combine(self.day, max(QUIET_FROM, last), self.opens_at.tzinfo)


def slot_of(now: datetime, zone: ZoneInfo, hour: int, calendar: OfficeCalendar) -> Slot:
    """Return the slot of the local day, and whether it is open at the moment."""
    day = local_date(now, zone)
    opens_at = datetime.combine(day, time(hour), zone)
    slot = Slot(day, opens_at, is_open=False)
    return replace(slot, is_open=calendar.is_working_day(day) and opens_at <= now < slot.closes_at)
