"""What departments are there for, in words that a recommendation may use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tracker.foundation.folding import fold

_WORDS_OF_A_CITY: Final = 8_192
"""So many words and names are kept folded: more than the duties of any city are told in."""


@dataclass(frozen=True)
class Duty:
    """The usual duties of one kind of department, told by how its name ends."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def usual_words(duties: Iterable[Duty], department: str) -> tuple[str, ...]:
    """Return the words of the kind that a department's name belongs to, none where it belongs to no kind."""
    name = _folded(department)
    return next((duty.words for duty in duties if any(name.endswith(_folded(end)) for end in duty.names)), ())


def duties_in(text: str, words: Mapping[int, Sequence[str]]) -> dict[int, tuple[str, ...]]:
    """Return by department which words of its duties stand in a text, without those that lie within another."""
    folded = fold(text)
    found = {key: [word for word in each if _folded(word) in folded] for key, each in words.items()}
    return {key: tuple(_outermost(each)) for key, each in found.items() if each}


def tidied(words: Iterable[str]) -> list[str]:
    """Return words as they are kept: each once, without blanks around, in their order."""
    return list(dict.fromkeys(word.strip() for word in words if len(word.strip()) > 1))


def _outermost(words: Sequence[str]) -> list[str]:
    return [word for word in words if not any(word != other and word in other for other in words)]


@lru_cache(_WORDS_OF_A_CITY)
def _folded(word: str) -> str:
    return fold(word)
