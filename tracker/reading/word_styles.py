"""The styles of WordprocessingML as far as reading asks: heading level, list, bold, size, hidden."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tracker.reading.package import Element
from tracker.reading.word_numbering import W, number_of, switch_of, value_of

_HEADING = re.compile(r"(?:heading|標題|标题|見出し|制目)\s*([1-9])", re.IGNORECASE)
_NOT_IN_OUTLINE = 9
_DEEPEST_CHAIN = 20
_DEFAULT_HALF_POINTS = 20
Value = TypeVar("Value")


@dataclass(frozen=True)
class Style:
    """One style as its file names it; what it does not say, the style it is based on says."""

    key: str
    name: str
    based_on: str | None
    paragraph: Element | None
    run: Element | None


class Styles:
    """All styles of one document."""

    def __init__(self, root: Element | None) -> None:
        """Take styles.xml, if there is one."""
        elements = [] if root is None else root.findall(W + "style")
        self._styles = {e.get(W + "styleId", ""): _style(e) for e in elements}
        self.default = next((e.get(W + "styleId", "") for e in elements if _is_default_paragraph(e)), None)
        defaults = None if root is None else root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._size = number_of(defaults, "sz") or _DEFAULT_HALF_POINTS
        self._bold = bool(switch_of(defaults, "b"))
        self.lists = {
            key: list_id for key, style in self._styles.items() if (list_id := _list_id(style.paragraph))
        }
        self._found: dict[tuple[str, str | None], object] = {}

    def heading_level(self, key: str | None) -> int | None:
        """Return the heading level from 1 that a style gives."""
        return self._once("level", key, _heading_level)

    def list_id(self, key: str | None) -> tuple[str, str] | None:
        """Return the list that a style puts its paragraphs in, after the style that names it."""
        return self._once("list", key, _list_of_style)

    def list_depth(self, key: str | None) -> int | None:
        """Return the depth in its list that a style names, None where it does not say."""
        return self._once("depth", key, lambda style: list_of(style.paragraph)[1])

    def bold(self, key: str | None) -> bool | None:
        """Say whether a style is bold, None where it does not say."""
        return self._once("bold", key, lambda style: switch_of(style.run, "b"))

    def hidden(self, key: str | None) -> bool | None:
        """Say whether a style hides its text, None where it does not say."""
        return self._once("hidden", key, lambda style: switch_of(style.run, "vanish"))

    def half_points(self, key: str | None) -> int | None:
        """Return the font size of a style in half points, None where it does not say."""
        return self._once("size", key, lambda style: number_of(style.run, "sz"))

    @property
    def default_bold(self) -> bool:
        """Say whether text is bold where nothing says so."""
        return self._bold

    @property
    def default_half_points(self) -> int:
        """Return the font size where nothing names one."""
        return self._size

    def _once(self, what: str, key: str | None, read: Callable[[Style], Value | None]) -> Value | None:
        asked = (what, key)
        if asked not in self._found:
            answers = (read(style) for style in self._chain(key))
            self._found[asked] = next((answer for answer in answers if answer is not None), None)
        return self._found[asked]  # type: ignore[return-value]

    def _chain(self, key: str | None) -> Iterator[Style]:
        """Give a style and those it is based on; a chain that bites its tail ends."""
        for _ in range(_DEEPEST_CHAIN):
            style = self._styles.get(key or "")
            if style is None:
                return
            yield style
            key = style.based_on


def outline_level(properties: Element | None) -> int | None:
    """Return the heading level from 1 of paragraph properties, 0 for body text, None where they say nothing."""
    level = number_of(properties, "outlineLvl")
    if level is None:
        return None
    return level + 1 if 0 <= level < _NOT_IN_OUTLINE else 0


def list_of(properties: Element | None) -> tuple[str | None, int | None]:
    """Return the list and the depth that paragraph properties name."""
    numbering = None if properties is None else properties.find(W + "numPr")
    return value_of(numbering, "numId"), number_of(numbering, "ilvl")


def _style(element: Element) -> Style:
    return Style(
        element.get(W + "styleId", ""),
        value_of(element, "name") or "",
        value_of(element, "basedOn"),
        element.find(W + "pPr"),
        element.find(W + "rPr"),
    )


def _is_default_paragraph(element: Element) -> bool:
    return element.get(W + "type") == "paragraph" and element.get(W + "default") in {"1", "true", "on"}


def _list_id(properties: Element | None) -> str | None:
    return list_of(properties)[0]


def _list_of_style(style: Style) -> tuple[str, str] | None:
    list_id = _list_id(style.paragraph)
    return None if list_id is None else (style.key, list_id)


def _heading_level(style: Style) -> int | None:
    level = outline_level(style.paragraph)
    if level is not None:
        return level
    named = _HEADING.fullmatch(style.name.strip())
    return int(named[1]) if named else None
