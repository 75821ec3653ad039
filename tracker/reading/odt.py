"""OpenDocument text: the body in reading order, without deletions and notes, and the numbers of lists counted."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tracker.foundation.errors import FileEncrypted, FormatMismatch
from tracker.reading.assembly import Cell, Item, Paragraph, Table, assemble
from tracker.reading.document import Document, ReadingLimits
from tracker.reading.odt_lists import OUTLINE, TEXT, Counts, ListStyle, list_styles, number
from tracker.reading.odt_styles import Styles
from tracker.reading.package import Element, Package

OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_ENCRYPTED: Final = b"encryption-data"
_PARAGRAPH, _HEADING, _LIST = TEXT + "p", TEXT + "h", TEXT + "list"
_LIST_ITEM, _LIST_HEADER = TEXT + "list-item", TEXT + "list-header"
_CELLS: Final = frozenset({TABLE + "table-cell", TABLE + "covered-table-cell"})
_SIGNS: Final = {TEXT + "s": " ", TEXT + "tab": "\t", TEXT + "line-break": "\n"}
_NO_TEXT: Final = frozenset(
    {
        *(
            TEXT + name
            for name in ("note", "ruby-text", "tracked-changes", "hidden-text", "index-title-template")
        ),
        *(OFFICE + name for name in ("annotation", "forms", "event-listeners")),
    }
)
_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_REPEATED: Final = 64


class ODTReader:
    """Reads the text documents of OpenDocument."""

    def accepts(self, data: bytes) -> bool:
        """Look for the beginning of a zip file."""
        return data.startswith(b"PK\x03\x04")

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return body text and blocks; raise what `Package` raises, FormatMismatch or TextMissing."""
        package = Package(data)
        if _MANIFEST in package and _ENCRYPTED in package.part(_MANIFEST):
            raise FileEncrypted
        if _CONTENT not in package:
            raise FormatMismatch
        content = package.tree(_CONTENT)
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        if body is None:
            raise FormatMismatch
        roots = [package.tree("styles.xml"), content] if "styles.xml" in package else [content]
        return assemble(_Body(Styles(roots), list_styles(roots)).items(body), "odt")


ODT = ODTReader()


@dataclass
class _Words:
    """What one paragraph gave: the text, the frames that hang on it, and the letters by font."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    fonts: Counter[tuple[float | None, bool]] = field(default_factory=Counter)


@dataclass
class _Place:
    """Where in a list a paragraph stands; only the first paragraph of an item takes its number."""

    counts: Counts
    style: ListStyle | None
    list_style: ListStyle | None
    depth: int
    start: int | None = None
    is_open: bool = True


class _Body:
    """Walks the body once and counts lists."""

    def __init__(self, styles: Styles, lists: dict[str, ListStyle]) -> None:
        self._styles = styles
        self._lists = lists
        self._outline = lists.get(OUTLINE, {})
        self._headings = Counts()
        self._by_id: dict[str | None, Counts] = {}
        self._last_of_style: dict[str, Counts] = {}

    def items(self, parent: Element, place: _Place | None = None) -> Iterator[Item]:
        for child in parent:
            if child.tag in {_PARAGRAPH, _HEADING}:
                yield from self._paragraph(child, place)
            elif child.tag == _LIST:
                yield from self._list(child, place)
            elif child.tag == TABLE + "table":
                yield Table([row for row in self._rows(child) if row])
            elif child.tag in _NO_TEXT or child.get(TEXT + "display") == "none":
                continue
            else:
                yield from self.items(child)

    def _list(self, element: Element, outer: _Place | None) -> Iterator[Item]:
        name = element.get(TEXT + "style-name")
        style = self._lists.get(name) if name else outer.list_style if outer else None
        counts = outer.counts if outer else self._counts(element, name or "")
        depth = outer.depth + 1 if outer else 1
        for item in element:
            if item.tag not in {_LIST_ITEM, _LIST_HEADER}:
                continue
            override = self._lists.get(item.get(TEXT + "style-override", ""))
            start = number(item.get(TEXT + "start-value"))
            is_numbered = item.tag == _LIST_ITEM
            yield from self.items(item, _Place(counts, override or style, style, depth, start, is_numbered))

    def _counts(self, element: Element, style: str) -> Counts:
        """Return the counts that an outermost list goes on with, or new ones."""
        goes_on = element.get(TEXT + "continue-list")
        counts = self._by_id.get(goes_on) if goes_on else None
        if counts is None and element.get(TEXT + "continue-numbering") == "true":
            counts = self._last_of_style.get(style)
        counts = counts or Counts()
        self._by_id[element.get(_ID)] = counts
        self._last_of_style[style] = counts
        return counts

    def _paragraph(self, element: Element, place: _Place | None) -> Iterator[Item]:
        style = element.get(TEXT + "style-name")
        words = _Words()
        self._collect(element, (style,), words)
        yield Paragraph(
            "".join(words.pieces),
            self._label(element, style, place),
            number(element.get(TEXT + "outline-level")) if element.tag == _HEADING else None,
            *_main_font(words.fonts),
        )
        for box in words.boxes:
            yield from self.items(box)

    def _label(self, element: Element, style: str | None, place: _Place | None) -> str:
        in_list = place is not None and place.style is not self._outline
        if element.tag == _HEADING and not in_list:
            return self._label_of_heading(element, style)
        if place is None or not place.is_open:
            return ""
        place.is_open = False
        levels = (
            place.style if place.style is not None else self._lists.get(self._styles.list_of(style) or "")
        )
        return "" if levels is None else place.counts.label(levels, place.depth, place.start)

    def _label_of_heading(self, element: Element, style: str | None) -> str:
        if element.get(TEXT + "is-list-header") == "true" or self._styles.list_of(style) not in {
            None,
            OUTLINE,
        }:
            return ""
        restarts = element.get(TEXT + "restart-numbering") == "true"
        start = number(element.get(TEXT + "start-value")) if restarts else None
        depth = number(element.get(TEXT + "outline-level")) or 1
        return self._headings.label(self._outline, depth, start if start is not None or not restarts else 1)

    def _collect(self, parent: Element, styles: tuple[str | None, ...], words: _Words) -> None:
        self._add(parent.text, styles, words)
        for child in parent:
            if child.tag in _SIGNS:
                words.pieces.append(
                    _SIGNS[child.tag] * min(number(child.get(TEXT + "c")) or 1, _MOST_REPEATED)
                )
            elif child.tag == TEXT + "span":
                self._collect(child, (child.get(TEXT + "style-name"), *styles), words)
            elif child.tag.startswith(DRAW):
                words.boxes.append(child)
            elif child.tag not in _NO_TEXT:
                self._collect(child, styles, words)
            self._add(child.tail, styles, words)

    def _add(self, text: str | None, styles: tuple[str | None, ...], words: _Words) -> None:
        if not text or self._styles.hidden(styles):
            return
        words.pieces.append(_BLANKS.sub(" ", text))
        if letters := len(text.strip()):
            words.fonts[self._styles.size(styles), self._styles.bold(styles)] += letters

    def _rows(self, table: Element) -> Iterator[list[Cell]]:
        above: dict[int, tuple[Cell, int]] = {}
        for row in _inside(table, TABLE + "table-row"):
            cells: list[Cell] = []
            for element in row:
                if element.tag not in _CELLS:
                    continue
                column = len(cells)
                cell, left = above.pop(column, (Cell(), 1))
                left -= 1
                if element.tag == TABLE + "table-cell":
                    cell = Cell(tuple(self.items(element)))
                    left = (number(element.get(TABLE + "number-rows-spanned")) or 1) - 1
                if left > 0:
                    above[column] = Cell(cell.items, again=True), left
                times = number(element.get(TABLE + "number-columns-repeated")) or 1
                further = Cell(cell.items, again=True)
                cells += [cell, *[further] * (min(times, _MOST_REPEATED) - 1)]
            yield cells


def _inside(table: Element, tag: str) -> Iterator[Element]:
    """Give the rows of a table, also those of its header and of groups, but not those of inner tables."""
    for child in table:
        if child.tag == tag:
            yield child
        elif child.tag.startswith(TABLE) and child.tag != TABLE + "table":
            yield from _inside(child, tag)


def _main_font(fonts: Counter[tuple[float | None, bool]]) -> tuple[float | None, bool]:
    """Return the size that most letters have, and whether all are bold."""
    sizes: Counter[float | None] = Counter()
    for (size, _), count in fonts.items():
        sizes[size] += count
    return sizes.most_common(1)[0][0] if sizes else None, bool(fonts) and all(bold for _, bold in fonts)
