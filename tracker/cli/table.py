"""Columns in a terminal, where a Chinese character takes two places."""

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

GAP = "  "


def lines_of(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give each row as a line whose columns stand under one another."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield GAP.join(map(padded, row, widths)).rstrip()


def padded(text: str, width: int) -> str:
    """Fill a text up to a width."""
    return text + " " * (width - width_of(text))


def width_of(text: str) -> int:
    """Return how many places a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
