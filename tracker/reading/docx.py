"""Word files: the body in reading order, with insertions in, deletions out, and the numbers of lists counted."""

import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from tracker.foundation.errors import FileTruncated, FormatMismatch
from tracker.reading.assembly import Cell, Item, Paragraph, Table, assemble
from tracker.reading.document import Document, ReadingLimits
from tracker.reading.package import Element, Package
from tracker.reading.word_numbering import Numbering, W, number_of, switch_of, value_of
from tracker.reading.word_styles import Styles, list_of, outline_level

_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_COMPATIBLE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_RUN, _TEXT, _PARAGRAPH, _TABLE = W + "r", W + "t", W + "p", W + "tbl"
_DRAWINGS: Final = frozenset({W + "drawing", W + "pict", W + "object"})
_TEXT_BOX: Final = W + "txbxContent"
_WRAPPERS: Final = frozenset(
    W + name
    for name in (
        "sdt",
        "sdtContent",
        "customXml",
        "smartTag",
        "hyperlink",
        "fldSimple",
        "ins",
        "moveTo",
        "bdo",
        "dir",
    )
)
_SIGNS: Final = {
    **{W + name: "\n" for name in ("br", "cr")},
    **{W + name: "\t" for name in ("tab", "ptab")},
    W + "noBreakHyphen": "-",
}
# What the symbol fonts show at these places; other pictures are no text.
_SYMBOLS: Final = {
    0x2022: "•", 0xF0B7: "•", 0xF06C: "●", 0xF06E: "■", 0xF071: "□", 0xF075: "◆", 0xF0A7: "■", 0xF0A8: "□",
    0xF0B2: "◇", 0xF0D8: "➢", 0xF0E0: "→", 0xF0E8: "➔", 0xF0FC: "✓", 0xF0FE: "☑", 0xF052: "☑", 0xF0A3: "□",
    0xF06F: "□", 0xF076: "❖", 0xF09F: "•", 0xF0A1: "○", 0xF0AE: "→", 0xF0B3: "≧", 0xF0A5: "∞",
}  # fmt: skip
_WIDEST: Final = 64
Value = TypeVar("Value")


class DOCXReader:
    """Reads WordprocessingML, transitional and strict."""

    def accepts(self, data: bytes) -> bool:
        """Look for the beginning of a zip file."""
        return data.startswith(b"PK\x03\x04")

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return body text and blocks; raise what `Package` raises, FormatMismatch or TextMissing."""
        package = Package(data)
        main = _related(package, "", "officeDocument") or "word/document.xml"
        root = package.tree(main) if main in package else None
        if root is None or root.tag != W + "document":
            raise FormatMismatch
        body = root.find(W + "body")
        if body is None:
            raise FileTruncated
        styles = Styles(_optional(package, main, "styles"))
        numbering = Numbering(_optional(package, main, "numbering"), styles.lists)
        return assemble(_Body(styles, numbering).items(body), "docx")


DOCX = DOCXReader()


def _optional(package: Package, main: str, kind: str) -> Element | None:
    name = _related(package, main, kind) or posixpath.join(posixpath.dirname(main), f"{kind}.xml")
    return package.tree(name) if name in package else None


def _related(package: Package, source: str, kind: str) -> str | None:
    """Return the part that another part names by the kind of its relation."""
    folder, name = posixpath.split(source)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package:
        return None
    for relation in package.tree(relations).iter(_RELATION):
        if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
            return target.lstrip("/")
    return None


@dataclass
class _Words:
    """What the runs of one paragraph gave: the text, the boxes that hang on it, and the letters by font."""

    pieces: list[str]
    boxes: list[Element]
    fonts: Counter[tuple[bool, int]]


class _Body:
    """Walks the body once; counts lists and follows fields across paragraphs."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        # Each open field with whether its result has begun; its instruction before that is no text.
        self._fields: list[bool] = []
        self._held: list[str] = []

    def items(self, parent: Element) -> Iterator[Item]:
        for child in parent:
            if child.tag == _PARAGRAPH:
                yield from self._paragraph(child)
            elif child.tag == _TABLE:
                yield Table([row for row in self._rows(child) if row])
            elif child.tag in _WRAPPERS or child.tag == _COMPATIBLE + "AlternateContent":
                yield from self.items(_chosen(child))

    def _paragraph(self, element: Element) -> Iterator[Item]:
        properties = element.find(W + "pPr")
        style = value_of(properties, "pStyle") or self._styles.default
        words = _Words([], [], Counter())
        self._collect(element, style, words)
        self._fields = [begun for begun in self._fields if begun]
        text = "".join(words.pieces)
        mark = None if properties is None else properties.find(W + "rPr")
        if mark is not None and (mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None):
            # The end of this paragraph was deleted: its words begin the next one.
            self._held.append(text)
        elif not (switch_of(mark, "vanish") and not text.strip() and _has_text(element)):
            text = "".join([*self._held, text])
            self._held.clear()
            bold, half_points = _main_font(words.fonts)
            yield Paragraph(
                text,
                self._label(properties, style),
                self._level(properties, style),
                half_points / 2 if half_points else None,
                bold,
            )
        for box in words.boxes:
            yield from self.items(box)

    def _label(self, properties: Element | None, style: str | None) -> str:
        list_id, depth = list_of(properties)
        named = self._styles.list_id(style)
        if list_id is None and named:
            owner, list_id = named
            steps = (depth, self._styles.list_depth(style), self._numbering.level_of_style(list_id, owner))
            depth = _first(*steps)
        if list_id is None or list_id == "0":
            return ""
        return self._numbering.label(list_id, depth or 0)

    def _level(self, properties: Element | None, style: str | None) -> int | None:
        own = outline_level(properties)
        return (own if own is not None else self._styles.heading_level(style)) or None

    def _collect(self, parent: Element, style: str | None, words: _Words) -> None:
        for child in parent:
            if child.tag == _RUN:
                self._collect_run(child, style, words)
            elif child.tag in _WRAPPERS:
                if not _is_placeholder(child):
                    self._collect(child, style, words)
            elif child.tag == _COMPATIBLE + "AlternateContent":
                self._collect(_chosen(child), style, words)
            elif child.tag.startswith("{http://schemas.openxmlformats.org/officeDocument/2006/math}"):
                words.pieces.extend(t.text or "" for t in child.iter(_MATH_TEXT))

    def _collect_run(self, run: Element, style: str | None, words: _Words) -> None:
        font = run.find(W + "rPr")
        own = value_of(font, "rStyle")
        styles = self._styles
        hidden = _first(switch_of(font, "vanish"), styles.hidden(own), styles.hidden(style))
        before = len(words.pieces)
        for child in run:
            self._collect_sign(child, style, words, bool(hidden))
        letters = sum(len(piece.strip()) for piece in words.pieces[before:])
        if letters:
            bold = _first(switch_of(font, "b"), styles.bold(own), styles.bold(style), styles.default_bold)
            size = _first(number_of(font, "sz"), styles.half_points(own), styles.half_points(style))
            words.fonts[bool(bold), size or styles.default_half_points] += letters

    def _collect_sign(self, child: Element, style: str | None, words: _Words, hidden: bool) -> None:
        if child.tag == W + "fldChar":
            self._turn_field(child.get(W + "fldCharType"))
        elif child.tag == _COMPATIBLE + "AlternateContent":
            for inner in _chosen(child):
                self._collect_sign(inner, style, words, hidden)
        elif child.tag in _DRAWINGS:
            words.boxes.extend(_outermost_boxes(child))
        elif hidden or not all(self._fields):
            return
        elif child.tag == W + "ruby":
            self._collect(_base_of_ruby(child), style, words)
        else:
            words.pieces.append(_sign(child))

    def _turn_field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _rows(self, table: Element) -> Iterator[list[Cell]]:
        above: dict[int, Cell] = {}
        for row in _inside(table, W + "tr"):
            properties = row.find(W + "trPr")
            if properties is not None and properties.find(W + "del") is not None:
                continue
            cells = [Cell()] * min(number_of(properties, "gridBefore") or 0, _WIDEST)
            for element in _inside(row, W + "tc"):
                properties = element.find(W + "tcPr")
                cell = Cell(tuple(self.items(element)))
                merge = None if properties is None else properties.find(W + "vMerge")
                if merge is not None and merge.get(W + "val") == "restart":
                    above[len(cells)] = Cell(cell.items, again=True)
                elif merge is not None:
                    cell = above.get(len(cells), cell)
                span = min(number_of(properties, "gridSpan") or 1, _WIDEST)
                cells += [cell, *[Cell()] * (span - 1)]
            yield cells


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    """Give the rows of a table or the cells of a row, also those within content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _chosen(element: Element) -> Element:
    """Return the first of several ways to show the same thing, and any other element itself."""
    choice = element.find(_COMPATIBLE + "Choice")
    if choice is None or element.tag != _COMPATIBLE + "AlternateContent":
        return element
    return choice


def _outermost_boxes(element: Element) -> Iterator[Element]:
    """Give the text boxes of a drawing; one inside another is met again when the outer one is read."""
    for child in element:
        if child.tag == _TEXT_BOX:
            yield child
        else:
            yield from _outermost_boxes(_chosen(child))


def _is_placeholder(element: Element) -> bool:
    """Say whether a content control still shows its prompt."""
    return element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _base_of_ruby(element: Element) -> Element:
    base = element.find(W + "rubyBase")
    return element if base is None else base


def _sign(element: Element) -> str:
    """Return what an element of a run stands for in the text."""
    if element.tag == _TEXT:
        return element.text or ""
    if element.tag == W + "sym":
        return _symbol(element)
    return _SIGNS.get(element.tag, "")


def _symbol(element: Element) -> str:
    try:
        place = int(element.get(W + "char", ""), 16)
    except ValueError:
        return ""
    return _SYMBOLS.get(place) or ("" if not 0x20 <= place < 0xE000 else chr(place))


def _has_text(element: Element) -> bool:
    return any(text.text for text in element.iter(_TEXT))


def _main_font(fonts: Counter[tuple[bool, int]]) -> tuple[bool, int | None]:
    """Return whether all letters are bold, and the size that most of them have."""
    if not fonts:
        return False, None
    sizes: Counter[int] = Counter()
    for (_, size), count in fonts.items():
        sizes[size] += count
    return all(bold for bold, _ in fonts), sizes.most_common(1)[0][0]


def _first(*values: Value | None) -> Value | None:
    return next((value for value in values if value is not None), None)
