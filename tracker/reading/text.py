"""Plain text. The byte order mark and the line ends stay, so that offsets are those of the decoded file."""

import re

from tracker.foundation.errors import TextMissing
from tracker.reading.document import Block, BlockKind, Document, ReadingLimits
from tracker.reading.encoding import decode, is_wide
from tracker.reading.furniture import furniture_of, without

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
    """Reads text in any encoding that `decode` knows."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def accepts(self, data: bytes) -> bool:
        """Refuse what carries another format's signature or characters that no text holds."""
        if data.startswith(_SIGNATURES):
            return False
        return data.translate(None, _CONTROLS) == data or is_wide(data)

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Decode the bytes; raise EncodingUnknown, FileTruncated (cut within a character) or TextMissing."""
        text = decode(data)
        if not text.strip("\ufeff \t\r\n\v\f　"):
            raise TextMissing
        return plain(text, self._kind)


TEXT = TextReader("text")
MARKDOWN = TextReader("markdown")


def plain(text: str, kind: str = "text", pages: tuple[int, ...] | None = None) -> Document:
    """Return the document of a text of which no more is known than, perhaps, where its pages start."""
    return Document(text, kind, pages, tuple(blocks_of(text, pages)))


def blocks_of(text: str, pages: tuple[int, ...] | None = None) -> list[Block]:
    """Return the paragraphs and the page furniture of a plain text, in order; no paragraph holds furniture."""
    furniture = furniture_of(text, pages)
    found = [Block(start, end, kind=BlockKind.FURNITURE) for start, end in furniture]
    for start, end in without(text, furniture):
        found += paragraphs(text[start:end], start)
    return sorted(found, key=lambda block: block.start)


def paragraphs(text: str, offset: int = 0, page: int | None = None) -> list[Block]:
    """Return a block for each run of lines between blank lines, moved by an offset."""
    return [Block(offset + m.start(), offset + m.end(), page) for m in _PARAGRAPH.finditer(text)]
