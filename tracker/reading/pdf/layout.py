"""How a file is set: how far its lines stand apart, how far they reach, and so where its paragraphs end."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from tracker.reading.pdf.lines import CLOSING, HAN, Line, Print
from tracker.reading.pdf.pages import Page

# In usual distances of lines: farther below the other than this, a line begins a paragraph; with so much more than
# paragraphs have between them, a blank one stands before it; and so far apart are paragraphs with blank lines between.
_PARAGRAPH: Final = 1.3
_BLANK: Final = 0.5
_BLANK_EVERYWHERE: Final = 1.9
_SHARE: Final = 0.1
_NATURAL: Final = 1.6
_FEWEST_ALIKE: Final = 3
_DEEPER: Final = 0.8
_UNEVEN: Final = 0.15
# In widths of a character: the blank before a word, and what the box of a Han character is narrower than its place.
_BEFORE_WORD: Final = 0.4
_AROUND_HAN: Final = -0.15
# Text reaches as far to the right as it starts to the left, or nearly so; shorter lines tell of no edge.
_MARGINS: Final = 1.7
_BEGINS: Final = re.compile(
    r"(?:第[一二三四五六七八九十\d]{1,3}[章節條項點]|[壹貳參肆伍陸柒捌玖拾一二三四五六七八九十甲乙丙丁戊己庚辛壬癸]{1,3}[、.．]"
    r"|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:\.\d{1,2})*[.、．)](?!\d)|\d{1,2}(?:\.\d{1,2})+ "
    r"|[•●■▪◆❖➢✓□☑→○◦※*]|- |[A-Za-z]{1,2}\d{0,2}[.)] )"
)
_ENDS_WITH_NUMBER: Final = re.compile(r"\d{1,3}$")


@dataclass(frozen=True)
class Layout:
    """The size of most of the text, how far apart its lines and its paragraphs stand, and how far lines reach.

    `edges` are by the width of the page. `has_blanks` says that most paragraphs have a blank line between them.
    """

    size: float
    leading: float
    spacing: float
    edges: Mapping[float, float]
    has_blanks: bool = False

    def is_apart(self, above: Line, line: Line) -> bool:
        """Say whether a blank line stands between two lines of a page."""
        if bool(above.cells) != bool(line.cells):
            return True
        if above.cells or above.set is None or line.set is None:
            return False
        return _below(above.set, line.set) > (self.spacing + _BLANK * self.leading) * self._scale(above, line)

    def goes_on(self, above: Sequence[Line], line: Line, width: float) -> bool:
        """Say whether a line goes on with the paragraph of the ones above it."""
        first, previous = above[0], above[-1]
        if previous.set is None or line.set is None:
            return False
        distance = _below(previous.set, line.set)
        is_near = 0 < distance <= _PARAGRAPH * self.leading * self._scale(previous, line)
        is_new_indent = len(above) > 1 and line.set.left > previous.set.left + _DEEPER * self.size
        return is_near and not is_new_indent and self.continues(first, previous, line, width)

    def continues(self, first: Line, previous: Line, line: Line, width: float) -> bool:
        """Say whether a line may go on with a paragraph, wherever both stand."""
        # Where the print parts the paragraphs, bold words may begin a line within one.
        parts_paragraphs = self.has_blanks or self.spacing > _PARAGRAPH * self.leading
        if not _is_alike(first, line) or not (parts_paragraphs or first.bold == line.bold):
            return False
        if _ENDS_WITH_NUMBER.search(previous.text) and _ENDS_WITH_NUMBER.search(line.text):
            # So do the lines of a table of contents.
            return False
        return self.is_full(previous, line, width) and not _BEGINS.match(line.text)

    def is_full(self, line: Line, below: Line, width: float) -> bool:
        """Say whether the first word of the line below had no room."""
        if line.set is None or below.set is None:
            return False
        room = self.edges.get(width, 0.0) - line.set.right
        more = _AROUND_HAN if HAN.match(below.text) else _BEFORE_WORD
        return width in self.edges and room < below.set.word + more * (line.size or 0.0)

    def _scale(self, one: Line, other: Line) -> float:
        return max(1.0, (one.size or 0.0) / self.size, (other.size or 0.0) / self.size)


def layout_of(pages: Sequence[Page]) -> Layout:
    """Measure the lines of a file."""
    texts = [(page, [line for line in page.lines if _is_text(line)]) for page in pages]
    sizes: Counter[float] = Counter()
    for _, lines in texts:
        for line in lines:
            sizes[line.size or 0.0] += len(line.text)
    size = _usual(sizes, 12.0)
    layout = Layout(size, size * _NATURAL, size * _NATURAL, _edges(texts))
    within: Counter[float] = Counter()
    between: Counter[float] = Counter()
    for page, lines in texts:
        for one, other in pairwise(lines):
            if one.set and other.set and one.size == other.size == size:
                is_full = layout.is_full(one, other, page.width)
                (within if is_full else between)[round(2 * _below(one.set, other.set)) / 2] += 1
    leading = _usual(within, size * _NATURAL)
    fewest = _SHARE * between.total()
    most = _BLANK_EVERYWHERE * leading
    spacing = _usual(
        Counter({b: n for b, n in between.items() if leading < b < most and n >= fewest}), leading
    )
    layout = replace(layout, leading=leading, spacing=spacing)
    blank = sum(count for below, count in between.items() if below > spacing + _BLANK * leading)
    return replace(layout, has_blanks=2 * blank > between.total())


def _is_alike(one: Line, other: Line) -> bool:
    is_near = abs((one.size or 0.0) - (other.size or 0.0)) <= _UNEVEN * (one.size or 0.0)
    return is_near and one.level == other.level


def _is_text(line: Line) -> bool:
    return line.set is not None and not line.cells and not line.is_furniture


def _below(one: Print, other: Print) -> float:
    return one.foot - other.baseline


def _usual(counts: Counter[float], otherwise: float) -> float:
    """Return what comes most often, of what comes often enough to be no chance."""
    often = [(count, value) for value, count in counts.items() if value > 0 and count >= _FEWEST_ALIKE]
    return max(often)[1] if often else otherwise


def _edges(texts: Sequence[tuple[Page, Sequence[Line]]]) -> dict[float, float]:
    """Return for each width of a page how far its text reaches, where that is a margin and not chance."""
    prints: dict[float, list[Print]] = defaultdict(list)
    for page, lines in texts:
        # Marks may hang beyond the margin.
        prints[page.width] += [line.set for line in lines if line.set and line.text[-1] not in CLOSING]
    edges = {}
    for width, found in prints.items():
        if not found:
            continue
        left, right = min(each.left for each in found), max(each.right for each in found)
        if width and right >= width - _MARGINS * max(left, 0.0):
            edges[width] = right
    return edges
