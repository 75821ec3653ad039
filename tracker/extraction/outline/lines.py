"""From a document to its lines: without page furniture, each with what its format says of it."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from tracker.extraction.outline.tables import with_cells
from tracker.extraction.passage import Line, ends_sentence, width_of
from tracker.extraction.registry import rule
from tracker.foundation import roc
from tracker.reading.document import Block, BlockKind, Document
from tracker.reading.text import blocks_of

_FRAME = re.compile(r"[│┃║|｜]\s*(?P<inner>[^│┃║|｜]*[^│┃║|｜\s])\s*[│┃║|｜]?")
_BLANK = "\ufeff \t\r\f\v\u3000\xa0"
_SHORTEST_RUN_ON = 14
_MOST_RUN_ON = 60
_BEHIND_STOP = r"(?:^|(?<=[：；。！:;]))\s*"
_MAY_RUN_ON = re.compile(r"[：；。！:;]\s*(?:第?[二三四五]|[2-9２-９])")
_RUN_ON = (
    re.compile(rf"{_BEHIND_STOP}(?P<number>[一二三四五六七八九十]{{1,3}})、"),
    re.compile(rf"{_BEHIND_STOP}第(?P<number>[一二三四五六七八九十]{{1,2}})[，、,：]"),
    re.compile(rf"{_BEHIND_STOP}(?P<number>\d{{1,2}})[.、．](?!\d)"),
    re.compile(rf"{_BEHIND_STOP}[（(](?P<number>[一二三四五六七八九十]{{1,3}})[)）](?=[^；]{{12}})"),
)
# Two thousand pages hold no more; what is longer is no report, and is read up to here.
_LONGEST_TEXT = 2_000_000
_WRAPPED_WIDTH = 130
_FEWEST_WRAPPED = 12
_LARGER = 1.12


def lines_of(document: Document) -> list[Line]:
    """Return the lines of a document that hold text, in order."""
    blocks = document.blocks or tuple(blocks_of(document.text, document.pages))
    furniture = {block.start for block in blocks if block.kind is BlockKind.FURNITURE}
    lines: list[Line] = []
    was_furniture = False
    for line in _styled(_written(document.text[:_LONGEST_TEXT]), blocks):
        if line.start in furniture:
            was_furniture = True
            continue
        torn = was_furniture and bool(lines) and torn_by_page(lines[-1].text)
        lines.append(replace(line, gap=False) if torn else line)
        was_furniture = False
    return [piece for line in with_cells(lines) for piece in run_on_numbers(line)]


@rule
def torn_by_page(last_line: str) -> bool:
    """A page that ends without a stop goes on with the same sentence on the next.

    >>> torn_by_page("建議甲處建立名冊，"), torn_by_page("建議甲處建立名冊。")
    (True, False)
    """
    return not ends_sentence(last_line)


@rule
def run_on_numbers(line: Line) -> list[Line]:
    """Items that follow one another on one line, each with its number behind a stop, become lines of their own.

    >>> [piece.text for piece in run_on_numbers(Line(0, "爰建議：一、增設候車亭；二、公布班次。"))]
    ['爰建議：', '一、增設候車亭；', '二、公布班次。']
    """
    if line.is_row or len(line.text) < _SHORTEST_RUN_ON or not _MAY_RUN_ON.search(line.text):
        return [line]
    for pattern in _RUN_ON:
        begins = _counted(pattern, line.text)
        if len(begins) > 1:
            bounds = sorted({0, *begins})
            ends = [*bounds[1:], len(line.text)]
            pieces = (replace(line.after(begin), gap=line.gap and not begin) for begin in bounds)
            return [
                replace(piece, text=line.text[begin:end].strip())
                for piece, begin, end in zip(pieces, bounds, ends, strict=True)
            ]
    return [line]


def _counted(pattern: re.Pattern[str], text: str) -> list[int]:
    """Return where the numbers of a count stand that runs on without a break."""
    begins: list[int] = []
    expected = 0
    for match in islice(pattern.finditer(text), _MOST_RUN_ON):
        ordinal = roc.number(match["number"])
        if ordinal is None or (begins and ordinal != expected):
            continue
        if not begins and ordinal != 1 and match.start() > 0:
            continue
        begins.append(match.start())
        expected = ordinal + 1
    return begins


def wrap_width(lines: Sequence[Line]) -> int:
    """Return the width at which lines were broken, 0 when each line is a paragraph of its own."""
    widths = sorted(width_of(line.text) for line in lines if not line.is_row)
    if len(widths) < _FEWEST_WRAPPED:
        return 0
    width = widths[len(widths) * 9 // 10]
    full = sum(w >= width * 0.85 for w in widths)
    return width if width <= _WRAPPED_WIDTH and full * 4 >= len(widths) else 0


def _written(text: str) -> Iterator[Line]:
    offset, gap = 0, True
    for raw in text.split("\n"):
        kept = raw.strip(_BLANK)
        if kept:
            indent = raw.index(kept)
            yield _framed(Line(offset + indent, kept, gap, indent=indent))
        gap = not kept
        offset += len(raw) + 1


def _framed(line: Line) -> Line:
    """Take the frame off a line that stands in a box of its own."""
    frame = _FRAME.fullmatch(line.text) if line.text[0] in "│┃║|｜" else None
    if frame is None:
        return line
    return replace(line, start=line.start + frame.start("inner"), text=frame["inner"], boxed=True)


def _styled(lines: Iterable[Line], blocks: Sequence[Block]) -> Iterator[Line]:
    """Give each line what the block that it stands in knows: heading level, letters, cells."""
    starts = [block.start for block in blocks]
    usual = _usual_size(blocks)
    for line in lines:
        at = bisect_right(starts, line.start) - 1
        block = blocks[at] if at >= 0 else None
        if block is None or block.end <= line.start:
            yield line
            continue
        if block.kind is BlockKind.PARAGRAPH and not (block.bold or block.size):
            yield line
            continue
        larger = bool(usual and block.size and block.size >= usual * _LARGER)
        spans = tuple((max(0, b - line.start), e - line.start) for b, e in block.cells if e <= line.end)
        yield replace(
            line,
            level=block.level if block.kind is BlockKind.HEADING else None,
            emphatic=block.bold or larger,
            cells=spans if block.kind is BlockKind.ROW and len(spans) > 1 else (),
        )


def _usual_size(blocks: Sequence[Block]) -> float | None:
    """Return the size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for block in blocks:
        if block.size:
            sizes[block.size] += block.end - block.start
    return sizes.most_common(1)[0][0] if sizes else None
