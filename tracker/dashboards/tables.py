"""The rows of the tables to hand up, from the conditions that the lists use; nobody sees more here than in a list."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from tracker.access import Act, Permission, Principal
from tracker.actions.models import ActionItem, Extension, ItemPeriod, Part, ProgressUpdate
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
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.periods import Occasion, Period
from tracker.actions.rules.workflow import CLOSED, OPEN, PartRole, Status
from tracker.dashboards.figures import Figure
from tracker.dashboards.past import Standing, rewind, rewind_decisions, standings_on
from tracker.dashboards.rules.tables import SUBJECTS, Layout, Subject, Table
from tracker.dashboards.table_fields import DepartmentRow, Extras, ItemRow, field_of
from tracker.foundation.database import Session
from tracker.foundation.day_arithmetic import days_between
from tracker.foundation.drawing import Bar, BarChart, Piece, Tone
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
BARS: Final = 10
_UNCOUNTED: Final = frozenset({Status.DRAFT, Status.VOID})
CountChases = Callable[[Session, Collection[int], date], Mapping[int, int]]
_Key = tuple[int, int | None]


@dataclass(frozen=True)
class Asked:
    """Which table is wanted, and of what: when tracking began, at or below which department, from which report.

    `as_at` is a past day, of which the table tells as it ended; without one it tells of the present.
    """

    table: Table
    period: Period | None = None
    department_id: int | None = None
    report_no: str = ""
    as_at: date | None = None


@dataclass(frozen=True)
class Terms:
    """What tables are told by: the city's standards and zone, and how often the outbox reminded of items by a day."""

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

    def chart(self) -> BarChart | None:
        """Return whose items are late, where a row tells of a department; the row of the sums is no bar."""
        if self._subject is not Subject.DEPARTMENT:
            return None
        say = translator(self._language)
        rows = [row for row in self._counted if row.number is not None and row.open]
        most = sorted(rows, key=lambda row: (-row.overdue, -row.open))[:BARS]
        return BarChart(
            say(Figure.BY_DEPARTMENT.question),
            say(Figure.BY_DEPARTMENT.definition),
            [Piece(say(N_("逾期")), Tone.LATE), Piece(say(N_("列管中，未逾期")), Tone.OPEN)],
            [Bar(row.name, (row.overdue, row.open - row.overdue)) for row in most],
        )

    @property
    def _subject(self) -> Subject:
        return SUBJECTS[self._asked.table]

    @property
    def _day(self) -> date:
        return self._asked.as_at or self._act.today

    @property
    def _standards(self) -> Standards:
        return self._terms.standards.at_the_end_of(self._asked.as_at)

    @cached_property
    def _past(self) -> Mapping[int, Standing]:
        """Return how the items that the person sees stood on the day that is asked for; nothing for the present."""
        if self._asked.as_at is None:
            return {}
        narrowed = _of_past(self._asked)
        return standings_on(self._session, self._act.by, self._asked.as_at, narrowed)

    @cached_property
    def _counted(self) -> Sequence[DepartmentRow]:
        if self._asked.as_at is None:
            counts = _count(self._session, self._act, self._asked, self._terms)
        else:
            counts = _count_past(self._session, self._past.values(), self._asked.as_at, self._terms)
        by_agency = self._act.by.scope(Permission.Action.READ).city and self._asked.department_id is None
        return _departments(self._session, counts, self._language, by_agency=by_agency)

    @cached_property
    def _keys(self) -> Sequence[_Key]:
        if self._subject is Subject.RECOMMENDATION:
            return _keys_of_recommendations(self._session, self._act.by, self._asked, self._terms, self._past)
        if self._asked.as_at is None:
            return _keys_of_items(self._session, self._act, self._asked, self._terms)
        belongs = partial(_belonged, self._asked.table, self._asked.as_at, self._standards)
        return [(each.recommendation_id, each.item_id) for each in self._past.values() if belongs(each)]

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
        end = _end_of(self._day, self._terms.zone)
        extras = _extras_of(self._session, list(items), self._terms, self._day, end)
        if self._asked.as_at is not None:
            rewind(self._session, items.values(), self._past, end)
            rewind_decisions(alone.values(), end)
        for number, (recommendation_id, item_id) in enumerate(keys, begin + 1):
            item = items[item_id] if item_id is not None else None
            yield ItemRow(
                number,
                item.recommendation if item else alone[recommendation_id],
                item,
                self._day,
                self._standards,
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


def _of_past(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.department_id is not None:
        yield ItemPeriod.department_id.in_(at_or_below(asked.department_id))
    if asked.report_no:
        yield Report.report_no == asked.report_no
    if asked.period and SUBJECTS[asked.table] is not Subject.RECOMMENDATION:
        yield ItemPeriod.start_on.between(asked.period.first, asked.period.last)


def _belonged(table: Table, day: date, standards: Standards, item: Standing) -> bool:
    """Tell whether an item belonged to a table on a past day: `_belongs` in Python."""
    if table is Table.OVERDUE:
        return (
            deadlines.is_overdue(item.deadline, day)
            or deadlines.missed_filings(item.deadline, day, standards) > 0
        )
    if table is Table.LONG_OPEN:
        return item.status in OPEN and item.deadline.start_on <= day - LONG
    if table is Table.COUNTS:
        return item.status is not Status.DRAFT
    return item.status not in _UNCOUNTED


def _keys_of_recommendations(
    session: Session, principal: Principal, asked: Asked, terms: Terms, past: Mapping[int, Standing]
) -> Sequence[_Key]:
    of_it = and_(ActionItem.recommendation_id == Recommendation.id, visible_to(principal))
    led = has_part(
        and_(Part.role == PartRole.LEAD, Part.department_id.in_(at_or_below(asked.department_id or 0)))
    )
    query = (
        select(Recommendation.id, ActionItem.id, ActionItem.status, led, Report.lead_agency_id)
        .join(Report, Report.id == Recommendation.report_id)
        .outerjoin(ActionItem, of_it)
        .where(readable_by(principal), *_on_recommendations(asked, terms.zone))
        .order_by(Report.report_no, Report.id, Recommendation.seq_no, ActionItem.item_no)
    )
    scope = principal.scope(Permission.Action.READ)
    below = None if asked.department_id is None else set(session.scalars(at_or_below(asked.department_id)))
    items: dict[int, list[int]] = {}
    lonely: dict[int, bool] = {}
    found: Iterable[Any] = session.execute(query)
    for recommendation_id, item_id, status, is_led, agency_id in found:
        shown = items.setdefault(recommendation_id, [])
        lonely.setdefault(
            recommendation_id,
            (scope.city or agency_id in scope.departments) and (below is None or agency_id in below),
        )
        if item_id is None:
            continue
        if asked.as_at is None:
            counts = status not in _UNCOUNTED
            is_wanted = below is None or is_led
        else:
            counts = item_id in past and past[item_id].status not in _UNCOUNTED
            is_wanted = counts
        if counts:
            lonely[recommendation_id] = False
            if is_wanted:
                shown.append(item_id)
    keys: list[_Key] = []
    for recommendation_id, shown in items.items():
        keys += [(recommendation_id, item_id) for item_id in shown]
        if lonely[recommendation_id]:
            keys.append((recommendation_id, None))
    return keys


def _on_recommendations(asked: Asked, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    if asked.report_no:
        yield Report.report_no == asked.report_no
    if asked.as_at:
        yield Recommendation.confirmed_at < _end_of(asked.as_at, zone)
    if asked.period:
        first, last = datetime.combine(asked.period.first, time(), zone), _end_of(asked.period.last, zone)
        yield and_(Recommendation.confirmed_at >= first, Recommendation.confirmed_at < last)


_Counts = Mapping[int, Sequence[int]]
"""Of each department: items closed, open, ended otherwise, overdue, extended, and the days late of all together."""


def _count(session: Session, act: Act, asked: Asked, terms: Terms) -> _Counts:
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
    counted = session.execute(query.with_only_columns(Lead.department_id, *columns))
    return {row[0]: [int(number or 0) for number in row[1:]] for row in counted}


def _count_past(session: Session, items: Iterable[Standing], day: date, terms: Terms) -> _Counts:
    granted = and_(Extension.granted.is_(True), Extension.decided_at < _end_of(day, terms.zone))
    extended = set(session.scalars(select(Extension.item_id).where(granted)))
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * 6)
    for item in items:
        if item.status is Status.DRAFT:
            continue
        numbers = counts[item.department_id]
        numbers[0] += item.status in CLOSED
        numbers[1] += item.status in OPEN
        numbers[2] += item.status not in CLOSED | OPEN
        numbers[3] += deadlines.is_overdue(item.deadline, day)
        numbers[4] += item.item_id in extended
        numbers[5] += deadlines.days_late(item.deadline, day)
    return counts


def _departments(
    session: Session, counts: _Counts, language: str, *, by_agency: bool
) -> Sequence[DepartmentRow]:
    departments = {each.id: each for each in session.scalars(select(Department))}
    parents = {each.id: each.parent_id for each in departments.values()}
    sums: dict[int, Sequence[int]] = {}
    for department_id, numbers in counts.items():
        whose = agency_of(parents, department_id) if by_agency else department_id
        before = sums.get(whose, [0] * len(numbers))
        sums[whose] = [one + other for one, other in zip(before, numbers, strict=True)]
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


def _extras_of(session: Session, item_ids: Sequence[int], terms: Terms, day: date, end: datetime) -> Extras:
    if not item_ids:
        return Extras({}, {}, {})
    latest = (
        select(func.max(ProgressUpdate.id))
        .where(ProgressUpdate.item_id.in_(item_ids), ProgressUpdate.submitted_at < end)
        .where(or_(ProgressUpdate.approved.is_not(False), ProgressUpdate.reviewed_at >= end))
        .group_by(ProgressUpdate.part_id)
    )
    updates: dict[int, list[ProgressUpdate]] = defaultdict(list)
    reported = select(ProgressUpdate).where(ProgressUpdate.id.in_(latest)).order_by(ProgressUpdate.part_id)
    for update in session.scalars(reported.options(joinedload(ProgressUpdate.part))):
        updates[update.item_id].append(update)
    granted = (
        select(Extension.item_id, func.count())
        .where(Extension.item_id.in_(item_ids), Extension.granted.is_(True), Extension.decided_at < end)
        .group_by(Extension.item_id)
    )
    return Extras(
        {item_id: tuple(told) for item_id, told in updates.items()},
        {row[0]: row[1] for row in session.execute(granted)},
        terms.count_chases(session, item_ids, day),
    )


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)
