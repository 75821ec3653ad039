"""What every reader gives: one plain text, its blocks and its pages. All offsets are code points of that text."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class BlockKind(StrEnum):
    """What a stretch of the text is; furniture is running headers, footers and page numbers."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ROW = "row"
    FURNITURE = "furniture"


@dataclass(frozen=True)
class Block:
    """A stretch of the text that its format keeps together, in the order of the text.

    `level` is the heading level, from 1, where the format itself names one. `label` is the enumerator that the format
    counted by itself (一、, (一), 1., •); the text carries it already, at `start`. `cells` are the spans of a row's
    cells, which stand on one line with a tab between them. `size` is the font's in points, where there is one.
    """

    start: int
    end: int
    page: int | None = None
    level: int | None = None
    kind: BlockKind = BlockKind.PARAGRAPH
    label: str = ""
    cells: tuple[tuple[int, int], ...] = ()
    size: float | None = None
    bold: bool = False


@dataclass(frozen=True)
class Document:
    """The text of a report; `pages` holds the offset at which each page starts, None where there are none.

    `scanned` are the numbers of pages that hold a picture and no text, in a file whose other pages can be read.
    """

    text: str
    kind: str
    pages: tuple[int, ...] | None = None
    blocks: tuple[Block, ...] = ()
    scanned: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page, counted from 1, on which an offset lies."""
        if not self.pages:
            return None
        return max(1, bisect_right(self.pages, offset))


class PlaceOnPage(NamedTuple):
    """A box on a page of a PDF, counted from 1; lengths are points from the lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class ReadingLimits:
    """What one file may take: bytes, pages, memory in bytes, processor and waiting time in seconds."""

    max_bytes: int = 50 * 2**20
    max_pages: int = 2_000
    memory_bytes: int = 512 * 2**20
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
