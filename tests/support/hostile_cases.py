"""What a hostile file is, and the sound documents that the hostile ones are made of."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import chain
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.support.pdf import pdf
from tracker.foundation.errors import ReportUnreadable

READ: Final = "read"
# Every sentence that must be in a text that counts as read; a Chinese one, and one for files of plain ASCII.
SENTENCE: Final = "建議交通局於候車亭增設座椅。"
ASCII_SENTENCE: Final = "The Transport Department should add seats to the bus shelters."

Answers = frozenset[str]
ANY: Final[Answers] = frozenset()


class Case(NamedTuple):
    """A file by its name, the bytes or how to make them, and the answers that are right; ANY leaves them open.

    `says` is what the text of the file must hold if it counts as read.
    """

    name: str
    make: bytes | Callable[[], bytes]
    answers: Answers = ANY
    says: str = ""

    @property
    def data(self) -> bytes:
        """Return the bytes, made anew each time, since some are large."""
        return self.make if isinstance(self.make, bytes) else self.make()


Cases = Iterator[Case]


def refused(*errors: type[ReportUnreadable]) -> Answers:
    """Return the answers of a file that must be refused for one of these reasons, or for a more exact one."""
    exact = (error.__subclasses__() for error in errors if error is not ReportUnreadable)
    return frozenset(error.__name__ for error in chain(errors, *exact))


def read_or(*errors: type[ReportUnreadable]) -> Answers:
    """Return the answers of a file that may be read whole or else be refused for one of these reasons."""
    return refused(*errors) | {READ}


ONLY_READ: Final = read_or()

REPORT: Final = f"""赴瀨灣市考察報告

服務機關：交通局
一、目的
瀨灣市以輕軌串連港區與車站，本次前往了解營運經驗。

二、建議
（一）{SENTENCE}
（二）建議教育局與瀨灣市高中每年互訪一次。
"""
PDF: Final = pdf(
    f"Report on the trams of Seto Bay\n1. Purpose\nTo see how the depot washes its trams.\n2. Recommendations\n{ASCII_SENTENCE}",
    "3. Annex\nThe depot washes forty trams a day, and most of the water is used again.",
)

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
OFFICE_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
ODT_TYPE: Final = "application/vnd.oasis.opendocument.text"
_ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"),
    )
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_TYPE}"/></manifest:manifest>'
)

Parts = Mapping[str, str | bytes]


def zipped(parts: Parts, method: int = ZIP_DEFLATED) -> bytes:
    """Return a zip file of parts, always the same bytes for the same parts."""
    out = BytesIO()
    with ZipFile(out, "w", method) as package:
        for name, content in parts.items():
            package.writestr(ZipInfo(name), content, method)
    return out.getvalue()


def relations(target: str = "word/document.xml", mode: str = "") -> str:
    """Return the relations of a Word package, which name its main part."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE_RELATION}" Target="{target}"{mode}/></Relationships>'
    )


def word_xml(body: str, before: str = "") -> str:
    """Return a word/document.xml with a body."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document {_W}><w:body>{body}</w:body></w:document>'
    )


def word_part(root: str, inside: str) -> str:
    """Return a part such as word/styles.xml."""
    return f"<w:{root} {_W}>{inside}</w:{root}>"


def word_paragraphs(*texts: str, properties: str = "") -> str:
    """Return paragraphs of WordprocessingML."""
    shared = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return "".join(f"<w:p>{shared}<w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)


def docx_parts(body: str, **parts: str | bytes) -> dict[str, str | bytes]:
    """Return the parts of a Word package; further ones are named as `styles` for word/styles.xml."""
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(),
        "word/document.xml": word_xml(body),
        **{f"word/{name}.xml": content for name, content in parts.items()},
    }


def docx(body: str, **parts: str | bytes) -> bytes:
    """Return a Word file with a body."""
    return zipped(docx_parts(body, **parts))


def odt_xml(body: str, styles: str = "", before: str = "") -> str:
    """Return a content.xml with a body."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {_ODF}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )


def odt_paragraphs(*texts: str) -> str:
    """Return paragraphs of OpenDocument."""
    return "".join(f"<text:p>{text}</text:p>" for text in texts)


def odt_parts(body: str, styles: str = "") -> dict[str, str | bytes]:
    """Return the parts of an OpenDocument package."""
    return {"mimetype": ODT_TYPE, "META-INF/manifest.xml": _MANIFEST, "content.xml": odt_xml(body, styles)}


def odt(body: str, styles: str = "") -> bytes:
    """Return an OpenDocument text with a body."""
    return zipped(odt_parts(body, styles))


LINES: Final = tuple(line for line in REPORT.split("\n") if line)
DOCX: Final = docx(word_paragraphs(*LINES))
ODT: Final = odt(odt_paragraphs(*LINES))
HTML: Final = (
    '<!DOCTYPE html><html lang="zh-Hant"><head><meta charset="utf-8"><title>報告</title></head><body>'
    + "".join(f"<p>{line}</p>" for line in LINES)
    + "</body></html>"
).encode()

SUFFIXES: Final = ("txt", "md", "pdf", "docx", "odt", "html", "htm")
PACKAGES: Final = {"docx": word_xml(word_paragraphs(*LINES)), "odt": odt_xml(odt_paragraphs(*LINES))}
MAIN_PARTS: Final = {"docx": "word/document.xml", "odt": "content.xml"}


def package(suffix: str, content: str | bytes, **more: str | bytes) -> bytes:
    """Return a Word or OpenDocument package whose main part is this."""
    parts = docx_parts("") if suffix == "docx" else odt_parts("")
    return zipped({**parts, MAIN_PARTS[suffix]: content, **more})


def deflated(unit: bytes, times: int) -> bytes:
    """Return what `unit` repeated deflates to, without ever holding it: raw, as zip files keep it."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = press.compress(unit) + press.flush(zlib.Z_FULL_FLUSH)
    return chunk * times + b"\x03\x00"


def flated(unit: bytes, times: int) -> bytes:
    """Return what `unit` repeated deflates to, with the head and sum that PDF expects."""
    check = 1
    for _ in range(times):
        check = zlib.adler32(unit, check)
    return b"\x78\xda" + deflated(unit, times) + check.to_bytes(4, "big")
