"""One page as PDFium knows it: its characters, where they stand and how they look, and what is drawn beside them.

PDFium counts UTF-16 units and lists characters that it leaves out of the text; every index here is one of `text`,
whatever the list holds. Lengths are PDF points, with the origin at the lower left corner of the page.
"""

import ctypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from math import hypot
from typing import Final, NamedTuple

import pypdfium2.raw as pdfium

from tracker.reading.pdf import calls

# Stands for a character that is not to be read, so that those after it keep their places.
NOTHING: Final = "\u200b"
_SPACED: Final = re.compile("(?<=[\u3400-\u9fff]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z]) (?=[\u3400-\u9fff])")
_SPACED_BY: Final = 0.5
_STROKED_TOO: Final = 2
_FORCED_BOLD: Final = 1 << 18
_BOLD_WEIGHT: Final = 600
_BOLD_NAMES: Final = ("bold", "black", "heavy", "-bd")
_LONGEST_NAME: Final = 128


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
    """How a character looks and from where it was written; `level` is the heading level that the file names."""

    size: float | None
    bold: bool
    level: int | None
    left: float = 0.0
    baseline: float = 0.0


@dataclass
class Layer:
    """The text layer of an open page, by the addresses of both; `bold_fonts` is shared by the pages of a document."""

    page: int
    characters: int
    text: str
    levels: Mapping[int, int] = field(default_factory=dict)
    bold_fonts: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = _list_numbers(self.characters, self.text)
        self._box = calls.Numbers(4)
        self._matrix = calls.Numbers(6, ctypes.c_float)
        self.text = _SPACED.sub(self._closed, self.text)

    def _closed(self, blank: re.Match[str]) -> str:
        """Return what stands for a blank between Han and Latin: nothing where only the typesetting spaced them."""
        at = blank.start()
        if not self.is_put_in(at):
            return " "
        one, other = self.box(at - 1), self.box(at + 1)
        widest = max(one.right - one.left, other.right - other.left)
        return NOTHING if other.left - one.right <= _SPACED_BY * widest else " "

    def is_put_in(self, index: int) -> bool:
        """Say whether PDFium put a character in, as a blank between words that stand apart."""
        return bool(calls.is_generated(self.characters, self._numbers[index]) == 1)

    def box(self, index: int) -> Box:
        """Return the box of a character; one that PDFium put in, as a blank between words, has no extent."""
        calls.box_of(self.characters, self._numbers[index], *self._box.places)
        left, right, bottom, top = self._box.read()
        return Box(left, bottom, right, top)

    def look(self, index: int) -> Look:
        """Return how a character looks."""
        number = self._numbers[index]
        writing = calls.writing_of(self.characters, number)
        if not writing:
            return Look(None, False, None)
        calls.matrix_of(self.characters, number, self._matrix.places[0])
        _, _, c, d, left, baseline = self._matrix.read()
        size = round(calls.font_size_of(self.characters, number) * hypot(c, d), 1)
        # Fonts without a bold face, as the standard script of offices, are printed bold by stroking them too.
        bold = calls.mode_of(writing) == _STROKED_TOO or self._is_bold(calls.font_of(writing))
        level = self.levels.get(calls.contents_of(writing)) if self.levels else None
        return Look(size, bold, level, left, baseline)

    def rectangles(self, first: int, count: int) -> Iterator[Box]:
        """Return boxes around a stretch of characters, as many as it has parts."""
        begin, end = self._numbers[first], self._numbers[first + count - 1] + 1
        left, top, right, bottom = self._box.places
        for each in range(calls.rectangles_in(self.characters, begin, end - begin)):
            calls.rectangle_at(self.characters, each, left, top, right, bottom)
            numbers = self._box.read()
            yield Box(numbers[0], numbers[3], numbers[2], numbers[1])

    def drawings(self) -> list[int]:
        """Return the paths that are drawn on the page."""
        return [each for each, kind in self._objects if kind == pdfium.FPDF_PAGEOBJ_PATH]

    def has_picture(self) -> bool:
        """Say whether an image stands on the page, by itself or within a form."""
        pictures = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
        return any(kind in pictures for _, kind in self._objects)

    @cached_property
    def _objects(self) -> list[tuple[int, int]]:
        """Give what stands on the page, in calls as few as can be: some files hold an object for each character."""
        numbers = range(calls.count_objects(self.page))
        objects = list(map(calls.object_at, repeat(self.page), numbers))
        return list(zip(objects, map(calls.kind_of, objects), strict=True))

    def _is_bold(self, font: int | None) -> bool:
        if not font:
            return False
        if font not in self.bold_fonts:
            self.bold_fonts[font] = _is_bold(font)
        return self.bold_fonts[font]


def _is_bold(font: int) -> bool:
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    calls.name_of_font(font, ctypes.addressof(name), _LONGEST_NAME)
    spelled = name.value.decode("latin-1").lower()
    if any(part in spelled for part in _BOLD_NAMES) or calls.weight_of_font(font) >= _BOLD_WEIGHT:
        return True
    flags = calls.flags_of_font(font)
    return flags > 0 and bool(flags & _FORCED_BOLD)


def _list_numbers(characters: int, text: str) -> Sequence[int]:
    """Return for each character of the text its number in PDFium's list."""
    if len(text) == calls.count_characters(characters):
        return range(len(text))
    numbers, unit = [], 0
    for character in text:
        numbers.append(calls.number_of(characters, unit))
        unit += 2 if character > "\uffff" else 1
    return numbers
