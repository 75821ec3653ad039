"""Hyphens at the ends of lines: those that are spelled stay, those that only the typesetting put in go."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tracker.reading.pdf.lines import HYPHEN, Line, cells_of, row_of
from tracker.reading.pdf.pages import Page

_PARTED: Final = re.compile(rf"(\w+){HYPHEN}(\w+)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def spelled(pages: Sequence[Page]) -> list[Page]:
    """Return the pages with the hyphens at line ends as they would stand within a line."""
    parted = [match.groups() for line in _parted_lines(pages) for match in _PARTED.finditer(line.text)]
    if not any(_parted_lines(pages)):
        return list(pages)
    words = {word.lower() for page in pages for line in page.lines for word in _WORD.findall(line.text)}
    # One word that is written in one elsewhere shows that this file breaks its words.
    breaks_words = any(f"{one}{other}".lower() in words for one, other in parted)
    return [
        replace(page, lines=[_spelled(line, words, breaks_words) for line in page.lines]) for page in pages
    ]


def _parted_lines(pages: Sequence[Page]) -> Iterator[Line]:
    return (line for page in pages for line in page.lines if HYPHEN in line.text)


def _spelled(line: Line, words: set[str], breaks_words: bool) -> Line:
    if HYPHEN not in line.text:
        return line
    signs = iter([_sign(line.text, n, words, breaks_words) for n, c in enumerate(line.text) if c == HYPHEN])
    pieces = [p._replace(text=next(signs)) if p.text == HYPHEN else p for p in line.pieces]
    if line.cells:
        return row_of(line, cells_of(pieces))
    return replace(line, text="".join(piece.text for piece in pieces), pieces=tuple(pieces))


def _sign(text: str, at: int, words: set[str], breaks_words: bool) -> str:
    """Return what a hyphen at the end of a line was: part of the word, or nothing."""
    match = _PARTED.search(text, max(0, text.rfind(" ", 0, at)))
    if match is None or match.end(1) != at:
        return "-"
    one, other = match[1].lower(), match[2].lower()
    if f"{one}-{other}" in words or not (match[1].isalpha() and other.isalpha()):
        return "-"
    return "" if f"{one}{other}" in words or (breaks_words and one not in words) else "-"
