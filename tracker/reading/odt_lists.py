"""The automatic numbers of OpenDocument text: lists that go on, start anew or stand in one another, and outlines.

Source: OpenDocument 1.3 part 3, 5.3, 16.30 and 19.880; what LibreOffice prints counts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tracker.reading import counting
from tracker.reading.assembly import BULLET
from tracker.reading.package import Element

TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_LIBREOFFICE: Final = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
OUTLINE: Final = "Outline"
_LEVELS = 10
# Counts of a real document end long before; longer numbers are there to take time or memory.
_LONGEST_NUMBER = 9
_LONGEST_SHAPE = 60
_OUTER_PLACE = re.compile(r"%(\d{1,2})%[^%]*")
_PLACE = re.compile(r"%(\d{1,2})%")
_LEVEL_STYLES = frozenset(
    TEXT + name
    for name in (
        "list-level-style-number",
        "list-level-style-bullet",
        "list-level-style-image",
        "outline-level-style",
    )
)


@dataclass(frozen=True)
class Level:
    """One level of a list style; `shape` holds %1% where the number of the first level stands."""

    format: str = ""
    shape: str = ""
    start: int = 1
    is_bullet: bool = False


ListStyle = Mapping[int, Level]


@dataclass
class Counts:
    """How far one list has counted on each of its levels."""

    by_depth: dict[int, int] = field(default_factory=dict)

    def label(self, style: ListStyle, depth: int, start: int | None = None) -> str:
        """Count one more item at a depth from 1, from a new start if one is given, and return its label."""
        depth = min(depth, _LEVELS)
        level = style.get(depth, Level())
        for above in range(1, depth):
            self.by_depth.setdefault(above, style.get(above, Level()).start)
        following = self.by_depth[depth] + 1 if depth in self.by_depth else level.start
        self.by_depth[depth] = following if start is None else start
        for below in range(depth + 1, _LEVELS + 1):
            self.by_depth.pop(below, None)
        if level.is_bullet:
            return BULLET
        text = _OUTER_PLACE.sub(lambda m: "" if _is_silent(style, int(m[1]), depth) else m[0], level.shape)
        return _PLACE.sub(lambda m: self._shown(style, int(m[1])), text)

    def _shown(self, style: ListStyle, depth: int) -> str:
        number = self.by_depth.get(depth)
        level = style.get(depth, Level())
        if number is None:
            return ""
        if level.is_bullet:
            return "" if number else "0"
        return counting.written(number, counting.ODF, level.format if number or not level.format else "1")


def list_styles(roots: Iterable[Element]) -> dict[str, ListStyle]:
    """Return the list styles of styles.xml and content.xml, and the outline of the headings as `OUTLINE`."""
    found: dict[str, ListStyle] = {}
    for root in roots:
        found |= {style.get(STYLE + "name", ""): _levels(style) for style in root.iter(TEXT + "list-style")}
        for outline in root.iter(TEXT + "outline-style"):
            found[OUTLINE] = _levels(outline)
    return found


def number(text: str | None) -> int | None:
    """Return an attribute as a number, None where it is missing or none."""
    is_number = text and len(text) <= _LONGEST_NUMBER and text.isascii() and text.isdigit()
    return int(text) if text and is_number else None


def _levels(style: Element) -> ListStyle:
    return {
        number(child.get(TEXT + "level")) or 1: _level(child) for child in style if child.tag in _LEVEL_STYLES
    }


def _level(element: Element) -> Level:
    depth = min(number(element.get(TEXT + "level")) or 1, _LEVELS)
    shape = element.get(_LIBREOFFICE + "num-list-format") or element.get(STYLE + "num-list-format")
    if shape is None:
        shown = min(number(element.get(TEXT + "display-levels")) or 1, depth)
        places = ".".join(f"%{i}%" for i in range(depth - shown + 1, depth + 1))
        shape = element.get(STYLE + "num-prefix", "") + places + element.get(STYLE + "num-suffix", "")
    start = number(element.get(TEXT + "start-value"))
    is_bullet = element.tag.endswith(("-bullet", "-image"))
    return Level(
        element.get(STYLE + "num-format", ""),
        shape[:_LONGEST_SHAPE],
        1 if start is None else start,
        is_bullet,
    )


def _is_silent(style: ListStyle, depth: int, within: int) -> bool:
    """Say whether an outer level has no number; then what follows its place is left out as well."""
    level = style.get(depth)
    return depth < within and (level is None or not (level.format or level.is_bullet))
