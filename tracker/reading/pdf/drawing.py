"""A page drawn as an image, of which the size is bounded whatever the file says of its paper."""

from contextlib import closing
from io import BytesIO
from math import sqrt
from typing import Final

import pypdfium2
from PIL import Image

from tracker.foundation.errors import PageMissing
from tracker.reading.document import ReadingLimits
from tracker.reading.pdf.pages import opened
from tracker.reading.picture import Picture

_MOST_PIXELS: Final = 12_000_000
_NARROWEST: Final = 1.0
# Type is smaller and clearer as PNG; a page of photographs is many times smaller as JPEG.
_LARGEST_PNG: Final = 700_000
_QUALITY: Final = 85


def drawing(data: bytes, number: int, width: int, limits: ReadingLimits, *, is_grey: bool = False) -> Picture:
    """Return a page, counted from 1, about so many pixels wide; raises PageMissing and what `opened` does."""
    with opened(data, limits) as document:
        if not 1 <= number <= len(document):
            raise PageMissing
        with closing(document[number - 1]) as page:
            image = _drawn(page, width, is_grey=is_grey)
        encoded, mime_type = _encoded(image)
        return Picture(encoded, mime_type, image.width, image.height, len(document))


def _drawn(page: pypdfium2.PdfPage, width: int, *, is_grey: bool) -> Image.Image:
    wide, high = (max(length, _NARROWEST) for length in page.get_size())
    scale = min(width / wide, sqrt(_MOST_PIXELS / (wide * high)))
    with closing(page.render(scale=scale, grayscale=is_grey, may_draw_forms=False)) as bitmap:
        image: Image.Image = bitmap.to_pil().convert("L" if is_grey else "RGB")
        image.load()
        return image.copy()


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    out = BytesIO()
    image.save(out, "PNG", compress_level=6)
    if out.tell() <= _LARGEST_PNG:
        return out.getvalue(), "image/png"
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), "image/jpeg"
