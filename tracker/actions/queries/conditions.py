"""The rules on items as conditions in SQL; tests hold the two together."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, not_, or_, select

from tracker.access import Permission, Principal, Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, Petition, PostCheck, ProgressUpdate
from tracker.actions.rules.deadlines import Signal, Standards
from tracker.actions.rules.extending import Level
from tracker.actions.rules.workflow import CLOSED, OPEN, OWING, PartRole, PartStatus, Status
from tracker.foundation.day_arithmetic import days_between
from tracker.people.models import Department


def is_open() -> ColumnElement[bool]:
    """Return the condition for an open item."""
    return ActionItem.status.in_(OPEN)


def is_live_check() -> ColumnElement[bool]:
    """Return the condition on `PostCheck` for being neither noted nor cancelled."""
    return and_(PostCheck.noted_at.is_(None), PostCheck.cancelled_at.is_(None))


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


def due_soon_on(day: date, standards: Standards) -> ColumnElement[bool]:
    """Return the condition for an open item due soon, the day included: `deadlines.is_due_soon` in SQL."""
    last = day + timedelta(days=standards.due_soon_days)
    return and_(is_open(), ActionItem.due_on.between(day, last))


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


def signal_on(day: date, wanted: Signal, standards: Standards) -> ColumnElement[bool]:
    """Return the condition for showing a 燈號 on a day: `deadlines.signal` in SQL."""
    is_red = or_(overdue_on(day), missed_on(day, standards.missed_filings, standards))
    is_amber = or_(
        missed_on(day, 1, standards),
        due_soon_on(day, standards),
        _is_behind_plan(day, standards.behind_points),
    )
    return {
        Signal.NONE: not_(is_open()),
        Signal.OVERDUE: and_(is_open(), is_red),
        Signal.ATTENTION: and_(is_open(), not_(is_red), is_amber),
        Signal.NORMAL: and_(is_open(), not_(is_red), not_(is_amber)),
    }[wanted]


def missed_on(day: date, filings: int, standards: Standards) -> ColumnElement[bool]:
    """Return the condition for an item of which a part missed so many filings: `deadlines.missed_filings` in SQL."""
    period = standards.last_closed(day)
    for _ in range(filings - 1):
        period = period.previous
    is_owed = and_(
        Part.item_id == ActionItem.id,
        Part.status == PartStatus.OPEN,
        Part.reports_from <= period.last_day,
        or_(Part.filed_until.is_(None), Part.filed_until < period.last_day),
    )
    return and_(ActionItem.status.in_(OWING), exists(select(Part.id).where(is_owed)))


def _is_behind_plan(day: date, points: int) -> ColumnElement[bool]:
    # A linear plan has reached 100 × passed ÷ length, in whole percent; told without dividing.
    length = days_between(ActionItem.start_on, ActionItem.due_on)
    passed = days_between(ActionItem.start_on, day)
    least = Part.percent + points + 1
    planned = case(
        (ActionItem.due_on <= day, least <= 100),
        else_=and_(passed > 0, 100 * passed >= least * length),
    )
    return exists(select(Part.id).where(Part.item_id == ActionItem.id, Part.role == PartRole.LEAD, planned))
