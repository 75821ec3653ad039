"""What changed between two wordings, as a person would mark it: by characters in Chinese, by words in English; pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final, NamedTuple

from tracker.reports.rules.sketches import words_in


class Change(StrEnum):
    """What became of a stretch of words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """A stretch of words and what became of it."""

    change: Change
    text: str


_TOKEN: Final = re.compile(r"(?:[A-Za-z]+(?:['’-][A-Za-z]+)*|\d+(?:[.,:/]\d+)*|\S)\s*")
_BLANK_IN_WIDE: Final = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_NUMBERING: Final = re.compile(
    r"^\s*(?:[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2}|[a-zA-Z])[)）、.．]|[壹貳參肆伍陸柒捌玖拾]{1,3}、|第[一二三四五六七八九十\d]{1,3}[章節項點]"
    r"|[①-⑳]|[•●◦‧▪■◆*-]\s)+\s*"
)
_ISLAND: Final = 2
"""So few characters that stayed between two changes are marked along with them: islands cannot be read."""


def says_the_same(one: str, other: str) -> bool:
    """Tell whether two quotes have the same words, whatever their numbers, blanks, line ends and punctuation."""
    return words_in(unnumbered(one)) == words_in(unnumbered(other))


def unnumbered(quote: str) -> str:
    """Return a quote without the number or bullet before it."""
    return _NUMBERING.sub("", quote)


def changes(former: str, present: str) -> Sequence[Piece]:
    """Return how a former wording becomes the present one, removals before additions.

    What is kept and removed makes up the former wording, what is kept and added the present one, but for blanks.
    """
    old, new = _tokens(former), _tokens(present)
    blocks = SequenceMatcher(None, _keys(old), _keys(new), autojunk=False).get_opcodes()
    pieces: list[Piece] = []
    for removed, added, kept in _without_islands(blocks, old, new):
        pieces += [
            Piece(change, text)
            for change, text in ((Change.REMOVED, removed), (Change.ADDED, added), (Change.KEPT, kept))
            if text
        ]
    return pieces


def _without_islands(
    blocks: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Give what was removed and added, and what was kept behind it."""
    removed = added = ""
    for number, (verb, i1, i2, j1, j2) in enumerate(blocks):
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        is_inside = 0 < number < len(blocks) - 1
        if verb == "equal" and not (is_inside and _is_island(new[j1:j2])):
            yield removed, added, come
            removed = added = ""
        else:
            removed, added = removed + gone, added + come
    yield removed, added, ""


def _is_island(tokens: Sequence[str]) -> bool:
    letters = [each for each in tokens if each.strip().isalnum()]
    return len(letters) == len(tokens) <= (1 if any(each.isascii() for each in tokens) else _ISLAND)


def _tokens(text: str) -> Sequence[str]:
    return _TOKEN.findall(_BLANK_IN_WIDE.sub("", " ".join(text.split())))


def _keys(tokens: Sequence[str]) -> Sequence[str]:
    return [unicodedata.normalize("NFKC", each.strip()) for each in tokens]
