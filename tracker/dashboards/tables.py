"""The rows of the tables to hand up, from the conditions that the lists use; nobody sees more here than in a list."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from tracker.access import Act, Permission, Principal
from tracker.actions.models import ActionItem, Extension, Part, ProgressUpdate
from tracker.actions.queries import (
    ActionFilter,
    Group,
    Lead,
    LeadDepartment,
    condition_for,
    for_lines,
    from_joined,
    has_part,
    is_closed,
    is_open,
    missed_on,
    overdue_on,
    visible_to,
)
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.periods import Occasion, Period
from tracker.actions.rules.workflow import CLOSED, OPEN, PartRole, Status
from tracker.dashboards.rules.tables import SUBJECTS, Layout, Subject, Table
from tracker.dashboards.table_fields import DepartmentRow, Extras, ItemRow, field_of
from tracker.foundation.database import Session
from tracker.foundation.day_arithmetic import days_between
from tracker.foundation.language import N_, translator
from tracker.foundation.sheets import Cell
from tracker.people.models import Department
from tracker.people.queries import at_or_below
from tracker.people.rules.naming import department_name
from tracker.people.rules.tree import agency_of
from tracker.reports.models import Recommendation, Report
from tracker.reports.queries import visible_to as readable_by

LONG: Final = timedelta(days=365)
_STRETCH: Final = 500
_UNCOUNTED: Final = frozenset({Status.DRAFT, Status.VOID})
CountChases = Callable[[Session, Collection[int]], Mapping[int, int]]
_Key = tuple[int, int | None]


@dataclass(frozen=True)
class Asked:
    """Which table is wanted, and of what: when tracking began, at or below which department, from which report."""

    table: Table
    period: Period | None = None
    department_id: int | None = None
    report_no: str = ""


@dataclass(frozen=True)
class Terms:
    """What tables are told by: the city's standards and zone, and how often the outbox reminded of an item."""

    standards: Standards
    zone: ZoneInfo
    count_chases: CountChases


class Rows:
    """The rows of a table for a person, at the moment of a session; their number is known before they are read."""

    def __init__(self, session: Session, act: Act, asked: Asked, terms: Terms, language: str) -> None:
        self._session, self._act, self._asked, self._terms = session, act, asked, terms
        self._language = language

    def __len__(self) -> int:
        return len(self._counted if self._subject is Subject.DEPARTMENT else self._keys)

    def cells(self, layout: Layout, most: int | None = None) -> Iterator[Sequence[Cell]]:
        """Yield the rows as the columns of a layout show them, all or the first few."""
        fields = [field_of(self._subject, column.field) for column in layout.columns]
        rows = self._counted[:most] if self._subject is Subject.DEPARTMENT else self._items(most)
        for row in rows:
            yield [field.value(row) for field in fields]  # type: ignore[arg-type]  # All are of one subject.

    @property
    def _subject(self) -> Subject:
        return SUBJECTS[self._asked.table]

    @cached_property
    def _counted(self) -> Sequence[DepartmentRow]:
        return _departments(self._session, self._act, self._asked, self._terms, self._language)

    @cached_property
    def _keys(self) -> Sequence[_Key]:
        find = _keys_of_recommendations if self._subject is Subject.RECOMMENDATION else _keys_of_items
        return find(self._session, self._act, self._asked, self._terms)

    def _items(self, most: int | None) -> Iterator[ItemRow]:
        keys = self._keys[:most]
        for begin in range(0, len(keys), _STRETCH):
            if begin:
                # What was written is let go, or the session would hold the whole table in the end.
                self._session.expunge_all()
            yield from self._stretch(keys[begin : begin + _STRETCH], begin)

    def _stretch(self, keys: Sequence[_Key], begin: int) -> Iterator[ItemRow]:
        items = _load_items(self._session, [item_id for _, item_id in keys if item_id is not None])
        alone = _load_alone(self._session, [each for each, item_id in keys if item_id is None])
        extras = _extras_of(self._session, list(items), self._terms)
        for number, (recommendation_id, item_id) in enumerate(keys, begin + 1):
            item = items[item_id] if item_id is not None else None
            yield ItemRow(
                number,
                item.recommendation if item else alone[recommendation_id],
                item,
                self._act.today,
                self._terms.standards,
                self._terms.zone,
                self._language,
                extras,
            )


def _narrowed(asked: Asked) -> ActionFilter:
    group = Group.OPEN if asked.table is Table.LONG_OPEN else Group.ALL
    occasion = Occasion.OPENED if asked.period else None
    return ActionFilter(
        group=group,
        department_id=asked.department_id,
        report_no=asked.report_no,
        occasion=occasion,
        period=asked.period,
    )


def _belongs(table: Table, today: date, standards: Standards) -> ColumnElement[bool]:
    if table is Table.OVERDUE:
        return or_(overdue_on(today), missed_on(today, 1, standards))
    if table is Table.LONG_OPEN:
        return ActionItem.start_on <= today - LONG
    if table is Table.COUNTS:
        return ActionItem.status != Status.DRAFT
    return ActionItem.status.not_in(_UNCOUNTED)


def _condition(act: Act, asked: Asked, terms: Terms) -> ColumnElement[bool]:
    shared = condition_for(act.by, _narrowed(asked), act.today, terms.standards)
    return and_(shared, _belongs(asked.table, act.today, terms.standards))


def _keys_of_items(session: Session, act: Act, asked: Asked, terms: Terms) -> Sequence[_Key]:
    query = (
        select(ActionItem.recommendation_id, ActionItem.id)
        .join(Lead, and_(Lead.item_id == ActionItem.id, Lead.role == PartRole.LEAD))
        .join(LeadDepartment, LeadDepartment.id == Lead.department_id)
        .where(_condition(act, asked, terms))
        .order_by(LeadDepartment.code, ActionItem.due_on, ActionItem.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _keys_of_recommendations(session: Session, act: Act, asked: Asked, terms: Terms) -> Sequence[_Key]:
    of_it = and_(
        ActionItem.recommendation_id == Recommendation.id,
        visible_to(act.by),
        ActionItem.status.not_in(_UNCOUNTED),
    )
    query = (
        select(Recommendation.id, ActionItem.id)
        .join(Report, Report.id == Recommendation.report_id)
        .outerjoin(ActionItem, of_it)
        .where(readable_by(act.by), *_on_recommendations(act.by, asked, terms.zone))
        .order_by(Report.report_no, Report.id, Recommendation.seq_no, ActionItem.item_no)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _on_recommendations(principal: Principal, asked: Asked, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    scope = principal.scope(Permission.Action.READ)
    if not scope.city:
        yield or_(ActionItem.id.is_not(None), Report.lead_agency_id.in_(scope.departments))
    if asked.department_id is not None:
        below = at_or_below(asked.department_id)
        led = has_part(and_(Part.role == PartRole.LEAD, Part.department_id.in_(below)))
        yield case((ActionItem.id.is_not(None), led), else_=Report.lead_agency_id.in_(below))
    if asked.report_no:
        yield Report.report_no == asked.report_no
    if asked.period:
        first, last = _bounds(asked.period, zone)
        yield and_(Recommendation.confirmed_at >= first, Recommendation.confirmed_at < last)


def _departments(
    session: Session, act: Act, asked: Asked, terms: Terms, language: str
) -> Sequence[DepartmentRow]:
    late = case((overdue_on(act.today), days_between(ActionItem.due_on, act.today)), else_=0)
    extended = exists(
        select(Extension.id).where(Extension.item_id == ActionItem.id, Extension.granted.is_(True))
    )
    columns = (
        func.sum(case((is_closed(), 1), else_=0)),
        func.sum(case((is_open(), 1), else_=0)),
        func.sum(case((ActionItem.status.not_in(CLOSED | OPEN), 1), else_=0)),
        func.sum(case((overdue_on(act.today), 1), else_=0)),
        func.sum(case((extended, 1), else_=0)),
        func.sum(late),
    )
    query = from_joined(select(ActionItem)).where(_condition(act, asked, terms)).group_by(Lead.department_id)
    counted = session.execute(query.with_only_columns(Lead.department_id, *columns)).all()
    departments = {each.id: each for each in session.scalars(select(Department))}
    by_agency = act.by.scope(Permission.Action.READ).city and asked.department_id is None
    parents = {each.id: each.parent_id for each in departments.values()}
    sums: dict[int, list[int]] = defaultdict(lambda: [0] * len(columns))
    for department_id, *numbers in counted:
        whose = agency_of(parents, department_id) if by_agency else department_id
        sums[whose] = [before + int(number or 0) for before, number in zip(sums[whose], numbers, strict=True)]
    shown = sorted(sums, key=lambda each: departments[each].code)
    rows = [
        DepartmentRow(number, department_name(departments[each], language), *sums[each])
        for number, each in enumerate(shown, 1)
    ]
    whole = [sum(column) for column in zip(*sums.values(), strict=True)]
    return [*rows, DepartmentRow(None, translator(language)(N_("合計")), *whole)] if rows else []


def _load_items(session: Session, item_ids: Sequence[int]) -> Mapping[int, ActionItem]:
    if not item_ids:
        return {}
    query = from_joined(select(ActionItem)).where(ActionItem.id.in_(item_ids)).options(*for_lines())
    return {item.id: item for item in session.scalars(query).unique()}


def _load_alone(session: Session, recommendation_ids: Sequence[int]) -> Mapping[int, Recommendation]:
    if not recommendation_ids:
        return {}
    query = select(Recommendation).where(Recommendation.id.in_(recommendation_ids))
    return {each.id: each for each in session.scalars(query.options(joinedload(Recommendation.report)))}


def _extras_of(session: Session, item_ids: Sequence[int], terms: Terms) -> Extras:
    if not item_ids:
        return Extras({}, {}, {})
    latest = (
        select(func.max(ProgressUpdate.id))
        .where(ProgressUpdate.item_id.in_(item_ids), ProgressUpdate.approved.is_not(False))
        .group_by(ProgressUpdate.part_id)
    )
    updates: dict[int, list[ProgressUpdate]] = defaultdict(list)
    reported = select(ProgressUpdate).where(ProgressUpdate.id.in_(latest)).order_by(ProgressUpdate.part_id)
    for update in session.scalars(reported.options(joinedload(ProgressUpdate.part))):
        updates[update.item_id].append(update)
    granted = (
        select(Extension.item_id, func.count())
        .where(Extension.item_id.in_(item_ids), Extension.granted.is_(True))
        .group_by(Extension.item_id)
    )
    return Extras(
        {item_id: tuple(told) for item_id, told in updates.items()},
        {row[0]: row[1] for row in session.execute(granted)},
        terms.count_chases(session, item_ids),
    )


def _bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return (
        datetime.combine(period.first, time(), zone),
        datetime.combine(period.last + timedelta(days=1), time(), zone),
    )
