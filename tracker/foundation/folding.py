"""Texts as they are searched and compared: folded, and cut into grams; pure, so that rules may use it too."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_LATIN_GRAM: Final = 3
_WIDE_GRAM: Final = 2
RUN: Final = re.compile(r"[0-9a-z]+|[^\W\x00-\x7f]+")
_BREAK_IN_WIDE: Final = re.compile(r"(?<=[^\W\x00-\x7f])\s+(?=[^\W\x00-\x7f])")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def fold(text: str) -> str:
    """Return a text as it is searched: no case, no full width, 臺 as 台, no line break within Chinese."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _BREAK_IN_WIDE.sub("", _CONTROL.sub(" ", plain)).replace("臺", "台")


def grams_of(folded: str) -> frozenset[str]:
    """Return the grams under which a folded text is found; those at the end of a run of characters are shorter."""
    return frozenset(grams_in(folded))


def grams_in(folded: str) -> Iterator[str]:
    """Yield those grams as often as they stand in a folded text, in its order."""
    for run in RUN.findall(folded):
        length = gram_length(run)
        yield from (run[start : start + length] for start in range(len(run)))


def gram_length(run: str) -> int:
    """Return how long the grams of a run of characters are: triples in Latin letters and digits, else pairs."""
    return _LATIN_GRAM if run.isascii() else _WIDE_GRAM
