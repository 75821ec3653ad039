"""Put the paragraphs and tables of a word-processor file together to one text with its blocks.

A paragraph is a line, and a line that was broken by hand stays broken. The cells of a row stand on one line with a tab
between them. A blank line stands where the author left one, before a heading, and around a table.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.foundation.errors import TextMissing
from tracker.reading.document import Block, BlockKind, Document


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in reading order; line breaks are line feeds, `label` is the number its list gave it."""

    text: str
    label: str = ""
    level: int | None = None
    size: float | None = None
    bold: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell; `again` says that it only goes on with the cell above it, which it was merged with."""

    items: tuple["Item", ...] = ()
    again: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells; empty cells keep the columns where one was merged with its neighbour."""

    rows: Sequence[Sequence[Cell]]


Item = Paragraph | Table
BULLET: Final = "•"

_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff\uf000-\uf0ff]"
)
# A number at the end of a line after a tab belongs to a table of contents; other tabs only push words aside.
_TABS = re.compile(r"(?<! ) *\t[ \t]*(?!\d{0,4}$)")
_EDGES = " \t\r\n\v\f\u3000\xa0"
HAN: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_BROKEN_HAN = re.compile(rf"(?<=[{HAN}])\s*\n\s*(?=[{HAN}])")
_BLANKS = re.compile(r"[\s\xa0]+")
_CLOSED = re.compile("[、。，．：）】」』〉》］]$")
_NAMES_ACTION = re.compile(
    r"建議|事項|項目|內容|對策|措施|作為|工作|action|recommend|task|measure|proposal", re.IGNORECASE
)
_NAMES_DUTY = re.compile(
    r"主辦|協辦|權責|單位|機關|期限|時程|期程|完成|負責|日期|owner|responsib|lead|due|deadline|by when|when|date",
    re.IGNORECASE,
)
_LONGEST_HEADER: Final = 24
_LONGEST_REPEATED: Final = 30


def assemble(items: Iterable[Item], kind: str) -> Document:
    """Return the document of paragraphs and tables in reading order; raise TextMissing when they hold no text."""
    writing = _Writing()
    for item in items:
        writing.add(item)
    if not writing.blocks:
        raise TextMissing
    return Document(writing.text(), kind, None, tuple(writing.blocks))


class _Writing:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._length = 0
        self._gap = False

    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, item: Item) -> None:
        if isinstance(item, Paragraph):
            self._add_paragraph(item)
        else:
            self._gap = True
            for line in _lines(item):
                if isinstance(line, Paragraph):
                    self._add_paragraph(line)
                elif isinstance(line, Table):
                    self.add(line)
                else:
                    self._add_row(line)
            self._gap = True

    def _add_paragraph(self, paragraph: Paragraph) -> None:
        words = _plain(paragraph.text)
        if paragraph.level is not None:
            words = _joined(words)
        if not words:
            # A numbered paragraph without words is no blank line: its number was printed.
            self._gap = self._gap or not paragraph.label
            return
        text = _labelled(paragraph.label, words)
        self._gap = self._gap or paragraph.level is not None
        start = self._write(text)
        kind = BlockKind.PARAGRAPH if paragraph.level is None else BlockKind.HEADING
        self.blocks.append(
            Block(
                start,
                self._length,
                None,
                paragraph.level,
                kind,
                paragraph.label,
                size=paragraph.size,
                bold=paragraph.bold,
            )
        )

    def _add_row(self, cells: Sequence[str]) -> None:
        text = "\t".join(cells)
        start = offset = self._write(text)
        spans = []
        for cell in cells:
            spans.append((offset, offset + len(cell)))
            offset += len(cell) + 1
        self.blocks.append(Block(start, self._length, None, None, BlockKind.ROW, cells=tuple(spans)))

    def _write(self, text: str) -> int:
        if self.blocks:
            self._put("\n\n" if self._gap else "\n")
        self._gap = False
        start = self._length
        self._put(text)
        return start

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)


def _lines(table: Table) -> Iterator[Item | Sequence[str]]:
    """Give the rows of a table as rows; what a form keeps in its cells comes as paragraphs."""
    is_action_table = any(_is_action_header([_text(cell) for cell in row]) for row in table.rows[:3])
    is_form = not is_action_table and _is_form(table)
    for row in table.rows:
        filled = [cell for cell in row if _count(cell) and not cell.again]
        if not is_action_table and (
            len(filled) == 1 or (is_form and any(_count(cell) > 1 for cell in filled))
        ):
            yield from (item for cell in filled for item in cell.items)
        elif filled:
            yield [_text(cell) for cell in row]


def _is_form(table: Table) -> bool:
    """Say whether a table only arranges running text, as the forms of many offices do."""
    columns = max((len(row) for row in table.rows), default=0)
    return any(_count(cell) > 1 if columns <= 2 else _is_list(cell) for row in table.rows for cell in row)


def _is_action_header(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return (
        len(filled) >= 2
        and all(len(cell) <= _LONGEST_HEADER for cell in filled)
        and any(_NAMES_ACTION.search(cell) for cell in filled)
        and any(_NAMES_DUTY.search(cell) for cell in filled)
    )


def _paragraphs(items: Iterable[Item]) -> Iterator[Paragraph]:
    for item in items:
        if isinstance(item, Paragraph):
            yield item
        else:
            yield from (
                p for row in item.rows for cell in row if not cell.again for p in _paragraphs(cell.items)
            )


def _count(cell: Cell) -> int:
    """Return how many paragraphs of a cell hold words or a number."""
    return sum(bool(p.label or _plain(p.text)) for p in _paragraphs(cell.items))


def _is_list(cell: Cell) -> bool:
    labels = sum(bool(p.label) for p in _paragraphs(cell.items))
    return labels > 1 or _count(cell) > 2 or any(isinstance(item, Table) for item in cell.items)


def _text(cell: Cell) -> str:
    """Return a cell on one line; an owner or a date counts for every row that it was merged over."""
    texts = (_labelled(p.label, _plain(p.text)) for p in _paragraphs(cell.items))
    text = _joined("\n".join(text for text in texts if text))
    return "" if cell.again and len(text) > _LONGEST_REPEATED else text


def _labelled(label: str, words: str) -> str:
    if not (label and words):
        return label or words
    return f"{label}{words}" if _CLOSED.search(label) else f"{label} {words}"


def _plain(text: str) -> str:
    """Return a paragraph without signs that are no text, and with tabs as blanks."""
    lines = (_TABS.sub(" ", _NOT_TEXT.sub("", line)).strip(_EDGES) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _joined(text: str) -> str:
    return _BLANKS.sub(" ", _BROKEN_HAN.sub("", text)).strip(_EDGES)
