"""The dates that divide a person's work under its headings: a ladder, told once for all items of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.actions.rules.filing import Cycle, Period
from tracker.foundation.office_days import OfficeCalendar
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage, reach, read_code

LAST_CALL_WITHIN: Final = 7
"""Days before the due date; a warning farther from it is no last call, though none follows."""

_ABOVE: Final = frozenset({Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD, Capacity.COORDINATOR})


@dataclass(frozen=True)
class Marks:
    """For each stage that moves an item to another heading, the latest due date, or day of assignment, it reached.

    `last_call` is of the last warning before the due date, `soon` of the first; `escalated` is of the first stage on
    which somebody above the officer hears of what is late. Heads of agencies and coordinators hear of what is not late
    only where a ladder says so.
    `period` is the present one; `is_filing_late` tells whether reports of the one before it are late by now.
    """

    today: date
    last_call: date
    soon: date
    soon_for_heads: date
    soon_for_agency_heads: date | None
    soon_for_coordinators: date | None
    escalated: date
    late_for_agency_heads: date
    late_for_coordinators: date
    unacknowledged: date
    unacknowledged_for_heads: date
    period: Period
    is_filing_late: bool


def marks_of(
    today: date,
    calendar: OfficeCalendar,
    cycle: Cycle,
    filing_days: int,
    stages: Sequence[Stage] = SHIPPED,
) -> Marks:
    """Return the marks of a day by a ladder; where it has no stage of a kind, that of the shipped one stands."""
    period = Period.around(today, cycle)
    closes_on = period.previous.closes_on(filing_days)

    def latest(found: Sequence[Stage]) -> date | None:
        return max((each.latest_anchor(today, calendar) for each in found), default=None)

    def first(anchor: Anchor, before: bool, *capacities: Capacity) -> date:
        found = _told(stages, anchor, before, capacities) or _told(SHIPPED, anchor, before, capacities)
        return max(each.latest_anchor(today, calendar) for each in found)

    return Marks(
        today=today,
        last_call=min(
            each.latest_anchor(today, calendar) for each in _last_calls(stages) or _last_calls(SHIPPED)
        ),
        soon=first(Anchor.DUE, True, Capacity.OFFICER),
        soon_for_heads=first(Anchor.DUE, True, Capacity.UNIT_HEAD),
        soon_for_agency_heads=latest(_told(stages, Anchor.DUE, True, [Capacity.AGENCY_HEAD])),
        soon_for_coordinators=latest(_told(stages, Anchor.DUE, True, [Capacity.COORDINATOR])),
        escalated=first(Anchor.DUE, False, *_ABOVE),
        late_for_agency_heads=first(Anchor.DUE, False, Capacity.AGENCY_HEAD),
        late_for_coordinators=first(Anchor.DUE, False, Capacity.COORDINATOR),
        unacknowledged=first(Anchor.ASSIGNED, False, Capacity.OFFICER),
        unacknowledged_for_heads=first(Anchor.ASSIGNED, False, Capacity.UNIT_HEAD),
        period=period,
        is_filing_late=read_code("filing+1").occurrence(closes_on, calendar) <= today,
    )


def _told(
    stages: Sequence[Stage], anchor: Anchor, before: bool, capacities: Sequence[Capacity]
) -> Sequence[Stage]:
    """Return the stages before or after the day of an anchor of which somebody hears.

    A weekly one is among them: the page shows from its day on what the letter of the Monday after tells of.
    """
    return [
        each
        for each in stages
        if each.anchor is anchor
        and (each.offset < 0) is before
        and not set(capacities).isdisjoint(each.audience)
    ]


def _last_calls(stages: Sequence[Stage]) -> Sequence[Stage]:
    return [each for each in stages if each.anchor is Anchor.DUE and -LAST_CALL_WITHIN <= reach(each) < 0]
