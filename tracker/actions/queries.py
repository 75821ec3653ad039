"""Reading action items; what a person may see is decided in `visible_to`, once, for lists, pages, counts and API."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, contains_eager, selectinload
from sqlalchemy.sql.base import ExecutableOption

from tracker.access import Permission, Principal, Role
from tracker.actions.models import ActionItem, Closing, Evidence, Extension, Part, ProgressUpdate
from tracker.actions.rules.deadlines import DUE_SOON_DAYS, Deadline
from tracker.actions.rules.extending import Level
from tracker.actions.rules.workflow import CLOSED, OPEN, PartRole, PartStatus, Status
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import NotFound
from tracker.foundation.language import N_
from tracker.foundation.searching import holds
from tracker.people.models import Department, RoleGrant
from tracker.people.queries import department_nodes
from tracker.people.rules import tree
from tracker.reports.models import Recommendation, Report
from tracker.reports.queries import visible_to as readable_by
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality

Lead = aliased(Part, name="lead_part")
LeadDepartment = aliased(Department, name="lead_department")


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on `ActionItem` for what a person may see.

    A department sees the items in which it has a part, an officer also those given to them by name; drafts are the
    coordinator's; items of a restricted report are hidden from city-wide readers who may not read that report.
    """
    scope = principal.scope(Permission.Action.READ)
    if not scope:
        return false()
    not_draft = true() if principal.may(Permission.Action.ASSIGN) else ActionItem.status != Status.DRAFT
    if not scope.city:
        return and_(not_draft, _has_part(Part.department_id.in_(scope.departments) | _of(principal)))
    restricted = principal.scope(Permission.Report.READ_RESTRICTED)
    if restricted.city:
        return not_draft
    public = exists(
        select(Recommendation.id)
        .join(Report)
        .where(
            Recommendation.id == ActionItem.recommendation_id,
            Report.confidentiality == Confidentiality.PUBLIC,
        )
    )
    return and_(not_draft, or_(public, _has_part(Part.department_id.in_(restricted.departments))))


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


class Group(StrEnum):
    """The groups that tiles count and lists show; the later ones are open and neither overdue nor due soon."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    AWAITING_DECISION = "awaiting_decision"
    CLOSED = "closed"
    ALL = "all"
    LATER = "later"
    PAST_ORIGINAL = "past_original"
    EXTENSION_ASKED = "extension_asked"


GROUP_LABELS: Mapping[Group, str] = {
    Group.OPEN: N_("列管中"),
    Group.DUE_SOON: N_("30 日內到期"),
    Group.OVERDUE: N_("逾期"),
    Group.AWAITING_DECISION: N_("待解列"),
    Group.CLOSED: N_("已解列"),
    Group.ALL: N_("全部"),
    Group.LATER: N_("其他列管中"),
    Group.PAST_ORIGINAL: N_("已過原預定完成日"),
    Group.EXTENSION_ASKED: N_("申請展延中"),
}


class Order(StrEnum):
    """What a list can be sorted by; a leading minus at the door turns it round."""

    DUE = "due_on"
    NUMBER = "item_no"
    DEPARTMENT = "department"
    STATUS = "status"
    OPENED = "opened_at"


@dataclass(frozen=True)
class ActionFilter:
    """What a reader asks of the list; every field narrows it, empty ones do not.

    A department stands for everything below it, unless `with_units` is false.
    """

    group: Group = Group.ALL
    status: Status | None = None
    department_id: int | None = None
    with_units: bool = True
    officer_id: int | None = None
    report_id: int | None = None
    theme: str = ""
    adoption: Adoption | None = None
    words: str = ""
    due_from: date | None = None
    due_until: date | None = None
    order: Order = Order.DUE
    descending: bool = False


def condition_for(
    session: Session, principal: Principal, wanted: ActionFilter, today: date
) -> ColumnElement[bool]:
    """Return the one condition that list, count, tile and export share; needs `Lead` joined in."""
    conditions = [visible_to(principal), group_condition(wanted.group, today)]
    if wanted.status:
        conditions.append(ActionItem.status == wanted.status)
    if wanted.department_id is not None:
        alone = frozenset({wanted.department_id})
        below = tree.subtree(department_nodes(session), wanted.department_id) if wanted.with_units else alone
        conditions.append(Lead.department_id.in_(below))
    if wanted.officer_id is not None:
        conditions.append(Lead.officer_id == wanted.officer_id)
    if wanted.report_id is not None:
        conditions.append(Recommendation.report_id == wanted.report_id)
    if wanted.theme:
        conditions.append(Recommendation.theme == wanted.theme)
    if wanted.adoption:
        conditions.append(Recommendation.adoption == wanted.adoption)
    if wanted.due_from:
        conditions.append(ActionItem.due_on >= wanted.due_from)
    if wanted.due_until:
        conditions.append(ActionItem.due_on <= wanted.due_until)
    conditions += holds(
        wanted.words,
        ActionItem.item_no,
        ActionItem.title,
        LeadDepartment.name,
        LeadDepartment.english_name,
        Recommendation.verbatim_quote,
        Report.title,
    )
    return and_(*conditions)


def from_joined(query: Select[ActionItem]) -> Select[ActionItem]:
    """Join what `condition_for` speaks of: the leading part, its department, the recommendation and its report."""
    return (
        query.join(Lead, and_(Lead.item_id == ActionItem.id, Lead.role == PartRole.LEAD))
        .join(LeadDepartment, LeadDepartment.id == Lead.department_id)
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
    )


def list_actions(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, number: int = 1, size: int = 25
) -> Page[ActionItem]:
    """Return one page of items with parts, officers, recommendation and report loaded."""
    condition = condition_for(session, principal, wanted, today)
    query = from_joined(select(ActionItem)).where(condition).options(*_for_lines())
    shown = _sorted(query, wanted).limit(size).offset((max(number, 1) - 1) * size)
    rows = list(session.scalars(shown).unique())
    return Page(rows, count_actions(session, principal, wanted, today), max(number, 1), size)


def count_actions(session: Session, principal: Principal, wanted: ActionFilter, today: date) -> int:
    """Return how many items a filter holds; the same condition as the list."""
    condition = condition_for(session, principal, wanted, today)
    items = from_joined(select(ActionItem)).where(condition).with_only_columns(func.count(ActionItem.id))
    return session.scalar(items) or 0


def count_by_group(
    session: Session, principal: Principal, wanted: ActionFilter, today: date
) -> dict[Group, int]:
    """Return, for a filter, how many items each group holds: the numbers on tabs and tiles, in one query."""
    condition = condition_for(session, principal, replace(wanted, group=Group.ALL), today)
    columns = [
        func.coalesce(func.sum(case((group_condition(group, today), 1), else_=0)), 0) for group in Group
    ]
    row = session.execute(from_joined(select(ActionItem)).where(condition).with_only_columns(*columns)).one()
    return dict(zip(Group, row, strict=True))


def get_action(session: Session, principal: Principal, item_id: int) -> ActionItem:
    """Return an item, read anew, with all that its page shows; raises NotFound, also when it may not be seen."""
    query = (
        select(ActionItem)
        .where(ActionItem.id == item_id, visible_to(principal))
        .options(
            selectinload(ActionItem.parts).selectinload(Part.department),
            selectinload(ActionItem.parts).selectinload(Part.officer),
            selectinload(ActionItem.updates).selectinload(ProgressUpdate.evidence),
            selectinload(ActionItem.updates).joinedload(ProgressUpdate.submitted_by),
            selectinload(ActionItem.updates).joinedload(ProgressUpdate.reviewed_by),
            selectinload(ActionItem.waiting_updates),
            selectinload(ActionItem.closings).selectinload(Closing.evidence),
            selectinload(ActionItem.closings).selectinload(Closing.requested_by),
            selectinload(ActionItem.closings).selectinload(Closing.decided_by),
            selectinload(ActionItem.extensions).selectinload(Extension.evidence),
            selectinload(ActionItem.extensions).joinedload(Extension.requested_by),
            selectinload(ActionItem.extensions).joinedload(Extension.endorsed_by),
            selectinload(ActionItem.extensions).joinedload(Extension.decided_by),
            selectinload(ActionItem.recommendation).selectinload(Recommendation.report),
            selectinload(ActionItem.merged_into),
        )
        .execution_options(populate_existing=True)
    )
    item = session.scalars(query).one_or_none()
    if item is None:
        raise NotFound
    return item


def find_action_by_number(session: Session, principal: Principal, item_no: str) -> ActionItem | None:
    """Return the visible item with a number."""
    query = select(ActionItem).where(ActionItem.item_no == item_no.strip(), visible_to(principal))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def get_closing(session: Session, principal: Principal, closing_id: int) -> Closing:
    """Return a closing request of a visible item; raises NotFound."""
    query = (
        select(Closing)
        .join(ActionItem, ActionItem.id == Closing.item_id)
        .where(Closing.id == closing_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_update(session: Session, principal: Principal, update_id: int) -> ProgressUpdate:
    """Return a report of progress on a visible item; raises NotFound."""
    query = (
        select(ProgressUpdate)
        .join(ActionItem, ActionItem.id == ProgressUpdate.item_id)
        .where(ProgressUpdate.id == update_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_extension(session: Session, principal: Principal, extension_id: int) -> Extension:
    """Return a request for more time of a visible item; raises NotFound."""
    query = (
        select(Extension)
        .join(ActionItem, ActionItem.id == Extension.item_id)
        .where(Extension.id == extension_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_evidence(session: Session, principal: Principal, evidence_id: int) -> Evidence:
    """Return a piece of evidence of a visible item; raises NotFound."""
    query = (
        select(Evidence)
        .join(ActionItem, ActionItem.id == Evidence.item_id)
        .where(Evidence.id == evidence_id, visible_to(principal))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def departments_of(session: Session, person_ids: Iterable[int]) -> Mapping[int, Department]:
    """Return the department in which each person holds a role, where they hold one."""
    query = (
        select(RoleGrant.person_id, Department)
        .join(Department, Department.id == RoleGrant.department_id)
        .where(RoleGrant.person_id.in_(set(person_ids)))
        .order_by(RoleGrant.id.desc())
    )
    return {row.person_id: row.Department for row in session.execute(query)}


def may_read_report(session: Session, principal: Principal, report_id: int) -> bool:
    """Tell whether a person may open the report that an item grew out of; a supporting department may not always."""
    return session.scalar(select(Report.id).where(Report.id == report_id, readable_by(principal))) is not None


def reports_with_items(session: Session, principal: Principal) -> Sequence[tuple[int, str, str]]:
    """Return id, number and title of the reports whose items a person sees, newest number first."""
    query = (
        select(Report.id, Report.report_no, Report.title)
        .join(Recommendation, Recommendation.report_id == Report.id)
        .join(ActionItem, ActionItem.recommendation_id == Recommendation.id)
        .where(visible_to(principal))
        .distinct()
        .order_by(Report.report_no.desc())
    )
    return [(row.id, row.report_no or "", row.title) for row in session.execute(query)]


def items_of_recommendations(
    session: Session, principal: Principal, recommendation_ids: Sequence[int]
) -> Mapping[int, Sequence[ActionItem]]:
    """Return the visible items that grew out of each recommendation."""
    query = (
        select(ActionItem)
        .where(ActionItem.recommendation_id.in_(recommendation_ids), visible_to(principal))
        .options(
            selectinload(ActionItem.parts).selectinload(Part.department),
            selectinload(ActionItem.parts).selectinload(Part.officer),
            selectinload(ActionItem.closings),
            selectinload(ActionItem.extensions),
            selectinload(ActionItem.waiting_updates).joinedload(ProgressUpdate.part),
        )
        .order_by(ActionItem.item_no)
    )
    found: dict[int, list[ActionItem]] = {}
    for item in session.scalars(query):
        found.setdefault(item.recommendation_id, []).append(item)
    return found


def deadline_of(item: ActionItem) -> Deadline:
    """Return the facts that lateness and 燈號 are told from; needs parts and closings loaded."""
    waiting = item.waiting_closing
    return Deadline(
        status=item.status,
        due_on=item.due_on,
        original_due_on=item.original_due_on,
        start_on=item.start_on,
        percent=item.lead.percent,
        closing_requested_on=waiting.requested_on if waiting else None,
        updated_on=max((part.updated_on for part in item.parts if part.updated_on), default=None),
    )


def work_of(session: Session, principal: Principal, limit: int = 50) -> Sequence[ActionItem]:
    """Return the open items that wait for this person, most urgent first."""
    query = from_joined(select(ActionItem)).where(_waits_for(principal)).options(*_for_lines())
    return list(session.scalars(query.order_by(ActionItem.due_on, ActionItem.id).limit(limit)).unique())


def count_work(session: Session, principal: Principal) -> int:
    """Return how many open items wait for this person."""
    return session.scalar(select(func.count(ActionItem.id)).where(_waits_for(principal))) or 0


def _waits_for(principal: Principal) -> ColumnElement[bool]:
    # An officer's own open parts, parts without an officer for whoever takes them, requests to decide on.
    accepting = principal.scope(Permission.Action.ACKNOWLEDGE).departments
    untaken = Part.officer_id.is_(None) & Part.department_id.in_(accepting)
    mine = _has_part(and_(Part.status == PartStatus.OPEN, or_(_of(principal), untaken)))
    asked = (decidable_by(principal), extension_decidable_by(principal), reviewable_by(principal))
    return and_(visible_to(principal), is_open(), or_(mine, *asked))


def _for_lines() -> Sequence[ExecutableOption]:
    """Load what one line of a list shows; needs `from_joined`."""
    return (
        selectinload(ActionItem.parts).selectinload(Part.department),
        selectinload(ActionItem.parts).selectinload(Part.officer),
        selectinload(ActionItem.closings),
        selectinload(ActionItem.extensions),
        selectinload(ActionItem.waiting_updates).joinedload(ProgressUpdate.part),
        contains_eager(ActionItem.recommendation).contains_eager(Recommendation.report),
    )


def group_condition(group: Group, today: date) -> ColumnElement[bool]:
    """Return the condition for belonging to a group on a day."""
    conditions: Mapping[Group, ColumnElement[bool]] = {
        Group.OPEN: is_open(),
        Group.DUE_SOON: due_soon_on(today),
        Group.OVERDUE: overdue_on(today),
        Group.AWAITING_DECISION: ActionItem.status == Status.CLOSE_REQUESTED,
        Group.CLOSED: is_closed(),
        Group.ALL: true(),
        Group.LATER: and_(is_open(), ~overdue_on(today), ~due_soon_on(today)),
        Group.PAST_ORIGINAL: and_(is_open(), ActionItem.original_due_on < today),
        Group.EXTENSION_ASKED: and_(is_open(), _asks_for_time()),
    }
    return conditions[group]


def _asks_for_time() -> ColumnElement[bool]:
    return exists(
        select(Extension.id).where(Extension.item_id == ActionItem.id, Extension.decided_at.is_(None))
    )


def _has_part(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(Part.id).where(Part.item_id == ActionItem.id, condition))


def _of(principal: Principal) -> ColumnElement[bool]:
    return Part.officer_id.in_(principal.persons)


def _sorted(query: Select[ActionItem], wanted: ActionFilter) -> Select[ActionItem]:
    columns: Mapping[Order, SQLColumnExpression[Any]] = {
        Order.DUE: ActionItem.due_on,
        Order.NUMBER: ActionItem.item_no,
        Order.DEPARTMENT: LeadDepartment.code,
        Order.STATUS: case({status: rank for rank, status in enumerate(Status)}, value=ActionItem.status),
        Order.OPENED: ActionItem.opened_at,
    }
    first = columns[wanted.order]
    return query.order_by(first.desc() if wanted.descending else first, ActionItem.item_no)
