"""The reader of PDF files: PDFium first, pypdf as a second try, and a clear word for what neither can read."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tracker.foundation.errors import FileTruncated, PageNotDrawn, ReportUnreadable, TextMissing
from tracker.reading.document import Document, PlaceOnPage, ReadingLimits
from tracker.reading.encoding import is_garbled
from tracker.reading.pdf.boxes import boxes
from tracker.reading.pdf.marks import marks
from tracker.reading.pdf.pages import Page, opened, pages_of
from tracker.reading.pdf.paragraphs import document_of
from tracker.reading.picture import Mark, Passage, Picture

_SIGNATURE: Final = b"%PDF-"
_SIGNATURE_WITHIN: Final = 1024
_END: Final = b"%%EOF"
_END_WITHIN: Final = 2048
_FEWEST_CHARACTERS: Final = 20
_LEAST_OF_LETTERS: Final = 0.2

Try = Callable[[bytes, ReadingLimits], Iterator[Page]]


class PDFReader:
    """Reads the text layer of a PDF, page by page."""

    def accepts(self, data: bytes) -> bool:
        """Look for the signature where readers in general look for it."""
        return _SIGNATURE in data[:_SIGNATURE_WITHIN]

    def boxes(self, data: bytes, start: int, end: int, limits: ReadingLimits) -> tuple[PlaceOnPage, ...]:
        """Return where a span of the text stands; empty where only the second try could read the file."""
        try:
            return boxes(data, start, end, limits)
        except (ReportUnreadable, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - as for reading: parsers answer broken files with all sorts of errors
            return ()

    def drawing(
        self, data: bytes, number: int, width: int, limits: ReadingLimits, *, is_grey: bool = False
    ) -> Picture:
        """Return a page as an image; raises PageMissing, or ReportUnreadable where PDFium cannot draw it."""
        # Loaded only when a page is drawn: reading needs none of it.
        from tracker.reading.pdf.drawing import drawing  # noqa: PLC0415 - see above

        try:
            return drawing(data, number, width, limits, is_grey=is_grey)
        except (ReportUnreadable, MemoryError):
            raise
        except Exception as error:
            raise PageNotDrawn from error

    def marks(self, data: bytes, passages: Sequence[Passage], limits: ReadingLimits) -> list[list[Mark]]:
        """Return where passages stand on the pages as shown; none where only the second try could read the file."""
        try:
            return marks(data, passages, limits)
        except (ReportUnreadable, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - as for reading: parsers answer broken files with all sorts of errors
            return [[] for _ in passages]

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return the text; raise FileEncrypted, FileTruncated, FileTooLarge, or TextMissing for a scan."""
        if _END not in data[-_END_WITHIN:]:
            # Parsers rebuild what they can of a cut-off file; half a report must not pass for a whole one.
            raise FileTruncated
        document = document_of(_first_that_reads(data, limits))
        if not _has_words(document.text):
            raise TextMissing
        return document


def _has_words(text: str) -> bool:
    """Tell a text from a page number or two, and from fonts that do not say which characters they show."""
    length = sum(len(line.strip()) for line in text.splitlines())
    is_of_signs = sum(map(str.isalnum, text)) < _LEAST_OF_LETTERS * length
    return length >= _FEWEST_CHARACTERS and not is_of_signs and not is_garbled(text)


def _first_that_reads(data: bytes, limits: ReadingLimits) -> list[Page]:
    for attempt in (_by_pdfium, _by_pypdf):
        pages = _pages(attempt, data, limits)
        if pages is not None and any(page.lines for page in pages):
            return pages
    if pages is None:
        raise FileTruncated
    return pages


def _pages(attempt: Try, data: bytes, limits: ReadingLimits) -> list[Page] | None:
    try:
        return list(attempt(data, limits))
    except (ReportUnreadable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - parsers answer broken files with all sorts; the second may still know better
        return None


def _by_pdfium(data: bytes, limits: ReadingLimits) -> Iterator[Page]:
    with opened(data, limits) as document:
        yield from pages_of(document)


def _by_pypdf(data: bytes, limits: ReadingLimits) -> Iterator[Page]:
    # Loaded only when it is needed: most files never get here.
    from tracker.reading.pdf import second  # noqa: PLC0415 - see above

    return second.pages_of(data, limits)
