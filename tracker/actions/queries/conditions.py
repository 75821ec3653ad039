"""The rules on items as conditions in SQL; tests hold the two together."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, or_, select

from tracker.access import Permission, Principal, Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, ProgressUpdate
from tracker.actions.rules.deadlines import BEHIND_PLAN_POINTS, DUE_SOON_DAYS, STALE_DAYS, Signal
from tracker.actions.rules.extending import Level
from tracker.actions.rules.workflow import CLOSED, OPEN, PartRole, PartStatus, Status
from tracker.foundation.day_arithmetic import days_between
from tracker.people.models import Department


def is_open() -> ColumnElement[bool]:
    """Return the condition for an open item."""
    return ActionItem.status.in_(OPEN)


def is_closed() -> ColumnElement[bool]:
    """Return the condition for an item that was released, however it ended."""
    return ActionItem.status.in_(CLOSED)


def overdue_on(day: date) -> ColumnElement[bool]:
    """Return the condition for an overdue item on a day: `deadlines.is_overdue` in SQL."""
    asked_in_time = exists(
        select(Closing.id)
        .join(Part, Part.id == Closing.part_id)
        .where(
            Closing.item_id == ActionItem.id,
            Part.role == PartRole.LEAD,
            Closing.decided_at.is_(None),
            Closing.requested_on <= ActionItem.due_on,
        )
    )
    waits = and_(ActionItem.status == Status.CLOSE_REQUESTED, asked_in_time)
    return and_(is_open(), ActionItem.due_on < day, ~waits)


def due_soon_on(day: date) -> ColumnElement[bool]:
    """Return the condition for an open item due within thirty days, the day included."""
    return and_(is_open(), ActionItem.due_on.between(day, day + timedelta(days=DUE_SOON_DAYS)))


def decidable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item with a closing request this person decides: `closing.may_decide` in SQL."""
    deciders: list[ColumnElement[bool]] = []
    if principal.holds(Role.COORDINATOR):
        deciders.append(Part.department_id.not_in(principal.own_departments))
    if headed := principal.headed_departments:
        deciders.append(and_(Department.is_coordinating, Part.department_id.in_(headed)))
    owned = principal.scope(Permission.Action.REQUEST_CLOSING).departments
    waits = exists(
        select(Closing.id)
        .join(Part, Part.id == Closing.part_id)
        .join(Department, Department.id == Part.department_id)
        .where(
            Closing.item_id == ActionItem.id,
            Closing.decided_at.is_(None),
            Part.status == PartStatus.CLOSE_REQUESTED,
            Closing.requested_by_id.not_in(principal.persons),
            or_(Part.officer_id.is_(None), Part.officer_id.not_in(principal.persons)),
            Part.department_id.not_in(owned),
            or_(false(), *deciders),
        )
    )
    return and_(is_open(), waits)


def extension_decidable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item whose request for more time waits for this person's signature.

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
    waits = exists(
        select(Extension.id)
        .join(Part, and_(Part.item_id == Extension.item_id, Part.role == PartRole.LEAD))
        .where(
            Extension.item_id == ActionItem.id,
            Extension.decided_at.is_(None),
            Extension.requested_by_id.not_in(principal.persons),
            turns,
        )
    )
    return and_(is_open(), waits)


def reviewable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the condition for an open item with progress that waits for this head of a unit to approve it."""
    waits = exists(
        select(ProgressUpdate.id)
        .join(Part, Part.id == ProgressUpdate.part_id)
        .where(
            ProgressUpdate.item_id == ActionItem.id,
            ProgressUpdate.approved.is_(None),
            ProgressUpdate.submitted_by_id.not_in(principal.persons),
            Part.department_id.in_(principal.departments_as(Role.UNIT_HEAD)),
        )
    )
    return and_(is_open(), waits)


def signal_on(day: date, wanted: Signal) -> ColumnElement[bool]:
    """Return the condition for showing a 燈號 on a day: `deadlines.signal` in SQL."""
    needs_care = or_(due_soon_on(day), _is_stale(day), _is_behind_plan(day))
    return {
        Signal.NONE: not_(is_open()),
        Signal.OVERDUE: overdue_on(day),
        Signal.ATTENTION: and_(is_open(), not_(overdue_on(day)), needs_care),
        Signal.NORMAL: and_(is_open(), not_(overdue_on(day)), not_(needs_care)),
    }[wanted]


def _is_stale(day: date) -> ColumnElement[bool]:
    updated_on = select(func.max(Part.updated_on)).where(Part.item_id == ActionItem.id).scalar_subquery()
    return func.coalesce(updated_on, ActionItem.start_on) < day - timedelta(days=STALE_DAYS)


def _is_behind_plan(day: date) -> ColumnElement[bool]:
    # A linear plan has reached 100 × passed ÷ length, in whole percent; told without dividing.
    length = days_between(ActionItem.start_on, ActionItem.due_on)
    passed = days_between(ActionItem.start_on, day)
    least = Part.percent + BEHIND_PLAN_POINTS + 1
    planned = case(
        (ActionItem.due_on <= day, least <= 100),
        else_=and_(passed > 0, 100 * passed >= least * length),
    )
    return exists(select(Part.id).where(Part.item_id == ActionItem.id, Part.role == PartRole.LEAD, planned))
