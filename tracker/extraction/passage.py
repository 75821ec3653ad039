"""A stretch of running text that knows where in the document each of its characters lies.

Lines that a page break or a narrow column tore apart are joined; the offsets still point into the document.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

_SENTENCE_END = re.compile(
    r"[。！？!?；]+[」』”\"）)]*|(?:(?<=[a-z0-9%)\"”'][.])|(?<=[A-Z]{2}[.]))(?:\s+)(?=[\"“(]?[A-Z])"
)
_STOP_AT_END = re.compile(r"[。！？!?；;.：:][」』”\"）)]*(?:\s?[（(][^()（）]{1,40}[)）])?$")
_HAN_EDGE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
# Abbreviations after which a full stop does not end an English sentence.
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|No|St|vs|e\.g|i\.e|etc|Art|Sec|Fig|approx)\.$")


_HAN_BLANK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t\u3000]+(?=[\u3000-\u9fff\uff00-\uffef])")
_WORDS_AT_MOST = 1500


@dataclass(frozen=True)
class Line:
    """A line without its outer blanks, and what its format says of it.

    `gap` says that a blank line stands before it, `level` is the heading level that the format names, `emphatic` that
    it is bold or larger than the text, `cells` are the spans of its table cells, as indexes of its text, `boxed` that a
    frame is drawn around it, `indent` how many blanks stand before it.
    """

    start: int
    text: str
    gap: bool = False
    level: int | None = None
    emphatic: bool = False
    cells: tuple[tuple[int, int], ...] = ()
    boxed: bool = False
    indent: int = 0

    @property
    def is_row(self) -> bool:
        """Say whether the line is a row of a table."""
        return bool(self.cells)

    @property
    def end(self) -> int:
        """Return the offset after the last character."""
        return self.start + len(self.text)

    def after(self, count: int) -> "Line":
        """Return the line without its first characters and the blanks that follow them."""
        rest = self.text[count:]
        kept = rest.lstrip()
        return replace(self, start=self.start + count + len(rest) - len(kept), text=kept.rstrip())


def ends_sentence(text: str) -> bool:
    """Say whether a line ends with a stop or a colon."""
    return bool(_STOP_AT_END.search(text))


def width_of(text: str) -> int:
    """Return the width of a text in columns: a Chinese character, three bytes in UTF-8, takes two."""
    return (len(text.encode("utf-8", "replace")) + len(text)) // 2


@dataclass(frozen=True)
class Passage:
    """Running text; `starts` are the indexes at which its pieces begin, `offsets` where these lie in the document."""

    text: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    @property
    def start(self) -> int:
        """Return the document offset of the first character."""
        return self.offsets[0]

    @property
    def end(self) -> int:
        """Return the document offset after the last character."""
        return self._offset(len(self.text) - 1) + 1

    @cached_property
    def words(self) -> str:
        """Return the opening of the text as rules of wording read it, without blanks between Chinese characters."""
        return _HAN_BLANK.sub("", self.text[:_WORDS_AT_MOST])

    def part(self, begin: int, end: int) -> "Passage | None":
        """Return the passage between two indexes without outer blanks, None when nothing is left."""
        chosen = self.text[begin:end]
        begin += len(chosen) - len(chosen.lstrip())
        chosen = chosen.strip()
        if not chosen:
            return None
        first = bisect_right(self.starts, begin) - 1
        last = bisect_right(self.starts, begin + len(chosen) - 1)
        starts = (0, *(s - begin for s in self.starts[first + 1 : last]))
        return Passage(chosen, starts, (self._offset(begin), *self.offsets[first + 1 : last]))

    def sentences(self) -> Iterator["Passage"]:
        """Give the sentences one by one, each with its final stop."""
        begin = 0
        for match in _SENTENCE_END.finditer(self.text):
            if match[0].startswith("；") or _ABBREVIATION.search(
                self.text, max(0, match.start() - 10), match.start()
            ):
                continue
            sentence = self.part(begin, match.end())
            begin = match.end()
            if sentence:
                yield sentence
        rest = self.part(begin, len(self.text))
        if rest:
            yield rest

    def _offset(self, index: int) -> int:
        piece = bisect_right(self.starts, index) - 1
        return self.offsets[piece] + index - self.starts[piece]


def joined(lines: Iterable[Line]) -> Passage:
    """Join lines to running text: Chinese without a space, other writing with one."""
    text: list[str] = []
    starts: list[int] = []
    offsets: list[int] = []
    length = 0
    for line in lines:
        if text and not (_HAN_EDGE.match(text[-1][-1]) or _HAN_EDGE.match(line.text[0])):
            text[-1] += " "
            length += 1
        text.append(line.text)
        starts.append(length)
        offsets.append(line.start)
        length += len(line.text)
    return Passage("".join(text), tuple(starts), tuple(offsets))


def together(passages: Iterable[Passage]) -> Passage:
    """Join whole passages, as the paragraphs of one item."""
    lines = []
    for passage in passages:
        bounds = (*passage.starts[1:], len(passage.text))
        for begin, end, offset in zip(passage.starts, bounds, passage.offsets, strict=True):
            lines.append(Line(offset, passage.text[begin:end].rstrip()))
    return joined(line for line in lines if line.text)
