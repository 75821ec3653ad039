"""The automatic numbers of WordprocessingML, counted as LibreOffice prints them.

Source: ECMA-376 part 1, 17.9; where Word and the standard differ, what LibreOffice prints counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tracker.reading import counting
from tracker.reading.assembly import BULLET
from tracker.reading.package import Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
# Those of the standard are at most as long; longer ones are there to take time or memory.
_LONGEST_NUMBER = 11
_LONGEST_SHAPE = 60
_OUTER_PLACE = re.compile(r"%([1-9])[^%]*")
_PLACE = re.compile(r"%([1-9])")
_OFF = frozenset({"0", "false", "off"})


def value_of(parent: Element | None, name: str) -> str | None:
    """Return the w:val of a child element, None where there is none."""
    child = parent.find(W + name) if parent is not None else None
    return None if child is None else child.get(W + "val")


def number_of(parent: Element | None, name: str) -> int | None:
    """Return the w:val of a child element as a number, None where there is none."""
    value = value_of(parent, name)
    try:
        return None if value is None or len(value) > _LONGEST_NUMBER else int(value)
    except ValueError:
        return None


def switch_of(parent: Element | None, name: str) -> bool | None:
    """Return a switch such as w:b, None where it is not named."""
    child = parent.find(W + name) if parent is not None else None
    return None if child is None else child.get(W + "val", "1") not in _OFF


@dataclass(frozen=True)
class Level:
    """One level of a list: where it starts, how it counts and what stands around the count."""

    start: int = 0
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass
class _List:
    """A w:num: its levels, the definition it counts with, and where it starts anew."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of one document; ask in the order of the text."""

    def __init__(self, root: Element | None, style_lists: Mapping[str, str]) -> None:
        """Take numbering.xml, if there is one, and the list (w:numId) that each numbering style names."""
        abstracts = (
            {} if root is None else {a.get(W + "abstractNumId"): a for a in root.iter(W + "abstractNum")}
        )
        nums = {} if root is None else {n.get(W + "numId"): n for n in root.iter(W + "num")}
        self._lists = {key: _list(num, nums, abstracts, style_lists) for key, num in nums.items() if key}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """Return the level of a list that is tied to a paragraph style."""
        numbers = self._lists.get(list_id)
        if numbers is None:
            return None
        return next((i for i, level in numbers.levels.items() if level.style == style), None)

    def label(self, list_id: str, depth: int) -> str:
        """Count one more paragraph of a list at a depth from 0 and return its label."""
        numbers = self._lists.get(list_id)
        level = numbers.levels.get(depth) if numbers else None
        if numbers is None or level is None:
            return ""
        counts = self._counts.setdefault(numbers.abstract, {})
        self._count(numbers, list_id, counts, depth)
        if level.format == "bullet":
            return BULLET if level.text else ""
        text = _OUTER_PLACE.sub(
            lambda m: "" if _is_silent(numbers, int(m[1]) - 1, depth) else m[0], level.text
        )
        return _PLACE.sub(lambda m: _shown(numbers, counts, level, int(m[1]) - 1), text)

    def _count(self, numbers: _List, list_id: str, counts: dict[int, int], depth: int) -> None:
        level = numbers.levels[depth]
        anew = depth in numbers.starts and list_id not in self._begun
        if anew:
            # A list starts anew once, at the first paragraph for which it names a start.
            self._begun.add(list_id)
        for above in range(depth):
            counts.setdefault(above, numbers.levels.get(above, Level()).start)
        if anew:
            counts[depth] = numbers.starts[depth]
        elif depth in counts:
            counts[depth] += 1
        else:
            counts[depth] = level.start
        for below in range(depth + 1, _LEVELS):
            inner = numbers.levels.get(below)
            if inner is None or inner.restart is None or depth < inner.restart:
                counts.pop(below, None)


def _is_silent(numbers: _List, depth: int, within: int) -> bool:
    """Say whether an outer level has no number; then what follows its place is left out as well."""
    level = numbers.levels.get(depth)
    return depth < within and level is not None and level.format == "none"


def _shown(numbers: _List, counts: Mapping[int, int], level: Level, depth: int) -> str:
    shown = numbers.levels.get(depth)
    if shown is None or depth not in counts:
        return ""
    number = counts[depth]
    return counting.written(number, counting.OOXML, shown.format if number and not level.legal else "decimal")


def _list(
    num: Element,
    nums: Mapping[str, Element],
    abstracts: Mapping[str, Element],
    style_lists: Mapping[str, str],
) -> _List:
    key = value_of(num, "abstractNumId") or ""
    abstract = abstracts.get(key)
    linked = nums.get(style_lists.get(value_of(abstract, "numStyleLink") or "", ""))
    if linked is not None:
        key = value_of(linked, "abstractNumId") or ""
        abstract = abstracts.get(key)
    found = [] if abstract is None else [_level(lvl) for lvl in abstract.findall(W + "lvl")]
    numbers = _List(key, dict(found))
    for override in num.findall(W + "lvlOverride"):
        depth = _depth(override)
        lvl = override.find(W + "lvl")
        if lvl is not None:
            numbers.levels[depth] = _level(lvl)[1]
        start = number_of(override, "startOverride")
        if start is not None:
            numbers.starts[depth] = start
    return numbers


def _level(lvl: Element) -> tuple[int, Level]:
    return _depth(lvl), Level(
        start=number_of(lvl, "start") or 0,
        format=_format(lvl),
        text=(value_of(lvl, "lvlText") or "")[:_LONGEST_SHAPE],
        restart=number_of(lvl, "lvlRestart"),
        legal=bool(switch_of(lvl, "isLgl")),
        style=value_of(lvl, "pStyle"),
    )


def _format(lvl: Element) -> str:
    # Word keeps formats that are newer than the standard behind an alternative; the fallback comes last.
    formats = list(lvl.iter(W + "numFmt"))
    return formats[-1].get(W + "val", "decimal") if formats else "decimal"


def _depth(element: Element) -> int:
    try:
        return int(element.get(W + "ilvl", "0"))
    except ValueError:
        return 0
