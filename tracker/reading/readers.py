"""Choose the reader of a file by its suffix; a new format is one file and one line in `READERS`.

Imported by the child program only: readers load parsers of untrusted files.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Protocol

from tracker.foundation.errors import FileEmpty, FileTooLarge, FormatNotSupported
from tracker.reading.document import Document, ReadingLimits
from tracker.reading.pdf import PDFReader
from tracker.reading.text import TextReader


class Reader(Protocol):
    """Reads one format."""

    def accepts(self, data: bytes) -> bool:
        """Say whether the bytes look like this format, whatever the name says."""
        ...

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return the document; raise a member of the ReportUnreadable family."""
        ...


READERS: Mapping[str, Reader] = {
    ".txt": TextReader("text"),
    ".md": TextReader("markdown"),
    ".pdf": PDFReader(),
}


def read(name: str, data: bytes, limits: ReadingLimits) -> Document:
    """Read a file by the suffix of its name, after its first bytes agree with that suffix.

    Raises FileEmpty, FileTooLarge, FormatNotSupported and what the reader of the format raises.
    """
    if not data:
        raise FileEmpty
    if len(data) > limits.max_bytes:
        raise FileTooLarge
    reader = READERS.get(PurePosixPath(name.replace("\\", "/")).suffix.lower())
    if reader is None or not reader.accepts(data):
        raise FormatNotSupported
    return reader.read(data, limits)
