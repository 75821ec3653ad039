"""Hostile PDF files: bombs, loops, lies and scans."""

from random import Random
from typing import Final

from tests.support.hostile_cases import (
    ASCII_SENTENCE,
    ONLY_READ,
    PDF,
    Answers,
    Case,
    Cases,
    flated,
    read_or,
    refused,
)
from tests.support.pdf import encrypted, file_of, pdf
from tracker.foundation.errors import (
    FileEncrypted,
    FileTooLarge,
    FileTruncated,
    FormatNotSupported,
    ReadingTookTooLong,
    TextMissing,
)

_MEGABYTE: Final = 2**20
_LATE = read_or(ReadingTookTooLong, FileTooLarge)
_BROKEN = refused(FileTruncated)
_EMPTY = refused(TextMissing, FileTruncated)
_NO_TEXT = refused(TextMissing, FileTruncated, FileTooLarge, ReadingTookTooLong)
_LINE = f"BT /F1 11 Tf 60 700 Td ({ASCII_SENTENCE}) Tj ET"
_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(content: str, more: str = "", length: str = "") -> str:
    """Return a stream object."""
    return f"<< /Length {length or len(content)} {more} >>\nstream\n{content}\nendstream"


def page_file(
    content: str = _LINE,
    *further: str,
    page: str = "",
    resources: str = "",
    catalog: str = "",
    pages: str = "/Kids [3 0 R] /Count 1",
    packed: str = "",
    font: str = _FONT,
) -> bytes:
    """Return a file of one page: 1 catalogue, 2 pages, 3 the page, 4 its content, 5 its font, 6 and on the further."""
    return file_of(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
            f"<< /Type /Pages {pages} >>",
            (
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
                f"/Resources << /Font << /F1 5 0 R >> {resources} >> {page} >>"
            ),
            stream(content, packed),
            font,
            *further,
        ]
    )


def broken_trees() -> Cases:
    """Page trees that loop, lie about their count or hold nothing."""
    for name, pages, answers in _TREES:
        yield Case(f"{name}.pdf", page_file(pages=pages), answers, ASCII_SENTENCE)
    yield Case(
        "no-catalogue.pdf", PDF.replace(b"/Catalog", b"/Nothing"), read_or(FileTruncated), ASCII_SENTENCE
    )
    yield Case(
        "no-pages.pdf", PDF.replace(b"/Pages 2 0 R", b"/Pages 9 9 R"), _EMPTY | read_or(), ASCII_SENTENCE
    )
    deep = [f"<< /Type /Pages /Parent {n - 1} 0 R /Kids [{n + 1} 0 R] /Count 1 >>" for n in range(6, 5_006)]
    yield Case(
        "tree-5k-deep.pdf",
        page_file(_LINE, *deep, pages="/Kids [6 0 R] /Count 1"),
        _NO_TEXT | _LATE,
        ASCII_SENTENCE,
    )
    yield Case("2001-pages.pdf", lambda: many_pages(2_001), refused(FileTooLarge))
    yield Case("10k-pages.pdf", lambda: many_pages(10_000), refused(FileTooLarge))
    yield Case("2000-pages.pdf", lambda: many_pages(2_000), ONLY_READ, ASCII_SENTENCE)
    same = "/Kids [" + "3 0 R " * 50_000 + "] /Count 50000"
    yield Case("one-page-50k-times.pdf", page_file(pages=same), refused(FileTooLarge, FileTruncated))


_TREES: Final[tuple[tuple[str, str, Answers], ...]] = (
    ("tree-in-itself", "/Kids [2 0 R] /Count 1", _EMPTY),
    ("tree-in-itself-and-a-page", "/Kids [2 0 R 3 0 R] /Count 2", _EMPTY | read_or()),
    ("tree-of-the-catalogue", "/Kids [1 0 R] /Count 1", _EMPTY),
    ("tree-without-kids", "/Kids [] /Count 0", _EMPTY),
    ("tree-that-counts-none", "/Kids [3 0 R] /Count 0", _EMPTY | read_or()),
    ("tree-that-counts-below-zero", "/Kids [3 0 R] /Count -7", _EMPTY | read_or()),
    ("tree-that-counts-a-billion", "/Kids [3 0 R] /Count 1000000000", read_or(FileTooLarge, FileTruncated)),
    ("tree-of-missing-pages", "/Kids [77 0 R 78 0 R] /Count 2", _EMPTY),
    ("tree-of-numbers", "/Kids [1 2 3] /Count 3", _EMPTY),
    ("page-that-is-a-stream", "/Kids [4 0 R] /Count 1", _EMPTY),
)


def many_pages(count: int) -> bytes:
    """Return a file of many pages that share their content."""
    kids = " ".join(f"{n + 5} 0 R" for n in range(count))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
    return file_of(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
            stream(_LINE),
            _FONT,
            *[page] * count,
        ]
    )


def pdf_bombs() -> Cases:
    """Streams that are small until they are unpacked."""
    once = flated(b" " * _MEGABYTE, 512)
    twice = flated(flated(b" " * _MEGABYTE, 512), 1)
    for name, data, filters in (
        ("flate", once, "/FlateDecode"),
        ("double-flate", twice, "[/FlateDecode /FlateDecode]"),
        ("triple-flate", flated(twice, 1), "[/FlateDecode /FlateDecode /FlateDecode]"),
        ("run-length", b"\x81 " * (4 * _MEGABYTE), "/RunLengthDecode"),
    ):
        content = page_file(data.decode("latin-1"), packed=f"/Filter {filters}")
        yield Case(f"content-{name}.pdf", content, _NO_TEXT)
    words = flated(f"{_LINE} ".encode() * 1_000, 200)
    yield Case(
        "text-without-end.pdf",
        page_file(words.decode("latin-1"), packed="/Filter /FlateDecode"),
        _LATE,
        ASCII_SENTENCE,
    )
    objects = stream(
        twice.decode("latin-1"), "/Type /ObjStm /N 100000 /First 100000 /Filter [/FlateDecode /FlateDecode]"
    )
    yield Case("object-stream.pdf", page_file(_LINE, objects), _LATE, ASCII_SENTENCE)
    yield Case("table-of-places-in-a-bomb.pdf", _bomb_in_the_table(twice), _NO_TEXT)
    font = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A >>] >>"
    unicodes = stream(once.decode("latin-1"), "/Filter /FlateDecode")
    yield Case("unicodes-of-a-font.pdf", page_file(_LINE, unicodes, font=font), _NO_TEXT | read_or())
    picture = "<< /Type /XObject /Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
    image = f"{picture} /Filter [/FlateDecode /FlateDecode] /Length {len(twice)} >>\nstream\n{twice.decode('latin-1')}\nendstream"
    yield Case(
        "picture.pdf",
        page_file(_LINE + " /X Do", image, resources="/XObject << /X 6 0 R >>"),
        _LATE,
        ASCII_SENTENCE,
    )
    calls = " ".join(["/X Do"] * 10)
    forms = [
        stream(
            calls,
            f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {n + 1} 0 R >> >>",
        )
        for n in range(6, 30)
    ]
    last = stream("BT /F1 1 Tf (lol) Tj ET", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    laughs = page_file(_LINE + " /X Do", *forms, last, resources="/XObject << /X 6 0 R >>")
    yield Case("forms-that-multiply.pdf", laughs, _LATE, ASCII_SENTENCE)


def _bomb_in_the_table(packed: bytes) -> bytes:
    table = stream(
        packed.decode("latin-1"),
        "/Type /XRef /Size 9 /W [1 2 2] /Root 1 0 R /Filter [/FlateDecode /FlateDecode]",
    )
    return f"%PDF-1.5\n1 0 obj\n{table}\nendobj\nstartxref\n9\n%%EOF\n".encode("latin-1")


def pdf_loops() -> Cases:
    """Objects that lead back to themselves."""
    form = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> /XObject << /X {} 0 R >> >>"
    drawn = "/XObject << /X 6 0 R >>"
    yield Case(
        "form-in-itself.pdf",
        page_file(f"{_LINE} /X Do", stream("/X Do", form.format(6)), resources=drawn),
        _LATE,
        ASCII_SENTENCE,
    )
    two = (stream("/X Do", form.format(7)), stream("/X Do", form.format(6)))
    yield Case(
        "forms-in-each-other.pdf", page_file(f"{_LINE} /X Do", *two, resources=drawn), _LATE, ASCII_SENTENCE
    )
    for name, catalog, further in _LOOPS:
        yield Case(f"{name}.pdf", page_file(_LINE, *further, catalog=catalog), _LATE, ASCII_SENTENCE)
    yield Case(
        "content-of-itself.pdf", PDF.replace(b"/Contents 5 0 R", b"/Contents 4 0 R"), _EMPTY | read_or()
    )
    yield Case(
        "length-of-itself.pdf",
        page_file(_LINE).replace(b"/Length 93", b"/Length 4 0 R"),
        read_or(FileTruncated, TextMissing),
        ASCII_SENTENCE,
    )
    yield Case(
        "previous-table-is-this.pdf", _with_trailer(PDF, b"/Prev %d"), read_or(FileTruncated), ASCII_SENTENCE
    )
    yield Case(
        "table-stream-is-this.pdf", _with_trailer(PDF, b"/XRefStm %d"), read_or(FileTruncated), ASCII_SENTENCE
    )
    chain = [f"{n + 1} 0 R" for n in range(6, 3_006)]
    yield Case(
        "references-in-a-chain.pdf",
        page_file(_LINE, *chain, page="/Rotate 6 0 R"),
        _LATE | _EMPTY,
        ASCII_SENTENCE,
    )
    yield Case(
        "reference-to-itself.pdf",
        page_file(_LINE, "6 0 R", page="/Rotate 6 0 R"),
        _LATE | _EMPTY,
        ASCII_SENTENCE,
    )
    glyph = "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [9] /Resources << /Font << /F1 5 0 R >> >> >>"
    yield Case(
        "glyph-of-itself.pdf",
        page_file("BT /F1 9 Tf (aaaa) Tj ET", stream("BT /F1 9 Tf (aaaa) Tj ET"), font=glyph),
        _NO_TEXT | read_or(),
    )


_LOOPS: Final = (
    ("outline-in-itself", "/Outlines 6 0 R", ("<< /First 6 0 R /Last 6 0 R /Title (x) /Next 6 0 R >>",)),
    (
        "outline-after-itself",
        "/Outlines 6 0 R",
        ("<< /First 7 0 R >>", "<< /Title (x) /Next 7 0 R /Dest [3 0 R /Fit] >>"),
    ),
    (
        "outline-below-itself",
        "/Outlines 6 0 R",
        ("<< /First 7 0 R >>", "<< /Title (x) /First 7 0 R /Parent 7 0 R /Dest [3 0 R /Fit] >>"),
    ),
    (
        "outline-10k-deep",
        "/Outlines 6 0 R",
        tuple(f"<< /Title (x) /First {n + 1} 0 R /Dest [3 0 R /Fit] >>" for n in range(6, 10_006)),
    ),
    (
        "outline-20k-long",
        "/Outlines 6 0 R",
        (
            "<< /First 7 0 R >>",
            *(f"<< /Title (x) /Next {n + 1} 0 R /Dest [3 0 R /Fit] >>" for n in range(7, 20_007)),
        ),
    ),
    (
        "title-of-a-megabyte",
        "/Outlines 6 0 R",
        ("<< /First 7 0 R >>", f"<< /Title ({'x' * _MEGABYTE}) /Dest [3 0 R /Fit] >>"),
    ),
    (
        "structure-in-itself",
        "/MarkInfo << /Marked true >> /StructTreeRoot 6 0 R",
        ("<< /Type /StructTreeRoot /K 6 0 R >>",),
    ),
    (
        "structure-in-a-ring",
        "/MarkInfo << /Marked true >> /StructTreeRoot 6 0 R",
        (
            "<< /Type /StructTreeRoot /K 7 0 R /ParentTree << /Nums [0 [7 0 R]] >> >>",
            "<< /Type /StructElem /S /H1 /P 7 0 R /K [7 0 R 7 0 R] /Pg 3 0 R >>",
        ),
    ),
    ("names-in-themselves", "/Names << /Dests 6 0 R >>", ("<< /Kids [6 0 R] /Limits [(a) (z)] >>",)),
    ("labels-in-themselves", "/PageLabels 6 0 R", ("<< /Kids [6 0 R] >>",)),
    (
        "form-fields-in-themselves",
        "/AcroForm << /Fields [6 0 R] >>",
        ("<< /FT /Tx /T (a) /Kids [6 0 R] /Parent 6 0 R >>",),
    ),
)


def _with_trailer(data: bytes, entry: bytes) -> bytes:
    return data.replace(b"/Root 1 0 R >>", b"/Root 1 0 R " + entry % data.rindex(b"xref\n0 ") + b" >>")


def pdf_lies() -> Cases:
    """Tables, lengths, boxes and contents that are wrong or beyond measure."""
    whole = read_or(FileTruncated)
    places = PDF.rindex(b"xref\n0 ")
    yield Case("no-table-of-places.pdf", PDF[:places] + PDF[PDF.index(b"trailer") :], whole, ASCII_SENTENCE)
    yield Case(
        "no-trailer.pdf", PDF[: PDF.index(b"trailer")] + b"startxref\n0\n%%EOF\n", whole, ASCII_SENTENCE
    )
    yield Case(
        "start-of-table-beyond.pdf",
        PDF.replace(b"startxref\n", b"startxref\n9999999999"),
        whole,
        ASCII_SENTENCE,
    )
    yield Case(
        "start-of-table-below-zero.pdf", PDF.replace(b"startxref\n", b"startxref\n-"), whole, ASCII_SENTENCE
    )
    yield Case(
        "table-of-4-billion.pdf", PDF.replace(b"xref\n0 9", b"xref\n0 4294967295"), whole, ASCII_SENTENCE
    )
    yield Case("wrong-places.pdf", PDF.replace(b"0000000", b"0000009"), whole, ASCII_SENTENCE)
    yield Case("only-a-signature.pdf", b"%PDF-1.7\n%%EOF\n", _BROKEN)
    yield Case("only-an-end.pdf", b"%PDF-1.7\n" + b"\0" * 9_000 + b"%%EOF\n", _BROKEN)
    yield Case("unknown-version.pdf", PDF.replace(b"%PDF-1.4", b"%PDF-9.9"), ONLY_READ, ASCII_SENTENCE)
    yield Case("signature-late.pdf", b"\n" * 900 + PDF, whole, ASCII_SENTENCE)
    yield Case("signature-too-late.pdf", b"\n" * 5_000 + PDF, refused(FormatNotSupported))
    yield Case("garbage-after-the-end.pdf", PDF + b"\0" * 1_000, whole, ASCII_SENTENCE)
    yield Case("megabyte-after-the-end.pdf", PDF + b"\0" * _MEGABYTE, whole, ASCII_SENTENCE)
    for length in ("-1", "0", "99999999", "4294967296", "99999999999999999999", "(x)", "null"):
        data = page_file(_LINE).replace(f"/Length {len(_LINE)}".encode(), f"/Length {length}".encode())
        yield Case(f"length-{length}.pdf", data, read_or(FileTruncated, TextMissing), ASCII_SENTENCE)
    for number, box in enumerate(_BOXES):
        page = page_file(_LINE, page=f"/MediaBox [{box}] /CropBox [{box}]").replace(
            b"/MediaBox [0 0 595 842]", b""
        )
        yield Case(f"box-{number}.pdf", page, read_or(FileTruncated, TextMissing), ASCII_SENTENCE)
    for name, content in _CONTENTS.items():
        yield Case(f"{name}.pdf", page_file(f"{_LINE} {content}"), _LATE, ASCII_SENTENCE)
    for name, catalog in _ACTIONS.items():
        yield Case(f"{name}.pdf", page_file(catalog=catalog), ONLY_READ, ASCII_SENTENCE)
    yield Case(
        "many-annotations.pdf",
        page_file(page=f"/Annots [{'<< /Subtype /Link /Rect [0 0 9 9] >> ' * 20_000}]"),
        _LATE,
        ASCII_SENTENCE,
    )
    yield Case(
        "nested-arrays.pdf",
        page_file(page=f"/X {'[' * 100_000}{']' * 100_000}"),
        _LATE | _EMPTY,
        ASCII_SENTENCE,
    )
    yield Case(
        "nested-dictionaries.pdf",
        page_file(page=f"/X {'<< /A ' * 50_000}{'>>' * 50_000}"),
        _LATE | _EMPTY,
        ASCII_SENTENCE,
    )


_BOXES: Final = (
    "0 0 1000000000 1000000000",
    "0 0 0 0",
    "595 842 0 0",
    "-1e30 -1e30 1e30 1e30",
    "0 0 nan inf",
    "0 0",
    "(a) (b) (c) (d)",
)
_CONTENTS: Final = {
    "content-of-open-states": "q " * 500_000,
    "content-of-closed-states": "Q " * 500_000,
    "content-of-arrays": "[" * 200_000,
    "content-of-dictionaries": "<<" * 200_000,
    "content-of-one-word": "x" * _MEGABYTE,
    "content-of-one-string": "(" * _MEGABYTE,
    "content-of-numbers": "1 " * 500_000,
    "content-that-is-garbage": "".join(chr(n % 255 + 1) for n in range(0, 700_000, 7)),
    "rulings-60k": "".join(f"{n % 595} {n % 842} m {n % 500} {n % 842} l S " for n in range(60_000)),
    "frames-20k": "".join(f"{n % 100 * 5} {n // 100 * 4} 5 4 re S " for n in range(20_000)),
    "one-path-of-200k-strokes": "0 0 m " + "9 9 l 0 9 l " * 100_000 + "S",
    "text-on-one-spot": "BT /F1 11 Tf 60 600 Td " + "(trams) Tj 0 0 Td " * 50_000 + "ET",
    "letters-50k-each-alone": "".join(
        f"BT /F1 1 Tf {n * 37 % 595} {n * 91 % 842} Td (a) Tj ET " for n in range(50_000)
    ),
    "font-size-of-nothing": "BT /F1 0 Tf (x) Tj /F1 -11 Tf (y) Tj /F1 1e30 Tf (z) Tj ET",
    "matrix-beyond-measure": "1e30 1e30 1e30 1e30 1e30 1e30 cm BT /F1 11 Tf (x) Tj ET 0 0 0 0 0 0 cm BT (y) Tj ET",
    "missing-font": "BT /F99 11 Tf (x) Tj ET",
    "inline-picture-without-end": "BI /W 999999 /H 999999 /CS /RGB /BPC 8 ID xxxx",
}
_ACTIONS: Final = {
    "javascript": "/OpenAction << /S /JavaScript /JS (while(true){app.alert(1)}) >>",
    "launch": "/OpenAction << /S /Launch /F (/bin/sh) >>",
    "submit": "/OpenAction << /S /SubmitForm /F (http://127.0.0.1:9/) >>",
    "go-to-file": "/OpenAction << /S /GoToR /F (file:///etc/passwd) /D [0 /Fit] >>",
    "named-script": "/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (app.alert\\(1\\)) >>] >> >>",
    "attachment": "/Names << /EmbeddedFiles << /Names [(evil.exe) << /Type /Filespec /F (evil.exe) >>] >> >>",
    "extra-actions": "/AA << /WC << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
    "xfa": "/AcroForm << /XFA (<xdp>&xxe;</xdp>) /Fields [] >>",
}


def pdf_without_text() -> Cases:
    """Scans, fonts that do not tell their letters, and pages of nothing."""
    scan = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"
    yield Case("scan.pdf", page_file(scan), refused(TextMissing))
    image = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>\nstream\nx\nendstream"
    drawn = page_file("q 595 0 0 842 0 0 cm /X Do Q", image, resources="/XObject << /X 6 0 R >>")
    yield Case("scan-of-an-object.pdf", drawn, refused(TextMissing))
    yield Case(
        "scan-with-page-number.pdf",
        page_file(scan + " BT /F1 9 Tf 300 20 Td (- 1 -) Tj ET"),
        refused(TextMissing),
    )
    yield Case("blank-pages.pdf", pdf(*[""] * 50), refused(TextMissing))
    yield Case("text-of-blanks.pdf", pdf("   \n   \n"), refused(TextMissing))
    for name, (codes, unicodes) in _UNICODES.items():
        data = page_file(f"BT /F1 11 Tf 60 700 Td <{codes}> Tj ET", stream(unicodes), font=_IDENTITY)
        # PDFium joins two halves to one rare, but sound character.
        right = read_or(TextMissing) if name == "letters-of-halves" else refused(TextMissing)
        yield Case(f"{name}.pdf", data, right)
    numbers = "".join(f"{Random(7 + n).randrange(0x4E00, 0x9F00):04X}" for n in range(300))
    nameless = _IDENTITY.replace("/ToUnicode 6 0 R", "")
    data = page_file(f"BT /F1 11 Tf 60 700 Td <{numbers}> Tj ET", font=nameless)
    yield Case("letters-by-number.pdf", data, refused(TextMissing))
    hidden = page_file(f"BT 3 Tr /F1 11 Tf 60 700 Td ({ASCII_SENTENCE}) Tj ET {scan}")
    yield Case("scan-with-hidden-text.pdf", hidden, ONLY_READ, ASCII_SENTENCE)


_IDENTITY: Final = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
_CMAP: Final = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    "{}\nendcmap end end"
)
_CODES: Final = "00410042" * 60
_PLAIN_CODES: Final = "00030005" * 60
_UNICODES: Final = {
    "letters-without-meaning": (_CODES, _CMAP.format("2 beginbfchar <0041> <FFFD> <0042> <FFFD> endbfchar")),
    "letters-of-private-use": (_CODES, _CMAP.format("2 beginbfchar <0041> <E000> <0042> <F8FF> endbfchar")),
    "letters-of-nul": (_CODES, _CMAP.format("2 beginbfchar <0041> <0000> <0042> <0000> endbfchar")),
    "letters-of-controls": (_CODES, _CMAP.format("2 beginbfchar <0041> <0001> <0042> <0002> endbfchar")),
    "letters-of-halves": (_CODES, _CMAP.format("2 beginbfchar <0041> <D800> <0042> <DC00> endbfchar")),
    "letters-of-nothing": (_PLAIN_CODES, _CMAP.format("1 beginbfrange <0000> <FFFF> <> endbfrange")),
    "letters-in-a-broken-map": (_PLAIN_CODES, "/CIDInit begincmap 99999999 beginbfrange <0000> <FFFFFFFF"),
}


def locked_pdfs() -> Cases:
    """Files that ask for a password, or lie about it."""
    yield Case("password.pdf", encrypted(PDF), refused(FileEncrypted))
    yield Case("password-of-blanks.pdf", encrypted(PDF, "  "), refused(FileEncrypted))
    yield Case("password-of-letters.pdf", encrypted(PDF, "密碼"), refused(FileEncrypted))
    for name, entry in {
        "unknown-handler": "/Filter /Nobody /V 99",
        "no-handler": "",
        "handler-without-keys": "/Filter /Standard /V 4 /R 4",
        "handler-of-the-future": "/Filter /Standard /V 99 /R 99 /O (x) /U (x) /P -4",
        "public-key": "/Filter /Adobe.PubSec /V 4 /SubFilter /adbe.pkcs7.s5",
    }.items():
        data = PDF.replace(b"/Root 1 0 R", f"/Root 1 0 R /Encrypt << {entry} >>".encode())
        yield Case(f"{name}.pdf", data, refused(FileEncrypted, FileTruncated))
