"""Counting items; every figure takes the lists' own conditions, and so says what the list behind it says.

Nothing is kept: each figure is one SELECT over the present rows or, for a past day, over the history of that day.
`remembering` sees to it that what nothing has changed is not counted twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, select

from tracker.access import Principal
from tracker.actions.models import ActionItem
from tracker.actions.queries import (
    ActionFilter,
    Group,
    Population,
    count_by_group,
    group_condition,
    holding_on,
    overdue_on,
    population,
    signal_on,
    stretch_of_history,
)
from tracker.actions.rules.deadlines import Signal, Standards
from tracker.actions.rules.periods import Occasion, Period, months_from, months_until
from tracker.actions.rules.workflow import Status
from tracker.dashboards.figures import (
    AgeBand,
    Counts,
    DepartmentLoad,
    LongOpen,
    MonthDue,
    MonthOfTrend,
    Overview,
    Releases,
    ThemeLoad,
)
from tracker.foundation.database import Session
from tracker.foundation.day_arithmetic import days_between
from tracker.people.models import Department
from tracker.people.rules.tree import agency_of
from tracker.reports.rules.adoption import Adoption

T = TypeVar("T")
AGE_BANDS: Final = ((1, 30), (31, 90), (91, 180), (181, None))
MONTHS: Final = 12
LONGEST_SHOWN: Final = 10
_DAY: Final = timedelta(days=1)


def overview(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    *,
    by_agency: bool,
) -> Overview:
    """Return all figures of a manager's dashboard, as of today or of the past day that the filter names.

    The group of the filter is of no account; `by_agency` counts units with their agency.
    """
    departments = {each.id: each for each in session.scalars(select(Department))}
    found = _counts_of(session, principal, wanted, today, standards)
    total = sum(found.values(), Counts(adoptions=(0,) * len(Adoption)))
    day = wanted.as_at or today
    dues = _dues(session, principal, wanted, today, standards)
    return Overview(
        day=day,
        counts=total,
        departments=_loads(found, departments, by_agency),
        themes=_themes(found),
        ageing=_ageing(dues, day),
        calendar=_calendar(dues, day),
        trend=_trend(session, principal, wanted, today, standards, total.overdue),
        releases=releases_of(session, principal, wanted, today, standards),
        longest=longest_open(session, principal, wanted, today, standards, departments),
        latest=standing_items(
            session, principal, replace(wanted, group=Group.OVERDUE), today, standards, departments
        ),
    )


def count_mine(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> int:
    """Count the open items of a filter with something on it that waits for this person to decide."""
    return count_by_group(session, principal, wanted, today, standards, (Group.MINE,))[Group.MINE]


def releases_of(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> Releases:
    """Count what was released in the year of the day, how much of it in time, and after how many days."""
    year = Period((wanted.as_at or today).year)
    released = replace(wanted, group=Group.CLOSED, occasion=Occasion.CLOSED, period=year)
    of = population(principal, released, today, standards)
    days = days_between(of.facts.start_on, of.facts.closed_on).label("days")
    in_time = case((of.facts.released_in_time, 1), else_=0)
    query = of.select(days, func.count(), func.sum(in_time)).group_by(days).order_by(days)
    rows = [(int(each), number, early) for each, number, early in session.execute(query)]
    closed = sum(number for _, number, _ in rows)
    return Releases(
        year, closed, sum(early for _, _, early in rows), _median([(days, n) for days, n, _ in rows])
    )


def longest_open(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    departments: Mapping[int, Department] | None = None,
    size: int = LONGEST_SHOWN,
) -> list[LongOpen]:
    """Return the open items that have been there for the longest, the oldest first."""
    still_open = replace(wanted, group=Group.OPEN)
    return standing_items(session, principal, still_open, today, standards, departments, size, by_start=True)


def standing_items(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    departments: Mapping[int, Department] | None = None,
    size: int = LONGEST_SHOWN,
    *,
    by_start: bool = False,
) -> list[LongOpen]:
    """Return the first items of a filter by due date, or by when they began."""
    known = departments or {each.id: each for each in session.scalars(select(Department))}
    of = population(principal, wanted, today, standards)
    first = of.facts.start_on if by_start else of.facts.due_on
    columns = (of.department_id, of.facts.start_on, of.facts.due_on)
    query = of.select(ActionItem.id, ActionItem.item_no, ActionItem.title, *columns)
    rows = session.execute(query.order_by(first, ActionItem.id).limit(size))
    return [
        LongOpen(
            item_id,
            item_no,
            title,
            known[department_id].name,
            known[department_id].english_name,
            start_on,
            due_on,
            (of.day - start_on).days,
            (of.day - due_on).days,
        )
        for item_id, item_no, title, department_id, start_on, due_on in rows
    ]


_Found = Mapping[tuple[int, str], Counts]
"""How the open items stand, by leading department and theme."""


def _counts_of(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> _Found:
    """Count open items by how they stand; once for departments and themes together, since the conditions cost most."""
    of = population(principal, replace(wanted, group=Group.OPEN), today, standards)
    named = _conditions(of, principal, standards)
    adopted = [of.adoption == each for each in Adoption]
    sums = [func.sum(case((each, 1), else_=0)) for each in (*named.values(), *adopted)]
    query = of.select(of.department_id, of.theme, *sums).group_by(of.department_id, of.theme)
    return {
        (department_id, theme): Counts(
            **dict(zip(named, numbers, strict=False)), adoptions=tuple(numbers[len(named) :])
        )
        for department_id, theme, *numbers in session.execute(query)
    }


def _summed(counted: Iterable[tuple[T, Counts]]) -> dict[T, Counts]:
    sums: dict[T, Counts] = {}
    for key, counts in counted:
        sums[key] = sums[key] + counts if key in sums else counts
    return sums


def _conditions(of: Population, principal: Principal, standards: Standards) -> dict[str, ColumnElement[bool]]:
    """Return the conditions of the numbers in `Counts`, by their names."""
    groups = {field.name: Group(field.name) for field in fields(Counts) if field.name in set(Group)}
    lights = {"red": Signal.OVERDUE, "amber": Signal.ATTENTION, "green": Signal.NORMAL}
    statuses = {"assigned": Status.ASSIGNED, "in_progress": Status.IN_PROGRESS}
    return {
        **{
            name: group_condition(each, of.day, standards, principal, of.facts)
            for name, each in groups.items()
        },
        **{name: signal_on(of.day, each, standards, of.facts) for name, each in lights.items()},
        **{name: of.facts.status == each for name, each in statuses.items()},
    }


def _loads(found: _Found, departments: Mapping[int, Department], by_agency: bool) -> list[DepartmentLoad]:
    parents = {each.id: each.parent_id for each in departments.values()}
    sums = _summed(
        (agency_of(parents, department_id) if by_agency else department_id, counts)
        for (department_id, _), counts in found.items()
    )
    loads = [
        DepartmentLoad(each, departments[each].name, departments[each].english_name, by_agency, counts)
        for each, counts in sums.items()
    ]
    return sorted(
        loads,
        key=lambda load: (-load.counts.overdue, -load.counts.open, departments[load.department_id].code),
    )


def _themes(found: _Found) -> list[ThemeLoad]:
    sums = _summed((theme, counts) for (_, theme), counts in found.items())
    loads = [ThemeLoad(theme, counts) for theme, counts in sums.items()]
    return sorted(loads, key=lambda load: (-load.counts.open, load.theme))


_Dues = Sequence[tuple[date, bool, int]]
"""Open items by due date: the date, whether they count as overdue, how many."""


def _dues(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> _Dues:
    of = population(principal, replace(wanted, group=Group.OPEN), today, standards)
    is_late = case((overdue_on(of.day, of.facts), 1), else_=0).label("late")
    query = of.select(of.facts.due_on, is_late, func.count()).group_by(of.facts.due_on, is_late)
    return [(due_on, bool(late), number) for due_on, late, number in session.execute(query)]


def _ageing(dues: _Dues, day: date) -> list[AgeBand]:
    bands = []
    for first, last in AGE_BANDS:
        due_from = day - last * _DAY if last else None
        due_until = day - first * _DAY
        number = sum(n for due_on, late, n in dues if late and (due_from or date.min) <= due_on <= due_until)
        bands.append(AgeBand(first, last, due_from, due_until, number))
    return bands


def _calendar(dues: _Dues, day: date) -> list[MonthDue]:
    found: list[MonthDue] = []
    for month in months_from(day, MONTHS):
        begin = max(month.first, day)
        number = sum(n for due_on, _, n in dues if begin <= due_on <= month.last)
        found.append(MonthDue(month, begin, month.last, number))
    return found


def _trend(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    overdue_now: int,
) -> list[MonthOfTrend]:
    """Count what was opened and released in each of the last months, and what was overdue when each ended."""
    day = wanted.as_at or today
    months = months_until(day, MONTHS)
    opened = _in_months(
        session, population(principal, replace(wanted, group=Group.ALL), today, standards), months
    )
    released = population(principal, replace(wanted, group=Group.CLOSED), today, standards)
    closed = _in_months(session, released, months, released.facts.closed_on)
    ends = [month.last for month in months[:-1]]
    overdue = [*_overdue_on(session, principal, wanted, ends, standards), overdue_now]
    told_on = [*ends, day]
    return [MonthOfTrend(*each) for each in zip(months, told_on, opened, closed, overdue, strict=True)]


def _in_months(
    session: Session,
    of: Population,
    months: Sequence[Period],
    day: SQLColumnExpression[Any] | None = None,
) -> list[int]:
    when = of.facts.start_on if day is None else day
    sums = [_number_of(when.between(month.first, month.last)) for month in months]
    within = when.between(months[0].first, months[-1].last)
    return list(session.execute(of.select(*sums).where(within)).one())


def _overdue_on(
    session: Session, principal: Principal, wanted: ActionFilter, days: Sequence[date], standards: Standards
) -> list[int]:
    """Count what was overdue at the end of some days."""
    of = stretch_of_history(
        principal, replace(wanted, group=Group.OPEN, as_at=days[-1]), days[0], days[-1], standards
    )
    sums = [_number_of(holding_on(day), overdue_on(day, of.facts)) for day in days]
    return list(session.execute(of.select(*sums)).one())


def _number_of(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


def _median(counted: Iterable[tuple[int, int]]) -> int | None:
    """Return the median of values that come in order with how often they occur, rounded up; None of nothing."""
    values = [value for value, number in counted for _ in range(number)]
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else -(-(values[middle - 1] + values[middle]) // 2)
