"""Ruled tables: the strokes on a page make grids, and each character belongs to the cell in which it stands."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tracker.reading.pdf.layer import NOTHING, Box, Layer
from tracker.reading.pdf.lines import (
    ENUMERATED,
    Fit,
    Line,
    Piece,
    dressed,
    line_of,
    parts_words,
    pieces_of,
    printed,
    row_of,
    word_of,
)
from tracker.reading.pdf.strokes import strokes

# Borders of neighbouring cells lie side by side; no row or column is as narrow as this.
_NEAR: Final = 4.0
_SHORTEST_STROKE: Final = 6.0
_FEWEST_STROKES: Final = 4
_MOST_STROKES: Final = 4_000
_MOST_PLACES: Final = 10_000
# An owner or a date counts for every row of the cell that was merged; a text is written once.
_LONGEST_REPEATED: Final = 30
# Between a border and the text; a text in the middle of its cell stands farther away.
_MOST_INSET: Final = 8.0
_EMPTY: Final = Fit(0.0, 0.0)
Place = tuple[int, int]


@dataclass(frozen=True)
class Stroke:
    """A horizontal or vertical ruling: where it lies across its direction, and from where to where along it."""

    at: float
    start: float
    end: float


@dataclass
class Grid:
    """The columns and rows that rulings make; `homes` tells of each place which cell it is part of."""

    columns: Sequence[float]
    rows: Sequence[float]
    homes: dict[Place, Place]

    def cell_at(self, x: float, y: float) -> Place | None:
        """Return the cell, as row and column of its upper left place, in which a point lies."""
        column = bisect_right(self.columns, x) - 1
        row = bisect_right(self.rows, -y) - 1
        return self.homes.get((row, column))


@dataclass
class _Cell:
    """What stands in a cell: pieces of each of its printed lines."""

    lines: list[list[Piece]] = field(default_factory=list)
    printed_on: int = -1

    def add(self, piece: Piece, printed_line: int) -> None:
        if printed_line != self.printed_on:
            self.lines.append([])
            self.printed_on = printed_line
        self.lines[-1].append(piece)

    def is_list(self) -> bool:
        """Say whether more than one of its lines begins with a number: such a cell arranges running text."""
        starts = ("".join(piece.text for piece in line).lstrip() for line in self.lines)
        return sum(bool(ENUMERATED.match(start)) for start in starts) > 1

    def pieces(self) -> list[Piece]:
        """Return the lines as one: nothing stands between Han characters, a blank elsewhere."""
        joined: list[Piece] = []
        for line in self.lines:
            if joined and parts_words(joined[-1].text, line[0].text):
                joined.append(Piece(" ", None, 0))
            joined += line
        return joined


def grids_of(layer: Layer) -> list[Grid]:
    """Return the grids of the tables on a page."""
    drawings = layer.drawings()
    if not drawings:
        return []
    lying: list[Stroke] = []
    standing: list[Stroke] = []
    for drawn in drawings:
        for box in strokes(drawn):
            _sort_in(box, lying, standing)
        if len(lying) + len(standing) > _MOST_STROKES:
            return []
    if len(lying) + len(standing) < _FEWEST_STROKES:
        return []
    return [
        grid
        for across, up in _together(_merged(lying), _merged(standing))
        if (grid := _grid(across, up)) is not None
    ]


def lines_with_tables(layer: Layer, grids: Sequence[Grid]) -> list[Line]:
    """Return the lines of a page with the rows of its tables, each table where its first character was read."""
    found: list[Line | int] = []
    begun: set[int] = set()
    cells: list[dict[Place, _Cell]] = [defaultdict(_Cell) for _ in grids]
    for number, (start, end) in enumerate(printed(layer.text)):
        for first, last, place in _stretches(layer, grids, start, end):
            if place is None:
                line = line_of(layer, first, last)
                found += [line] if line else []
                continue
            which, cell = place
            if which not in begun:
                begun.add(which)
                found.append(which)
            for piece in _trimmed(layer.text, first, last):
                cells[which][cell].add(piece, number)
    lines: list[Line] = []
    for each in found:
        lines += _rows(layer, grids[each], cells[each]) if isinstance(each, int) else [each]
    return lines


def _sort_in(box: Box, lying: list[Stroke], standing: list[Stroke]) -> None:
    x, y = box.middle
    wide, high = box.right - box.left, box.top - box.bottom
    if wide >= high and wide >= _SHORTEST_STROKE:
        lying.append(Stroke(y, box.left, box.right))
    elif high >= _SHORTEST_STROKE:
        standing.append(Stroke(x, box.bottom, box.top))


def _merged(strokes: Iterable[Stroke]) -> list[Stroke]:
    """Join strokes that continue each other or lie side by side."""
    merged: list[Stroke] = []
    for group in _levels(sorted(strokes, key=lambda stroke: stroke.at)):
        at = sum(stroke.at for stroke in group) / len(group)
        group.sort(key=lambda stroke: stroke.start)
        start, end = group[0].start, group[0].end
        for stroke in group[1:]:
            if stroke.start > end + _NEAR:
                merged.append(Stroke(at, start, end))
                start = stroke.start
                end = stroke.end
            end = max(end, stroke.end)
        merged.append(Stroke(at, start, end))
    return merged


def _levels(ordered: Sequence[Stroke]) -> Iterator[list[Stroke]]:
    group: list[Stroke] = []
    for stroke in ordered:
        if group and stroke.at > group[0].at + _NEAR:
            yield group
            group = []
        group.append(stroke)
    if group:
        yield group


def _together(
    lying: Sequence[Stroke], standing: Sequence[Stroke]
) -> Iterator[tuple[list[Stroke], list[Stroke]]]:
    """Group the strokes that meet, directly or through others."""
    group_of = list(range(len(lying) + len(standing)))

    def root(number: int) -> int:
        while group_of[number] != number:
            group_of[number] = number = group_of[group_of[number]]
        return number

    for i, across in enumerate(lying):
        for k, up in enumerate(standing, start=len(lying)):
            if _meet(across, up):
                group_of[root(i)] = root(k)
    groups: dict[int, tuple[list[Stroke], list[Stroke]]] = defaultdict(lambda: ([], []))
    for number, stroke in enumerate((*lying, *standing)):
        groups[root(number)][number >= len(lying)].append(stroke)
    yield from groups.values()


def _meet(across: Stroke, up: Stroke) -> bool:
    return (
        across.start - _NEAR <= up.at <= across.end + _NEAR
        and up.start - _NEAR <= across.at <= up.end + _NEAR
    )


def _grid(lying: Sequence[Stroke], standing: Sequence[Stroke]) -> Grid | None:
    """Return the grid of strokes that meet; None for a frame around a text and for other drawings."""
    if len(lying) < 2 or not standing:
        return None
    columns = _apart([s.at for s in standing] + [end for s in lying for end in (s.start, s.end)])
    rows = _apart([-s.at for s in lying] + [-end for s in standing for end in (s.start, s.end)])
    if len(columns) < 3 or len(rows) < 2 or len(columns) * len(rows) > _MOST_PLACES:
        return None
    homes = _homes(columns, rows, lying, standing)
    return Grid(columns, rows, homes) if len(set(homes.values())) > 1 else None


def _apart(values: Iterable[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value > kept[-1] + _NEAR:
            kept.append(value)
    return kept


def _homes(
    columns: Sequence[float], rows: Sequence[float], lying: Sequence[Stroke], standing: Sequence[Stroke]
) -> dict[Place, Place]:
    """Return for each place of a grid the upper left place of its cell: where no ruling parts them, cells are one."""
    homes: dict[Place, Place] = {}
    for row in range(len(rows) - 1):
        y = -(rows[row] + rows[row + 1]) / 2
        for column in range(len(columns) - 1):
            x = (columns[column] + columns[column + 1]) / 2
            if row and not _parts(lying, -rows[row], x):
                homes[row, column] = homes[row - 1, column]
            elif column and not _parts(standing, columns[column], y):
                homes[row, column] = homes[row, column - 1]
            else:
                homes[row, column] = (row, column)
    return homes


def _parts(strokes: Iterable[Stroke], at: float, along: float) -> bool:
    return any(abs(stroke.at - at) <= _NEAR and stroke.start <= along <= stroke.end for stroke in strokes)


def _stretches(
    layer: Layer, grids: Sequence[Grid], start: int, end: int
) -> Iterator[tuple[int, int, tuple[int, Place] | None]]:
    """Cut a printed line where it passes from one cell to another; blanks go with what stands before them."""
    begin, current, is_open = start, None, False
    for index in range(start, end):
        if layer.text[index].isspace() or layer.text[index] == NOTHING:
            continue
        place = _place(grids, layer.box(index))
        if is_open and place != current:
            yield begin, index, current
            begin = index
        current, is_open = place, True
    if is_open:
        yield begin, end, current


def _place(grids: Sequence[Grid], box: Box) -> tuple[int, Place] | None:
    x, y = box.middle
    for number, grid in enumerate(grids):
        if (cell := grid.cell_at(x, y)) is not None:
            return number, cell
    return None


def _trimmed(text: str, first: int, last: int) -> list[Piece]:
    kept = text[first:last].strip()
    return pieces_of(kept, first + text[first:last].index(kept)) if kept else []


def _rows(layer: Layer, grid: Grid, cells: dict[Place, _Cell]) -> Iterator[Line]:
    """Return a line for each row; a cell as wide as its row, and one that arranges text, gives its own lines."""
    for row in range(len(grid.rows) - 1):
        homes = [grid.homes.get((row, column)) for column in range(len(grid.columns) - 1)]
        own = [cells[home] for home in dict.fromkeys(homes) if home in cells and home[0] == row]
        if len(set(homes)) == 1 or any(cell.is_list() for cell in own):
            for cell in own:
                yield from _lines_of_cell(layer, cell)
        elif own:
            contents = [_pieces_in(cells, home, (row, n)) for n, home in enumerate(homes)]
            line = _dressed(layer, [piece for content in contents for piece in content])
            if line:
                fits = tuple(_fit(layer, grid, cells, n, homes) for n in range(len(homes)))
                yield row_of(replace(line, columns=tuple(grid.columns), fits=fits), contents)


def _fit(
    layer: Layer, grid: Grid, cells: dict[Place, _Cell], column: int, homes: Sequence[Place | None]
) -> Fit:
    """Return the room in a cell behind its last character, and the width of its first word."""
    home = homes[column]
    if home is None or home not in cells:
        return _EMPTY
    cell = cells[home]
    first, last = cell.lines[0][0], cell.lines[-1][-1]
    if first.first is None or last.first is None:
        return _EMPTY
    size = layer.look(first.first).size
    after = next((n for n in range(column, len(homes)) if homes[n] != homes[column]), len(homes))
    inset = min(max(0.0, layer.box(first.first).left - grid.columns[column]), _MOST_INSET)
    room = grid.columns[after] - inset - layer.box(last.first + last.taken - 1).right
    return Fit(room, word_of(layer, first.first, first.first + first.taken - 1, size))


def _lines_of_cell(layer: Layer, cell: _Cell) -> Iterator[Line]:
    for pieces in cell.lines:
        line = _dressed(layer, pieces)
        if line:
            yield line


def _pieces_in(cells: dict[Place, _Cell], home: Place | None, place: Place) -> list[Piece]:
    """Return what a place of a row shows of its cell: all, or for a merged one what counts for each of its rows."""
    if home is None or home not in cells or home[1] != place[1]:
        return []
    pieces = cells[home].pieces()
    is_first = home == place
    return pieces if is_first or sum(len(piece.text) for piece in pieces) <= _LONGEST_REPEATED else []


def _dressed(layer: Layer, pieces: Sequence[Piece]) -> Line | None:
    places = [(piece.first, piece.taken) for piece in pieces if piece.first is not None]
    if not places:
        return None
    (first, _), (last, taken) = places[0], places[-1]
    return dressed(layer, pieces, first, last + taken - 1)
