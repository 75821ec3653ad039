"""The rules on items as conditions in SQL; tests hold the two together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    not_,
    or_,
    select,
)

from tracker.access import Permission, Principal, Role
from tracker.actions.models import (
    ActionItem,
    Closing,
    Extension,
    ItemPeriod,
    Part,
    Petition,
    PostCheck,
    ProgressUpdate,
)
from tracker.actions.rules.deadlines import Signal, Standards
from tracker.actions.rules.extending import Level
from tracker.actions.rules.workflow import CLOSED, OPEN, OWING, PartRole, PartStatus, Status
from tracker.foundation.day_arithmetic import days_between
from tracker.people.models import Department


@dataclass(frozen=True)
class Facts:
    """Where a condition finds the facts of an item: in its rows as they are, or in the row of a past day.

    `asked_in_time` holds where the leading department asked on or before the due date for the release that waits,
    `released_in_time` where it so asked for the release that was agreed to. `missed` tells, of the last day of a
    period, whether a part that owes reports filed none for it; `lags`, of a condition on the percentage that makes it
    too little, whether it is.
    """

    status: SQLColumnExpression[Status]
    start_on: SQLColumnExpression[date]
    due_on: SQLColumnExpression[date]
    original_due_on: SQLColumnExpression[date]
    closed_on: SQLColumnExpression[date | None]
    asked_in_time: ColumnElement[bool]
    released_in_time: ColumnElement[bool]
    missed: Callable[[date], ColumnElement[bool]]
    lags: Callable[[Callable[[SQLColumnExpression[int]], ColumnElement[bool]]], ColumnElement[bool]]


def _asks(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition for a closing request of the lead, made on or before the due date."""
    return exists(
        select(Closing.id)
        .join(Part, Part.id == Closing.part_id)
        .where(
            Closing.item_id == ActionItem.id,
            Part.role == PartRole.LEAD,
            Closing.requested_on <= ActionItem.due_on,
            *conditions,
        )
    )


def _part_missed(last_day: date) -> ColumnElement[bool]:
    is_owed = and_(
        Part.item_id == ActionItem.id,
        Part.status == PartStatus.OPEN,
        Part.reports_from <= last_day,
        or_(Part.filed_until.is_(None), Part.filed_until < last_day),
    )
    return exists(select(Part.id).where(is_owed))


PRESENT: Final = Facts(
    status=ActionItem.status,
    start_on=ActionItem.start_on,
    due_on=ActionItem.due_on,
    original_due_on=ActionItem.original_due_on,
    closed_on=ActionItem.closed_on,
    asked_in_time=_asks(Closing.decided_at.is_(None)),
    released_in_time=_asks(Closing.agreed.is_(True), Closing.round_no == ActionItem.round_no),
    missed=_part_missed,
    lags=lambda too_little: exists(
        select(Part.id).where(
            Part.item_id == ActionItem.id, Part.role == PartRole.LEAD, too_little(Part.percent)
        )
    ),
)
_ASKED_IN_TIME: Final = and_(ItemPeriod.asked_on.is_not(None), ItemPeriod.asked_on <= ItemPeriod.due_on)
PAST: Final = Facts(
    status=ItemPeriod.status,
    start_on=ItemPeriod.start_on,
    due_on=ItemPeriod.due_on,
    original_due_on=ItemPeriod.original_due_on,
    closed_on=ItemPeriod.closed_on,
    asked_in_time=_ASKED_IN_TIME,
    released_in_time=_ASKED_IN_TIME,
    missed=lambda last_day: and_(
        ItemPeriod.reported_until.is_not(None), ItemPeriod.reported_until < last_day
    ),
    lags=lambda too_little: too_little(ItemPeriod.percent),
)
"""The facts of the row of history that is joined, or asked for by `holding_on`."""


def is_open(facts: Facts = PRESENT) -> ColumnElement[bool]:
    """Return the condition for an open item."""
    return facts.status.in_(OPEN)


def is_live_check() -> ColumnElement[bool]:
    """Return the condition on `PostCheck` for being neither noted nor cancelled."""
    return and_(PostCheck.noted_at.is_(None), PostCheck.cancelled_at.is_(None))


def is_closed(facts: Facts = PRESENT) -> ColumnElement[bool]:
    """Return the condition for an item that was released, however it ended."""
    return facts.status.in_(CLOSED)


def overdue_on(day: date, facts: Facts = PRESENT) -> ColumnElement[bool]:
    """Return the condition for an overdue item on a day: `deadlines.is_overdue` in SQL."""
    waits = and_(facts.status == Status.CLOSE_REQUESTED, facts.asked_in_time)
    return and_(is_open(facts), facts.due_on < day, ~waits)


def due_soon_on(day: date, standards: Standards, facts: Facts = PRESENT) -> ColumnElement[bool]:
    """Return the condition for an open item due soon, the day included: `deadlines.is_due_soon` in SQL."""
    last = day + timedelta(days=standards.due_soon_days)
    return and_(is_open(facts), facts.due_on.between(day, last))


def awaiting(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item with something on it that waits for this person to decide."""
    return or_(
        decidable_by(principal),
        extension_decidable_by(principal),
        reviewable_by(principal),
        forwardable_by(principal),
        and_(is_open(), ActionItem.id.in_(petitions_for(principal).with_only_columns(Petition.item_id))),
    )


def decidable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item with a closing request this person decides: `closing.may_decide` in SQL."""
    return and_(is_open(), ActionItem.id.in_(closings_for(principal).with_only_columns(Closing.item_id)))


def closings_for(principal: Principal) -> Select[int, int, int]:
    """Return, of the closing requests this person decides, the item's id, their own and the department's."""
    return (
        select(Closing.item_id, Closing.id, Part.department_id)
        .join(Part, Part.id == Closing.part_id)
        .join(Department, Department.id == Part.department_id)
        .where(
            Closing.decided_at.is_(None),
            Part.status == PartStatus.CLOSE_REQUESTED,
            Closing.requested_by_id.not_in(principal.persons),
            or_(Closing.forwarded_by_id.is_(None), Closing.forwarded_by_id.not_in(principal.persons)),
            _decides_for(principal),
        )
    )


def petitions_for(principal: Principal) -> Select[int, int, int]:
    """Return, of the petitions this person decides, the item's id, their own and the department's."""
    return (
        select(Petition.item_id, Petition.id, Part.department_id)
        .join(Part, and_(Part.item_id == Petition.item_id, Part.role == PartRole.LEAD))
        .join(Department, Department.id == Part.department_id)
        .where(
            Petition.decided_at.is_(None),
            Petition.requested_by_id.not_in(principal.persons),
            _decides_for(principal),
        )
    )


def _decides_for(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on `Part` and its department for deciding on what that department asks."""
    deciders: list[ColumnElement[bool]] = []
    if principal.holds(Role.COORDINATOR):
        deciders.append(Part.department_id.not_in(principal.own_departments))
    if headed := principal.headed_departments:
        deciders.append(and_(Department.is_coordinating, Part.department_id.in_(headed)))
    owned = principal.scope(Permission.Action.PREPARE_CLOSING).departments
    return and_(
        or_(Part.officer_id.is_(None), Part.officer_id.not_in(principal.persons)),
        Part.department_id.not_in(owned),
        or_(false(), *deciders),
    )


def extension_decidable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item whose request for more time waits for this person's signature."""
    return and_(is_open(), ActionItem.id.in_(extensions_for(principal).with_only_columns(Extension.item_id)))


def extensions_for(principal: Principal) -> Select[int, int, int]:
    """Return, of the requests for more time that wait for this person, the item's id, their own and the department's.

    Narrower than `extending.may_decide`: a higher office may step in, but is not asked before its turn.
    """
    coordinates = principal.holds(Role.COORDINATOR)
    turns = or_(
        and_(
            Extension.turn == Level.UNIT_HEAD,
            Part.department_id.in_(principal.departments_as(Role.UNIT_HEAD)),
        ),
        and_(Extension.turn == Level.AGENCY_HEAD, Part.department_id.in_(principal.headed_departments)),
        and_(
            Extension.turn == Level.COORDINATOR,
            Part.department_id.not_in(principal.own_departments) if coordinates else false(),
        ),
    )
    return (
        select(Extension.item_id, Extension.id, Part.department_id)
        .join(Part, and_(Part.item_id == Extension.item_id, Part.role == PartRole.LEAD))
        .where(
            Extension.decided_at.is_(None),
            Extension.requested_by_id.not_in(principal.persons),
            turns,
        )
    )


def reviewable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item with progress that waits for this head of a unit to approve it."""
    updates = updates_for(principal).with_only_columns(ProgressUpdate.item_id)
    return and_(is_open(), ActionItem.id.in_(updates))


def updates_for(principal: Principal) -> Select[int, int, int]:
    """Return, of the progress that waits for this head of a unit, the item's id, its own and the department's."""
    return (
        select(ProgressUpdate.item_id, ProgressUpdate.id, Part.department_id)
        .join(Part, Part.id == ProgressUpdate.part_id)
        .where(
            ProgressUpdate.approved.is_(None),
            ProgressUpdate.submitted_by_id.not_in(principal.persons),
            Part.department_id.in_(principal.departments_as(Role.UNIT_HEAD)),
        )
    )


def forwardable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item with a closing request that waits for this head of a unit to forward it."""
    return and_(is_open(), ActionItem.id.in_(forwards_for(principal).with_only_columns(Closing.item_id)))


def forwards_for(principal: Principal) -> Select[int, int, int]:
    """Return, of the closing requests this head of a unit forwards, the item's id, their own and the department's."""
    return (
        select(Closing.item_id, Closing.id, Part.department_id)
        .join(Part, Part.id == Closing.part_id)
        .where(
            Closing.decided_at.is_(None),
            Closing.requested_on.is_(None),
            Closing.requested_by_id.not_in(principal.persons),
            Part.department_id.in_(principal.departments_as(Role.UNIT_HEAD)),
        )
    )


def signal_on(day: date, wanted: Signal, standards: Standards, facts: Facts = PRESENT) -> ColumnElement[bool]:
    """Return the condition for showing a 燈號 on a day: `deadlines.signal` in SQL."""
    is_red = or_(overdue_on(day, facts), missed_on(day, standards.missed_filings, standards, facts))
    is_amber = or_(
        missed_on(day, 1, standards, facts),
        due_soon_on(day, standards, facts),
        _is_behind_plan(day, standards.behind_points, facts),
    )
    return {
        Signal.NONE: not_(is_open(facts)),
        Signal.OVERDUE: and_(is_open(facts), is_red),
        Signal.ATTENTION: and_(is_open(facts), not_(is_red), is_amber),
        Signal.NORMAL: and_(is_open(facts), not_(is_red), not_(is_amber)),
    }[wanted]


def missed_on(day: date, filings: int, standards: Standards, facts: Facts = PRESENT) -> ColumnElement[bool]:
    """Return the condition for an item of which a part missed so many filings: `deadlines.missed_filings` in SQL."""
    period = standards.at_the_end_of(None if facts is PRESENT else day).last_closed(day)
    for _ in range(filings - 1):
        period = period.previous
    return and_(facts.status.in_(OWING), facts.missed(period.last_day))


def _is_behind_plan(day: date, points: int, facts: Facts) -> ColumnElement[bool]:
    # A linear plan has reached 100 × passed ÷ length, in whole percent; told without dividing.
    length = days_between(facts.start_on, facts.due_on)
    passed = days_between(facts.start_on, day)

    def is_too_little(percent: SQLColumnExpression[int]) -> ColumnElement[bool]:
        least = percent + points + 1
        return case(
            (facts.due_on <= day, least <= 100),
            else_=and_(passed > 0, 100 * passed >= least * length),
        )

    return facts.lags(is_too_little)
