"""Sketches of texts: a few numbers, most of which texts of much the same words share, so that an index can find them.

Of the hashes of all short runs of words a sketch keeps the smallest. As the hash alone decides which they are, two
texts keep the same ones as often as they have the same runs (the bottom-k sketch of Cohen and Kaplan).
"""

import re
import unicodedata
from collections.abc import Sequence
from heapq import nsmallest
from typing import Final
from zlib import crc32

Sketch = frozenset[int]

OF_QUOTE: Final = 16
OF_TITLE: Final = 8
OF_TEXT: Final = 64
"""How many hashes are kept of a recommendation, of the title and of the text of a report."""
_WORD: Final = re.compile(r"[a-z]+|\d+|[^\W\x00-\x7f]")
_NUMBER: Final = re.compile(r"\d+|[零〇一二三四五六七八九十百]+(?=年|屆|次|期|梯)|第")
_SPREAD: Final = 2654435761


def words_in(text: str) -> Sequence[str]:
    """Return the words that count for likeness: Chinese characters, Latin words and numbers, however written."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("臺", "台")
    return _WORD.findall(plain)


def sketch_of_quote(quote: str) -> Sketch:
    """Return the sketch by which a recommendation is found."""
    return _smallest(words_in(quote), 3, OF_QUOTE)


def sketch_of_report(title: str, text: str) -> Sketch:
    """Return the sketch by which a report is found: even numbers for its text, odd ones for its title of any year."""
    of_text = _smallest(words_in(text), 4, OF_TEXT)
    of_title = _smallest(words_in(without_year(title)), 2, OF_TITLE)
    return frozenset(each & ~1 for each in of_text) | frozenset(each | 1 for each in of_title)


def without_year(title: str) -> str:
    """Return a title without what differs from one year to the next."""
    return _NUMBER.sub("", unicodedata.normalize("NFKC", title))


def shared_text(one: Sketch, other: Sketch) -> float:
    """Judge from the sketches of two reports which part of all runs of words their texts share, from 0 to 1."""
    smallest = nsmallest(OF_TEXT, (each for each in one | other if not each % 2))
    return sum(each in one and each in other for each in smallest) / len(smallest) if smallest else 0.0


def _smallest(words: Sequence[str], length: int, size: int) -> Sketch:
    starts = range(max(1, len(words) - length + 1)) if words else ()
    runs = {" ".join(words[start : start + length]) for start in starts}
    return frozenset(nsmallest(size, map(_hash, runs)))


def _hash(run: str) -> int:
    """Return 31 bits, as both databases store them in an integer."""
    return (crc32(run.encode()) * _SPREAD & 0xFFFFFFFF) >> 1
