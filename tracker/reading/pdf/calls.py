"""PDFium's functions that are called for every line or character, declared to take and give addresses as numbers.

An object that points costs ctypes more than most of these calls take.
"""

from ctypes import PYFUNCTYPE, addressof, c_double, c_float, c_int, c_long, c_void_p, cast, sizeof
from typing import Any, Final

import pypdfium2.raw as pdfium


def address_of(handle: Any) -> int:
    """Return the address that a pointer of ctypes holds."""
    return cast(handle, c_void_p).value or 0


def _declared(function: Any, result: Any, *arguments: Any) -> Any:
    return PYFUNCTYPE(result, *arguments)(address_of(function))


count_objects: Final = _declared(pdfium.FPDFPage_CountObjects, c_int, c_void_p)
object_at: Final = _declared(pdfium.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
kind_of: Final = _declared(pdfium.FPDFPageObj_GetType, c_int, c_void_p)
bounds_of: Final = _declared(pdfium.FPDFPageObj_GetBounds, c_int, *[c_void_p] * 5)
contents_of: Final = _declared(pdfium.FPDFPageObj_GetMarkedContentID, c_int, c_void_p)
count_segments: Final = _declared(pdfium.FPDFPath_CountSegments, c_int, c_void_p)

count_characters: Final = _declared(pdfium.FPDFText_CountChars, c_int, c_void_p)
number_of: Final = _declared(pdfium.FPDFText_GetCharIndexFromTextIndex, c_int, c_void_p, c_int)
is_generated: Final = _declared(pdfium.FPDFText_IsGenerated, c_int, c_void_p, c_int)
box_of: Final = _declared(pdfium.FPDFText_GetCharBox, c_int, c_void_p, c_int, *[c_void_p] * 4)
matrix_of: Final = _declared(pdfium.FPDFText_GetMatrix, c_int, c_void_p, c_int, c_void_p)
font_size_of: Final = _declared(pdfium.FPDFText_GetFontSize, c_double, c_void_p, c_int)
writing_of: Final = _declared(pdfium.FPDFText_GetTextObject, c_void_p, c_void_p, c_int)
mode_of: Final = _declared(pdfium.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
font_of: Final = _declared(pdfium.FPDFTextObj_GetFont, c_void_p, c_void_p)

name_of_font: Final = _declared(pdfium.FPDFFont_GetBaseFontName, c_long, c_void_p, c_void_p, c_long)
weight_of_font: Final = _declared(pdfium.FPDFFont_GetWeight, c_int, c_void_p)
flags_of_font: Final = _declared(pdfium.FPDFFont_GetFlags, c_int, c_void_p)

rectangles_in: Final = _declared(pdfium.FPDFText_CountRects, c_int, c_void_p, c_int, c_int)
rectangle_at: Final = _declared(pdfium.FPDFText_GetRect, c_int, c_void_p, c_int, *[c_void_p] * 4)


class Numbers:
    """Room for numbers that PDFium writes, with the address of each."""

    def __init__(self, count: int, kind: type[c_double] | type[c_float] = c_double) -> None:
        self._room = (kind * count)()
        begin = addressof(self._room)
        self.places = tuple(begin + sizeof(kind) * number for number in range(count))

    def read(self) -> list[float]:
        """Return the numbers."""
        return self._room[:]
