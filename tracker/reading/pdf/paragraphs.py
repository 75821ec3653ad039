"""Lines of pages to one text and its blocks: printed lines that fill their column make a paragraph with the next."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from tracker.reading.document import Block, BlockKind, Document
from tracker.reading.furniture import furniture_of
from tracker.reading.pdf.lines import Line
from tracker.reading.pdf.pages import Page

# Justified lines end within these widths of a character of the edge: a closing mark may hang, a word may not fit.
_RAGGED: Final = 2.5
_DEEPER: Final = 0.8
_UNEVEN: Final = 0.15
_FARTHEST: Final = 2.2


def document_of(pages: Sequence[Page]) -> Document:
    """Return the text of the pages, a line feed between their lines, with page starts and blocks."""
    starts = page_starts(pages)
    text = "\n".join("\n".join(line.text for line in page.lines) for page in pages)
    furniture = {start for start, _ in furniture_of(text, starts)}
    blocks: list[Block] = []
    header = ""
    for number, (page, start) in enumerate(zip(pages, starts, strict=True), start=1):
        again, header = _repeated_header(page.lines, header)
        blocks += _blocks(page.lines, start, number, furniture, again)
    pictures = tuple(number for number, page in enumerate(pages, start=1) if page.is_picture)
    return Document(text, "pdf", starts, tuple(blocks), pictures)


def page_starts(pages: Sequence[Page]) -> tuple[int, ...]:
    """Return the offset at which each page starts."""
    return tuple(accumulate((page.length + 1 for page in pages[:-1]), initial=0)) if pages else ()


def _repeated_header(lines: Sequence[Line], header: str) -> tuple[Line | None, str]:
    """Return the row in which a page repeats the header of the table before, and the header of its own last table."""
    above: Sequence[Line | None] = (None, *lines[:-1])
    firsts = [
        line for over, line in zip(above, lines, strict=True) if line.cells and not (over and over.cells)
    ]
    again = firsts[0] if firsts and firsts[0].text == header else None
    return again, firsts[-1].text if firsts else header


def _blocks(
    lines: Sequence[Line], offset: int, number: int, furniture: set[int], again: Line | None
) -> Iterator[Block]:
    edges = _column_edges(lines)
    open_from: int | None = None
    first: Line | None = None
    previous: Line | None = None
    for place, line in enumerate(lines):
        indent = len(line.text) - len(line.text.lstrip())
        kind = BlockKind.FURNITURE if line is again else _kind(line, offset + indent in furniture)
        goes_on = (
            previous is not None
            and first is not None
            and kind is BlockKind.PARAGRAPH
            and _goes_on(first, previous, line, edges[place - 1])
        )
        if not goes_on and first is not None and open_from is not None:
            yield _block(first, open_from, offset - 1, number, BlockKind.PARAGRAPH)
            first = None
        if kind is not BlockKind.PARAGRAPH:
            yield _block(line, offset, offset + len(line.text), number, kind)
            first = previous = None
        else:
            if first is None:
                first, open_from = line, offset
            previous = line
        offset += len(line.text) + 1
    if first is not None and open_from is not None:
        yield _block(first, open_from, offset - 1, number, BlockKind.PARAGRAPH)


def _kind(line: Line, is_furniture: bool) -> BlockKind:
    if line.cells:
        return BlockKind.ROW
    if is_furniture:
        return BlockKind.FURNITURE
    return BlockKind.HEADING if line.level is not None else BlockKind.PARAGRAPH


def _block(line: Line, start: int, end: int, number: int, kind: BlockKind) -> Block:
    cells = tuple((start + begin, start + finish) for begin, finish in line.cells)
    return Block(start, end, number, line.level, kind, "", cells, line.size, line.bold)


def _column_edges(lines: Sequence[Line]) -> list[float]:
    """Return for each line how far to the right the lines reach that share its column."""
    ends = [(line.box.left, line.box.right) for line in lines if line.box]
    reaches: dict[float, float] = {}
    for line in lines:
        if line.box and line.box.left not in reaches:
            middle = (line.box.left + line.box.right) / 2
            reaches[line.box.left] = max(right for left, right in ends if left <= middle)
    return [reaches[line.box.left] if line.box else 0.0 for line in lines]


def _goes_on(first: Line, previous: Line, line: Line, edge: float) -> bool:
    """Say whether a line goes on with the paragraph of the one above it, as far as the print shows."""
    size = previous.size or line.size
    if previous.box is None or line.box is None or not size or not line.size:
        return False
    if abs(line.size - size) > _UNEVEN * size or line.bold != first.bold:
        return False
    is_below = 0 < previous.box.top - line.box.top <= _FARTHEST * size
    is_full = previous.box.right >= edge - _RAGGED * size
    is_new_indent = previous is not first and line.box.left > previous.box.left + _DEEPER * size
    return is_below and is_full and not is_new_indent
