"""Figures as charts: the data that the page draws and its table repeats. Words and addresses are handed in."""

from collections.abc import Callable, Sequence
from typing import Any

from tracker.actions.queries import ActionFilter, Group
from tracker.dashboards.figures import DepartmentLoad
from tracker.foundation.language import N_
from tracker.people.rules.naming import department_name

Say = Callable[[str], str]
Address = Callable[[ActionFilter], str]

_SERIES = (
    (Group.OVERDUE, N_("逾期"), "late"),
    (Group.DUE_SOON, N_("30 日內到期"), "soon"),
    (Group.LATER, N_("其他列管中"), "open"),
)


def by_department(
    loads: Sequence[DepartmentLoad], say: Say, address: Address, language: str
) -> dict[str, Any]:
    """Return stacked bars, one for each department; every number leads to the items it counts."""
    numbers = {
        Group.OVERDUE: [load.overdue for load in loads],
        Group.DUE_SOON: [load.due_soon for load in loads],
        Group.LATER: [load.later for load in loads],
    }
    return {
        "kind": "bars",
        "unit": say(N_("件")),
        "stacked": True,
        "categories": [department_name(load, language) for load in loads],
        "links": [address(_items_of(load, Group.OPEN)) for load in loads],
        "series": [
            {
                "name": say(name),
                "tone": tone,
                "values": numbers[group],
                "links": [address(_items_of(load, group)) for load in loads],
            }
            for group, name, tone in _SERIES
        ],
    }


def _items_of(load: DepartmentLoad, group: Group) -> ActionFilter:
    return ActionFilter(group=group, department_id=load.department_id, with_units=load.with_units)
