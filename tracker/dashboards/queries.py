"""Counting items; every figure takes the lists' own conditions, and so says what the list behind it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import case, func, select

from tracker.access import Principal
from tracker.actions.models import ActionItem
from tracker.actions.queries import (
    ActionFilter,
    Group,
    Lead,
    condition_for,
    count_by_group,
    from_joined,
    group_condition,
)
from tracker.actions.rules.deadlines import Standards
from tracker.dashboards.figures import DepartmentLoad, Tiles
from tracker.foundation.database import Session
from tracker.people.models import Department
from tracker.people.rules.tree import agency_of

_BANDS = (Group.OVERDUE, Group.DUE_SOON, Group.LATER)


def count_tiles(
    session: Session, principal: Principal, wanted: ActionFilter, today: date, standards: Standards
) -> Tiles:
    """Count the items of a filter by how they stand today."""
    counts = count_by_group(session, principal, wanted, today, standards)
    return Tiles(
        open=counts[Group.OPEN],
        due_soon=counts[Group.DUE_SOON],
        overdue=counts[Group.OVERDUE],
        past_original=counts[Group.PAST_ORIGINAL],
        awaiting_decision=counts[Group.AWAITING_DECISION],
        closed=counts[Group.CLOSED],
    )


def load_by_department(
    session: Session,
    principal: Principal,
    wanted: ActionFilter,
    today: date,
    standards: Standards,
    *,
    by_agency: bool,
) -> list[DepartmentLoad]:
    """Count open items by their leading department, or by its agency; the most overdue first."""
    condition = condition_for(principal, replace(wanted, group=Group.OPEN), today, standards)
    bands = [func.sum(case((group_condition(group, today, standards), 1), else_=0)) for group in _BANDS]
    query = from_joined(select(ActionItem)).where(condition).group_by(Lead.department_id)
    rows = session.execute(query.with_only_columns(Lead.department_id, *bands)).all()
    departments = {each.id: each for each in session.scalars(select(Department))}
    counted = [tuple(row) for row in rows]
    loads = _loads(_by_agency(counted, departments) if by_agency else counted, departments, by_agency)
    return sorted(loads, key=lambda load: (-load.overdue, -load.open, departments[load.department_id].code))


_Count = tuple[int, ...]


def _by_agency(counted: Iterable[_Count], departments: Mapping[int, Department]) -> list[_Count]:
    parents = {each.id: each.parent_id for each in departments.values()}
    sums: dict[int, list[int]] = {}
    for department_id, *numbers in counted:
        totals = sums.setdefault(agency_of(parents, department_id), [0] * len(_BANDS))
        for place, number in enumerate(numbers):
            totals[place] += number
    return [(agency, *totals) for agency, totals in sums.items()]


def _loads(
    counted: Sequence[_Count], departments: Mapping[int, Department], with_units: bool
) -> list[DepartmentLoad]:
    return [
        DepartmentLoad(
            department_id,
            departments[department_id].name,
            departments[department_id].english_name,
            with_units,
            overdue,
            due_soon,
            later,
        )
        for department_id, overdue, due_soon, later in counted
    ]
