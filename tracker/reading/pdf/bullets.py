"""Bullets that are drawn and not written, as browsers print them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tracker.reading.pdf.layer import Box, Layer
from tracker.reading.pdf.lines import Line, Piece
from tracker.reading.pdf.strokes import bounds

# In widths of a character: how large a bullet may be, and how far before its line it may stand.
_LARGEST: Final = 0.6
_SMALLEST: Final = 0.15
_FARTHEST: Final = 2.0
_UNEVEN: Final = 0.5
_MOST: Final = 1_000


def with_bullets(layer: Layer, lines: Sequence[Line]) -> list[Line]:
    """Return the lines, each with a bullet before it where a dot is drawn there."""
    drawings = layer.drawings()
    if not drawings or len(drawings) > _MOST:
        return list(lines)
    dots = [box for drawn in drawings if _is_dot(box := bounds(drawn))]
    return [_dotted(line) if any(_is_before(dot, line) for dot in dots) else line for line in lines]


def _is_dot(box: Box) -> bool:
    wide, high = box.right - box.left, box.top - box.bottom
    return wide > 0 and abs(wide - high) <= _UNEVEN


def _is_before(dot: Box, line: Line) -> bool:
    if line.set is None or not line.size or line.cells:
        return False
    x, y = dot.middle
    is_small = _SMALLEST * line.size <= dot.top - dot.bottom <= _LARGEST * line.size
    is_beside = line.set.baseline <= y <= line.set.baseline + line.size
    return is_small and is_beside and 0 < line.set.left - x <= _FARTHEST * line.size


def _dotted(line: Line) -> Line:
    return replace(line, text=f"• {line.text}", pieces=(Piece("• ", None, 0), *line.pieces))
