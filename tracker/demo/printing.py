"""PDF files of plain lines that any viewer can show.

They name a Chinese font of the standard character collections instead of carrying one, so they stay tiny.
"""

from collections.abc import Sequence
from typing import Final

_LINE, _TOP = 24, 780
_LINES_A_PAGE: Final = 30
_LETTERS_A_LINE: Final = 34
_FIRST_PAGE: Final = 6
"""The number of the first page's object, after those of catalogue, page tree and font."""


def pages_of(text: str) -> Sequence[Sequence[str]]:
    """Return a text in the lines and pages of printed paper."""
    lines = [line for paragraph in text.splitlines() for line in _filled(paragraph.replace("\t", " "))]
    return [lines[place : place + _LINES_A_PAGE] for place in range(0, len(lines), _LINES_A_PAGE)]


def printed(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF of pages with their lines."""
    kids = b" ".join(b"%d 0 R" % (_FIRST_PAGE + 2 * place) for place in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(pages)),
        (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /MSung-Light /Encoding /UniCNS-UTF16-H"
            b" /DescendantFonts [4 0 R] >>"
        ),
        (
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSung-Light /FontDescriptor 5 0 R /DW 1000"
            b" /W [1 [500] 2 94 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /MSung-Light /Flags 4 /FontBBox [-160 -249 1015 888]"
            b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        ),
    ]
    for place, lines in enumerate(pages):
        objects += _page(lines, _FIRST_PAGE + 2 * place + 1)
    file = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(file)


def _page(lines: Sequence[str], content_number: int) -> tuple[bytes, bytes]:
    shown = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -{_LINE} Td" for line in lines)
    content = f"BT /F1 14 Tf 60 {_TOP} Td\n{shown}\nET".encode()
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
        b" /Resources << /Font << /F1 3 0 R >> >> >>" % content_number,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
    )


def _filled(paragraph: str) -> Sequence[str]:
    """Return a paragraph in full lines; a letter of ASCII takes half the room of a character."""
    lines, room = [""], float(_LETTERS_A_LINE)
    for letter in paragraph:
        takes = 0.5 if letter.isascii() else 1.0
        if takes > room:
            lines.append("")
            room = float(_LETTERS_A_LINE)
        lines[-1] += letter
        room -= takes
    return lines
