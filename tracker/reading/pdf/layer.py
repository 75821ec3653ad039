"""One page as PDFium knows it: its characters, where they stand and how they look, and the lines drawn beside them.

PDFium counts UTF-16 units and lists characters that it leaves out of the text; every index here is one of `text`,
whatever the list holds. Lengths are PDF points, with the origin at the lower left corner of the page.
"""

import ctypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from math import hypot
from typing import Any, Final, NamedTuple

import pypdfium2.raw as pdfium

# Stands for a character that is not to be read, so that those after it keep their places.
NOTHING: Final = "\u200b"
_SPACED: Final = re.compile("(?<=[\u3400-\u9fff]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z]) (?=[\u3400-\u9fff])")
_SPACED_BY: Final = 0.5
_STROKED_TOO: Final = 2
_FORCED_BOLD: Final = 1 << 18
_BOLD_WEIGHT: Final = 600
_BOLD_NAMES: Final = ("bold", "black", "heavy", "-bd")
_LONGEST_NAME: Final = 128
# A drawing of more strokes than this is a picture.
_MOST_SEGMENTS: Final = 400
_RECTANGLE: Final = 5


class Box(NamedTuple):
    """A rectangle on a page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return the point in the middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


class Look(NamedTuple):
    """How a character looks; `level` is the heading level that the file's own structure gives it."""

    size: float | None
    bold: bool
    level: int | None


@dataclass
class Layer:
    """The text layer of an open page; `bold_fonts` is shared by the pages of a document."""

    page: Any
    characters: Any
    text: str
    levels: Mapping[int, int] = field(default_factory=dict)
    bold_fonts: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = _list_numbers(self.characters, self.text)
        self._box = tuple(ctypes.c_double() for _ in range(4))
        self._matrix = pdfium.FS_MATRIX()
        self.text = _SPACED.sub(self._closed, self.text)

    def _closed(self, blank: re.Match[str]) -> str:
        """Return what stands for a blank between Han and Latin: nothing where only the typesetting spaced them."""
        at = blank.start()
        if pdfium.FPDFText_IsGenerated(self.characters, self._numbers[at]) != 1:
            return " "
        one, other = self.box(at - 1), self.box(at + 1)
        widest = max(one.right - one.left, other.right - other.left)
        return NOTHING if other.left - one.right <= _SPACED_BY * widest else " "

    def box(self, index: int) -> Box:
        """Return the box of a character; one that PDFium put in, as a blank between words, has no extent."""
        left, right, bottom, top = self._box
        pdfium.FPDFText_GetCharBox(self.characters, self._numbers[index], left, right, bottom, top)
        return Box(left.value, bottom.value, right.value, top.value)

    def look(self, index: int) -> Look:
        """Return how a character looks."""
        number = self._numbers[index]
        written = pdfium.FPDFText_GetTextObject(self.characters, number)
        if not written:
            return Look(None, False, None)
        pdfium.FPDFText_GetMatrix(self.characters, number, self._matrix)
        scale = hypot(self._matrix.c, self._matrix.d)
        size = round(pdfium.FPDFText_GetFontSize(self.characters, number) * scale, 1)
        # Fonts without a bold face, as the standard script of offices, are printed bold by stroking them too.
        stroked = pdfium.FPDFTextObj_GetTextRenderMode(written) == _STROKED_TOO
        level = self.levels.get(pdfium.FPDFPageObj_GetMarkedContentID(written)) if self.levels else None
        return Look(size, stroked or self._is_bold(written), level)

    def rectangles(self, first: int, count: int) -> Iterator[Box]:
        """Return boxes around a stretch of characters, as many as it has parts."""
        begin, end = self._numbers[first], self._numbers[first + count - 1] + 1
        left, right, bottom, top = self._box
        for each in range(pdfium.FPDFText_CountRects(self.characters, begin, end - begin)):
            pdfium.FPDFText_GetRect(self.characters, each, left, top, right, bottom)
            yield Box(left.value, bottom.value, right.value, top.value)

    def drawings(self) -> list[Any]:
        """Return the paths that are drawn on the page."""
        return [each for each, kind in self._objects() if kind == pdfium.FPDF_PAGEOBJ_PATH]

    def has_picture(self) -> bool:
        """Say whether an image stands on the page, by itself or within a form."""
        pictures = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
        return any(kind in pictures for _, kind in self._objects())

    def _objects(self) -> Iterator[tuple[Any, int]]:
        """Give what stands on the page, in calls as few as can be: some files hold an object for each character."""
        numbers = range(pdfium.FPDFPage_CountObjects(self.page))
        objects = list(map(pdfium.FPDFPage_GetObject, repeat(self.page), numbers))
        return zip(objects, map(pdfium.FPDFPageObj_GetType, objects), strict=True)

    def _is_bold(self, written: Any) -> bool:
        font = pdfium.FPDFTextObj_GetFont(written)
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in self.bold_fonts:
            self.bold_fonts[key] = bool(font) and _is_bold(font)
        return self.bold_fonts[key]


def strokes(drawn: Any) -> Iterator[Box]:
    """Return the straight strokes of a drawn path as boxes, the four sides of a stroked rectangle among them."""
    count = pdfium.FPDFPath_CountSegments(drawn)
    if count <= _RECTANGLE:
        yield from _sides(_bounds(drawn), _is_stroked(drawn))
    elif count <= _MOST_SEGMENTS:
        for part in _parts(drawn, count):
            yield from _sides(part, _is_stroked(drawn))


def _sides(box: Box, stroked: bool, thin: float = 3) -> Iterator[Box]:
    if min(box.right - box.left, box.top - box.bottom) <= thin:
        yield box
    elif stroked:
        left, bottom, right, top = box
        yield from (Box(left, top, right, top), Box(left, bottom, right, bottom))
        yield from (Box(left, bottom, left, top), Box(right, bottom, right, top))


def _is_stroked(drawn: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke) and stroke.value)


def _bounds(drawn: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top)
    return Box(left.value, bottom.value, right.value, top.value)


def _parts(drawn: Any, count: int) -> Iterator[Box]:
    """Return the bounds of each part of a path, which a generator may draw in one go."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(drawn, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, number)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO and points:
            yield _around(points)
            points = []
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        points.append(
            (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
        )
    if points:
        yield _around(points)


def _around(points: Sequence[tuple[float, float]]) -> Box:
    across, up = [x for x, _ in points], [y for _, y in points]
    return Box(min(across), min(up), max(across), max(up))


def _is_bold(font: Any) -> bool:
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    pdfium.FPDFFont_GetBaseFontName(font, name, _LONGEST_NAME)
    spelled = name.value.decode("latin-1").lower()
    return (
        any(part in spelled for part in _BOLD_NAMES)
        or pdfium.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
        or ((flags := pdfium.FPDFFont_GetFlags(font)) > 0 and bool(flags & _FORCED_BOLD))
    )


def _list_numbers(characters: Any, text: str) -> Sequence[int]:
    """Return for each character of the text its number in PDFium's list."""
    if len(text) == pdfium.FPDFText_CountChars(characters):
        return range(len(text))
    numbers, unit = [], 0
    for character in text:
        numbers.append(pdfium.FPDFText_GetCharIndexFromTextIndex(characters, unit))
        unit += 2 if character > "\uffff" else 1
    return numbers
