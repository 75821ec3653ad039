"""Choose the reader of a file by its suffix; a new format is one module and one line in `READERS`.

Imported by the child program only: readers load parsers of untrusted files, each when its format is at hand.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, runtime_checkable

from tracker.foundation.errors import FileEmpty, FileTooLarge, FormatMismatch, PageMissing
from tracker.reading.document import Document, PlaceOnPage, ReadingLimits
from tracker.reading.formats import check_beginning, suffix_of
from tracker.reading.picture import Mark, Passage, Picture


class Reader(Protocol):
    """Reads one format."""

    def accepts(self, data: bytes) -> bool:
        """Say whether the bytes look like this format, whatever the name says."""
        ...

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return the document; raise a member of the ReportUnreadable family."""
        ...


@runtime_checkable
class PagedReader(Reader, Protocol):
    """Reads a format that tells where on its pages the text stands."""

    def boxes(self, data: bytes, start: int, end: int, limits: ReadingLimits) -> tuple[PlaceOnPage, ...]:
        """Return a box for each line of a span of the document's text."""
        ...

    def drawing(
        self, data: bytes, number: int, width: int, limits: ReadingLimits, *, is_grey: bool = False
    ) -> Picture:
        """Return a page, counted from 1, about so many pixels wide."""
        ...

    def marks(self, data: bytes, passages: Sequence[Passage], limits: ReadingLimits) -> list[list[Mark]]:
        """Return for each passage a box for each of its printed lines, on the pages as they are shown."""
        ...


# The suffix of a format, the module that reads it, and the name of its reader there.
READERS: Mapping[str, tuple[str, str]] = {
    ".txt": ("tracker.reading.text", "TEXT"),
    ".md": ("tracker.reading.text", "MARKDOWN"),
    ".pdf": ("tracker.reading.pdf", "PDF"),
    ".docx": ("tracker.reading.docx", "DOCX"),
    ".odt": ("tracker.reading.odt", "ODT"),
    ".html": ("tracker.reading.html", "HTML"),
    ".htm": ("tracker.reading.html", "HTML"),
}


def read(name: str, data: bytes, limits: ReadingLimits) -> Document:
    """Read a file by the suffix of its name, after its first bytes agree with that suffix.

    Raises FileEmpty, FileTooLarge, FormatNotSupported and what the reader of the format raises.
    """
    return _reader_of(name, data, limits).read(data, limits)


def boxes(name: str, data: bytes, start: int, end: int, limits: ReadingLimits) -> tuple[PlaceOnPage, ...]:
    """Return where a span of a document's text stands on its pages; empty for formats without pages.

    Raises what `read` does.
    """
    reader = _reader_of(name, data, limits)
    return reader.boxes(data, start, end, limits) if isinstance(reader, PagedReader) else ()


def drawing(
    name: str, data: bytes, number: int, width: int, limits: ReadingLimits, *, is_grey: bool = False
) -> Picture:
    """Return a page as an image; raises PageMissing for formats without pages, and what `read` does."""
    reader = _reader_of(name, data, limits)
    if not isinstance(reader, PagedReader):
        raise PageMissing
    return reader.drawing(data, number, width, limits, is_grey=is_grey)


def marks(name: str, data: bytes, passages: Sequence[Passage], limits: ReadingLimits) -> list[list[Mark]]:
    """Return where passages stand on the pages as shown; nowhere in formats without pages.

    Raises what `read` does.
    """
    reader = _reader_of(name, data, limits)
    if not isinstance(reader, PagedReader):
        return [[] for _ in passages]
    return reader.marks(data, passages, limits)


def _reader_of(name: str, data: bytes, limits: ReadingLimits) -> Reader:
    if not data:
        raise FileEmpty
    if len(data) > limits.max_bytes:
        raise FileTooLarge
    suffix = suffix_of(name)
    check_beginning(suffix, data)
    module, reader_name = READERS[suffix]
    reader: Reader = getattr(import_module(module), reader_name)
    if not reader.accepts(data):
        raise FormatMismatch
    return reader
