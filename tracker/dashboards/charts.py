"""Figures as charts: the data that the page draws and its table repeats. Names and addresses are handed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.periods import Occasion
from tracker.actions.rules.workflow import Status
from tracker.dashboards.figures import AgeBand, Counts, MonthDue, MonthOfTrend
from tracker.reports.rules.adoption import Adoption

Address = Callable[[ActionFilter], str]
Name = Callable[[Any], str]


@dataclass(frozen=True)
class Row:
    """What one bar stands for: its name, how its items stand, and the filter that they answer to."""

    name: str
    counts: Counts
    wanted: ActionFilter


@dataclass(frozen=True)
class Piece:
    """A part of every bar: what it is, its tone, how it is counted and narrowed down to."""

    of: Any
    tone: str
    number: Callable[[Counts], int]
    narrow: Callable[[ActionFilter], ActionFilter]


def _group(group: Group, tone: str) -> Piece:
    return Piece(
        group, tone, lambda counts: getattr(counts, group.value), lambda wanted: replace(wanted, group=group)
    )


def _status(status: Status, name: str, tone: str) -> Piece:
    return Piece(
        status, tone, lambda counts: getattr(counts, name), lambda wanted: replace(wanted, status=status)
    )


def _adoption(place: int, adoption: Adoption, tone: str) -> Piece:
    return Piece(
        adoption,
        tone,
        lambda counts: counts.adoptions[place],
        lambda wanted: replace(wanted, adoption=adoption),
    )


_ADOPTION_TONES: Final[Mapping[Adoption, str]] = {
    Adoption.PENDING: "plain",
    Adoption.ADOPTED: "accent",
    Adoption.PARTIALLY_ADOPTED: "done",
    Adoption.UNDER_STUDY: "soon",
}
LATENESS: Final = (_group(Group.OVERDUE, "late"), _group(Group.DUE_SOON, "soon"), _group(Group.LATER, "open"))
STATUSES: Final = (
    _status(Status.ASSIGNED, "assigned", "soon"),
    _status(Status.IN_PROGRESS, "in_progress", "open"),
    _status(Status.CLOSE_REQUESTED, "awaiting_decision", "done"),
)
ADOPTIONS: Final = tuple(
    _adoption(place, each, _ADOPTION_TONES.get(each, "other")) for place, each in enumerate(Adoption)
)


def bars(
    rows: Sequence[Row], pieces: Sequence[Piece], unit: str, name: Name, address: Address
) -> dict[str, Any]:
    """Return stacked bars; every number leads to the items it counts, and a piece that is nowhere is left out."""
    shown = [piece for piece in pieces if any(piece.number(row.counts) for row in rows)]
    return {
        "kind": "bars",
        "unit": unit,
        "stacked": True,
        "categories": [row.name for row in rows],
        "links": [address(row.wanted) for row in rows],
        "series": [
            {
                "name": name(piece.of),
                "tone": piece.tone,
                "values": [piece.number(row.counts) for row in rows],
                "links": [address(piece.narrow(row.wanted)) for row in rows],
            }
            for piece in shown
        ],
    }


def ageing(
    bands: Sequence[AgeBand], wanted: ActionFilter, unit: str, series: str, name: Name, address: Address
) -> dict[str, Any]:
    """Return a column for each band of days late."""
    late = replace(wanted, group=Group.OVERDUE)
    links = [address(replace(late, due_from=band.due_from, due_until=band.due_until)) for band in bands]
    return _columns(
        unit, [name(band) for band in bands], series, "late", [band.number for band in bands], links
    )


def calendar(
    months: Sequence[MonthDue], wanted: ActionFilter, unit: str, series: str, name: Name, address: Address
) -> dict[str, Any]:
    """Return a column for each month in which items fall due."""
    still_open = replace(wanted, group=Group.OPEN)
    links = [
        address(replace(still_open, due_from=each.due_from, due_until=each.due_until)) for each in months
    ]
    names = [name(each.month) for each in months]
    return _columns(unit, names, series, "soon", [each.number for each in months], links)


def trend(
    months: Sequence[MonthOfTrend],
    wanted: ActionFilter,
    unit: str,
    names: Sequence[str],
    name: Name,
    address: Address,
) -> dict[str, Any]:
    """Return three lines over the months: opened, released, overdue; `names` are those of the lines."""
    opened = replace(wanted, group=Group.ALL, occasion=Occasion.OPENED)
    closed = replace(wanted, group=Group.CLOSED, occasion=Occasion.CLOSED)
    late = replace(wanted, group=Group.OVERDUE)
    lines = (
        ("open", [m.opened for m in months], [address(replace(opened, period=m.month)) for m in months]),
        ("done", [m.closed for m in months], [address(replace(closed, period=m.month)) for m in months]),
        ("late", [m.overdue for m in months], [address(replace(late, as_at=m.told_on)) for m in months]),
    )
    return {
        "kind": "line",
        "unit": unit,
        "stacked": False,
        "categories": [name(each.month) for each in months],
        "links": [],
        "series": [
            {"name": label, "tone": tone, "values": values, "links": links}
            for label, (tone, values, links) in zip(names, lines, strict=True)
        ],
    }


def _columns(
    unit: str, categories: Sequence[str], series: str, tone: str, values: Sequence[int], links: Sequence[str]
) -> dict[str, Any]:
    return {
        "kind": "columns",
        "unit": unit,
        "stacked": False,
        "categories": list(categories),
        "links": [],
        "series": [{"name": series, "tone": tone, "values": list(values), "links": list(links)}],
    }
