"""Tables that go on at the next page: the header they repeat, and the row that the page break cut in two."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tracker.reading.pdf.lines import ENUMERATED, Line, Piece, cells_of, parts_words, row_of
from tracker.reading.pdf.pages import Page

# Running headers and footers stand between the two parts of a table.
_MOST_BETWEEN: Final = 3
_NEAR: Final = 4.0
_SENTENCE_ENDS: Final = "。！？；.!?;"
# A line of Han may end so many widths of a character before the edge, for a mark that must not begin the next.
_SLACK: Final = 0.5


def mended(pages: Sequence[Page]) -> list[Page]:
    """Return the pages with each repeated header marked, and with what a page break cut off put back into its row."""
    whole: list[Page] = []
    for page in pages:
        before = whole[-1] if whole else None
        if before and (places := _places_of_meeting(before, page)):
            above, below = places
            lines, rest = list(before.lines), list(page.lines)
            if rest[below].text == _header(before, lines[above]):
                rest[below] = replace(rest[below], is_furniture=True)
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
    """Say whether a row only goes on with cells of the row above.

    It does where its one filled cell takes up a sentence that was left open, and where it leaves cells empty and no
    other had room above for the word with which it begins.
    """
    if below >= len(lines) or len(lines[below].cells) != len(row.cells):
        return False
    rest = lines[below]
    filled = [number for number, (start, end) in enumerate(rest.cells) if start < end]
    above = [row.text[slice(*row.cells[number])] for number in filled]
    if not all(above) or any(ENUMERATED.match(rest.text, rest.cells[number][0]) for number in filled):
        return False
    is_open = [text[-1] not in _SENTENCE_ENDS for text in above]
    if is_open == [True]:
        return True
    leaves_empty = len(filled) < len(rest.cells)
    return leaves_empty and any(is_open) and all(_had_no_room(row, rest, number) for number in filled)


def _had_no_room(row: Line, rest: Line, number: int) -> bool:
    if number >= len(row.fits) or number >= len(rest.fits):
        return False
    return row.fits[number].room < rest.fits[number].word + _SLACK * (row.size or 0.0)


def _joined(row: Line, rest: Line) -> Line:
    """Return a row with the rest of its cells, whose characters stand a page later."""
    cells = [
        (*cell, *_moved(cell, more))
        for cell, more in zip(cells_of(row.pieces), cells_of(rest.pieces), strict=True)
    ]
    return row_of(row, cells)


def _moved(cell: Sequence[Piece], more: Sequence[Piece]) -> Iterator[Piece]:
    if cell and more and parts_words(cell[-1].text, more[0].text):
        yield Piece(" ", None, 0)
    yield from (piece._replace(later=piece.later + 1) for piece in more)
