"""Zip packages of every health: bombs, damage, passwords, tricks with names, and document types."""

import struct
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from tests.support.office import open_document, word, zipped
from tracker.foundation.errors import (
    FileEncrypted,
    FileTooLarge,
    FileTruncated,
    FormatMismatch,
    ReportUnreadable,
    TextMissing,
)
from tracker.reading import archive, readers
from tracker.reading.document import ReadingLimits
from tracker.reading.package import Package, parsed

GOOD = word("<w:p><w:r><w:t>第一段</w:t></w:r></w:p>")


def lying_about_size(data: bytes, name: bytes, size: int) -> bytes:
    """Change the unpacked size that both headers of an entry name."""
    changed = bytearray(data)
    for signature, place, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = 0
        while (start := changed.find(signature, start)) >= 0:
            if changed[start + at_name : start + at_name + len(name)] == name:
                struct.pack_into("<I", changed, start + place, size)
            start += 4
    return bytes(changed)


def encrypted(data: bytes) -> bytes:
    """Set the flag of an encrypted entry in every header."""
    changed = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := changed.find(signature, start)) >= 0:
            changed[start + place] |= 1
            start += 4
    return bytes(changed)


class TestBounds:
    def test_gives_a_part_as_it_was(self) -> None:
        assert Package(zipped({"a/b.xml": "<a>字</a>"})).part("a/b.xml") == "<a>字</a>".encode()

    def test_refuses_more_entries_than_any_document_has(self) -> None:
        with pytest.raises(FileTooLarge):
            Package(zipped({f"{n}.xml": "" for n in range(archive.MOST_ENTRIES + 1)}))

    def test_refuses_a_part_denser_than_text_can_be(self) -> None:
        with pytest.raises(FileTooLarge):
            Package(zipped({"a.xml": b"\0" * (8 * 2**20)})).part("a.xml")

    def test_takes_a_small_part_however_dense(self) -> None:
        assert len(Package(zipped({"a.xml": b" " * 2**19})).part("a.xml")) == 2**19

    def test_refuses_parts_that_together_are_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "MOST_BYTES", 1000)
        with pytest.raises(FileTooLarge):
            Package(zipped({"a.xml": b"x" * 600, "b.xml": b"y" * 600}))

    def test_counts_what_streams_and_not_what_the_header_says(self) -> None:
        bomb = lying_about_size(zipped({"a.xml": b"\0" * (8 * 2**20)}), b"a.xml", 10)
        with pytest.raises(ReportUnreadable):
            Package(bomb).part("a.xml")


class TestDamage:
    @pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
    def test_a_cut_off_file_is_truncated(self, kept: float) -> None:
        with pytest.raises(FileTruncated):
            readers.read("a.docx", GOOD[: int(len(GOOD) * kept)], ReadingLimits())

    def test_a_changed_byte_is_found(self) -> None:
        data = bytearray(zipped({"mimetype": b"plain words that are stored as they are"}))
        data[data.index(b"words")] ^= 1
        with pytest.raises(FileTruncated):
            Package(bytes(data)).part("mimetype")

    def test_an_encrypted_entry_asks_for_a_password(self) -> None:
        with pytest.raises(FileEncrypted):
            Package(encrypted(GOOD))

    def test_another_way_of_packing_is_read_or_refused(self) -> None:
        stream = BytesIO()
        with ZipFile(stream, "w", ZIP_BZIP2) as bzip2:
            bzip2.writestr("a.xml", "<a/>")
        assert Package(stream.getvalue()).part("a.xml") == b"<a/>"

    @pytest.mark.parametrize("name", ["/etc/passwd", "../a.xml", "word/../../a.xml", "a\\b.xml", "C:/a.xml"])
    def test_a_name_that_leads_outside_is_refused(self, name: str) -> None:
        with pytest.raises(ReportUnreadable):
            Package(zipped({name: "<a/>"}))

    def test_a_name_that_comes_twice_is_refused(self) -> None:
        stream = BytesIO()
        with ZipFile(stream, "w", ZIP_DEFLATED) as twice:
            twice.writestr("a.xml", "<a/>")
            with pytest.warns(UserWarning, match="Duplicate name"):
                twice.writestr("a.xml", "<b/>")
        with pytest.raises(ReportUnreadable):
            Package(stream.getvalue())


class TestXML:
    @pytest.mark.parametrize(
        "xml",
        [
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
            '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>',
            '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
            "<!DOCTYPE a><a/>",
        ],
    )
    def test_a_document_type_is_refused(self, xml: str) -> None:
        with pytest.raises(ReportUnreadable):
            parsed(xml.encode())

    def test_a_document_type_in_another_encoding_is_refused(self) -> None:
        with pytest.raises(ReportUnreadable):
            parsed('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"))

    @pytest.mark.parametrize("xml", ["", "<a>", "<a></b>", "no xml", "<a>&x;</a>", "<a>\0</a>", "<a/><b/>"])
    def test_bad_xml_is_damage(self, xml: str) -> None:
        with pytest.raises(FileTruncated):
            parsed(xml.encode())

    def test_elements_nested_without_end_are_refused(self) -> None:
        with pytest.raises(FileTruncated):
            parsed(b"<a>" * 100_000)


class TestWrongName:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.docx", open_document("<text:p>文字</text:p>")),
            ("a.odt", GOOD),
            ("a.docx", zipped({"notes.txt": "words"})),
            ("a.odt", zipped({"notes.txt": "words"})),
            ("a.docx", b"%PDF-1.7 and more"),
            ("a.pdf", GOOD),
            ("a.txt", GOOD),
            ("a.html", GOOD),
        ],
    )
    def test_is_told_apart_from_damage(self, name: str, data: bytes) -> None:
        with pytest.raises(FormatMismatch):
            readers.read(name, data, ReadingLimits())

    def test_an_empty_body_holds_no_text(self) -> None:
        with pytest.raises(TextMissing):
            readers.read("a.odt", open_document("<text:p/>"), ReadingLimits())
