"""Small pieces of evidence: plain text, and PDF files of one page that any viewer can show.

The PDF names a Chinese font of the standard character collections instead of carrying one, so it stays tiny.
"""

from collections.abc import Sequence

_LINE = 24
_TOP = 780


def piece_of_evidence(name: str, lines: Sequence[str]) -> bytes:
    """Return a file of the kind that its name says, PDF or text, which holds the lines."""
    if name.endswith(".pdf"):
        return _pdf(lines)
    return ("\n".join(lines) + "\n").encode()


def _pdf(lines: Sequence[str]) -> bytes:
    shown = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -{_LINE} Td" for line in lines)
    content = f"BT /F1 14 Tf 60 {_TOP} Td\n{shown}\nET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        (
            b"<< /Type /Font /Subtype /Type0 /BaseFont /MSung-Light /Encoding /UniCNS-UTF16-H"
            b" /DescendantFonts [6 0 R] >>"
        ),
        (
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSung-Light /FontDescriptor 7 0 R /DW 1000"
            b" /W [1 [500] 2 94 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /MSung-Light /Flags 4 /FontBBox [-160 -249 1015 888]"
            b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        ),
    )
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
