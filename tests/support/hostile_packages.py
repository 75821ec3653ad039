"""Hostile zip packages: bombs, lies in their headers, hostile XML, and Word and Writer files that loop or swell."""

import struct
import zlib
from typing import Final
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED

from tests.support.hostile_cases import (
    ANY,
    DOCX,
    LINES,
    MAIN_PARTS,
    ODT,
    ONLY_READ,
    PACKAGES,
    SENTENCE,
    Case,
    Cases,
    deflated,
    docx,
    docx_parts,
    odt,
    odt_paragraphs,
    odt_parts,
    package,
    read_or,
    refused,
    relations,
    word_paragraphs,
    word_part,
    word_xml,
    zipped,
)
from tests.support.hostile_text import EICAR
from tracker.foundation.errors import (
    FileEncrypted,
    FileTooLarge,
    FileTruncated,
    FileUnsafe,
    FormatNotSupported,
    ReadingTookTooLong,
    TextMissing,
)

_MEGABYTE: Final = 2**20
_BOMB = refused(FileTooLarge, ReadingTookTooLong)
_BROKEN = refused(FileTruncated, FormatNotSupported)
_LATE = read_or(ReadingTookTooLong, FileTooLarge)
_GOOD = word_paragraphs(*LINES)
_GOOD_ODT = odt_paragraphs(*LINES)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def raw_zip(
    entries: dict[str, tuple[bytes, int, int]], *, method: int = 8, flags: int = 0, overlap: bool = False
) -> bytes:
    """Return a zip written by hand: name to packed bytes, checksum and the size that the headers claim.

    With `overlap`, every entry of the directory points to the bytes of the first.
    """
    body, directory, first = bytearray(), bytearray(), None
    for name, (packed, check, size) in entries.items():
        spelled = name.encode()
        place = len(body) if first is None or not overlap else 0
        first = (packed, check, size) if first is None else first
        head = struct.pack(
            "<HHHHHIIIHH", 20, flags, method, 0, 0x21, check, len(packed), size, len(spelled), 0
        )
        if place == len(body):
            body += b"PK\x03\x04" + head + spelled + packed
        directory += (
            b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, place) + spelled
        )
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\x05\x06" + end


def _whole(data: bytes) -> tuple[bytes, int, int]:
    return deflated(data, 1), zlib.crc32(data), len(data)


def _bomb_of(megabytes: int) -> tuple[bytes, int, int]:
    unit = b" " * _MEGABYTE
    check = 0
    for _ in range(megabytes):
        check = zlib.crc32(unit, check)
    return deflated(unit, megabytes), check, megabytes * _MEGABYTE


def zip_bombs() -> Cases:
    """Packages that are small until they are unpacked."""
    for suffix, main in MAIN_PARTS.items():
        yield Case(f"one-part-of-1-gigabyte.{suffix}", lambda m=main: raw_zip({m: _bomb_of(1024)}), _BOMB)
        yield Case(f"one-part-of-150-megabytes.{suffix}", lambda m=main: raw_zip({m: _bomb_of(150)}), _BOMB)
        yield Case(f"lies-about-its-size.{suffix}", lambda m=main: _lying(m, 100), _BOMB | _BROKEN)
        yield Case(f"says-4-gigabytes.{suffix}", lambda m=main: _lying(m, 0xFFFFFFF0), _BOMB | _BROKEN)
        yield Case(f"60k-entries.{suffix}", lambda m=main: _crowd(m, 60_000), _BOMB)
        yield Case(f"2k-parts-of-1-megabyte.{suffix}", lambda m=main: _crowd(m, 1_990, _bomb_of(1)), _BOMB)
        yield Case(
            f"overlapping-entries.{suffix}",
            lambda m=main: _overlapping(m),
            _BOMB | _BROKEN | refused(FileUnsafe),
        )
    styles = {"word/styles.xml": _bomb_of(190), "word/numbering.xml": _bomb_of(190)}
    good = {
        name: _whole(content.encode())
        for name, content in docx_parts(_GOOD).items()
        if isinstance(content, str)
    }
    yield Case("bomb-in-the-styles.docx", lambda: raw_zip({**good, **styles}), _BOMB)
    dense = word_part("styles", "<w:style/>" * 4_000_000)
    yield Case("dense-styles.docx", lambda d=dense: docx(_GOOD, styles=d), _BOMB)
    nested = zipped({"inner.zip": zipped({"inner.zip": zipped({"a": b"\0" * (20 * _MEGABYTE)})})})
    yield Case("nested-zip.docx", nested, _BROKEN)
    yield Case(
        "nested-zip-beside-a-report.docx",
        zipped({**docx_parts(_GOOD), "word/inner.zip": nested}),
        ONLY_READ,
        SENTENCE,
    )
    picture = {**good, "word/media/a.bmp": _bomb_of(100)}
    yield Case("bomb-in-a-picture.docx", lambda: raw_zip(picture), read_or(FileTooLarge), SENTENCE)


def _lying(main: str, claimed: int) -> bytes:
    packed, check, _ = _bomb_of(600)
    return raw_zip({main: (packed, check, claimed)})


def _crowd(main: str, count: int, entry: tuple[bytes, int, int] = (b"", 0, 0)) -> bytes:
    method_of_nothing = entry if entry[0] else _whole(b"")
    return raw_zip({main: _whole(b"<x/>"), **{f"word/{n}.xml": method_of_nothing for n in range(count)}})


def _overlapping(main: str) -> bytes:
    unit = _bomb_of(80)
    return raw_zip({main: unit, **{f"word/{n}.xml": unit for n in range(1_000)}}, overlap=True)


def odd_packages() -> Cases:
    """Packages whose directory is hostile, odd or damaged."""
    for suffix, good in (("docx", DOCX), ("odt", ODT)):
        main = MAIN_PARTS[suffix]
        content = _whole(PACKAGES[suffix].encode())
        yield Case(f"flag-of-encryption.{suffix}", raw_zip({main: content}, flags=1), refused(FileEncrypted))
        yield Case(
            f"unknown-method.{suffix}",
            raw_zip({main: content}, method=99),
            _BROKEN | refused(FileUnsafe, FileEncrypted),
        )
        yield Case(f"wrong-checksum.{suffix}", raw_zip({main: (content[0], 1, content[2])}), _BROKEN)
        yield Case(f"wrong-stream.{suffix}", raw_zip({main: (b"\xff" * 200, 1, 200)}), _BROKEN)
        for name in (
            "../../../etc/passwd",
            "/etc/passwd",
            "C:\\windows\\a",
            "..\\..\\a",
            "a\n.xml",
            "-rf",
            "a" * 4_000,
            "\u202e",
        ):
            data = zipped(
                {**(docx_parts(_GOOD) if suffix == "docx" else odt_parts(_GOOD_ODT)), name: b"root:x:0:0"}
            )
            stem = "".join(c if c.isalnum() else "_" for c in name)[:20]
            yield Case(f"entry-{stem}.{suffix}", data, read_or(FileUnsafe, FileTruncated), SENTENCE)
        yield Case(
            f"comment-of-64k.{suffix}",
            good[:-2] + b"\xff\xff" + b"c" * 65_535,
            read_or(FileTruncated),
            SENTENCE,
        )
        yield Case(f"garbage-after-the-end.{suffix}", good + b"\0" * 5000, read_or(FileTruncated), SENTENCE)
        yield Case(f"only-a-signature.{suffix}", b"PK\x03\x04", _BROKEN)
        yield Case(f"empty-zip.{suffix}", b"PK\x05\x06" + b"\0" * 18, _BROKEN)
        yield Case(
            f"many-disks.{suffix}",
            good[:-18] + b"\x01\0\x01\0" + good[-14:],
            read_or(FileTruncated),
            SENTENCE,
        )
        yield Case(f"directory-beyond-the-end.{suffix}", good[:-6] + b"\xff\xff\xff\x7f" + good[-2:], _BROKEN)
        yield Case(f"no-main-part.{suffix}", zipped({"readme.txt": "nothing"}), _BROKEN)
        yield Case(
            f"eicar-beside-a-report.{suffix}",
            package(suffix, PACKAGES[suffix], **{"media/eicar.com": EICAR}),
            ONLY_READ,
            SENTENCE,
        )
    yield Case("two-main-parts.docx", _twice(), read_or(FileUnsafe, FileTruncated), SENTENCE)
    for method in (ZIP_BZIP2, ZIP_LZMA, ZIP_STORED):
        yield Case(
            f"method-{method}.docx",
            zipped(docx_parts(_GOOD), method),
            read_or(FileTruncated, FileUnsafe),
            SENTENCE,
        )
    yield Case(
        "link-in-the-package.odt",
        zipped({**odt_parts(_GOOD_ODT), "link": "/etc/passwd"}),
        ONLY_READ,
        SENTENCE,
    )


def _twice() -> bytes:
    first, second = "word/document.xml", "word/documenT.xml"
    data = raw_zip({first: _whole(word_xml(_GOOD).encode()), second: _whole(word_xml("").encode())})
    return data.replace(second.encode(), first.encode())


def hostile_xml() -> Cases:
    """XML that defines entities, reaches outside, nests or swells."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    types = {
        "billion-laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>',
        "quadratic-blowup": f'<!DOCTYPE x [<!ENTITY l11 "{"a" * 50_000}">]>',
        "entity-of-a-file": '<!DOCTYPE x [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>',
        "entity-of-the-network": '<!DOCTYPE x [<!ENTITY l11 SYSTEM "http://127.0.0.1:9/x">]>',
        "parameter-entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;<!ENTITY l11 "a">]>',
        "document-type": "<!DOCTYPE x>",
        "outer-document-type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        "public-document-type": '<!DOCTYPE x PUBLIC "-//A//B" "file:///etc/passwd">',
    }
    for suffix, good in PACKAGES.items():
        for name, dtd in types.items():
            entity = "" if "document-type" in name else "&l11;" * (500 if name == "quadratic-blowup" else 1)
            data = good.replace("?>", f"?>{dtd}", 1).replace(SENTENCE, SENTENCE + entity)
            yield Case(f"{name}.{suffix}", package(suffix, data), _BROKEN | refused(FileUnsafe, FileTooLarge))
        bodies = _xml_bodies(good)
        for name, data in bodies.items():
            yield Case(
                f"{name}.{suffix}",
                package(suffix, data),
                _BROKEN | refused(FileTooLarge, ReadingTookTooLong, TextMissing),
            )
        paragraph = "w:p" if suffix == "docx" else "text:p"
        huge = good.replace(f"<{paragraph}>", f'<{paragraph} a="{"x" * 11_000_000}">', 1)
        yield Case(
            f"huge-attribute.{suffix}",
            package(suffix, huge),
            read_or(FileTooLarge, ReadingTookTooLong, FileTruncated),
            SENTENCE,
        )
        huge = good.replace(SENTENCE, SENTENCE + "".join(chr(0x4E00 + n % 9000) for n in range(4_000_000)))
        yield Case(
            f"huge-text.{suffix}",
            package(suffix, huge),
            read_or(FileTooLarge, ReadingTookTooLong, FileTruncated),
            SENTENCE,
        )


def _xml_bodies(good: str) -> dict[str, str | bytes]:
    cut = good.index(SENTENCE)
    return {
        "nested-100k": "<a>" * 100_000 + "</a>" * 100_000,
        "cut-in-the-text": good[:cut],
        "never-closed": good[: good.rindex("</")],
        "two-roots": good + good.split("?>")[1],
        "wrong-encoding-declared": good.replace("UTF-8", "UTF-16").encode(),
        "unknown-encoding-declared": good.replace("UTF-8", "x-nothing").encode(),
        "bytes-of-another-encoding": good.encode("cp950"),
        "nul-inside": good.replace(SENTENCE, SENTENCE + "\0"),
        "undefined-entity": good.replace(SENTENCE, SENTENCE + "&nothing;"),
        "undefined-prefix": "<q:document/>",
        "not-xml": "建議" * 500,
        "empty-part": "",
        "web-page-inside": "<html><body>建議</body></html>",
    }


def encrypted_and_old() -> Cases:
    """Files that ask for a password, and those of the word processors of old."""
    wide = "EncryptedPackage".encode("utf-16-le")
    locked = _OLE + b"\0" * 1016 + wide + b"\0" * 4000
    yield Case("password.docx", locked, refused(FileEncrypted))
    directory = _OLE + b"\0" * 1016 + "EncryptionInfo".encode("utf-16-le") + wide + b"\0" * 4000
    yield Case("password-and-info.docx", directory, refused(FileEncrypted))
    data = odt_parts(_GOOD_ODT)
    manifest = str(data["META-INF/manifest.xml"]).replace(
        "</manifest:manifest>",
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"><manifest:encryption-data '
        'manifest:checksum="x"/></manifest:file-entry></manifest:manifest>',
    )
    data |= {"META-INF/manifest.xml": manifest, "content.xml": b"\x8a\x01" * 400}
    yield Case("password.odt", zipped(data), refused(FileEncrypted))
    old = _OLE + b"\0" * 1016 + "WordDocument".encode("utf-16-le") + b"\0" * 4000
    sheet = _OLE + b"\0" * 1016 + "Workbook".encode("utf-16-le") + b"\0" * 4000
    for suffix in ("doc", "docx", "odt", "pdf", "txt", "html", "wps"):
        yield Case(f"old-word.{suffix}", old, refused(FormatNotSupported))
        yield Case(f"old-sheet.{suffix}", sheet, refused(FormatNotSupported))
    yield Case("only-the-old-signature.docx", _OLE, refused(FormatNotSupported))
    yield Case("rich-text.rtf", rb"{\rtf1\ansi text}", refused(FormatNotSupported))
    yield Case("rich-text.docx", rb"{\rtf1\ansi text}", refused(FormatNotSupported))
    sheet_parts = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
    for suffix in ("xlsx", "docx", "odt", "pdf"):
        yield Case(f"sheet.{suffix}", zipped(sheet_parts), refused(FormatNotSupported))
    slides = {"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": "<a/>"}
    yield Case("slides.odt", zipped(slides), refused(FormatNotSupported))


def hostile_word() -> Cases:
    """Word files whose styles, lists, tables, fields or relations loop, swell or reach outside."""
    style = '<w:style w:type="paragraph" w:styleId="{}"><w:basedOn w:val="{}"/></w:style>'
    ring = word_part("styles", style.format("A", "B") + style.format("B", "A"))
    chain = word_part("styles", "".join(style.format(f"S{n}", f"S{n + 1}") for n in range(30_000)))
    styled = word_paragraphs(*LINES, properties='<w:pStyle w:val="A"/>')
    yield Case("styles-in-a-ring.docx", docx(styled, styles=ring), ONLY_READ, SENTENCE)
    yield Case(
        "style-of-itself.docx",
        docx(styled, styles=word_part("styles", style.format("A", "A"))),
        ONLY_READ,
        SENTENCE,
    )
    yield Case(
        "styles-in-a-chain.docx", docx(styled.replace('"A"', '"S0"'), styles=chain), ONLY_READ, SENTENCE
    )
    for name, numbering in _NUMBERINGS.items():
        body = word_paragraphs(
            *LINES, properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
        )
        yield Case(f"{name}.docx", docx(body, numbering=word_part("numbering", numbering)), _LATE, SENTENCE)
    for level in ("99", "-5", "x", "99999999999999999999"):
        body = word_paragraphs(
            *LINES, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        )
        data = docx(body, numbering=word_part("numbering", _LIST.format(_level("%1、"))))
        yield Case(f"level-{level}.docx", data, ONLY_READ, SENTENCE)
    for name, body in _BODIES.items():
        yield Case(f"{name}.docx", docx(_GOOD + body), _LATE, SENTENCE)
    yield Case("million-paragraphs.docx", lambda: docx(_GOOD + word_paragraphs("甲") * 1_000_000), _BOMB)
    yield Case("hundred-thousand-paragraphs.docx", lambda: docx(_GOOD + _varied(100_000)), _LATE, SENTENCE)
    for depth in (20, 60, 120, 500, 5_000):
        deep = "<w:tbl><w:tr><w:tc>" * depth + word_paragraphs("深") + "</w:tc></w:tr></w:tbl>" * depth
        yield Case(f"tables-{depth}-deep.docx", docx(_GOOD + deep), _LATE | _BROKEN, SENTENCE)
    deep = "<w:sdt><w:sdtContent>" * 120 + word_paragraphs("深") + "</w:sdtContent></w:sdt>" * 120
    yield Case("controls-120-deep.docx", docx(_GOOD + deep), _LATE | _BROKEN, SENTENCE)
    yield Case("boxes-60-deep.docx", docx(_GOOD + _boxes(60)), _LATE | _BROKEN, SENTENCE)
    outside = ' TargetMode="External"'
    for name, target, mode in (
        ("main-part-outside", "http://127.0.0.1:9/document.xml", outside),
        ("main-part-in-a-file", "file:///etc/passwd", outside),
        ("main-part-above", "../../../../etc/passwd", ""),
        ("main-part-is-the-relations", "_rels/.rels", ""),
        ("main-part-is-nothing", "", ""),
    ):
        parts = {**docx_parts(_GOOD), "_rels/.rels": relations(target, mode)}
        yield Case(f"{name}.docx", zipped(parts), read_or(FileTruncated, FormatNotSupported), SENTENCE)
    template = relations("http://127.0.0.1:9/evil.dotm", outside).replace(
        'officeDocument"', 'attachedTemplate"'
    )
    yield Case(
        "template-outside.docx",
        zipped({**docx_parts(_GOOD), "word/_rels/settings.xml.rels": template}),
        ONLY_READ,
        SENTENCE,
    )
    yield Case(
        "with-macros.docx",
        zipped({**docx_parts(_GOOD), "word/vbaProject.bin": _OLE + b"Auto_Open"}),
        ONLY_READ,
        SENTENCE,
    )
    parts = docx_parts(_GOOD)
    del parts["word/document.xml"]
    yield Case("missing-document.docx", zipped(parts), _BROKEN)
    yield Case("empty-body.docx", docx(""), refused(TextMissing))
    yield Case("blank-paragraphs.docx", docx("<w:p/>" * 500), refused(TextMissing))
    yield Case("no-body.docx", package("docx", word_xml("").replace("w:body", "w:other")), _BROKEN)
    yield Case(
        "all-hidden.docx",
        docx(_GOOD.replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>")),
        refused(TextMissing),
    )
    yield Case("all-deleted.docx", docx(f"<w:del>{_GOOD}</w:del>"), refused(TextMissing))
    yield Case("only-a-picture.docx", docx("<w:p><w:r><w:drawing/></w:r></w:p>"), refused(TextMissing))
    yield Case("broken-styles.docx", docx(_GOOD, styles="<w:styles"), read_or(FileTruncated), SENTENCE)
    yield Case("broken-numbering.docx", docx(_GOOD, numbering="建議"), read_or(FileTruncated), SENTENCE)


def _varied(count: int) -> str:
    return "".join(word_paragraphs(f"第{n}點說明") for n in range(count))


def _boxes(depth: int) -> str:
    opened = "<w:p><w:r><w:pict><w:txbxContent>"
    return opened * depth + word_paragraphs("深") + "</w:txbxContent></w:pict></w:r></w:p>" * depth


def _level(text: str, number: int = 0, start: str = "1", form: str = "decimal") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


_LIST: Final = '<w:abstractNum w:abstractNumId="1">{}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
_NUMBERINGS: Final = {
    "list-linked-to-itself": _LIST.format('<w:numStyleLink w:val="A"/>'),
    "list-of-nothing": '<w:num w:numId="1"><w:abstractNumId w:val="77"/></w:num>',
    "label-of-many-places": _LIST.format(_level("%1" * 100_000)),
    "label-of-outer-places": _LIST.format(_level("%9.%8.%7.%6.%5.%4.%3.%2.%1")),
    "label-of-a-megabyte": _LIST.format(_level("甲" * 300_000)),
    "start-beyond-measure": _LIST.format(_level("%1、", start="9" * 3_000)),
    "start-below-zero": _LIST.format(_level("%1、", start="-2147483648", form="upperRoman")),
    "roman-beyond-measure": _LIST.format(_level("%1、", start="2147483647", form="upperRoman")),
    "letters-beyond-measure": _LIST.format(_level("%1、", start="2147483647", form="lowerLetter")),
    "chinese-beyond-measure": _LIST.format(
        _level("%1、", start="2147483647", form="taiwaneseCountingThousand")
    ),
    "words-below-zero": _LIST.format(_level("%1、", start="-7", form="cardinalText")),
    "ordinals-below-zero": _LIST.format(_level("%1、", start="-7", form="ordinalText")),
    "unknown-format": _LIST.format(_level("%1、", form="javascript")),
    "ten-thousand-lists": "".join(
        f'<w:abstractNum w:abstractNumId="{n}">{_level("%1、")}</w:abstractNum><w:num w:numId="{n}">'
        f'<w:abstractNumId w:val="{n}"/></w:num>'
        for n in range(1, 10_001)
    ),
}
_FIELD: Final = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
_BODIES: Final = {
    "spans-beyond-measure": '<w:tbl><w:tr><w:trPr><w:gridBefore w:val="1000000000"/></w:trPr><w:tc><w:tcPr>'
    f'<w:gridSpan w:val="1000000000"/></w:tcPr>{word_paragraphs("甲")}</w:tc></w:tr></w:tbl>',
    "spans-below-zero": '<w:tbl><w:tr><w:trPr><w:gridBefore w:val="-7"/></w:trPr><w:tc><w:tcPr>'
    f'<w:gridSpan w:val="-7"/></w:tcPr>{word_paragraphs("甲")}</w:tc></w:tr></w:tbl>',
    "merged-cells": "<w:tbl>"
    + (
        '<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>'
        + word_paragraphs("甲" * 5_000)
        + "</w:tc></w:tr>"
    )
    + "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>" * 5_000
    + "</w:tbl>",
    "wide-row": "<w:tbl><w:tr>" + f"<w:tc>{word_paragraphs('甲')}</w:tc>" * 20_000 + "</w:tr></w:tbl>",
    "empty-table": "<w:tbl/><w:tbl><w:tr/></w:tbl><w:tbl><w:tr><w:tc/></w:tr></w:tbl>",
    "fields-that-never-begin": "<w:p>" + _FIELD.format("end") * 5_000 + "</w:p>",
    "fields-that-never-end": "<w:p>"
    + (_FIELD.format("begin") + _FIELD.format("separate")) * 5_000
    + "</w:p>"
    + _GOOD,
    "deleted-marks": "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>" * 20_000,
    "strange-symbols": "<w:p><w:r>"
    + "".join(f'<w:sym w:char="{c}"/>' for c in ("x", "0", "-1", "FFFFFFFFFF", "D800"))
    + "</w:r></w:p>",
    "huge-size": '<w:p><w:r><w:rPr><w:sz w:val="' + "9" * 4_000 + '"/></w:rPr><w:t>甲</w:t></w:r></w:p>',
    "huge-outline-level": '<w:p><w:pPr><w:outlineLvl w:val="4000000000"/></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>',
    "many-runs": "<w:p>" + "<w:r><w:t>甲</w:t></w:r>" * 50_000 + "</w:p>",
    "links-outside": "<w:p><w:hyperlink><w:r><w:t>http://127.0.0.1:9/</w:t></w:r></w:hyperlink></w:p>",
    "foreign-part": "<w:altChunk/><w:subDoc/><w:p><w:r><w:object/></w:r></w:p>",
}


def hostile_writer() -> Cases:
    """OpenDocument texts whose styles, lists and tables loop, swell or reach outside."""
    style = '<style:style style:name="{}" style:family="paragraph" style:parent-style-name="{}"/>'
    styled = _GOOD_ODT.replace("<text:p>", '<text:p text:style-name="A">')
    yield Case(
        "styles-in-a-ring.odt",
        odt(styled, style.format("A", "B") + style.format("B", "A")),
        ONLY_READ,
        SENTENCE,
    )
    yield Case("style-of-itself.odt", odt(styled, style.format("A", "A")), ONLY_READ, SENTENCE)
    for name, (body, styles) in _ODT_BODIES.items():
        yield Case(f"{name}.odt", odt(_GOOD_ODT + body, styles), _LATE, SENTENCE)
    many = "".join(f"<text:p>第{n}點說明</text:p>" for n in range(100_000))
    yield Case("hundred-thousand-paragraphs.odt", odt(_GOOD_ODT + many), _LATE, SENTENCE)
    yield Case("million-paragraphs.odt", lambda: odt(_GOOD_ODT + odt_paragraphs("甲") * 1_000_000), _BOMB)
    for depth in (20, 60, 120, 2_000):
        for name, opened, closed in (
            (
                "tables",
                "<table:table><table:table-row><table:table-cell>",
                "</table:table-cell></table:table-row></table:table>",
            ),
            ("lists", "<text:list><text:list-item>", "</text:list-item></text:list>"),
            ("spans", "<text:p>" + "<text:span>", "</text:span></text:p>"),
        ):
            inside = "" if name == "spans" else odt_paragraphs("深")
            deep = opened * depth + inside + closed * depth
            yield Case(f"{name}-{depth}-deep.odt", odt(_GOOD_ODT + deep), _LATE | _BROKEN, SENTENCE)
    yield Case("empty-body.odt", odt(""), refused(TextMissing))
    yield Case("no-text.odt", package("odt", "<a/>"), _BROKEN)
    yield Case(
        "only-a-note.odt",
        odt("<office:annotation><text:p>note</text:p></office:annotation>"),
        refused(TextMissing),
    )
    yield Case("other-type.odt", zipped({**odt_parts(_GOOD_ODT), "mimetype": "image/png"}), ANY, SENTENCE)


_LIST_ODT: Final = "<text:list{}><text:list-item>" + odt_paragraphs("甲") + "</text:list-item></text:list>"
_ODT_BODIES: Final = {
    "columns-repeated": (
        (
            '<table:table><table:table-row><table:table-cell table:number-columns-repeated="1000000000">'
            "<text:p>甲</text:p></table:table-cell></table:table-row></table:table>"
        ),
        "",
    ),
    "rows-repeated": (
        (
            '<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell>'
            "<text:p>甲</text:p></table:table-cell></table:table-row></table:table>"
        ),
        "",
    ),
    "rows-spanned": (
        (
            '<table:table><table:table-row><table:table-cell table:number-rows-spanned="1000000000">'
            "<text:p>甲</text:p></table:table-cell></table:table-row></table:table>"
        ),
        "",
    ),
    "blanks-repeated": ('<text:p>甲<text:s text:c="2000000000"/>乙</text:p>', ""),
    "many-blanks-repeated": ("<text:p>甲" + '<text:s text:c="2000000000"/>' * 20_000 + "乙</text:p>", ""),
    "blanks-beyond-numbers": (f'<text:p>甲<text:s text:c="{"9" * 5_000}"/>乙</text:p>', ""),
    "start-beyond-measure": (
        f'<text:list><text:list-item text:start-value="{"9" * 5_000}">{odt_paragraphs("甲")}</text:list-item></text:list>',
        "",
    ),
    "level-beyond-measure": (
        _LIST_ODT.format(' text:style-name="L"'),
        (
            '<text:list-style style:name="L"><text:list-level-style-number text:level="1000000000" '
            'text:display-levels="1000000000" style:num-format="1"/></text:list-style>'
        ),
    ),
    "outline-beyond-measure": (
        '<text:h text:outline-level="1000000000">甲</text:h>',
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"/></text:outline-style>',
    ),
    "label-of-many-places": (
        _LIST_ODT.format(' text:style-name="L"') * 20,
        (
            '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
            f'style:num-list-format="{"%1%" * 50_000}"/></text:list-style>'
        ),
    ),
    "lists-in-a-ring": (
        _LIST_ODT.format(' xml:id="a" text:continue-list="b"')
        + _LIST_ODT.format(' xml:id="b" text:continue-list="a"'),
        "",
    ),
    "list-of-itself": (
        _LIST_ODT.format(' xml:id="a" text:continue-list="a" text:continue-numbering="true"'),
        "",
    ),
    "frames-outside": (
        (
            '<text:p><draw:frame><draw:object xlink:href="http://127.0.0.1:9/" xmlns:xlink="http://www.w3.org/1999/xlink"/>'
            "</draw:frame></text:p>"
        ),
        "",
    ),
    "scripts": ('<text:p>甲<text:script xmlns:script="x">alert(1)</text:script></text:p>', ""),
    "huge-size": (
        '<text:p text:style-name="A">甲</text:p>',
        '<style:style style:name="A" style:family="paragraph"><style:text-properties fo:font-size="1e999pt"/></style:style>',
    ),
}
