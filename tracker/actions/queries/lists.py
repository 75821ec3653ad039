"""Lists of items: what is asked of them, how they are sorted, and how many they hold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, select
from sqlalchemy.orm import aliased, contains_eager, selectinload
from sqlalchemy.sql.base import ExecutableOption

from tracker.access import Permission, Principal
from tracker.actions.history import holding_between, holding_on
from tracker.actions.models import ActionItem, ItemPeriod, ItemTag, Part, ProgressUpdate
from tracker.actions.queries.conditions import PAST, PRESENT, Facts, signal_on
from tracker.actions.queries.groups import OF_PAST_DAYS, Group, group_condition
from tracker.actions.queries.visibility import has_part, visible_to
from tracker.actions.rules.deadlines import Signal, Standards
from tracker.actions.rules.editing import TrackingLevel, normal_tag
from tracker.actions.rules.filing import Period as FilingPeriod
from tracker.actions.rules.periods import Occasion, Period
from tracker.actions.rules.workflow import OWING, PartRole, PartStatus, Status
from tracker.actions.searched import found_by
from tracker.foundation.database import Session
from tracker.foundation.paging import BEGINNING, Key, Place, Sorting, Stretch, stretch_of
from tracker.people.models import Department, User
from tracker.people.queries import at_or_below
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption

Lead = aliased(Part, name="lead_part")
LeadDepartment = aliased(Department, name="lead_department")


class Order(StrEnum):
    """What a list can be sorted by; a leading minus at the door turns it round."""

    DUE = "due_on"
    NUMBER = "item_no"
    DEPARTMENT = "department"
    OFFICER = "officer"
    STATUS = "status"
    ORIGINAL_DUE = "original_due_on"
    PERCENT = "percent"
    UPDATED = "updated_on"
    OPENED = "opened_at"
    CLOSED = "closed_on"
    REPORT = "report"


class Filed(StrEnum):
    """What became of the report on a period."""

    FILED = "filed"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True)
class Filing:
    """Items by what became of the report on one period: somebody filed it, filed it late, or somebody owes it still."""

    what: Filed
    period: FilingPeriod

    @property
    def code(self) -> str:
        """Return how addresses write it: missing:2026-05."""
        return f"{self.what.value}:{self.period.code}"

    @classmethod
    def read(cls, text: str) -> "Filing | None":
        """Return what an address wrote, None for anything else."""
        what, _, code = text.partition(":")
        try:
            return cls(Filed(what), FilingPeriod.read(code))
        except ValueError:
            return None


def filing_condition(filing: Filing) -> ColumnElement[bool]:
    """Return the condition on `ActionItem` for what became of the report on a period; a returned one was not filed."""
    if filing.what is Filed.MISSING:
        return and_(ActionItem.status.in_(OWING), PRESENT.missed(filing.period.last_day))
    filed = select(ProgressUpdate.item_id).where(
        ProgressUpdate.period == filing.period.code, ProgressUpdate.approved.is_not(False)
    )
    if filing.what is Filed.LATE:
        filed = filed.where(ProgressUpdate.late.is_(True))
    return ActionItem.id.in_(filed)


@dataclass(frozen=True)
class ActionFilter:
    """What a reader asks of the list; every field narrows it, empty ones do not.

    A department stands for everything below it, unless `with_units` is false. A period needs its occasion. `as_at` is
    a past day, of whose end the facts are told; rights, marks and words are those of today. `support_id` is a
    department that still supports the item, itself or by a unit.
    """

    group: Group = Group.ALL
    status: Status | None = None
    department_id: int | None = None
    with_units: bool = True
    officer_id: int | None = None
    signal: Signal | None = None
    report_no: str = ""
    theme: str = ""
    trip_category: str = ""
    adoption: Adoption | None = None
    words: str = ""
    occasion: Occasion | None = None
    period: Period | None = None
    due_from: date | None = None
    due_until: date | None = None
    tag: str = ""
    level: TrackingLevel | None = None
    only_priority: bool = False
    as_at: date | None = None
    support_id: int | None = None
    filing: Filing | None = None
    order: Order = Order.DUE
    descending: bool = False


def condition_for(
    principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> ColumnElement[bool]:
    """Return the one condition on `ActionItem` that list, count, tile and export share."""
    if wanted.as_at is None:
        return and_(*_fixed(principal, wanted), *_of_facts(principal, wanted, today, standards, PRESENT))
    stood = _of_facts(principal, wanted, wanted.as_at, standards, PAST)
    held = select(ItemPeriod.item_id).where(holding_on(wanted.as_at), *stood)
    return and_(*_fixed(principal, wanted), ActionItem.id.in_(held))


@dataclass(frozen=True)
class Population:
    """The items that a filter holds, to be counted: the day they are told of, and where their facts then stand.

    `stood` joins the rows of history that tell of the past, where that is asked for.
    """

    day: date
    facts: Facts
    stood: ColumnElement[bool] | None
    department_id: SQLColumnExpression[int]
    adoption: SQLColumnExpression[Adoption]
    theme: SQLColumnExpression[str]
    condition: ColumnElement[bool]

    def select(self, *columns: Any) -> Select[Any]:
        """Return a query for columns, or sums, over these items; each comes with its lead and its recommendation."""
        query = select(*columns).select_from(ActionItem)
        if self.stood is not None:
            return query.join(ItemPeriod, self.stood).where(self.condition)
        lead = and_(Lead.item_id == ActionItem.id, Lead.role == PartRole.LEAD)
        return (
            query.join(Lead, lead)
            .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
            .where(self.condition)
        )


def population(principal: Principal, wanted: ActionFilter, today: date, standards: Standards) -> Population:
    """Return the items of a filter for counting: the same ones as its list has."""
    if wanted.as_at is not None:
        return _past(principal, wanted, wanted.as_at, standards, holding_on(wanted.as_at))
    conditions = _fixed(principal, wanted) + _of_facts(principal, wanted, today, standards, PRESENT)
    return Population(
        today,
        PRESENT,
        None,
        Lead.department_id,
        Recommendation.adoption,
        Recommendation.theme,
        and_(*conditions),
    )


def stretch_of_history(
    principal: Principal, wanted: ActionFilter, first: date, last: date, standards: Standards
) -> Population:
    """Return the items of a filter as they stood from one day to another: a row for each of their states."""
    return _past(principal, wanted, last, standards, holding_between(first, last))


def _past(
    principal: Principal, wanted: ActionFilter, day: date, standards: Standards, holding: ColumnElement[bool]
) -> Population:
    conditions = _fixed(principal, wanted) + _of_facts(principal, wanted, day, standards, PAST)
    return Population(
        day,
        PAST,
        and_(ItemPeriod.item_id == ActionItem.id, holding),
        ItemPeriod.department_id,
        ItemPeriod.adoption,
        ItemPeriod.theme,
        and_(*conditions),
    )


def _fixed(principal: Principal, wanted: ActionFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that are told of today whatever the day: rights, marks, words and the report."""
    conditions = [visible_to(principal), *_on_marks(wanted), *_on_source(wanted)]
    if wanted.support_id is not None:
        supports = and_(Part.role == PartRole.SUPPORT, Part.status != PartStatus.RELEASED)
        conditions.append(has_part(and_(supports, Part.department_id.in_(at_or_below(wanted.support_id)))))
    if wanted.filing is not None:
        conditions.append(filing_condition(wanted.filing))
    if (found := found_by(wanted.words)) is not None:
        conditions.append(found)
    return conditions


def _of_facts(
    principal: Principal, wanted: ActionFilter, day: date, standards: Standards, facts: Facts
) -> list[ColumnElement[bool]]:
    """Return the conditions that are told from the facts of a day."""
    conditions = [group_condition(wanted.group, day, standards, principal, facts)]
    if facts is PAST and not principal.may(Permission.Action.ASSIGN):
        conditions.append(facts.status != Status.DRAFT)
    if wanted.status:
        conditions.append(facts.status == wanted.status)
    if wanted.signal:
        conditions.append(signal_on(day, wanted.signal, standards, facts))
    if wanted.due_from:
        conditions.append(facts.due_on >= wanted.due_from)
    if wanted.due_until:
        conditions.append(facts.due_on <= wanted.due_until)
    if wanted.occasion and wanted.period:
        conditions.append(_falls_in(wanted.occasion, wanted.period, facts))
    return conditions + (_on_past(wanted) if facts is PAST else _on_lead(wanted) + _on_recommendation(wanted))


def _on_marks(wanted: ActionFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.tag:
        tagged = select(ItemTag.item_id).where(ItemTag.tag == normal_tag(wanted.tag))
        asked.append(ActionItem.id.in_(tagged))
    if wanted.level:
        asked.append(ActionItem.tracking_level == wanted.level)
    if wanted.only_priority:
        asked.append(ActionItem.is_priority.is_(True))
    return asked


def _on_lead(wanted: ActionFilter) -> list[ColumnElement[bool]]:
    asked = _held_by(wanted, Part.department_id, Part.officer_id)
    return [has_part(and_(Part.role == PartRole.LEAD, *asked))] if asked else []


def _on_past(wanted: ActionFilter) -> list[ColumnElement[bool]]:
    asked = _held_by(wanted, ItemPeriod.department_id, ItemPeriod.officer_id)
    if wanted.theme:
        asked.append(ItemPeriod.theme == wanted.theme)
    if wanted.adoption:
        asked.append(ItemPeriod.adoption == wanted.adoption)
    return asked


def _held_by(
    wanted: ActionFilter,
    department_id: SQLColumnExpression[int],
    officer_id: SQLColumnExpression[int | None],
) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.department_id is not None:
        asked.append(
            department_id.in_(at_or_below(wanted.department_id))
            if wanted.with_units
            else department_id == wanted.department_id
        )
    if wanted.officer_id is not None:
        asked.append(officer_id == wanted.officer_id)
    return asked


def _on_recommendation(wanted: ActionFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.theme:
        asked.append(Recommendation.theme == wanted.theme)
    if wanted.adoption:
        asked.append(Recommendation.adoption == wanted.adoption)
    return [ActionItem.recommendation_id.in_(select(Recommendation.id).where(*asked))] if asked else []


def _on_source(wanted: ActionFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.report_no:
        asked.append(Report.report_no == wanted.report_no)
    if wanted.trip_category:
        asked.append(Report.trip_category.contains(wanted.trip_category, autoescape=True))
    if not asked:
        return []
    sources = select(Recommendation.id).join(Report, Report.id == Recommendation.report_id).where(*asked)
    return [ActionItem.recommendation_id.in_(sources)]


def _falls_in(occasion: Occasion, period: Period, facts: Facts) -> ColumnElement[bool]:
    day: SQLColumnExpression[Any] = {
        Occasion.OPENED: facts.start_on,
        Occasion.CLOSED: facts.closed_on,
        Occasion.DUE: facts.due_on,
    }[occasion]
    return day.between(period.first, period.last)


def list_actions(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    place: Place = BEGINNING,
    size: int = 25,
) -> Stretch[ActionItem]:
    """Return some items from a place on, with parts, officers, recommendation and report loaded."""
    sorting = _sorting(wanted)
    condition = condition_for(principal, wanted, today, standards)
    keys = _joined_for_sorting(select(ActionItem.id), wanted).where(condition)
    cut = sorting.cut(keys, place, size).subquery()
    query = from_joined(select(ActionItem)).where(ActionItem.id.in_(select(cut.c.id)))
    rows = list(session.scalars(query.options(*for_lines()).order_by(*sorting.order())).unique())
    if place.before is not None and len(rows) <= size:
        # So few rows come before the place that the stretch would be a short one: the first is shown instead.
        return list_actions(session, principal, wanted, today, standards, BEGINNING, size)
    return stretch_of(rows, place, size, lambda item: key_of(item, wanted.order))


def list_by_ids(session: Session, principal: Principal, item_ids: Collection[int]) -> Sequence[ActionItem]:
    """Return those of some items that a person sees, drafts included where they may, by due date."""
    query = from_joined(select(ActionItem)).where(ActionItem.id.in_(item_ids), visible_to(principal))
    rows = session.scalars(query.options(*for_lines()).order_by(ActionItem.due_on, ActionItem.id))
    return list(rows.unique())


def count_actions(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> int:
    """Return how many items a filter holds; the same condition as the list."""
    condition = condition_for(principal, wanted, today, standards)
    return session.scalar(select(func.count(ActionItem.id)).where(condition)) or 0


def count_by_group(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    groups: Collection[Group] = tuple(Group),
) -> dict[Group, int]:
    """Return, for a filter, how many items some groups hold: the numbers on tabs and tiles, in one query.

    A past day tells of fewer groups; the others are left out.
    """
    asked = [group for group in groups if wanted.as_at is None or group in OF_PAST_DAYS]
    of = population(principal, replace(wanted, group=Group.ALL), today, standards)
    columns = [
        func.coalesce(
            func.sum(case((group_condition(group, of.day, standards, principal, of.facts), 1), else_=0)), 0
        )
        for group in asked
    ]
    return dict(zip(asked, session.execute(of.select(*columns)).one(), strict=True))


def from_joined(query: Select[ActionItem]) -> Select[ActionItem]:
    """Join the leading part, its department, the recommendation and its report, one of each to an item."""
    return (
        query.join(Lead, and_(Lead.item_id == ActionItem.id, Lead.role == PartRole.LEAD))
        .join(LeadDepartment, LeadDepartment.id == Lead.department_id)
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
    )


def for_lines() -> tuple[ExecutableOption, ...]:
    """Load what one line of a list shows; needs `from_joined`."""
    parts = selectinload(ActionItem.parts)
    return (
        parts.joinedload(Part.department),
        parts.joinedload(Part.officer),
        selectinload(ActionItem.closings),
        contains_eager(ActionItem.recommendation).contains_eager(Recommendation.report),
    )


_RANKS: Final[Mapping[Status, int]] = {status: rank for rank, status in enumerate(Status)}
_PART: Final = select(Part.percent).where(Part.item_id == ActionItem.id).correlate(ActionItem)
_LEAD: Final = _PART.where(Part.role == PartRole.LEAD)
_COLUMNS: Final[Mapping[Order, SQLColumnExpression[Any]]] = {
    Order.DUE: ActionItem.due_on,
    Order.NUMBER: ActionItem.item_no,
    Order.DEPARTMENT: LeadDepartment.code,
    Order.OFFICER: func.coalesce(
        _LEAD.join(User, User.id == Part.officer_id).with_only_columns(User.name).scalar_subquery(), ""
    ),
    Order.STATUS: case(_RANKS, value=ActionItem.status),
    Order.ORIGINAL_DUE: ActionItem.original_due_on,
    Order.PERCENT: _LEAD.scalar_subquery(),
    Order.UPDATED: func.coalesce(
        _PART.with_only_columns(func.max(Part.updated_on)).scalar_subquery(), date.min
    ),
    Order.OPENED: ActionItem.opened_at,
    Order.CLOSED: func.coalesce(ActionItem.closed_on, date.min),
    Order.REPORT: func.coalesce(
        select(Report.report_no)
        .join(Recommendation, Recommendation.report_id == Report.id)
        .where(Recommendation.id == ActionItem.recommendation_id)
        .correlate(ActionItem)
        .scalar_subquery(),
        "",
    ),
}
"""What is not there yet sorts before everything that is, so that a key always has a value."""
_VALUES: Final[Mapping[Order, Callable[[ActionItem], Any]]] = {
    Order.DUE: lambda item: item.due_on,
    Order.NUMBER: lambda item: item.item_no,
    Order.DEPARTMENT: lambda item: item.lead.department.code,
    Order.OFFICER: lambda item: item.lead.officer.name if item.lead.officer else "",
    Order.STATUS: lambda item: _RANKS[item.status],
    Order.ORIGINAL_DUE: lambda item: item.original_due_on,
    Order.PERCENT: lambda item: item.lead.percent,
    Order.UPDATED: lambda item: max((each.updated_on or date.min for each in item.parts), default=date.min),
    Order.OPENED: lambda item: item.opened_at,
    Order.CLOSED: lambda item: item.closed_on or date.min,
    Order.REPORT: lambda item: item.recommendation.report.report_no or "",
}
_DAYS: Final = frozenset({Order.DUE, Order.ORIGINAL_DUE, Order.UPDATED, Order.CLOSED})


def key_of(item: ActionItem, order: Order) -> Key:
    """Return the place of an item in a list."""
    return Key(_VALUES[order](item), item.id)


def write_key(key: Key) -> str:
    """Return a key as addresses carry it."""
    value = key.value
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None)
    return f"{value.isoformat() if isinstance(value, date) else value}~{key.id}"


def read_key(order: Order, written: str) -> Key | None:
    """Return the key that an address carries, None for one that no row can have."""
    value, _, number = written.rpartition("~")
    if not (written.isprintable() and number.isascii() and number.isdigit() and len(number) < 10):
        return None
    try:
        return Key(_read_value(order, value), int(number))
    except (ValueError, OverflowError):
        return None


def _read_value(order: Order, written: str) -> Any:
    if order in _DAYS:
        return date.fromisoformat(written)
    if order is Order.PERCENT:
        return max(-1, min(int(written), 101))
    if order is Order.STATUS:
        return int(written) % len(_RANKS)
    if order is Order.OPENED:
        return datetime.fromisoformat(written).replace(tzinfo=UTC)
    return written


def _sorting(wanted: ActionFilter) -> Sorting:
    return Sorting(_COLUMNS[wanted.order], ActionItem.id, wanted.descending)


def _joined_for_sorting(query: Select[Any], wanted: ActionFilter) -> Select[Any]:
    if wanted.order is not Order.DEPARTMENT:
        return query
    lead = and_(Lead.item_id == ActionItem.id, Lead.role == PartRole.LEAD)
    return query.join(Lead, lead).join(LeadDepartment, LeadDepartment.id == Lead.department_id)
