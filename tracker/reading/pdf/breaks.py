"""Tables that go on at the next page: the header they repeat, and the row that the page break cut in two."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tracker.reading.pdf.lines import ENUMERATED, HAN, Line, Piece, row_of
from tracker.reading.pdf.pages import Page

# Running headers and footers stand between the two parts of a table.
_MOST_BETWEEN: Final = 3
_NEAR: Final = 4.0
_SENTENCE_ENDS: Final = "。！？；.!?;"

Cell = tuple[Piece, ...]


def mended(pages: Sequence[Page]) -> list[Page]:
    """Return the pages with each repeated header marked, and with what a page break cut off put back into its row."""
    whole: list[Page] = []
    for page in pages:
        before = whole[-1] if whole else None
        if before and (places := _places_of_meeting(before, page)):
            above, below = places
            lines, rest = list(before.lines), list(page.lines)
            if rest[below].text == _header(before, lines[above]):
                rest[below] = replace(rest[below], is_repeated=True)
                below += 1
            if _is_rest(lines[above], rest, below):
                lines[above] = _joined(lines[above], rest.pop(below))
                whole[-1] = replace(before, lines=lines)
            page = replace(page, lines=rest)  # noqa: PLW2901 - the page as it is from here on
        whole.append(page)
    return whole


def _places_of_meeting(before: Page, page: Page) -> tuple[int, int] | None:
    """Return the last row of a page and the first of the next, when they are of one table."""
    above = next((n for n in range(len(before.lines) - 1, -1, -1) if before.lines[n].cells), None)
    below = next((n for n, line in enumerate(page.lines) if line.cells), None)
    if above is None or below is None:
        return None
    is_near = len(before.lines) - above <= _MOST_BETWEEN + 1 and below <= _MOST_BETWEEN
    one, other = before.lines[above].columns, page.lines[below].columns
    is_same = len(one) == len(other) and all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))
    return (above, below) if is_near and is_same else None


def _header(page: Page, row: Line) -> str:
    return next(line.text for line in page.lines if line.cells and line.columns == row.columns)


def _is_rest(row: Line, lines: Sequence[Line], below: int) -> bool:
    """Say whether a row only goes on with a sentence that its one filled cell left open in the row above."""
    if below >= len(lines) or len(lines[below].cells) != len(row.cells):
        return False
    rest = lines[below]
    filled = [(n, start, end) for n, (start, end) in enumerate(rest.cells) if start < end]
    if len(filled) != 1:
        return False
    ((number, start, end),) = filled
    above = row.text[slice(*row.cells[number])]
    return above != "" and above[-1] not in _SENTENCE_ENDS and not ENUMERATED.match(rest.text[start:end])


def _joined(row: Line, rest: Line) -> Line:
    """Return a row with the rest of its cells, whose characters stand a page later."""
    cells = [
        (*cell, *_moved(cell, more))
        for cell, more in zip(_cells(row.pieces), _cells(rest.pieces), strict=True)
    ]
    return row_of(row, cells)


def _moved(cell: Cell, more: Cell) -> Iterator[Piece]:
    if cell and more and not (HAN.match(cell[-1].text[-1]) and HAN.match(more[0].text)):
        yield Piece(" ", None, 0)
    yield from (piece._replace(later=piece.later + 1) for piece in more)


def _cells(pieces: Sequence[Piece]) -> list[Cell]:
    cells: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.is_tab:
            cells.append([])
        else:
            cells[-1].append(piece)
    return [tuple(cell) for cell in cells]
