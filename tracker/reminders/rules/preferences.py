"""What a person may choose about their letters, and what duty leaves no choice about.

Source: the city's reminder policy. Reminders leave in office hours only. What is late, what somebody else waits for,
and the last word before a deadline reach a person whether they like it or not; earlier ones about work of their own
they may do without, since the work page shows the same. What an agency's head oversees comes once a week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tracker.reminders.rules.retry import QUIET_FROM, Slot
from tracker.reminders.rules.stages import Anchor, Capacity, Stage

MONDAY: Final = 0
WEEKDAYS: Final = range(5)
"""The days of which one may be chosen, as `date.weekday()` numbers them."""

_OVERSEEN: Final = frozenset({Anchor.DUE, Anchor.FILING_CLOSES, Anchor.FILING_MISSED_TWICE})
_OVERSEERS: Final = frozenset({Capacity.AGENCY_HEAD, Capacity.COORDINATOR})


@dataclass(frozen=True)
class Preferences:
    """What a person chose: the local `hour` of their letter, the `weekday` of their overview, no early reminders.

    None leaves the choice to the office: its own hour; Monday for the head of an agency, any day for a coordinator.
    """

    hour: int | None = None
    weekday: int | None = None
    only_duties: bool = False

    def opens_at(self, slot: Slot) -> datetime:
        """Return when the person's letter of a day may leave: at the hour they chose, never before the office's own."""
        if self.hour is None or self.hour <= slot.opens_at.hour:
            return slot.opens_at
        return slot.opens_at.replace(hour=self.hour)

    def told_from(self, stage: Stage, capacity: Capacity, occurs_on: date) -> date:
        """Return the first day with whose letter a reminder may go; on a day off it waits for the next working day."""
        if capacity not in _OVERSEERS or stage.anchor not in _OVERSEEN or stage.offset <= 0:
            return occurs_on
        weekday = MONDAY if self.weekday is None and capacity is Capacity.AGENCY_HEAD else self.weekday
        return (
            occurs_on if weekday is None else occurs_on + timedelta(days=(weekday - occurs_on.weekday()) % 7)
        )


def hours_to_choose(office_hour: int) -> range:
    """Return the local hours at which a letter may be asked for: from the office's own until quiet hours begin."""
    return range(office_hour, max(QUIET_FROM.hour, office_hour + 1))


def is_voluntary(stage: Stage, capacity: Capacity, ladder: Sequence[Stage]) -> bool:
    """Tell whether a reminder may be done without: an early one, which another of the ladder repeats in time."""
    return any(_repeats(later, stage) and capacity in later.audience for later in ladder)


def _repeats(later: Stage, stage: Stage) -> bool:
    """Tell whether a stage says the same once more, surely not earlier and still before the deadline is over."""
    if later.weekly or stage.weekly:
        return False
    if stage.anchor is Anchor.PERIOD_ENDED:
        return stage.offset <= 1 and later.anchor is Anchor.FILING_CLOSES and later.offset == 0
    last = 0 if stage.anchor is Anchor.FILING_CLOSES else -1
    return (
        stage.anchor is later.anchor
        and stage.anchor in (Anchor.DUE, Anchor.FILING_CLOSES)
        and stage.offset < later.offset <= last
        and (stage.in_working_days is later.in_working_days or later.offset == 0)
    )
