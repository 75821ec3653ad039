"""What was recognised on the pictures of pages: words with their places and how sure they are, and the text they make.

Loaded by the doors too, so nothing here parses a file: what recognises comes as plain lines of a table.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple, Protocol

from tracker.reading.document import Document
from tracker.reading.picture import Mark, Passage
from tracker.reading.text import plain

KIND: Final = "scan"
# A row of the table that tells of a word, among those that tell of pages, blocks, paragraphs and lines.
_WORD: Final = "5"
_COLUMNS: Final = 12
_MOST_WORDS: Final = 20_000
_SIDES: Final = re.compile(r"[0-9A-Za-z,.;:)%]$"), re.compile(r"^[0-9A-Za-z(]")
_NUMBERED: Final = re.compile(
    r"[（(]?(?:[一二三四五六七八九十]{1,3}|[壹貳參肆伍陸柒捌玖拾]{1,2}|\d{1,2})[）)、．.,，]|第[一二三四五六七八九十\d]+[章節項點]|[•●*-]\s?"
)
# In heights of a line: how far before the edge a line may end that goes on, and how far below it the next may stand.
_SHORT_OF_EDGE: Final = 2.2
_NEXT_LINE: Final = 2.6
# A line that says of itself what it tells, as the lines of a cover do.
_LABELLED: Final = re.compile(r"^[^：:，。]{2,12}[：:]")


_WIDE: Final = {",": "，", ":": "：", ";": "；", "(": "（", ")": "）", "?": "？", "!": "！", "ˋ": "、"}
_HAN: Final = "[\u4e00-\u9fff]"
_NARROW: Final = re.compile(
    rf"(?<={_HAN})[,:;(?!ˋ]|(?<=^)\((?={_HAN})|\)(?={_HAN}|$|\n)|(?<={_HAN})\)", re.MULTILINE
)


class Word(NamedTuple):
    """A word, or a character of Chinese, and how sure it is, from 0 to 1; lengths are shares of the page."""

    text: str
    sureness: float
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class ScannedPage:
    """The lines of a page, counted from 1, in the order in which they are read."""

    number: int
    lines: tuple[tuple[Word, ...], ...]

    @property
    def sureness(self) -> float | None:
        """Return how sure the page is, by its characters; None for one without words."""
        return sureness_of(word for line in self.lines for word in line)


class ReadsPictures(Protocol):
    """Recognises the text on pictures of pages; a program that may be absent."""

    def is_there(self) -> bool:
        """Tell whether the program and its languages are installed."""
        ...

    def recognise(self, picture: bytes, number: int, width: int, height: int) -> ScannedPage:
        """Return what stands on the picture of a page; raises ReadingTookTooLong or ReportUnreadable."""
        ...


class Placed(NamedTuple):
    """A word of the text: its span there, and the page it stands on."""

    start: int
    end: int
    page: int
    word: Word


@dataclass(frozen=True)
class ScannedText:
    """The text of recognised pages, with the place of each of its words."""

    document: Document
    words: tuple[Placed, ...]

    def sureness_between(self, start: int, end: int) -> float | None:
        """Return how sure a span of the text is, by its characters; None where no word stands."""
        return sureness_of(each.word for each in self.words if each.start < end and start < each.end)

    def sureness_on(self, number: int) -> float | None:
        """Return how sure a page is, by its characters; None for one without words."""
        return sureness_of(each.word for each in self.words if each.page == number)

    def has_doubts(self, start: int, end: int, below: float) -> bool:
        """Tell whether a span of the text holds a word less sure than wanted; marks of punctuation do not count."""
        return any(
            each.word.sureness < below and any(map(str.isalnum, each.word.text))
            for each in self.words
            if each.start < end and start < each.end
        )

    def marks(self, passage: Passage) -> tuple[Mark, ...]:
        """Return a box for each line of a passage."""
        taken = [each for each in self.words if each.start < passage.end and passage.start < each.end]
        lines: list[list[Placed]] = []
        for each in taken:
            if lines and _share_line(lines[-1][-1], each):
                lines[-1].append(each)
            else:
                lines.append([each])
        return tuple(_around(line) for line in lines)

    def doubted_on(self, number: int, below: float) -> tuple[Mark, ...]:
        """Return the boxes of a page's words that are less sure than wanted."""
        doubted = (each for each in self.words if each.page == number and each.word.sureness < below)
        return tuple(_around([each]) for each in doubted if any(map(str.isalnum, each.word.text)))


def sureness_of(words: Iterable[Word]) -> float | None:
    """Return the mean of how sure words are, each as heavy as it is long; None for none."""
    total, weight = 0.0, 0
    for word in words:
        total += word.sureness * len(word.text)
        weight += len(word.text)
    return total / weight if weight else None


def page_of_table(table: str, number: int, width: int, height: int) -> ScannedPage:
    """Return the page that a table of tesseract tells of (TSV); rows of another shape are passed over."""
    rows = [
        cells for row in table.splitlines() if len(cells := row.split("\t")) == _COLUMNS and cells[0] == _WORD
    ]
    lines = (
        tuple(_words(group, width, height)) for _, group in groupby(rows[:_MOST_WORDS], lambda row: row[1:5])
    )
    return ScannedPage(number, tuple(line for line in lines if line))


def text_of(pages: Sequence[ScannedPage]) -> ScannedText:
    """Return the text of pages, a paragraph on each line, as the readers of other formats give it."""
    text = ""
    starts: list[int] = []
    placed: list[Placed] = []
    for page in pages:
        if starts:
            text += "\n"
        starts.append(len(text))
        for number, paragraph in enumerate(_paragraphs(page.lines)):
            text += "\n" if number else ""
            before = ""
            for word in paragraph:
                text += " " if _is_apart(before, word.text) else ""
                placed.append(Placed(len(text), len(text) + len(word.text), page.number, word))
                text += word.text
                before = word.text
    return ScannedText(plain(_punctuated(text), KIND, tuple(starts)), tuple(placed))


def _punctuated(text: str) -> str:
    """Return a text with the full-width marks that Chinese is set in, one for one: recognition gives narrow ones."""
    return _NARROW.sub(lambda mark: _WIDE[mark.group()], text)


def to_rows(page: ScannedPage) -> list[list[list[Any]]]:
    """Return the lines of a page as plain JSON values."""
    return [[list(word) for word in line] for line in page.lines]


def from_rows(number: int, rows: Sequence[Sequence[Sequence[Any]]]) -> ScannedPage:
    """Build a page from the JSON values of its lines; raises TypeError or ValueError for another shape."""
    lines = (tuple(Word(str(text), *map(float, numbers)) for text, *numbers in line) for line in rows)
    return ScannedPage(number, tuple(lines))


def _words(rows: Iterable[Sequence[str]], width: int, height: int) -> Iterator[Word]:
    for *_, left, top, wide, high, sureness, text in rows:
        # Nothing that steers a terminal or a page may come in by a picture.
        shown = "".join(each for each in text.strip() if each.isprintable())
        if not shown:
            continue
        try:
            across, down = (
                (float(left) / width, float(wide) / width),
                (float(top) / height, float(high) / height),
            )
            sure = min(max(float(sureness) / 100, 0.0), 1.0)
        except ValueError:
            continue
        numbers = (sure, across[0], down[0], across[1], down[1])
        yield Word(shown, *(round(each, 4) for each in numbers))


def _paragraphs(lines: Sequence[Sequence[Word]]) -> Iterator[list[Word]]:
    """Join the lines that go on: they reach the edge, and the next one begins nothing of its own."""
    if not lines:
        return
    edge = max(line[-1].left + line[-1].width for line in lines)
    paragraph = list(lines[0])
    for line, after in pairwise(lines):
        if _goes_on(line, after, edge):
            paragraph += after
        else:
            yield paragraph
            paragraph = list(after)
    yield paragraph


def _goes_on(line: Sequence[Word], after: Sequence[Word], edge: float) -> bool:
    height = max(word.height for word in line)
    # The page is higher than wide: a share of its width is a larger share than the same length of its height.
    is_full = edge - (line[-1].left + line[-1].width) < _SHORT_OF_EDGE * height * 1.4
    is_near = 0 < after[0].top - line[0].top < _NEXT_LINE * height
    begins = "".join(word.text for word in after)
    return is_full and is_near and not _NUMBERED.match(begins) and not _LABELLED.match(begins)


def _is_apart(before: str, word: str) -> bool:
    """Say whether a blank parts two words: between Latin ones, never beside Chinese characters."""
    end, begin = _SIDES
    return bool(end.search(before) and begin.search(word))


def _share_line(one: Placed, other: Placed) -> bool:
    if one.page != other.page or other.word.left < one.word.left:
        return False
    middle = other.word.top + other.word.height / 2
    return one.word.top - one.word.height / 2 <= middle <= one.word.top + 1.5 * one.word.height


def _around(line: Sequence[Placed]) -> Mark:
    left = min(each.word.left for each in line)
    top = min(each.word.top for each in line)
    right = max(each.word.left + each.word.width for each in line)
    bottom = max(each.word.top + each.word.height for each in line)
    return Mark(line[0].page, left, top, round(right - left, 4), round(bottom - top, 4))


def pages_from(values: Mapping[str, Any]) -> list[ScannedPage]:
    """Build pages from JSON values, rows by the number of the page."""
    return [from_rows(int(number), rows) for number, rows in values.items()]
