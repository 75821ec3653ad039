"""A page as it was printed, and where on it a passage stands; lengths are shares of the page's width and height."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol


class Passage(NamedTuple):
    """A stretch of a report's stored text with its words, by which it is found again when a reader reads anew."""

    start: int
    end: int
    words: str


class Mark(NamedTuple):
    """A box on a page, counted from 1, as the page is shown; from 0 to 1, from the upper left corner."""

    page: int
    left: float
    top: float
    width: float
    height: float


class Look(NamedTuple):
    """How a line of the text looks that begins at an offset: a heading of a level from 1, or a row of a table."""

    start: int
    level: int | None


@dataclass(frozen=True)
class Picture:
    """An image of a page, as PNG or JPEG, with its size in pixels and how many pages the file has."""

    data: bytes
    mime_type: str
    width: int
    height: int
    pages: int


class FileOpener(Protocol):
    """Opens a stored file by its hash; asked only when something must be drawn."""

    def open(self, sha256: str) -> BinaryIO:
        """Open a stored file for reading; raises FileMissing when the store does not hold it."""
        ...


class ShowPages(Protocol):
    """Draws pages of untrusted files and finds passages on them, once for each file, without harm to the caller."""

    def looks(self, sha256: str, name: str, text: str) -> tuple[Look, ...]:
        """Return which lines of a report's stored text are headings and rows; none where that cannot be told."""
        ...

    def picture(self, sha256: str, name: str, number: int, width: int) -> Picture:
        """Return a page, counted from 1, about so many pixels wide.

        Raises PageMissing, FileMissing or a member of the ReportUnreadable family.
        """
        ...

    def marks(self, sha256: str, name: str, passages: Sequence[Passage]) -> dict[Passage, tuple[Mark, ...]]:
        """Return a box for each printed line of each passage; empty where it was not found.

        Raises FileMissing or a member of the ReportUnreadable family.
        """
        ...
