"""The printed lines of a page, as text that remembers where in the file each of its characters stands."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, pairwise
from typing import Final, NamedTuple

from tracker.reading.pdf.layer import NOTHING, Box, Layer

_PRINTED: Final = re.compile(r"[^\r\n]+")
# Controls, marks without width, and characters that stand for another one: radicals and compatibility forms, which
# look like the character that was meant, ligatures, and the bullets of symbol fonts.
_ODD: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2e80-\u2fdf\uf000-\uf0ff"
    "\uf900-\ufaff\ufb00-\ufb06\ufeff\ufffe\uffff\ud800-\udfff]"
)
_MEANT: Final = str.maketrans(
    "⺟⺠⺩⺼⻁⻂⻃⻄⻅⻆⻉⻋⻌⻑⻓⻔⻘⻚⻛⻜⻝⻟⻢⻣⻤⻥⻨⻩⻫⻬⻮⻯⻰⻳",
    "母民王月虎衣西西見角贝車辶長长门青页风飞食食马骨鬼鱼麦黄斉齐齿竜龙龟",
)
_BULLETS: Final = str.maketrans(
    "\uf0b7\uf06c\uf06e\uf0a7\uf075\uf076\uf0d8\uf0fc\uf0a8\uf0fe\uf0e0\uf0a1\uf0b2",
    "•●■▪◆❖➢✓□☑→○□",
)

# PDFium's sign for a hyphen at the end of a line: the next line follows on the same one.
HYPHEN: Final = "\ufffe"
HAN: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
ENUMERATED: Final = re.compile(
    r"(?:[一二三四五六七八九十甲乙丙丁戊]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．](?!\d)|[•●■▪])"
)
# What does not part at the end of a line: a character with the marks around it, or a word.
_WORD: Final = re.compile(
    r"[（「『《〈【“(\[]*(?:[\u2e80-\u9fff\uf900-\ufaff]|[^\s\u2e80-\u9fff\uf900-\uffef]+)?[，。、；：！？）」』》〉】]*"
)
CLOSING: Final = "，。、；：！？）」』》〉】"
_SPACE: Final = 0.25
# A sign that another font had to lend may be written after the words around it.
_LENT: Final = re.compile(r"(?<= )[^\w\s](?= |$)")
# PDFium gives one blank for many: a label such as S1 or 3.2 is told from words by how far it stands before them.
_LABEL: Final = re.compile(r"[A-Z]{0,3}\d{1,3}(?:[.\-]\d{1,3})*(?= [A-Za-z])")
_WIDE: Final = 0.5
_WIDER: Final = 1.6
# Single characters are rare in horizontal text.
_FEWEST_UPRIGHT: Final = 4


class Piece(NamedTuple):
    """Text with the place of its first character in the layer's text; None for what stands there between cells.

    `taken` is how many characters of the layer it came from; `later` counts the pages from its line to that layer.
    """

    text: str
    first: int | None
    taken: int
    later: int = 0

    @property
    def is_tab(self) -> bool:
        """Say whether it parts two cells."""
        return self.text == "\t" and self.first is None


class Print(NamedTuple):
    """How a line was set: where it starts and ends, on which baselines, and how wide its first word is."""

    left: float
    right: float
    baseline: float
    foot: float
    word: float


class Fit(NamedTuple):
    """The room that the last line of a cell leaves, and how wide the first word of its first line is."""

    room: float
    word: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text or a row of a table: the spans of its cells within the text, and where its columns start.

    A blank line stands for the room that the print leaves before the next one.
    """

    text: str
    pieces: tuple[Piece, ...] = ()
    box: Box | None = None
    size: float | None = None
    bold: bool = False
    level: int | None = None
    cells: tuple[tuple[int, int], ...] = ()
    columns: tuple[float, ...] = ()
    fits: tuple[Fit, ...] = ()
    is_furniture: bool = False
    set: Print | None = None


def lines_of(layer: Layer) -> list[Line]:
    """Return the lines of a page in the order in which PDFium reads it."""
    return _upright([line for span in printed(layer.text) if (line := line_of(layer, *span))])


def printed(text: str) -> Iterator[tuple[int, int]]:
    """Return the spans of a layer's text between its line ends."""
    return (match.span() for match in _PRINTED.finditer(text))


def line_of(layer: Layer, start: int, end: int) -> Line | None:
    """Return a stretch of a layer as a line, None when it is blank."""
    raw = layer.text[start:end]
    kept = raw.strip()
    if not kept:
        return None
    first = start + raw.index(kept)
    last = first + len(kept) - 1
    pieces = _as_printed(layer, kept, first) if _LENT.search(kept) else pieces_of(kept, first)
    label = _LABEL.match(kept)
    if label and pieces[0].text.startswith(label[0]) and _is_set_apart(layer, first + label.end()):
        (text, _, taken, _), end = pieces[0], label.end()
        pieces[:1] = [Piece(text[:end] + " ", first, end), Piece(text[end:], first + end, taken - end)]
    return dressed(layer, pieces, first, last)


def dressed(layer: Layer, pieces: Sequence[Piece], first: int, last: int) -> Line | None:
    """Return pieces as a line that looks as its first and last characters do; None when nothing is left to read."""
    text = "".join([piece.text for piece in pieces])
    if not text or text.isspace():
        return None
    look = layer.look(first)
    begin, end = layer.box(first), layer.box(last)
    box = Box(begin.left, min(begin.bottom, end.bottom), end.right, max(begin.top, end.top))
    bold = look.bold and (first == last or layer.look(last).bold)
    closes = layer.text[last] in CLOSING and look.size is not None
    right = max(end.right, end.left + look.size) if closes and look.size else end.right
    foot = layer.look(last).baseline if end.top < begin.bottom else look.baseline
    word = word_of(layer, first, last, look.size)
    return Line(
        text,
        tuple(pieces),
        box,
        look.size,
        bold,
        look.level,
        set=Print(look.left, right, look.baseline, foot, word),
    )


def _is_set_apart(layer: Layer, blank: int) -> bool:
    """Say whether a blank is as wide as two, as it is between a number and the words that follow it."""
    after = layer.box(blank + 1)
    next_blank = layer.text.find(" ", blank + 1)
    wide = after.left - layer.box(blank - 1).right
    usual = layer.box(next_blank + 1).left - layer.box(next_blank - 1).right if next_blank > 0 else 0.0
    return wide >= _WIDE * (layer.look(blank + 1).size or wide) and (usual <= 0.0 or wide >= _WIDER * usual)


def word_of(layer: Layer, first: int, last: int, size: float | None) -> float:
    """Return how much room the first word of a stretch takes."""
    match = _WORD.match(layer.text, first, last + 1)
    end = match.end() - 1 if match and match.end() > first else first
    if HAN.match(layer.text[end]):
        # Marks take a whole place, of which their box is but a part; Latin behind Han is spaced.
        is_spaced = end < last and layer.text[end + 1].isascii()
        return (size or 0.0) * (end + 1 - first + (_SPACE if is_spaced else 0.0))
    return layer.box(end).right - layer.box(first).left


def _as_printed(layer: Layer, text: str, first: int) -> list[Piece]:
    """Return the characters of a line from left to right, when one of them stands before those it follows."""
    places = [n for n, character in enumerate(text, first) if not (character == " " and layer.is_put_in(n))]
    lefts = [layer.box(n).left for n in places if layer.text[n] != NOTHING]
    if all(one <= other for one, other in pairwise(lefts)) or HYPHEN in text:
        return pieces_of(text, first)
    places.sort(key=lambda n: layer.box(n).left)
    return [piece for n in places for piece in pieces_of(layer.text[n], n)]


def row_of(line: Line, cells: Sequence[Sequence[Piece]]) -> Line:
    """Return a line as a row of cells, with a tab between them."""
    spans: list[tuple[int, int]] = []
    offset = 0
    for cell in cells:
        length = sum(len(piece.text) for piece in cell)
        spans.append((offset, offset + length))
        offset += length + 1
    tab = Piece("\t", None, 0)
    pieces = list(chain.from_iterable((tab, *cell) for cell in cells))[1:]
    return replace(
        line, text="".join(piece.text for piece in pieces), pieces=tuple(pieces), cells=tuple(spans)
    )


def cells_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces of a row cell by cell."""
    cells: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.is_tab:
            cells.append([])
        else:
            cells[-1].append(piece)
    return cells


def parts_words(one: str, other: str) -> bool:
    """Say whether a blank stands between two texts where a line ended: none between Han, none behind a hyphen."""
    return not (HAN.match(one[-1]) or HAN.match(other[0]) or one[-1] == HYPHEN)


def pieces_of(text: str, first: int) -> list[Piece]:
    """Return a stretch of a layer's text as it was meant, from the place of its first character."""
    if not _ODD.search(text):
        return [Piece(text, first, len(text))]
    pieces: list[Piece] = []
    begin = 0
    for match in _ODD.finditer(text):
        at = match.start()
        if begin < at:
            pieces.append(Piece(text[begin:at], first + begin, at - begin))
        if meant := _meant(match[0]):
            pieces.append(Piece(meant, first + at, 1))
        begin = at + 1
    if begin < len(text):
        pieces.append(Piece(text[begin:], first + begin, len(text) - begin))
    return pieces


def _meant(character: str) -> str:
    if character in (NOTHING, HYPHEN):
        return "" if character == NOTHING else HYPHEN
    if "\uf000" <= character <= "\uf0ff":
        bullet = character.translate(_BULLETS)
        return "" if bullet == character else bullet
    if character < "\u2e80" or character > "\ufb06":
        return ""
    return unicodedata.normalize("NFKC", character.translate(_MEANT))


def _upright(lines: list[Line]) -> list[Line]:
    """Join characters that stand below each other, as vertical text is read, to a line for each column."""
    if sum(_is_single(line) for line in lines) < _FEWEST_UPRIGHT:
        return lines
    return [_stacked(list(column)) for _, column in groupby(lines, key=_column)]


def _is_single(line: Line) -> bool:
    # Numbers below each other count the items of a list.
    return len(line.text) == 1 and line.text > "\u2e80"


def _column(line: Line) -> object:
    """Return what the characters of one column share; other lines share it with none."""
    if not _is_single(line) or line.box is None or not line.size:
        return id(line)
    return line.size, round(line.box.middle[0] / line.size)


def _stacked(lines: Sequence[Line]) -> Line:
    if len(lines) == 1:
        return lines[0]
    pieces = tuple(piece for line in lines for piece in line.pieces)
    return replace(lines[0], text="".join(line.text for line in lines), pieces=pieces, box=None, set=None)
