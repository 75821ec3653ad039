"""The pages of a PDF, one open at a time, as PDFium reads them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

import pypdfium2

from tracker.foundation.errors import FileEncrypted, FileTooLarge
from tracker.reading.document import ReadingLimits
from tracker.reading.pdf.bullets import with_bullets
from tracker.reading.pdf.calls import address_of
from tracker.reading.pdf.headings import bookmarked_titles, is_tagged, marked, tagged_levels
from tracker.reading.pdf.layer import Layer
from tracker.reading.pdf.lines import Line, lines_of
from tracker.reading.pdf.tables import grids_of, lines_with_tables

# A page number or a stamp stands on scanned pages too.
_FEWEST_CHARACTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page; `is_picture` says that what is to be read there stands in a picture."""

    lines: list[Line]
    is_picture: bool = False
    width: float = 0.0

    @property
    def length(self) -> int:
        """Return the length of the text of its lines, each on a line of its own."""
        return sum(len(line.text) + 1 for line in self.lines) - 1 if self.lines else 0


@contextmanager
def opened(data: bytes, limits: ReadingLimits) -> Iterator[pypdfium2.PdfDocument]:
    """Open a file; raise FileEncrypted, FileTooLarge and what PDFium answers to a broken one."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise FileEncrypted from error
        raise
    with closing(document):
        check_count(len(document), limits)
        yield document


def pages_of(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    """Read page after page."""
    titles = bookmarked_titles(document)
    for number, layer in layers_of(document, range(len(document))):
        yield _page(layer, titles.get(number, {}), document.get_page_size(number)[0])


def layers_of(document: pypdfium2.PdfDocument, numbers: Iterable[int]) -> Iterator[tuple[int, Layer]]:
    """Give the layers of pages, counted from 0; each is open only until the next one is asked for."""
    has_tags = is_tagged(document)
    bold_fonts: dict[int, bool] = {}
    for number in numbers:
        with closing(document[number]) as page, closing(page.get_textpage()) as characters:
            levels = tagged_levels(page.raw) if has_tags else {}
            addresses = address_of(page.raw), address_of(characters.raw)
            yield number, Layer(*addresses, characters.get_text_range(), levels, bold_fonts)


def check_count(count: int, limits: ReadingLimits) -> None:
    """Raise FileTooLarge for more pages than are read."""
    if count > limits.max_pages:
        raise FileTooLarge


def _page(layer: Layer, titles: Mapping[str, int], width: float) -> Page:
    grids = grids_of(layer)
    lines = with_bullets(layer, lines_with_tables(layer, grids) if grids else lines_of(layer))
    is_bare = sum(len(line.text) for line in lines[: _FEWEST_CHARACTERS + 1]) < _FEWEST_CHARACTERS
    return Page(marked(lines, titles), is_bare and layer.has_picture(), width)
