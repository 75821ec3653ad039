"""Rows of tables in plain lines: cells between bars or tabs, or set apart by wide gaps under a header."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line, width_of
from tracker.extraction.registry import rule
from tracker.extraction.wording.captions import Role, role_of_column

Spans = tuple[tuple[int, int], ...]

_BARS = "|│┃｜"
_BAR = re.compile(rf"(?<!\\)[{_BARS}]")
_MOST_COLUMNS = 60
_WIDEST_HEADER = 160
_ASKEW = 2
_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000")
_RULE_LINE = re.compile(r"[\s|│┃｜║:\-–—=+\u2500-\u257f]+")


def with_cells(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, those of tables with their cells; lines that only rule a table are left out."""
    found: list[Line] = []
    columns: Sequence[int] = ()
    was_ruling = False
    for line in lines:
        if line.cells:
            found.append(line)
            continue
        if _is_ruling(line.text):
            was_ruling = True
            continue
        if line.gap and not was_ruling:
            columns = ()
        spans = bar_row(line.text) or tab_row(line.text)
        if not spans:
            columns = header_columns(line) or columns
            spans = aligned_row(line, columns)
        if spans or was_ruling:
            line = replace(line, cells=spans, gap=line.gap or was_ruling)  # noqa: PLW2901
        was_ruling = False
        found.append(line)
    return found


@rule
def bar_row(text: str) -> Spans:
    """Cells between bars.

    >>> text = "| 1 | 增設候車亭 | 交通局 |"
    >>> [text[begin:end].strip() for begin, end in bar_row(text)]
    ['1', '增設候車亭', '交通局']
    """
    bounds = [match.start() for match in islice(_BAR.finditer(text), _MOST_COLUMNS)]
    if len(bounds) < 2:
        return ()
    if bounds[0] > 0:
        bounds = [-1, *bounds]
    closes = bounds[-1] == len(text) - 1
    ends = bounds[1:] if closes else [*bounds[1:], len(text)]
    return tuple((begin + 1, end) for begin, end in zip(bounds, ends, strict=False))


@rule
def tab_row(text: str) -> Spans:
    r"""Cells between tabs, unless the tab only sets off the number of an item.

    >>> len(tab_row("1\t增設候車亭\t交通局")), tab_row("一、\t增設候車亭")
    (3, ())
    """
    if "\t" not in text:
        return ()
    first = text.split("\t", 1)[0].strip()
    label = label_of(first)
    if label and label.length >= len(first) and not first.isdigit():
        return ()
    bounds = [i for i, c in enumerate(text) if c == "\t"][:_MOST_COLUMNS]
    return tuple(zip([0, *(b + 1 for b in bounds)], [*bounds, len(text)], strict=True))


@rule
def header_columns(line: Line) -> list[int]:
    """Where the columns of a table begin that only wide gaps tell apart, by a header that names them.

    >>> header_columns(Line(0, "No.  Action           Owner"))
    [0, 5, 22]
    >>> header_columns(Line(0, "增設  候車亭  三處"))
    []
    """
    pieces = _pieces(line.text) if len(line.text) <= _WIDEST_HEADER else []
    if len(pieces) < 2:
        return []
    roles = {role_of_column(line.text[begin:end]) for begin, end in pieces}
    if Role.ACTION not in roles or not roles & {Role.OWNER, Role.DUE}:
        return []
    return [line.indent + width_of(line.text[:begin]) for begin, _ in pieces]


@rule
def aligned_row(line: Line, columns: Sequence[int]) -> Spans:
    """Cells under the columns of a header; a cell that goes on below stands under its own column.

    >>> row = Line(0, "1    Mend the pumps   Works")
    >>> [row.text[begin:end] for begin, end in aligned_row(row, [0, 5, 22])]
    ['1', 'Mend the pumps', 'Works']
    >>> aligned_row(Line(0, "before winter", indent=5), [0, 5, 22])
    ((0, 0), (0, 13), (0, 0))
    """
    spans = [(0, 0)] * len(columns)
    for begin, end in _pieces(line.text) if columns else ():
        place = line.indent + width_of(line.text[:begin])
        column = max(0, bisect_right(columns, place + _ASKEW) - 1)
        first = spans[column][0] if spans[column][1] else begin
        spans[column] = (first, end)
    return tuple(spans)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return the stretches of a line between its wide gaps."""
    gaps = list(islice(_WIDE_GAP.finditer(text), _MOST_COLUMNS))
    return list(zip([0, *(g.end() for g in gaps)], [*(g.start() for g in gaps), len(text)], strict=True))


def _is_ruling(text: str) -> bool:
    return len(text) > 2 and text[0] in "|+┌├└╔╠╚┏┣┗─━═=-│┃｜║" and bool(_RULE_LINE.fullmatch(text))
