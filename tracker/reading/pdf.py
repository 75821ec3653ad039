"""PDF by PDFium, with pypdf as a second try. PDFium is not thread-safe: one document to a process."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO

import pypdfium2
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tracker.foundation.errors import FileEncrypted, FileTooLarge, FileTruncated, TextMissing
from tracker.reading.document import Block, Document, ReadingLimits
from tracker.reading.text import paragraphs

_SIGNATURE = b"%PDF-"
_SIGNATURE_WITHIN = 1024
_END = b"%%EOF"
_END_WITHIN = 2048
_LINE_ENDS = re.compile(r"\r\n?")
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_FEWEST_CHARACTERS = 20

Pages = Iterator[str]


class PDFReader:
    """Reads the text layer of a PDF, page by page."""

    def accepts(self, data: bytes) -> bool:
        """Look for the signature where readers in general look for it."""
        return _SIGNATURE in data[:_SIGNATURE_WITHIN]

    def read(self, data: bytes, limits: ReadingLimits) -> Document:
        """Return the text; raise FileEncrypted, FileTruncated, FileTooLarge, or TextMissing for a scan."""
        if _END not in data[-_END_WITHIN:]:
            # Parsers rebuild what they can of a cut-off file; half a report must not pass for a whole one.
            raise FileTruncated
        texts = _first_that_reads(data, limits)
        if sum(len(text.strip()) for text in texts) < _FEWEST_CHARACTERS:
            raise TextMissing
        return _joined(texts)


def _first_that_reads(data: bytes, limits: ReadingLimits) -> list[str]:
    for pages in (_pages_by_pdfium, _pages_by_pypdf):
        texts = _texts(pages, data, limits)
        if texts is not None and any(text.strip() for text in texts):
            return texts
    if texts is None:
        raise FileTruncated
    return texts


def _texts(
    pages: Callable[[bytes, ReadingLimits], Pages], data: bytes, limits: ReadingLimits
) -> list[str] | None:
    try:
        return [_clean(text) for text in pages(data, limits)]
    except (pypdfium2.PdfiumError, PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        # Parsers answer broken files with all sorts of errors; the second parser may still know better.
        return None


def _pages_by_pdfium(data: bytes, limits: ReadingLimits) -> Pages:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise FileEncrypted from error
        raise
    with closing(document):
        _check_count(len(document), limits)
        for index in range(len(document)):
            with closing(document[index]) as page, closing(page.get_textpage()) as text:
                yield text.get_text_range()


def _pages_by_pypdf(data: bytes, limits: ReadingLimits) -> Pages:
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileEncrypted
    _check_count(len(reader.pages), limits)
    for page in reader.pages:
        yield page.extract_text()


def _check_count(count: int, limits: ReadingLimits) -> None:
    if count > limits.max_pages:
        raise FileTooLarge


def _clean(text: str) -> str:
    return _UNREADABLE.sub("", _LINE_ENDS.sub("\n", text)).rstrip()


def _joined(texts: list[str]) -> Document:
    starts: list[int] = []
    blocks: list[Block] = []
    offset = 0
    for number, text in enumerate(texts, start=1):
        starts.append(offset)
        blocks += paragraphs(text, offset, number)
        offset += len(text) + 1
    return Document("\n".join(texts), "pdf", tuple(starts), tuple(blocks))
