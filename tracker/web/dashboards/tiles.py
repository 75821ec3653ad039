"""Numbers that are doors: each leads to the list that it counts."""

from dataclasses import dataclass, replace

from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.periods import Occasion, Period
from tracker.dashboards.figures import GROUP_DEFINITIONS, GROUP_OF, OF_THE_YEAR, RATES, Measure, Tiles
from tracker.foundation.language import N_
from tracker.web.actions import lists
from tracker.web.session import say, standards

LEVELS = {Measure.OVERDUE: "overdue", Measure.DUE_SOON: "attention"}


@dataclass(frozen=True)
class Tile:
    """One tile: a number, what it counts, the list behind it, and the sentence that defines it."""

    number: int | None
    label: str
    address: str
    level: str | None = None
    unit: str | None = None
    definition: str = ""


def tiles_of(tiles: Tiles, wanted: ActionFilter, year: Period) -> list[Tile]:
    """Return the tiles of a dashboard; what cannot be told of its day is left out."""
    shown = [measure for measure in Measure if measure is not Measure.MINE or tiles.mine is not None]
    return [_tile(measure, getattr(tiles, measure.value), wanted, year) for measure in shown]


def _tile(measure: Measure, number: int | None, wanted: ActionFilter, year: Period) -> Tile:
    days = standards().due_soon_days
    return Tile(
        number,
        say(measure.label, days=days),
        address_of(measure, wanted, year),
        LEVELS.get(measure) if number else None,
        _unit(measure) if number is not None else None,
        say(measure.definition, days=days),
    )


def tile_of(group: Group, number: int, wanted: ActionFilter, level: str | None = None) -> Tile:
    """Return the tile of a group of the list; its level is shown where there is something to count."""
    return Tile(
        number,
        lists.group_name(group),
        lists.address_of(replace(wanted, group=group)),
        level if number else None,
        definition=say(GROUP_DEFINITIONS[group], days=standards().due_soon_days),
    )


def _unit(measure: Measure) -> str | None:
    if measure in RATES:
        return "%"
    return say(N_("日")) if measure is Measure.MEDIAN_DAYS else None


def address_of(measure: Measure, wanted: ActionFilter, year: Period) -> str:
    """Return the address of the list behind a measure."""
    asked = replace(wanted, group=GROUP_OF[measure])
    if measure in OF_THE_YEAR:
        asked = replace(asked, occasion=Occasion.CLOSED, period=year)
    return lists.address_of(asked)
