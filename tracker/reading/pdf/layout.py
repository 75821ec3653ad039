"""How a file is set: how far its lines stand apart, how far they reach, and so where its paragraphs end."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tracker.reading.pdf.lines import Line, Print
from tracker.reading.pdf.pages import Page

# A line that stands so many times the usual distance below another has a blank one above it.
_APART: Final = 1.5
_NATURAL: Final = 1.6
_FEWEST_ALIKE: Final = 3
_DEEPER: Final = 0.8
_UNEVEN: Final = 0.15
# How much wider than what is left of a line its next word must be, in widths of a character.
_SLACK: Final = 0.25
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
    """The size and the distance of lines of most of the text, and for each width of a page how far lines reach."""

    size: float
    leading: float
    edges: Mapping[float, float]
    parts_paragraphs: bool

    def is_apart(self, above: Line, line: Line) -> bool:
        """Say whether a blank line stands between two lines of a page."""
        if bool(above.cells) != bool(line.cells):
            return True
        if above.cells or above.set is None or line.set is None:
            return False
        scale = max(1.0, (above.size or 0.0) / self.size, (line.size or 0.0) / self.size)
        return above.set.foot - line.set.baseline > _APART * self.leading * scale

    def goes_on(self, above: Sequence[Line], line: Line, width: float) -> bool:
        """Say whether a line goes on with the paragraph of the ones above it."""
        first, previous = above[0], above[-1]
        if previous.set is None or line.set is None or not first.size or not line.size:
            return False
        # Where blank lines part the paragraphs, bold words may begin a line within one.
        is_alike = _is_alike(first, line) and (self.parts_paragraphs or first.bold == line.bold)
        if not is_alike or previous.set.foot <= line.set.baseline or _BEGINS.match(line.text):
            return False
        if _ENDS_WITH_NUMBER.search(previous.text) and _ENDS_WITH_NUMBER.search(line.text):
            # So do the lines of a table of contents.
            return False
        is_new_indent = len(above) > 1 and line.set.left > previous.set.left + _DEEPER * first.size
        return self.is_full(previous, line, width) and not is_new_indent

    def is_full(self, line: Line, below: Line, width: float) -> bool:
        """Say whether the first word of the line below had no room."""
        if line.set is None or below.set is None:
            return False
        room = self.edges.get(width, 0.0) - line.set.right
        return width in self.edges and room < below.set.word + _SLACK * (line.size or 0.0)


def layout_of(pages: Sequence[Page]) -> Layout:
    """Measure the lines of a file."""
    texts = [(page, [line for line in page.lines if _is_text(line)]) for page in pages]
    size = _usual(Counter(line.size or 0.0 for _, lines in texts for line in lines for _ in line.text), 12.0)
    edges = _edges(texts)
    distances: Counter[float] = Counter()
    paragraph_ends = apart = 0
    bare = Layout(size, size * _NATURAL, edges, False)
    for page, lines in texts:
        for one, other in pairwise(lines):
            if one.size == other.size == size and bare.is_full(one, other, page.width):
                distances[_distance(one, other)] += 1
    leading = _usual(Counter({d: n for d, n in distances.items() if d > 0 and n >= _FEWEST_ALIKE}), 0.0)
    leading = leading or size * _NATURAL
    whole = Layout(size, leading, edges, False)
    for page, lines in texts:
        for one, other in pairwise(lines):
            if not whole.is_full(one, other, page.width):
                paragraph_ends += 1
                apart += whole.is_apart(one, other)
    return Layout(size, leading, edges, 2 * apart > paragraph_ends > 0)


def _is_alike(one: Line, other: Line) -> bool:
    is_near = abs((one.size or 0.0) - (other.size or 0.0)) <= _UNEVEN * (one.size or 0.0)
    return is_near and one.level == other.level


def _is_text(line: Line) -> bool:
    return line.set is not None and not line.cells and not line.is_furniture


def _distance(one: Line, other: Line) -> float:
    """Return how far the baseline of a line is below that of another, to half a point."""
    if one.set is None or other.set is None:
        return 0.0
    return round((one.set.foot - other.set.baseline) * 2) / 2


def _usual(counts: Counter[float], otherwise: float) -> float:
    return counts.most_common(1)[0][0] if counts else otherwise


def _edges(texts: Sequence[tuple[Page, Sequence[Line]]]) -> dict[float, float]:
    """Return for each width of a page how far its text reaches, where that is a margin and not chance."""
    prints: dict[float, list[Print]] = defaultdict(list)
    for page, lines in texts:
        prints[page.width] += [line.set for line in lines if line.set]
    edges = {}
    for width, found in prints.items():
        if not found:
            continue
        left, right = min(each.left for each in found), max(each.right for each in found)
        if width and right >= width - _MARGINS * max(left, 0.0):
            edges[width] = right
    return edges
