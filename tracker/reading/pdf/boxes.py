"""Where a stretch of a PDF's text stands: found by reading the file once more, on demand."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tracker.reading.document import PlaceOnPage, ReadingLimits
from tracker.reading.pdf.layer import Box
from tracker.reading.pdf.lines import Line, Piece
from tracker.reading.pdf.pages import Page, layers_of, opened, pages_of
from tracker.reading.pdf.paragraphs import whole

# Two boxes belong to one line when they share this part of the lower one's height.
_SHARED = 0.5

Stretch = tuple[int, int]


def boxes(data: bytes, start: int, end: int, limits: ReadingLimits) -> tuple[PlaceOnPage, ...]:
    """Return a box for each printed line of a span of the document's text, within a table for each line of a cell.

    Raises what `opened` does.
    """
    found: list[PlaceOnPage] = []
    with opened(data, limits) as document:
        # All pages are read, as they were for the text: when PDFium fails at the last one, pypdf wrote that text.
        stretches = stretches_by_page(whole(list(pages_of(document))), start, end)
        for number, layer in layers_of(document, sorted(stretches)):
            for cell in stretches[number]:
                lines = joined(box for stretch in cell for box in layer.rectangles(*stretch))
                found += (PlaceOnPage(number + 1, *box) for box in lines)
    return tuple(found)


def stretches_by_page(pages: Sequence[Page], start: int, end: int) -> Mapping[int, list[list[Stretch]]]:
    """Return for each page, counted from 0, what a span of the text takes of its layer, cell by cell."""
    found: dict[int, list[list[Stretch]]] = defaultdict(list)
    offset = 0
    for number, page in enumerate(pages):
        begin = offset
        for line in page.lines:
            if begin < end and start < begin + len(line.text):
                for later, cell in _cells(line, start - begin, end - begin):
                    found[number + later].append(cell)
            begin += len(line.text) + 1
        offset += page.length + 1
    return found


def _cells(line: Line, start: int, end: int) -> Iterator[tuple[int, list[Stretch]]]:
    """Return for each cell of a line, and each page it stands on, the stretches that a span of its text takes."""
    cell: dict[int, list[Stretch]] = defaultdict(list)
    offset = 0
    for piece in line.pieces:
        if piece.is_tab:
            yield from cell.items()
            cell = defaultdict(list)
        begin, finish = max(start - offset, 0), min(end - offset, len(piece.text))
        if piece.first is not None and begin < finish:
            cell[piece.later].append(_stretch(piece, piece.first, begin, finish))
        offset += len(piece.text)
    yield from cell.items()


def _stretch(piece: Piece, first: int, begin: int, finish: int) -> Stretch:
    is_one_to_one = len(piece.text) == piece.taken
    return (first + begin, finish - begin) if is_one_to_one else (first, piece.taken)


def joined(boxes: Iterable[Box]) -> list[Box]:
    """Join the boxes that stand on one line."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _share_line(lines[-1], box):
            last = lines[-1]
            lines[-1] = Box(
                min(last.left, box.left),
                min(last.bottom, box.bottom),
                max(last.right, box.right),
                max(last.top, box.top),
            )
        else:
            lines.append(box)
    return lines


def _share_line(one: Box, other: Box) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared >= _SHARED * min(one.top - one.bottom, other.top - other.bottom)
