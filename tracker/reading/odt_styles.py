"""The styles of OpenDocument text as far as reading asks: list, bold, size, hidden."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from tracker.reading.odt_lists import STYLE, TEXT
from tracker.reading.package import Element

_FORMAT: Final = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_LETTERS: Final = STYLE + "text-properties"
_DEEPEST_CHAIN = 20
_BOLD_FROM = 600
Value = TypeVar("Value")


class Styles:
    """The styles of paragraphs and spans; where several are asked for, the first that says something counts."""

    def __init__(self, roots: Iterable[Element]) -> None:
        """Take the roots of styles.xml and content.xml; what comes later counts."""
        self._styles: dict[str, Element] = {}
        self._default: Element | None = None
        for root in roots:
            for style in root.iter(STYLE + "style"):
                if style.get(STYLE + "family") in {"paragraph", "text"}:
                    self._styles[style.get(STYLE + "name", "")] = style
            for style in root.iter(STYLE + "default-style"):
                if style.get(STYLE + "family") == "paragraph":
                    self._default = style
        self._found: dict[tuple[str, tuple[str | None, ...]], object] = {}

    def list_of(self, style: str | None) -> str | None:
        """Return the list style that a paragraph style names; empty where it takes its paragraphs out of lists."""
        return self._once("list", (style,), lambda element: element.get(STYLE + "list-style-name"))

    def hidden(self, styles: tuple[str | None, ...]) -> bool:
        """Say whether text in these styles, the innermost first, is hidden."""
        return self._once("hidden", styles, lambda element: _letters(element, TEXT + "display")) == "none"

    def bold(self, styles: tuple[str | None, ...]) -> bool:
        """Say whether text in these styles, the innermost first, is bold."""
        return bool(self._once("bold", styles, _is_bold))

    def size(self, styles: tuple[str | None, ...]) -> float | None:
        """Return the font size in points of text in these styles, the innermost first."""
        return self._once("size", styles, _size)

    def _once(
        self, what: str, styles: tuple[str | None, ...], read: Callable[[Element], Value | None]
    ) -> Value | None:
        asked = (what, styles)
        if asked not in self._found:
            answers = (read(element) for element in self._chain(styles))
            self._found[asked] = next((answer for answer in answers if answer is not None), None)
        return self._found[asked]  # type: ignore[return-value]

    def _chain(self, styles: tuple[str | None, ...]) -> Iterator[Element]:
        """Give each style and its parents; a chain that bites its tail ends."""
        for name in styles:
            key = name
            for _ in range(_DEEPEST_CHAIN):
                element = self._styles.get(key or "")
                if element is None:
                    break
                yield element
                key = element.get(STYLE + "parent-style-name")
        if self._default is not None:
            yield self._default


def _letters(style: Element, name: str) -> str | None:
    properties = style.find(_LETTERS)
    return None if properties is None else properties.get(name)


def _is_bold(style: Element) -> bool | None:
    # Chinese characters go by the Asian weight; a style of Western letters names only the other.
    weight = _letters(style, STYLE + "font-weight-asian") or _letters(style, _FORMAT + "font-weight")
    if weight is None:
        return None
    return weight == "bold" or (weight.isdigit() and int(weight) >= _BOLD_FROM)


def _size(style: Element) -> float | None:
    size = _letters(style, STYLE + "font-size-asian") or _letters(style, _FORMAT + "font-size") or ""
    try:
        return float(size.removesuffix("pt")) if size.endswith("pt") else None
    except ValueError:
        return None
