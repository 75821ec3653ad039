"""Figures as charts: the data that the page draws and its table repeats. Names and addresses are handed in."""

from collections.abc import Callable, Sequence
from typing import Any

from tracker.actions.queries import ActionFilter, Group
from tracker.dashboards.figures import DepartmentLoad
from tracker.people.rules.naming import department_name

Name = Callable[[Group], str]
Address = Callable[[ActionFilter], str]

_TONES = {Group.OVERDUE: "late", Group.DUE_SOON: "soon", Group.LATER: "open"}


def by_department(
    loads: Sequence[DepartmentLoad], unit: str, name: Name, address: Address, language: str
) -> dict[str, Any]:
    """Return stacked bars, one for each department; every number leads to the items it counts."""
    numbers = {
        Group.OVERDUE: [load.overdue for load in loads],
        Group.DUE_SOON: [load.due_soon for load in loads],
        Group.LATER: [load.later for load in loads],
    }
    return {
        "kind": "bars",
        "unit": unit,
        "stacked": True,
        "categories": [department_name(load, language) for load in loads],
        "links": [address(_items_of(load, Group.OPEN)) for load in loads],
        "series": [
            {
                "name": name(group),
                "tone": tone,
                "values": numbers[group],
                "links": [address(_items_of(load, group)) for load in loads],
            }
            for group, tone in _TONES.items()
        ],
    }


def _items_of(load: DepartmentLoad, group: Group) -> ActionFilter:
    return ActionFilter(group=group, department_id=load.department_id, with_units=load.with_units)
