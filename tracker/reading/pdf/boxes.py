"""Where a stretch of a PDF's text stands: found by reading the file once more, on demand."""

from collections.abc import Iterable, Iterator

from tracker.reading.document import PlaceOnPage, ReadingLimits
from tracker.reading.pdf.layer import Box, Layer
from tracker.reading.pdf.lines import Line, Piece
from tracker.reading.pdf.pages import Page, pages_of

# Two boxes belong to one line when they share this part of the lower one's height.
_SHARED = 0.5


def boxes(data: bytes, start: int, end: int, limits: ReadingLimits) -> tuple[PlaceOnPage, ...]:
    """Return a box for each printed line of a span of the document's text, within a table for each line of a cell.

    Empty when only pypdf could read the file, which does not tell where its text stands. Raises what `pages_of` does.
    """
    found: list[PlaceOnPage] = []
    offset = 0
    # All pages are read, as they were for the text: when PDFium fails at the last one, pypdf wrote that text.
    for number, (page, layer) in enumerate(pages_of(data, limits), start=1):
        found += (PlaceOnPage(number, *box) for box in _boxes_on(page, layer, start - offset, end - offset))
        offset += page.length + 1
    return tuple(found)


def _boxes_on(page: Page, layer: Layer, start: int, end: int) -> Iterator[Box]:
    offset = 0
    for line in page.lines:
        if offset < end and start < offset + len(line.text):
            for stretches in _cells(line, start - offset, end - offset):
                yield from _joined(box for stretch in stretches for box in layer.rectangles(*stretch))
        offset += len(line.text) + 1


def _cells(line: Line, start: int, end: int) -> Iterator[list[tuple[int, int]]]:
    """Return for each cell of a line the stretches of the layer, first and count, that a span of its text takes."""
    stretches: list[tuple[int, int]] = []
    offset = 0
    for piece in line.pieces:
        if piece.text == "\t" and piece.first is None:
            yield stretches
            stretches = []
        begin, finish = max(start - offset, 0), min(end - offset, len(piece.text))
        if piece.first is not None and begin < finish:
            stretches.append(_stretch(piece, piece.first, begin, finish))
        offset += len(piece.text)
    yield stretches


def _stretch(piece: Piece, first: int, begin: int, finish: int) -> tuple[int, int]:
    is_one_to_one = len(piece.text) == piece.taken
    return (first + begin, finish - begin) if is_one_to_one else (first, piece.taken)


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """Join the boxes that stand on one line."""
    joined: list[Box] = []
    for box in boxes:
        if joined and _share_line(joined[-1], box):
            last = joined[-1]
            joined[-1] = Box(
                min(last.left, box.left),
                min(last.bottom, box.bottom),
                max(last.right, box.right),
                max(last.top, box.top),
            )
        else:
            joined.append(box)
    return joined


def _share_line(one: Box, other: Box) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared >= _SHARED * min(one.top - one.bottom, other.top - other.bottom)
