"""Numbers in addresses: one that no row can have names nothing, and never reaches the database."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""The largest id and page number: PostgreSQL's integer; SQLite's is larger."""


class RowNumber(IntegerConverter):
    """A whole number in a path that may be a row's id; an address with a larger one is unknown."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, max=LARGEST, **options)


def number_of(text: str | None) -> int | None:
    """Return the number that a text is, None for anything that is no number of a row."""
    if not text or len(text) > len(str(LARGEST)) or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= LARGEST else None


def page_of(arguments: Mapping[str, str]) -> int:
    """Return the number of the page that an address asks for, 1 for anything else."""
    return max(1, number_of(arguments.get("page")) or 1)
