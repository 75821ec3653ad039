"""Where passages stand on pages as they are shown: turned and cut as the file wants its paper to be."""

import ctypes
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import pypdfium2.raw as pdfium

from tracker.reading.document import ReadingLimits
from tracker.reading.pdf.boxes import Stretch, joined, stretches_by_page
from tracker.reading.pdf.layer import Box, Layer
from tracker.reading.pdf.pages import layers_of, opened, pages_of
from tracker.reading.pdf.paragraphs import text_of, whole
from tracker.reading.picture import Mark, Passage

# PDFium answers in whole pixels: on a page of so many, a share of it is exact enough.
_PIXELS: Final = 1_000_000


def marks(data: bytes, passages: Sequence[Passage], limits: ReadingLimits) -> list[list[Mark]]:
    """Return for each passage a box for each of its printed lines; raises what `opened` does."""
    found: list[list[Mark]] = [[] for _ in passages]
    with opened(data, limits) as document:
        # All pages are read, as they were for the text: what a page break cut belongs to the page before.
        pages = whole(list(pages_of(document)))
        text = text_of(pages)
        wanted: dict[int, list[tuple[int, list[Stretch]]]] = defaultdict(list)
        for which, passage in enumerate(passages):
            start = place_of(text, passage)
            if start is None:
                continue
            for page, cells in stretches_by_page(pages, start, start + len(passage.words)).items():
                wanted[page] += [(which, cell) for cell in cells]
        for number, layer in layers_of(document, sorted(wanted)):
            for which, cell in wanted[number]:
                boxes = joined(box for stretch in cell for box in layer.rectangles(*stretch))
                found[which] += [_mark(layer, number + 1, box) for box in boxes]
    return found


def place_of(text: str, passage: Passage) -> int | None:
    """Return where the words of a passage begin in a text, nearest to where they stood; None where they do not.

    A report is read anew years after its import, by a reader that may have learned since: the words decide.
    """
    plain, words = _plain(text), _plain(passage.words)
    if not words:
        return None
    if plain.startswith(words, passage.start):
        return passage.start
    places = []
    at = plain.find(words)
    while at >= 0:
        places.append(at)
        at = plain.find(words, at + 1)
    return min(places, key=lambda place: abs(place - passage.start), default=None)


def _plain(text: str) -> str:
    return text.translate(_BLANKS)


_BLANKS: Final[Mapping[int, str]] = {ord(each): " " for each in "\t\r\n\v\f\u00a0\u3000"}


def _mark(layer: Layer, number: int, box: Box) -> Mark:
    one, other = _shown(layer, box.left, box.top), _shown(layer, box.right, box.bottom)
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return Mark(number, *(round(each, 5) for each in (left, top, right - left, bottom - top)))


def _shown(layer: Layer, x: float, y: float) -> tuple[float, float]:
    """Return a point of the paper as shares of the page as it is shown."""
    across, down = ctypes.c_int(), ctypes.c_int()
    page = ctypes.cast(layer.page, pdfium.FPDF_PAGE)
    pdfium.FPDF_PageToDevice(page, 0, 0, _PIXELS, _PIXELS, 0, x, y, across, down)
    return across.value / _PIXELS, down.value / _PIXELS
