"""The straight strokes of what is drawn on a page: rulings, and the sides of rectangles."""

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pypdfium2.raw as pdfium

from tracker.reading.pdf import calls
from tracker.reading.pdf.layer import Box

# A drawing of more segments than this is a picture.
_MOST_SEGMENTS: Final = 400
_RECTANGLE: Final = 5
_THIN: Final = 3.0


def strokes(drawn: int) -> Iterator[Box]:
    """Return the straight strokes of a drawn path as boxes, the four sides of a stroked rectangle among them."""
    count = calls.count_segments(drawn)
    if count <= _RECTANGLE:
        yield from _sides(bounds(drawn), _is_stroked(drawn))
    elif count <= _MOST_SEGMENTS:
        for part in _parts(drawn, count):
            yield from _sides(part, _is_stroked(drawn))


def _sides(box: Box, stroked: bool) -> Iterator[Box]:
    if min(box.right - box.left, box.top - box.bottom) <= _THIN:
        yield box
    elif stroked:
        left, bottom, right, top = box
        yield from (Box(left, top, right, top), Box(left, bottom, right, bottom))
        yield from (Box(left, bottom, left, top), Box(right, bottom, right, top))


def _is_stroked(drawn: int) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(_handle(drawn), fill, stroke) and stroke.value)


def _handle(drawn: int) -> Any:
    return ctypes.cast(drawn, pdfium.FPDF_PAGEOBJECT)


def bounds(drawn: int) -> Box:
    """Return the box around a drawn path."""
    room = calls.Numbers(4, ctypes.c_float)
    calls.bounds_of(drawn, *room.places)
    return Box(*room.read())


def _parts(drawn: int, count: int) -> Iterator[Box]:
    """Return the bounds of each part of a path, which a generator may draw in one go."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(_handle(drawn), matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(_handle(drawn), number)
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
