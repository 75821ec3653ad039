"""The second try: pypdf reads some broken files that PDFium refuses, but knows neither tables nor places."""

from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader

from tracker.foundation.errors import FileEncrypted
from tracker.reading.document import ReadingLimits
from tracker.reading.pdf.lines import Line, pieces_of, printed
from tracker.reading.pdf.pages import Page, check_count


def pages_of(data: bytes, limits: ReadingLimits) -> Iterator[Page]:
    """Read page after page; raise FileEncrypted, FileTooLarge and what pypdf answers to a broken file."""
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileEncrypted
    check_count(len(reader.pages), limits)
    for page in reader.pages:
        text = page.extract_text()
        lines = (_meant(text[start:end].strip()) for start, end in printed(text))
        yield Page([Line(line) for line in lines if line])


def _meant(text: str) -> str:
    return "".join(piece.text for piece in pieces_of(text, 0)).strip()
