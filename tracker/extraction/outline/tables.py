"""Rows of tables in plain lines: cells between bars or tabs, or set apart by wide gaps under a header."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from tracker.extraction.outline.labels import label_of
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule
from tracker.extraction.wording.captions import Role, role_of_column

Spans = tuple[tuple[int, int], ...]

_BARS = "|│┃｜"
_BAR = re.compile(rf"(?<!\\)[{_BARS}]")
_MOST_COLUMNS = 60
_WIDE_GAP = re.compile(r"[ \u3000]{2,}|\u3000")
_RULE_LINE = re.compile(r"[\s|│┃｜║:\-–—=+\u2500-\u257f]+")


def with_cells(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, those of tables with their cells; lines that only rule a table are left out."""
    found: list[Line] = []
    columns = 0
    was_ruling = False
    for line in lines:
        if not line.cells:
            spans = bar_row(line.text) or tab_row(line.text) or aligned_row(line.text, columns)
            columns = len(spans) if spans and _is_aligned(line.text) else 0
            if _is_ruling(line.text):
                was_ruling = True
                continue
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
def aligned_row(text: str, columns: int = 0) -> Spans:
    """Cells set apart by wide gaps: a header that names its columns, and the rows with as many cells under it.

    >>> len(aligned_row("項次  建議事項      主辦機關  期程")), len(aligned_row("1  增設候車亭  交通局  116年底", 4))
    (4, 4)
    >>> aligned_row("增設  候車亭")
    ()
    """
    gaps = list(islice(_WIDE_GAP.finditer(text), _MOST_COLUMNS))
    if len(gaps) < 2:
        return ()
    spans = tuple(
        zip([0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), len(text)], strict=True)
    )
    if len(spans) == columns:
        return spans
    roles = {role_of_column(text[begin:end]) for begin, end in spans} if len(text) <= 120 else set()
    names_columns = Role.ACTION in roles and bool(roles & {Role.OWNER, Role.DUE})
    return spans if names_columns else ()


def _is_aligned(text: str) -> bool:
    return text[:1] not in _BARS and "\t" not in text


def _is_ruling(text: str) -> bool:
    return len(text) > 2 and text[0] in "|+┌├└╔╠╚┏┣┗─━═=-│┃｜║" and bool(_RULE_LINE.fullmatch(text))
