"""Lines of pages to one text and its blocks: printed lines that fill their column make a paragraph with the next."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from tracker.reading.document import Block, BlockKind, Document
from tracker.reading.furniture import furniture_of
from tracker.reading.pdf.breaks import mended
from tracker.reading.pdf.layer import Box
from tracker.reading.pdf.lines import Line
from tracker.reading.pdf.pages import Page

# Justified lines end within these widths of a character of the edge: a closing mark may hang, a word may not fit.
_RAGGED: Final = 2.5
_DEEPER: Final = 0.8
_UNEVEN: Final = 0.15
_FARTHEST: Final = 2.2
# Lines that start within so many points share a column; a page with more columns is a drawing.
_COLUMN: Final = 4
_MOST_COLUMNS: Final = 100


def document_of(pages: Sequence[Page]) -> Document:
    """Return the text of the pages, a line feed between their lines, with page starts and blocks."""
    pages = mended(pages)
    starts = page_starts(pages)
    text = "\n".join("\n".join(line.text for line in page.lines) for page in pages)
    furniture = {start for start, _ in furniture_of(text, starts)}
    blocks: list[Block] = []
    for number, (page, start) in enumerate(zip(pages, starts, strict=True), start=1):
        blocks += _blocks(page.lines, start, number, furniture)
    pictures = tuple(number for number, page in enumerate(pages, start=1) if page.is_picture)
    return Document(text, "pdf", starts, tuple(blocks), pictures)


def page_starts(pages: Sequence[Page]) -> tuple[int, ...]:
    """Return the offset at which each page starts."""
    return tuple(accumulate((page.length + 1 for page in pages[:-1]), initial=0)) if pages else ()


def _blocks(lines: Sequence[Line], offset: int, number: int, furniture: set[int]) -> Iterator[Block]:
    edges = _column_edges(lines)
    paragraph: list[tuple[int, Line]] = []
    for place, line in enumerate(lines):
        indent = len(line.text) - len(line.text.lstrip())
        kind = _kind(line, offset + indent in furniture)
        is_text = kind is BlockKind.PARAGRAPH
        if paragraph and not (is_text and _goes_on(paragraph, line, edges[place - 1])):
            yield _paragraph(paragraph, number)
            paragraph = []
        if is_text:
            paragraph.append((offset, line))
        else:
            yield _block(line, offset, offset + len(line.text), number, kind)
        offset += len(line.text) + 1
    if paragraph:
        yield _paragraph(paragraph, number)


def _paragraph(lines: Sequence[tuple[int, Line]], number: int) -> Block:
    (start, first), (begin, last) = lines[0], lines[-1]
    return _block(first, start, begin + len(last.text), number, BlockKind.PARAGRAPH)


def _kind(line: Line, is_furniture: bool) -> BlockKind:
    if line.cells:
        return BlockKind.FURNITURE if line.is_repeated else BlockKind.ROW
    if is_furniture:
        return BlockKind.FURNITURE
    return BlockKind.HEADING if line.level is not None else BlockKind.PARAGRAPH


def _block(line: Line, start: int, end: int, number: int, kind: BlockKind) -> Block:
    cells = tuple((start + begin, start + finish) for begin, finish in line.cells)
    return Block(start, end, number, line.level, kind, "", cells, line.size, line.bold)


def _column_edges(lines: Sequence[Line]) -> list[float]:
    """Return for each line how far to the right the lines reach that share its column."""
    ends = [(line.box.left, line.box.right) for line in lines if line.box]
    reaches: dict[int, float] = {}
    for line in lines:
        if line.box and (key := _column(line.box)) not in reaches:
            middle = (line.box.left + line.box.right) / 2
            beside = (right for left, right in ends if left <= middle)
            reaches[key] = max(beside if len(reaches) < _MOST_COLUMNS else (right for _, right in ends[:1]))
    return [reaches[_column(line.box)] if line.box else 0.0 for line in lines]


def _column(box: Box) -> int:
    return round(box.left / _COLUMN)


def _goes_on(above: Sequence[tuple[int, Line]], line: Line, edge: float) -> bool:
    """Say whether a line goes on with the paragraph of the ones above it, as far as the print shows."""
    first, previous = above[0][1], above[-1][1]
    if previous.box is None or line.box is None or not first.size or not line.size:
        return False
    if abs(line.size - first.size) > _UNEVEN * first.size or line.bold != first.bold:
        return False
    is_below = 0 < previous.box.top - line.box.top <= _FARTHEST * first.size
    is_full = previous.box.right >= edge - _RAGGED * first.size
    is_new_indent = len(above) > 1 and line.box.left > previous.box.left + _DEEPER * first.size
    return is_below and is_full and not is_new_indent
