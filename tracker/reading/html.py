"""Web pages: headings, paragraphs, lists with their numbers, and tables, without scripts and menus."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.foundation.errors import FileTooLarge, FileTruncated
from tracker.reading import counting
from tracker.reading.assembly import BULLET, HAN, Cell, Item, Paragraph, Table, assemble
from tracker.reading.document import Document, ReadingLimits
from tracker.reading.encoding import decode, is_garbled, is_wide
from tracker.reading.text import TextReader

_TEXT: Final = "-text"
_SKIPPED: Final = frozenset({
    "area", "audio", "base", "button", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe",
    "img", "input", "link", "map", "math", "meta", "nav", "noframes", "noscript", "object", "option", "picture",
    "progress", "rp", "rt", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html",
    "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "ul",
})  # fmt: skip
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_STRONG: Final = frozenset({"b", "strong", "th"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_WEIGHT = re.compile(r"font-weight\s*:\s*(\w+)", re.IGNORECASE)
_SIZE = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)(pt|px)", re.IGNORECASE)
_MARKER = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_CHARSET_WITHIN = 4096
# Notes of the pages that LibreOffice writes stand apart from the text, as they do in the file they came from.
_NOTES = re.compile(r"sd(?:foot|end)note")
_OPENED = re.compile(r"<html[\s>]", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_TAG = re.compile(rb"<(?:!doctype|[a-z][a-z0-9]*)[\s/>]", re.IGNORECASE)
_SOFT = re.compile(r"(?<![ \t\f])[ \t\f]*[\r\n][ \t\f\r\n]*")
_BLANKS = re.compile(r"[ \t\f]+")
_SOFT_IN_HAN = re.compile(rf"(?<=[{HAN}]) ?\r[ \r]*(?=[{HAN}])")
_INTEGER = re.compile(r"-?\d{1,6}")
_LISTS: Final = frozenset({"ol", "ul", "menu", "dir"})
_POINTS_OF_PIXEL: Final = 0.75
_CHINESE: Final = frozenset({
    "taiwaneseCountingThousand", "ideographLegalTraditional", "chineseLegalSimplified", "ideographTraditional",
    "ideographZodiac",
})  # fmt: skip
# What a page may say of its encoding, as browsers understand it; the Western names are given to everything.
_CHARSETS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("cp950", "ms950", "windows-950", "x-windows-950"), "cp950"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    "euc-jp": "euc-jp",
    "euc-kr": "cp949",
}
_WIDEST: Final = 64
_MOST_TAGS: Final = 1_000_000
_TALLEST: Final = 2_000

_TYPES: Final = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
# Source: CSS counter styles level 3; the Chinese ones end in 、 and the others in a full stop.
_MARKERS: Final[Mapping[str, str]] = {
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "decimal-leading-zero": "decimalZero",
    "cjk-ideographic": "taiwaneseCountingThousand",
    "trad-chinese-informal": "taiwaneseCountingThousand",
    "simp-chinese-informal": "taiwaneseCountingThousand",
    "trad-chinese-formal": "ideographLegalTraditional",
    "simp-chinese-formal": "chineseLegalSimplified",
    "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
}


class HTMLReader:
    """Reads a web page as a browser without scripts would show it."""

    def accepts(self, data: bytes) -> bool:
        """Ask for text with at least one tag."""
        return TextReader("html").accepts(data) and (is_wide(data) or _TAG.search(data) is not None)

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return body text and blocks; raise what `decode` raises, FileTooLarge, FileTruncated or TextMissing."""
        if data.count(b"<") > _MOST_TAGS:
            raise FileTooLarge
        page = _decoded(data)
        if _OPENED.search(page) and not _CLOSED.search(page):
            # A browser shows what has come so far; half a report must not pass for a whole one.
            raise FileTruncated
        body = LexborHTMLParser(page).body
        walk = _Walk()
        if body is not None:
            walk.through(body, _Look())
        walk.end_paragraph()
        return assemble(walk.items, "html")


HTML = HTMLReader()


def _decoded(data: bytes) -> str:
    """Return the text of a page; what it says of its own encoding counts only where UTF-8 and the words do not."""
    named = _CHARSET.search(data, 0, _CHARSET_WITHIN)
    encoding = _CHARSETS.get(named[1].decode("ascii", "replace").lower()) if named else None
    if encoding:
        with suppress(UnicodeDecodeError):
            return data.decode("utf-8")
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if not is_garbled(text):
                return text
    return decode(data)


@dataclass(frozen=True)
class _Look:
    """What the elements around a text say of it."""

    bold: bool = False
    size: float | None = None
    level: int | None = None
    as_is: bool = False


class _Walk:
    """Gathers the paragraphs and tables of one element; the cells of tables have walks of their own."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._pieces: list[str] = []
        self._letters: Counter[tuple[bool, float | None]] = Counter()
        self._label = ""
        self._level: int | None = None
        self._lists: list[_List] = []

    def through(self, parent: LexborNode, look: _Look) -> None:
        """Walk through the children of an element."""
        for child in parent.iter(include_text=True):
            tag = child.tag or ""
            if tag == _TEXT:
                self._add(child.text_content or "", look)
            elif tag == "br":
                self._pieces.append("\n")
            elif tag not in _SKIPPED and not _is_hidden(child):
                self._enter(child, tag, _look(child, tag, look))

    def end_paragraph(self) -> None:
        """Close the paragraph that was begun, if it holds any words."""
        text = _SOFT_IN_HAN.sub("", "".join(self._pieces)).replace("\r", " ")
        if text.strip():
            sizes = Counter({size: 0 for _, size in self._letters})
            for (_, size), count in self._letters.items():
                sizes[size] += count
            self.items.append(
                Paragraph(
                    text,
                    self._label,
                    self._level,
                    sizes.most_common(1)[0][0],
                    all(bold for bold, _ in self._letters),
                )
            )
            self._label = ""
        elif "\n" in text or "\xa0" in text:
            self.items.append(Paragraph(""))
        self._pieces.clear()
        self._letters.clear()
        self._level = None

    def _enter(self, element: LexborNode, tag: str, look: _Look) -> None:
        is_block = tag in _BLOCKS or tag in _HEADINGS
        if is_block:
            self.end_paragraph()
        if tag == "table":
            self.items.append(Table(list(_rows(element, look))))
        elif tag in _LISTS:
            self._lists.append(_List(element))
            self.through(element, look)
            self._lists.pop()
        elif tag == "hr":
            self.items.append(Paragraph(""))
        else:
            self._begin(element, tag, look)
            self.through(element, look)
        if is_block:
            self.end_paragraph()
        if tag == "li":
            self._label = ""

    def _begin(self, element: LexborNode, tag: str, look: _Look) -> None:
        if tag == "li":
            self._label = self._lists[-1].label(element) if self._lists else BULLET
        elif tag in _HEADINGS:
            self._level = look.level

    def _add(self, text: str, look: _Look) -> None:
        words = text if look.as_is else _BLANKS.sub(" ", _SOFT.sub("\r", text))
        self._pieces.append(words)
        if letters := len(words.strip()):
            self._letters[look.bold, look.size] += letters


class _List:
    """Counts the items of one ol, or marks those of a ul."""

    def __init__(self, element: LexborNode) -> None:
        self._element = element
        self._counts = element.tag == "ol"
        self._step = -1 if "reversed" in element.attributes else 1
        items = sum(child.tag == "li" for child in element.iter()) if self._step < 0 else 1
        start = _number(element, "start")
        self._next = items if start is None else start

    def label(self, item: LexborNode) -> str:
        """Return the marker of the next item as a browser shows it."""
        marker = _declared(item, _MARKER) or _declared(self._element, _MARKER)
        if marker == "none":
            return ""
        if not self._counts and marker not in _MARKERS:
            return BULLET
        value = _number(item, "value")
        number = self._next if value is None else value
        self._next = number + self._step
        kind = item.attributes.get("type") or self._element.attributes.get("type") or ""
        form = _MARKERS.get(marker) or _TYPES.get(kind, "decimal")
        return counting.written(number, counting.OOXML, form) + ("、" if form in _CHINESE else ".")


def _look(element: LexborNode, tag: str, around: _Look) -> _Look:
    """Return how the text in an element looks, given how the text around it does."""
    weight = _declared(element, _WEIGHT)
    size = _SIZE.search(element.attributes.get("style") or "")
    return _Look(
        weight in {"bold", "bolder", "600", "700", "800", "900"} if weight else around.bold or tag in _STRONG,
        float(size[1]) * (1 if size[2].lower() == "pt" else _POINTS_OF_PIXEL) if size else around.size,
        _HEADINGS.get(tag, around.level),
        around.as_is or tag == "pre",
    )


def _rows(table: LexborNode, look: _Look) -> Iterator[list[Cell]]:
    """Give the rows of a table; a cell that spans rows stands in each of them."""
    above: dict[int, tuple[Cell, int]] = {}
    for row in _rows_of(table):
        cells: list[Cell] = []
        for element in row.iter():
            if element.tag not in {"td", "th"} or _is_hidden(element):
                continue
            _fill(cells, above)
            walk = _Walk()
            walk.through(element, replace(look, bold=look.bold or element.tag == "th"))
            walk.end_paragraph()
            cell = Cell(tuple(walk.items))
            down = min(_number(element, "rowspan") or 1, _TALLEST) - 1
            if down > 0:
                above[len(cells)] = Cell(cell.items, again=True), down
            span = min(max(_number(element, "colspan") or 1, 1), _WIDEST)
            cells += [cell, *[Cell()] * (span - 1)]
        _fill(cells, above)
        if cells:
            yield cells


def _fill(cells: list[Cell], above: dict[int, tuple[Cell, int]]) -> None:
    """Put the cells that reach down from earlier rows in their columns, up to the next free one."""
    while (held := above.pop(len(cells), None)) is not None:
        cell, left = held
        if left > 1:
            above[len(cells)] = cell, left - 1
        cells.append(cell)


def _rows_of(table: LexborNode) -> Iterator[LexborNode]:
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot", "caption"} and not _is_hidden(child):
            yield from _rows_of(child)


def _is_hidden(element: LexborNode) -> bool:
    attributes = element.attributes
    notes = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    return (
        "hidden" in attributes
        or _HIDDEN.search(attributes.get("style") or "") is not None
        or (element.tag == "div" and attributes.get("title") in {"header", "footer"})
        or _NOTES.search(notes) is not None
    )


def _declared(element: LexborNode, pattern: re.Pattern[str]) -> str:
    """Return what the style of an element declares for one property."""
    found = pattern.search(element.attributes.get("style") or "")
    return found[1].lower() if found else ""


def _number(element: LexborNode, name: str) -> int | None:
    written = (element.attributes.get(name) or "").strip()
    return int(written) if _INTEGER.fullmatch(written) else None
