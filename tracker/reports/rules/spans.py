"""Where a quote may be cut, what several make together, and where words stand; offsets are code points of a text."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final, NamedTuple


class Span(NamedTuple):
    """A stretch of a text; `end` is the offset after its last character."""

    start: int
    end: int


@dataclass(frozen=True)
class Edges:
    """Where a quote could begin and end instead, in the order of the text."""

    starts: Sequence[int]
    ends: Sequence[int]


WIDEST_GAP: Final = 600
"""As many characters may lie between two quotes that become one; the words between them become part of the quote."""
_AROUND: Final = 600
_LONGEST_PASSAGE: Final = 5000
_MOST_PLACES: Final = 500
_WORD = re.compile(r"\w")
_ELLIPSIS = re.compile(r"(?:…|⋯|\.{3,}|。{3,}|･{3,})+")
_HAN_NUMBER = "[一二三四五六七八九十]{1,3}"
_LABEL = (
    rf"(?:[（(](?:{_HAN_NUMBER}|\d{{1,2}})[)）]|{_HAN_NUMBER}[、.．]|\d{{1,2}}[、.．)）]|[①-⑳]|[•●◦‧▪■◆*-]\s)"
)
_BREAK = re.compile(
    r"[。！？!?；;]+[」』”\"）)]*"
    r"|(?<=[a-z0-9%)\"”'])\.(?=\s+[\"“(]?[A-Z])"
    r"|\n[^\S\n]*(?=\n)"
    rf"|\n(?=[^\S\n]*{_LABEL})"
    rf"|[：:，,、](?=\s*{_LABEL})"
    # A line as short as a heading is not torn off from the next one by the width of the page.
    r"|^[^\n。！？；]{1,20}\n",
    re.MULTILINE,
)


def trimmed(text: str, span: tuple[int, int]) -> Span:
    """Return a span without the blanks at its ends; of blanks alone nothing is left, and it ends where it starts."""
    words = text[slice(*span)]
    start = span[0] + len(words) - len(words.lstrip())
    return Span(start, start + len(words.strip()))


def sentences(text: str, span: tuple[int, int]) -> Sequence[Span]:
    """Return the sentences of a span, without the blanks between them; enumerated clauses count as sentences."""
    ends = [found.end() + span[0] for found in _BREAK.finditer(text[slice(*span)])]
    return cut(text, span, ends)


def cut(text: str, span: tuple[int, int], places: Iterable[int]) -> Sequence[Span]:
    """Return the parts of a span, cut at places; a cut that would leave a part without a word is passed over."""
    start, end = trimmed(text, span)
    parts = []
    for place in sorted(set(places)):
        if start < place < end and _has_word(text[start:place]) and _has_word(text[place:end]):
            parts.append(trimmed(text, (start, place)))
            start = trimmed(text, (place, end)).start
    return [*parts, Span(start, end)]


def together(spans: Collection[tuple[int, int]]) -> Span:
    """Return the one span that begins with the first and ends with the last of several."""
    return Span(min(start for start, _ in spans), max(end for _, end in spans))


def widest_gap(spans: Iterable[tuple[int, int]]) -> int:
    """Return how many characters lie between two neighbours at most."""
    return max((after[0] - before[1] for before, after in pairwise(sorted(spans))), default=0)


def share_words(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether two spans have a character in common."""
    return one[0] < other[1] and other[0] < one[1]


def edges(text: str, span: tuple[int, int], free: tuple[int, int]) -> Edges:
    """Return where a quote could begin and end instead: at a sentence nearby, within what is free."""
    low, high = max(free[0], span[0] - _AROUND), min(free[1], span[1] + _AROUND)
    before, after = sentences(text, (low, span[1])), sentences(text, (span[0], high))
    # Where the view ends in the middle of a sentence, that sentence has no beginning or end to be chosen.
    starts = {each.start for each in (before if low == free[0] else before[1:])}
    ends = {each.end for each in (after if high == free[1] else after[:-1])}
    return Edges(sorted(starts | {span[0]}), sorted(ends | {span[1]}))


def passages(source: str, words: str) -> Iterator[Span]:
    """Give the places where words stand in a source, whatever blanks and line ends lie between their characters.

    An ellipsis that does not stand in the source itself leaves out what lies between an opening and an ending:
    「建請交通局…研議」.
    """
    whole = _spaced(words)
    if whole and (literally := [Span(*found.span()) for found in re.finditer(whole, source)]):
        yield from literally
        return
    pieces = [piece for piece in map(_spaced, _ELLIPSIS.split(words)) if piece]
    if not pieces:
        return
    first, *others = map(re.compile, pieces)
    for found in first.finditer(source):
        end = _end_after(source, others, found)
        if end is not None:
            yield Span(found.start(), end)


def find_passage(
    source: str, words: str, taken: Sequence[tuple[int, int]] = (), near: int = 0
) -> Span | None:
    """Return where words stand in the source: rather where they are not taken, then rather near an offset."""

    def order(found: Span) -> tuple[bool, int]:
        return any(share_words(found, each) for each in taken), abs(found.start - near)

    return min(islice(passages(source, words), _MOST_PLACES), key=order, default=None)


def _end_after(source: str, others: Sequence[re.Pattern[str]], found: re.Match[str]) -> int | None:
    end = found.end()
    for piece in others:
        following = piece.search(source, end, found.start() + _LONGEST_PASSAGE)
        if following is None:
            return None
        end = following.end()
    return end


def _spaced(words: str) -> str:
    return r"\s*".join(re.escape(character) for character in words if not character.isspace())


def _has_word(text: str) -> bool:
    return _WORD.search(text) is not None
