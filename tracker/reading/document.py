"""What every reader gives: one plain text, its blocks and its pages. All offsets are code points of that text."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A paragraph, heading or table row; `level` is the heading level where the format itself names one."""

    start: int
    end: int
    page: int | None = None
    level: int | None = None


@dataclass(frozen=True)
class Document:
    """The text of a report; `pages` holds the offset at which each page starts, None where there are none."""

    text: str
    kind: str
    pages: tuple[int, ...] | None = None
    blocks: tuple[Block, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page, counted from 1, on which an offset lies."""
        if not self.pages:
            return None
        return max(1, bisect_right(self.pages, offset))


@dataclass(frozen=True)
class ReadingLimits:
    """What one file may take: bytes, pages, memory in bytes, processor and waiting time in seconds."""

    max_bytes: int = 50 * 2**20
    max_pages: int = 2_000
    memory_bytes: int = 512 * 2**20
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
