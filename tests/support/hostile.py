"""Hostile and malformed files, made anew and always the same: for every kind a function that yields its files."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, islice
from random import Random
from typing import Final, NamedTuple

from tests.support.hostile_cases import (
    ANY,
    ASCII_SENTENCE,
    DOCX,
    HTML,
    ODT,
    ONLY_READ,
    PDF,
    READ,
    REPORT,
    SENTENCE,
    SUFFIXES,
    Case,
    Cases,
    read_or,
    refused,
    zipped,
)
from tests.support.hostile_packages import (
    encrypted_and_old,
    hostile_word,
    hostile_writer,
    hostile_xml,
    odd_packages,
    zip_bombs,
)
from tests.support.hostile_pdf import (
    broken_trees,
    locked_pdfs,
    pdf_bombs,
    pdf_lies,
    pdf_loops,
    pdf_without_text,
)
from tests.support.hostile_text import (
    bombs_for_patterns,
    broken_encodings,
    giant_texts,
    hostile_pages,
    odd_characters,
    one_byte_files,
    viruses,
)
from tracker.foundation.errors import (
    EncodingUnknown,
    FileTruncated,
    FormatNotSupported,
    TextMissing,
)

_SEED: Final = 20_261_122
_SOUND: Final[Mapping[str, bytes]] = {
    "txt": REPORT.encode(),
    "md": REPORT.encode(),
    "pdf": PDF,
    "docx": DOCX,
    "odt": ODT,
    "html": HTML,
}
_SMALL: Final = 400_000
_UNREADABLE = refused(FileTruncated, FormatNotSupported, EncodingUnknown, TextMissing)
_CUTS: Final = (0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.995)


class HostileFile(NamedTuple):
    """A file with the kind it is of."""

    kind: str
    case: Case


def empty() -> Cases:
    """Files of nothing or of one byte, for each suffix."""
    for suffix in SUFFIXES:
        yield from one_byte_files(suffix)


def cut() -> Cases:
    """Sound files, cut off at many places."""
    for suffix in ("pdf", "docx", "odt"):
        sound = _SOUND[suffix]
        for share in _CUTS:
            yield Case(
                f"cut-{share}.{suffix}",
                sound[: max(1, int(len(sound) * share))],
                refused(FileTruncated, FormatNotSupported),
            )
        yield Case(f"cut-by-one.{suffix}", sound[:-7], refused(FileTruncated))
    for share in _CUTS:
        yield Case(
            f"cut-{share}.html",
            HTML[: int(len(HTML) * share)],
            read_or(FileTruncated, FormatNotSupported),
            SENTENCE,
        )


def noise() -> Cases:
    """Random bytes under each suffix, bare and behind the signature that the suffix asks for."""
    random = Random(_SEED)
    heads = {"pdf": b"%PDF-1.7\n", "docx": b"PK\x03\x04", "odt": b"PK\x03\x04", "html": b"<html><body>"}
    for suffix in SUFFIXES:
        for size in (16, 300, 4_096, 200_000):
            yield Case(f"noise-{size}.{suffix}", random.randbytes(size), _UNREADABLE)
            if suffix in heads:
                yield Case(
                    f"noise-{size}-signed.{suffix}", heads[suffix] + random.randbytes(size), _UNREADABLE
                )
    tail = b"\nstartxref\n9\n%%EOF\n"
    yield Case("noise-with-end.pdf", b"%PDF-1.7\n" + random.randbytes(9_000) + tail, refused(FileTruncated))


def damaged() -> Cases:
    """Sound files with some bytes turned, as bad disks and mail gateways leave them."""
    random = Random(_SEED)
    for suffix in ("pdf", "docx", "odt", "html"):
        for number in range(12):
            data = bytearray(_SOUND[suffix])
            for _ in range(1 + number * 3):
                data[random.randrange(len(data))] = random.randrange(256)
            yield Case(f"damaged-{number}.{suffix}", bytes(data))
    lines = PDF.replace(b"\n", b"\r\n")
    yield Case("line-ends-turned.pdf", lines, read_or(FileTruncated), ASCII_SENTENCE)
    for suffix in ("docx", "odt"):
        yield Case(
            f"line-ends-turned.{suffix}",
            _SOUND[suffix].replace(b"\n", b"\r\n") + b"\r\n",
            read_or(FileTruncated),
        )
        yield Case(
            f"eighth-bit-lost.{suffix}",
            bytes(byte & 0x7F for byte in _SOUND[suffix]),
            refused(FileTruncated, FormatNotSupported),
        )


def wrong_suffix() -> Cases:
    """Each format under the suffix of each other."""
    for actual, data in _SOUND.items():
        for suffix in (*SUFFIXES, "exe", "doc", ""):
            if {actual, suffix} in ({"txt", "md"}, {actual}, {"html", "htm"}):
                continue
            may_be_read = actual == "html" and suffix in {"txt", "md"}
            yield Case(
                f"{actual}-as.{suffix}",
                data,
                ANY if may_be_read else refused(FormatNotSupported, FileTruncated),
            )


def pictures() -> Cases:
    """Images, under their own suffix and under that of a report."""
    signatures = {
        "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        "gif": b"GIF89a\x01\0\x01\0",
        "tif": b"II*\0\x08\0\0\0",
        "bmp": b"BM\x36\0\0\0",
        "webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    }
    for actual, head in signatures.items():
        data = head + Random(_SEED).randbytes(3_000)
        for suffix in (actual, "pdf", "docx", "txt"):
            yield Case(f"{actual}.{suffix}", data, refused(FormatNotSupported))


def polyglots() -> Cases:
    """Files that are several formats at once: each is read as what its name says, or refused."""
    late = PDF + DOCX
    yield Case("pdf-then-zip.pdf", late, read_or(FileTruncated), ASCII_SENTENCE)
    yield Case("pdf-then-zip.docx", late, refused(FormatNotSupported))
    yield Case("zip-then-pdf.docx", DOCX + PDF, read_or(FileTruncated, FormatNotSupported), SENTENCE)
    yield Case("zip-then-pdf.pdf", DOCX + PDF, refused(FormatNotSupported, FileTruncated))
    yield Case("page-then-pdf.html", HTML + PDF, ANY, SENTENCE)
    yield Case(
        "page-then-pdf.pdf",
        b"<html><script>/*" + PDF + b"*/</script>",
        read_or(FormatNotSupported, FileTruncated),
        ASCII_SENTENCE,
    )
    yield Case(
        "picture-then-pdf.pdf", b"GIF89a" + PDF, read_or(FormatNotSupported, FileTruncated), ASCII_SENTENCE
    )
    yield Case("picture-then-zip.docx", b"\x89PNG\r\n\x1a\n" + DOCX, refused(FormatNotSupported))
    yield Case("script-then-zip.docx", b"#!/bin/sh\necho\n" + DOCX, refused(FormatNotSupported))
    yield Case("script.txt", b"#!/bin/sh\nrm -rf /\n", ONLY_READ)
    yield Case(
        "program.pdf", b"MZ" + b"\0" * 400 + PDF, read_or(FormatNotSupported, FileTruncated), ASCII_SENTENCE
    )
    yield Case("elf.txt", b"\x7fELF\x02\x01\x01" + b"\0" * 900, refused(FormatNotSupported, EncodingUnknown))
    both = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "word/document.xml": "<a/>"})
    yield Case("writer-and-word.docx", both, refused(FormatNotSupported, FileTruncated))
    yield Case("writer-and-word.odt", both, refused(FormatNotSupported, FileTruncated))
    yield Case("pdf-in-text.txt", REPORT.encode() + PDF, ANY, SENTENCE)
    yield Case("comment-in-pdf.html", b"%PDF-1.4\n" + HTML, read_or(FormatNotSupported), SENTENCE)


def strange_names() -> Cases:
    """A sound report under names that paths, terminals and headers might take for orders."""
    names = {
        "../../../etc/passwd.txt",
        "..\\..\\windows\\system32\\a.txt",
        "/etc/cron.d/a.txt",
        "a\0b.txt",
        "報告\u202etxt.exe.txt",
        "-rf.txt",
        "--help.txt",
        "a\nb\r\nX-Evil: yes.txt",
        "📄.txt",
        f"{'長' * 300}.txt",
        ".txt",
        "..txt",
        "a.TXT",
        "a.txt.",
        "a.txt ",
        "$(reboot).txt",
        "`reboot`;reboot|.txt",
        "%s%n%x.txt",
        "{{7*7}}.txt",
        "<script>alert(1)</script>.txt",
        "con.txt",
        "\udcff.txt",
        "'; drop table report; --.txt",
        "",
        ".",
        "..",
        "/",
    }
    for name in sorted(names):
        yield Case(name, REPORT.encode(), read_or(FormatNotSupported), SENTENCE)


KINDS: Final[tuple[Callable[[], Cases], ...]] = (
    empty,
    cut,
    noise,
    damaged,
    wrong_suffix,
    pictures,
    polyglots,
    strange_names,
    broken_encodings,
    odd_characters,
    giant_texts,
    bombs_for_patterns,
    viruses,
    hostile_pages,
    zip_bombs,
    odd_packages,
    hostile_xml,
    encrypted_and_old,
    hostile_word,
    hostile_writer,
    broken_trees,
    pdf_bombs,
    pdf_loops,
    pdf_lies,
    pdf_without_text,
    locked_pdfs,
)


# A child works many seconds on each of these, or is stopped at its limit.
_HEAVY: Final = frozenset(
    {
        "million-short-lines.txt",
        "million-page-numbers.txt",
        "one-line-of-50-megabytes.txt",
        "hundred-thousand-items.txt",
        "nested-100k.html",
        "nested-lists-20k.html",
        "unclosed-100k.html",
        "many-attributes.html",
        "wide-table.html",
        "hundred-thousand-paragraphs.docx",
        "hundred-thousand-paragraphs.odt",
        "million-paragraphs.docx",
        "million-paragraphs.odt",
        "many-blanks-repeated.odt",
        "letters-50k-each-alone.pdf",
    }
)


def everyday_files() -> Iterator[HostileFile]:
    """Yield every second file of each kind, without the heavy ones: what each run of the tests reads."""
    for _kind, files in groupby(hostile_files(), key=lambda file: file.kind):
        yield from (file for file in islice(files, 0, None, 2) if file.case.name not in _HEAVY)


def hostile_files() -> Iterator[HostileFile]:
    """Yield every hostile file, kind by kind; the large ones are made when their bytes are asked for."""
    for kind in KINDS:
        for case in kind():
            yield HostileFile(kind.__name__.replace("_", " "), case)


def one_of_each_kind() -> Iterator[HostileFile]:
    """Yield of each kind the first small file that must be refused: enough to see what the doors say."""
    for _, files in groupby(hostile_files(), key=lambda file: file.kind):
        told = (file for file in files if file.case.answers and READ not in file.case.answers)
        yield from islice((file for file in told if len(file.case.data) < _SMALL), 1)
