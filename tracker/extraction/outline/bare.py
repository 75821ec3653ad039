"""Numbers that no sign sets off: alone on a line, or before a blank. They count where 1, 2, 3 follow one another."""

import re
from collections.abc import Mapping, Sequence

from tracker.extraction.outline.labels import Label
from tracker.extraction.passage import Line
from tracker.extraction.registry import rule

_BARE = re.compile(r"(?P<number>\d{1,3})(?:$|[ 　\t]+(?=[A-Z\u3400-\u9fff「“\"*]))")
_MEASURE = re.compile(r"\d{1,3}[ 　]+[年月日時分名人個位項件座處場公萬億元%％]")
_SHORTEST_RUN = 2


@rule
def bare_numbers(lines: Sequence[Line]) -> Mapping[int, Label]:
    """Lines with a bare number, by their place, where the numbers run on from 1.

    >>> found = bare_numbers([Line(0, "1"), Line(2, "增設候車亭"), Line(8, "2"), Line(10, "公布班次")])
    >>> [(place, label.ordinal) for place, label in found.items()]
    [(0, 1), (8, 2)]
    >>> bare_numbers([Line(0, "12 People were asked"), Line(21, "40 Agreed")])
    {}
    """
    found: dict[int, Label] = {}
    run: list[tuple[int, Label]] = []
    for line in lines:
        match = None if line.is_row or _MEASURE.match(line.text) else _BARE.match(line.text)
        ordinal = int(match["number"]) if match else 0
        if match is None or not (ordinal == 1 or (run and ordinal == len(run) + 1)):
            continue
        if ordinal == 1:
            found |= _if_long(run)
            run = []
        run.append((line.start, Label("bare", ordinal, match.end())))
    return found | _if_long(run)


def _if_long(run: Sequence[tuple[int, Label]]) -> dict[int, Label]:
    return dict(run) if len(run) >= _SHORTEST_RUN else {}
