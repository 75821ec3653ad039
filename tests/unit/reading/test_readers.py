"""Files of every health, read as what they are."""

import subprocess
import sys

import pytest

from tests.support.pdf import encrypted, pdf
from tracker.foundation.errors import (
    EncodingUnknown,
    FileEmpty,
    FileEncrypted,
    FileTooLarge,
    FileTruncated,
    FormatMismatch,
    FormatNotSupported,
    FormatOfOthers,
    FormatTooOld,
    FormatWithoutText,
    ReportUnreadable,
    TextMissing,
)
from tracker.reading import readers
from tracker.reading.document import Document, ReadingLimits

LIMITS = ReadingLimits()
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"
TWO_PAGES = pdf("Report on trams\n1. Purpose", "2. Recommendations\nThe Depot should wash trams first.")


class TestText:
    def test_keeps_byte_order_mark_and_line_ends(self) -> None:
        data = "\ufeff一、目的\r\n甲\r乙\n".encode()
        assert readers.read("報告.txt", data, LIMITS).text == "\ufeff一、目的\r\n甲\r乙\n"

    def test_has_no_pages(self) -> None:
        document = readers.read("a.TXT", b"text", LIMITS)
        assert document.pages is None
        assert document.page_at(2) is None

    def test_blocks_are_paragraphs(self) -> None:
        text = "甲\n乙\n\n  丙\n"
        document = readers.read("a.txt", text.encode(), LIMITS)
        assert [text[b.start : b.end] for b in document.blocks] == ["甲\n乙", "丙"]


class TestPDF:
    def test_knows_where_its_pages_start(self) -> None:
        document = readers.read("a.pdf", TWO_PAGES, LIMITS)
        assert document.pages is not None
        assert len(document.pages) == 2
        assert document.page_at(document.text.index("Purpose")) == 1
        assert document.page_at(document.text.index("Depot")) == 2

    def test_lines_end_in_line_feeds(self) -> None:
        document = readers.read("a.pdf", TWO_PAGES, LIMITS)
        assert "\r" not in document.text
        assert "Report on trams\n1. Purpose\n" in document.text


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "data", "error"),
        [
            ("a.txt", b"", FileEmpty),
            ("a.txt", b" \r\n\t", TextMissing),
            ("a.txt", "건의 사항".encode("euc-kr"), EncodingUnknown),
            ("a.txt", "建議".encode()[:-1], FileTruncated),
            ("a.txt", b"text\0with nul", FormatMismatch),
            ("a.txt", TWO_PAGES, FormatMismatch),
            ("a.txt", b"PK\x03\x04 zip", FormatMismatch),
            ("a.pdf", b"\x89PNG\r\n\x1a\n", FormatWithoutText),
            ("a.pdf", b"plain text", FormatMismatch),
            ("a.docx", b"PK\x05\x06" + b"\0" * 18, FormatMismatch),
            ("a.docx", OLD_WORD, FormatTooOld),
            ("a.doc", OLD_WORD, FormatTooOld),
            ("a.txt", b"{\\rtf1 text}", FormatTooOld),
            ("a.odt", b"Rar!\x1a\x07\0", FormatOfOthers),
            ("a.xlsx", b"PK\x03\x04", FormatOfOthers),
            ("a.docx", OLD_WORD + "EncryptedPackage".encode("utf-16-le"), FileEncrypted),
            ("a.html", b"words without any tag", FormatMismatch),
            ("a.png", b"anything", FormatWithoutText),
            ("a.exe", b"text", FormatNotSupported),
            ("noending", b"text", FormatNotSupported),
            ("a.pdf", TWO_PAGES[: len(TWO_PAGES) // 2], FileTruncated),
            ("a.pdf", b"%PDF-1.4\ngarbage\n%%EOF", FileTruncated),
            ("a.pdf", encrypted(TWO_PAGES), FileEncrypted),
            ("a.pdf", pdf("", ""), TextMissing),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_says_what_is_wrong(self, name: str, data: bytes, error: type[ReportUnreadable]) -> None:
        with pytest.raises(ReportUnreadable) as caught:
            readers.read(name, data, LIMITS)
        assert caught.type is error

    def test_too_many_bytes(self) -> None:
        with pytest.raises(FileTooLarge):
            readers.read("a.txt", b"12345", ReadingLimits(max_bytes=4))

    def test_too_many_pages(self) -> None:
        with pytest.raises(FileTooLarge):
            readers.read("a.pdf", TWO_PAGES, ReadingLimits(max_pages=1))


class TestDocument:
    def test_counts_pages_from_one(self) -> None:
        document = Document("abcdef", "pdf", pages=(0, 3))
        assert [document.page_at(i) for i in (0, 2, 3, 5)] == [1, 1, 2, 2]


class TestImports:
    def test_parents_load_no_parser(self) -> None:
        code = "import sys, tracker.reading, tracker.adapters.sandbox; print('pypdfium2' in sys.modules or 'pypdf' in sys.modules)"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert ran.stdout.strip() == "False"
