"""PDF files with Chinese text, rulings, bookmarks and headers, placed by hand where a test wants them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.support.pdf import file_of

WIDTH, HEIGHT = 595, 842
MARGIN = 60
# A font that every reader of PDF knows by name, so that no font file is needed.
_FONT = """
<< /Type /Font /Subtype /Type0 /BaseFont /MSung-Light /Encoding /UniCNS-UTF16-H /DescendantFonts [4 0 R] >>
<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSung-Light /CIDSystemInfo 5 0 R /FontDescriptor 6 0 R /W [1 95 500] >>
<< /Registry (Adobe) /Ordering (CNS1) /Supplement 3 >>
<< /Type /FontDescriptor /FontName /MSung-Light /Flags 4 /FontBBox [0 -120 1000 880] /Ascent 880 /Descent -120 >>
""".strip().split("\n")


@dataclass
class Sheet:
    """A page; lengths are points from its lower left corner."""

    drawn: list[str] = field(default_factory=list)

    def write(self, x: float, y: float, text: str, size: float = 12, *, bold: bool = False) -> "Sheet":
        """Write a line; a bold one is stroked too, as offices print a script that has no bold face."""
        codes = text.encode("utf-16-be").hex()
        mode = 2 if bold else 0
        self.drawn.append(f"BT {mode} Tr 0.3 w /F1 {size} Tf {x} {y} Td <{codes}> Tj ET")
        return self

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> "Sheet":
        """Draw a ruling."""
        self.drawn.append(f"0.5 w {x} {y} m {to_x} {to_y} l S")
        return self

    def frame(self, x: float, y: float, width: float, height: float) -> "Sheet":
        """Draw a rectangle."""
        self.drawn.append(f"0.5 w {x} {y} {width} {height} re S")
        return self

    def picture(self) -> "Sheet":
        """Fill the page with an image, as a scan does."""
        self.drawn.append(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q")
        return self

    def table(
        self, columns: Sequence[float], top: float, rows: Sequence[Sequence[str]], size: float = 12
    ) -> float:
        """Draw a ruled table, whose cells break their lines at line feeds; return where it ends."""
        for cells in rows:
            height = max(cell.count("\n") + 1 for cell in cells) * (size + 4) + 6
            for left, right, cell in zip(columns, columns[1:], cells, strict=False):
                self.frame(left, top - height, right - left, height)
                for number, line in enumerate(cell.split("\n")):
                    self.write(left + 4, top - (number + 1) * (size + 4), line, size)
            top -= height
        return top


def sheets(*pages: Sheet, bookmarks: Sequence[tuple[str, int]] = ()) -> bytes:
    """Return a PDF of pages, with bookmarks of a title and a page counted from 0."""
    first = 7
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    outline = first + 2 * len(pages)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /Outlines {outline} 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        *_FONT,
    ]
    for number, page in enumerate(pages):
        content = "\n".join(page.drawn)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first + 2 * number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects += _outline(bookmarks, outline, first)
    return file_of(objects)


def running_text(*paragraphs: str, size: float = 12, across: int = 38) -> list[Sheet]:
    """Return paragraphs set on as many pages as they take."""
    lines = [text[at : at + across] for text in paragraphs for at in range(0, len(text), across)]
    deep = int((HEIGHT - 2 * MARGIN) // (size * 1.5))
    pages = []
    for begin in range(0, len(lines), deep):
        page = Sheet()
        for number, line in enumerate(lines[begin : begin + deep]):
            page.write(MARGIN, HEIGHT - MARGIN - (number + 1) * size * 1.5, line, size)
        pages.append(page)
    return pages


def _outline(bookmarks: Sequence[tuple[str, int]], number: int, first: int) -> list[str]:
    count = len(bookmarks)
    ends = f"/First {number + 1} 0 R /Last {number + count} 0 R" if count else ""
    entries = [f"<< /Type /Outlines {ends} /Count {count} >>"]
    for place, (title, page) in enumerate(bookmarks, start=1):
        before = f"/Prev {number + place - 1} 0 R" if place > 1 else ""
        after = f"/Next {number + place + 1} 0 R" if place < count else ""
        codes = ("\ufeff" + title).encode("utf-16-be").hex()
        entries.append(
            f"<< /Title <{codes}> /Parent {number} 0 R {before} {after} /Dest [{first + 2 * page} 0 R /Fit] >>"
        )
    return entries
