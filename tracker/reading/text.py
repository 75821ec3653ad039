"""Plain UTF-8 text. The byte order mark and the line ends stay, so that offsets are those of the decoded file."""

import re

from tracker.foundation.errors import EncodingUnknown, FileTruncated, TextMissing
from tracker.reading.document import Block, Document, ReadingLimits

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SIGNATURES = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"{\\rtf",
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_PARAGRAPH = re.compile(r"[^\s][^\n]*(?:\n(?![ \t\r　]*(?:\n|\Z))[^\n]*)*")


class TextReader:
    """Reads text in UTF-8, with or without a byte order mark."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def accepts(self, data: bytes) -> bool:
        """Refuse what carries another format's signature or characters that no text holds."""
        if data.startswith(_UTF16_MARKS):
            return True
        if data.startswith(_SIGNATURES):
            return False
        return data.translate(None, _CONTROLS) == data

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Decode the bytes; raise EncodingUnknown, FileTruncated (cut within a character) or TextMissing."""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            cut = error.reason == "unexpected end of data" and error.start > 0
            raise FileTruncated if cut else EncodingUnknown from error
        if not text.strip("\ufeff \t\r\n\v\f　"):
            raise TextMissing
        return Document(text, self._kind, None, tuple(paragraphs(text)))


def paragraphs(text: str, offset: int = 0, page: int | None = None) -> list[Block]:
    """Return a block for each run of lines between blank lines, moved by an offset."""
    return [Block(offset + m.start(), offset + m.end(), page) for m in _PARAGRAPH.finditer(text)]
