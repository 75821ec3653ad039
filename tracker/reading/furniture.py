"""Running headers, footers and page numbers: lines that belong to the pages and not to what is written on them."""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BLANK = "\ufeff \t\r\f\v\u3000\xa0"
_LONGEST_NUMBER = 24
_WIDEST_RUNNING = 100
_EDGE_LINES = 3
# A page holds more than this; numbers that stand closer together count the items of a list.
_SHORTEST_PAGE = 250
_INDENT = 4

_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,6}", re.IGNORECASE)
_MARKED_NUMBER = re.compile(
    r"[-–—~(\[|]\s?(?:\d{1,4}|[ivxlc]{1,6})(?:\s?[-–—~)\]|])?|(?:\d{1,4}|[ivxlc]{1,6})\s?[-–—|]|"
    r"第\s?[\d一二三四五六七八九十]{1,4}\s?頁(?:[,，、/ ]*共\s?[\d一二三四五六七八九十]{1,4}\s?頁)?|"
    r"(?:page|p\.?) ?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?|\d{1,4} ?(?:/|of) ?\d{1,4}",
    re.IGNORECASE,
)
# 出國報告　第 3 頁: the number stands on the running line itself.
_NUMBER_AT_END = re.compile(
    r"[\s|,，、]*(?:第\s?\d{1,4}\s?頁(?:[,，、/ ]*共\s?\d{1,4}\s?頁)?|page \d{1,4}(?: of \d{1,4})?|"
    r"[-–—|]\s?\d{1,4}\s?[-–—|]?)$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
# What reports count or repeat by themselves, however often it comes at the edge of a page.
_OF_THE_TEXT = re.compile(
    r"(?:recommendation|finding|action|lesson|table|figure|section|建議|議題|案例|附錄|附件|表|圖)\s?#|.*[:：。；;？?]$|[#|*●•]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Line:
    start: int
    text: str
    indent: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def key(self) -> str:
        """Return the words that a running line keeps from page to page."""
        return _DIGITS.sub("#", self.text)


def furniture_of(text: str, page_starts: Sequence[int] | None = None) -> list[tuple[int, int]]:
    """Return the spans of whole lines that are page numbers or come again at the edges of pages.

    `page_starts` are the offsets at which pages start; a form feed starts one too. Without either, a page number says
    where the pages meet.
    """
    lines = _lines(text)
    starts = tuple(page_starts or ()) or _form_feeds(text)
    edges = _page_edges(lines, starts)
    numbers = _page_numbers(lines, edges if starts else None)
    beside = {number + step for number in numbers for step in (-1, 1)} - numbers
    running = _running(
        lines, (edges | beside) - numbers, starts, often=min(3, max(2, len(starts))) if starts else 3
    )
    running |= _running_with_number(lines)
    return [(lines[i].start, lines[i].end) for i in sorted(numbers | running)]


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    offset = 0
    for raw in text.split("\n"):
        kept = raw.strip(_BLANK)
        if kept:
            indent = raw.index(kept)
            found.append(_Line(offset + indent, kept, indent))
        offset += len(raw) + 1
    return found


def _form_feeds(text: str) -> tuple[int, ...]:
    feeds = tuple(match.end() for match in re.finditer("\f", text))
    return (0, *feeds) if feeds else ()


def _page_edges(lines: Sequence[_Line], starts: Sequence[int]) -> set[int]:
    """Return the first and last lines of every page."""
    pages: dict[int, list[int]] = {}
    for i, line in enumerate(lines if starts else ()):
        pages.setdefault(bisect_right(starts, line.start), []).append(i)
    return {i for page in pages.values() for i in (*page[:_EDGE_LINES], *page[-_EDGE_LINES:])}


def _page_numbers(lines: Sequence[_Line], edges: set[int] | None) -> set[int]:
    """Return the lines that are page numbers; a bare number must stand where a page ends."""
    marked: set[int] = set()
    bare: list[int] = []
    for i, line in enumerate(lines):
        if len(line.text) >= _LONGEST_NUMBER:
            continue
        folded = unicodedata.normalize("NFKC", line.text)
        if _BARE_NUMBER.fullmatch(folded):
            bare.append(i)
        elif _MARKED_NUMBER.fullmatch(folded):
            marked.add(i)
    if edges is not None:
        return {i for i in (*marked, *bare) if i in edges}
    return marked | {i for n, i in enumerate(bare) if _ends_a_page(lines, bare, n)}


def _ends_a_page(lines: Sequence[_Line], bare: Sequence[int], n: int) -> bool:
    line = lines[bare[n]]
    if line.indent >= _INDENT:
        return True
    near = [lines[bare[k]] for k in (n - 1, n + 1) if 0 <= k < len(bare)]
    return all(abs(other.start - line.start) >= _SHORTEST_PAGE for other in near)


def _running(lines: Sequence[_Line], edges: set[int], starts: Sequence[int], often: int) -> set[int]:
    """Return the lines at the edges of pages, and at the top of the first, whose words come again on other pages."""
    keys = {i: lines[i].key for i in edges if 0 <= i < len(lines) and _may_run(lines[i])}
    pages = {(key, bisect_right(starts, lines[i].start) if starts else i) for i, key in keys.items()}
    counts = Counter(key for key, _ in pages)
    again = {key for key, count in counts.items() if count >= often}
    opening = {i for i, line in enumerate(lines[:_EDGE_LINES]) if line.key in again}
    return {i for i, key in keys.items() if key in again} | opening


def _may_run(line: _Line) -> bool:
    return _width(line.text) <= _WIDEST_RUNNING and not _OF_THE_TEXT.match(line.key)


def _running_with_number(lines: Sequence[_Line]) -> set[int]:
    stems = {i: stem for i, line in enumerate(lines) if (stem := _stem(line))}
    counts = Counter(stems.values())
    return {i for i, stem in stems.items() if counts[stem] >= 2}


def _stem(line: _Line) -> str | None:
    if len(line.text) > _WIDEST_RUNNING or line.text[-1] not in "頁-–—|0123456789":
        return None
    match = _NUMBER_AT_END.search(line.text)
    return line.text[: match.start()] if match and match.start() else None


def _width(text: str) -> int:
    return sum(1 if c < "\u0300" else 2 for c in text[: _WIDEST_RUNNING + 1])


def without(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the stretches of a text that lie between the given spans, in order."""
    stretches: list[tuple[int, int]] = []
    begin = 0
    for start, end in spans:
        stretches.append((begin, start))
        begin = end
    return [*stretches, (begin, len(text))]
