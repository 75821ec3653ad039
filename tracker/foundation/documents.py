"""A table as it is handed up: with its title and what it states of itself, as a document or a spreadsheet.

ODT is written here as plain OpenDocument; PDF is set by WeasyPrint, which needs the system's Pango. Where that is
missing only PDF is not to be had, and `why_no_pdf` says what to install.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, partial
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from tracker.foundation import sheets
from tracker.foundation.bundled import bundled
from tracker.foundation.drawing import BarChart, draw_bars
from tracker.foundation.errors import Invalid, Unavailable
from tracker.foundation.language import N_
from tracker.foundation.sheets import Cell, Kind, Sheet, odf_paragraphs, show_day
from tracker.foundation.showing import show_number

MOST_ROWS_IN_PDF: Final = 3_000
"""Setting a page of a table costs some thirty milliseconds; nobody reads a hundred pages of one on paper."""
_ACROSS: Final = 26.7
_UPRIGHT: Final = 17.0
"""The centimetres between the margins of A4, lying and standing."""


class Format(StrEnum):
    """A format of tables to hand up; the value is the suffix of its files."""

    ODT = "odt"
    ODS = "ods"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def mime_type(self) -> str:
        """Return how the format is called on the web."""
        if self is Format.ODT:
            return _ODT_TYPE
        return "application/pdf" if self is Format.PDF else Kind(self.value).mime_type


class PDFNotAvailable(Unavailable):
    """The system lacks what setting a PDF needs."""

    message = N_(
        "這台主機無法產生 PDF：缺少 Pango 程式庫或中文字型。請改用 ODT 或 ODS，並請系統管理者執行 tracker doctor。"
    )


class TooLongForPDF(Invalid):
    """A PDF of so many rows would take minutes and hundreds of pages."""

    message = N_("PDF 最多 %(most)s 列，這張表有 %(rows)s 列。請縮小範圍，或改用 ODS。")


@dataclass(frozen=True)
class Heading:
    """The name of a column and its width in centimetres, of which the page gives each its share."""

    name: str
    width: float


@dataclass(frozen=True)
class Paper:
    """A table with its title, and what it states of itself (資料截至、期間、篩選條件、匯出者) as names and values.

    The rows are read once, while they are written; `length` says how many there are. The chart stands in PDF only,
    where the table below it says the same.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Heading]
    rows: Iterable[Sequence[Cell]]
    length: int
    empty: str
    chart: BarChart | None = None

    @property
    def lies(self) -> bool:
        """Tell whether the page lies on its side."""
        return sum(column.width for column in self.columns) > _UPRIGHT

    @property
    def shares(self) -> list[float]:
        """Return the widths of the columns in centimetres, so that they fill the page."""
        room = _ACROSS if self.lies else _UPRIGHT
        whole = sum(column.width for column in self.columns)
        return [round(column.width * room / whole, 2) for column in self.columns]


def write_paper(form: Format, file: IO[bytes], paper: Paper, language: str) -> None:
    """Write a table to an open file; raises CellTooLong, TooLongForPDF, or PDFNotAvailable."""
    if form is Format.ODT:
        _write_odt(file, paper, language)
    elif form is Format.PDF:
        _write_pdf(file, paper, language)
    else:
        sheets.write(Kind(form.value), file, [_sheet(paper)], language)


def write_book(file: IO[bytes], papers: Sequence[Paper], language: str) -> None:
    """Write tables as the sheets of one ODS file."""
    sheets.write(Kind.ODS, file, [_sheet(paper) for paper in papers], language)


def show_cell(cell: Cell, language: str) -> str:
    """Return what stands in a cell as a reader sees it."""
    match cell:
        case None:
            return ""
        case date():
            return show_day(cell, language)
    return str(cell)


@cache
def why_no_pdf() -> str | None:
    """Return in a word what is missing for PDF (`pango`, `font`), or None when nothing is."""
    try:
        _weasyprint()
    except PDFNotAvailable:
        return "pango"
    if lists_fonts := shutil.which("fc-list"):
        found = subprocess.run(  # noqa: S603 - a program of the system with fixed arguments
            [lists_fonts, ":lang=zh-tw", "file"], capture_output=True, check=False, timeout=60
        )
        return None if found.stdout.strip() else "font"
    return None


def _sheet(paper: Paper) -> Sheet:
    return Sheet(
        name=paper.title[:31],  # XLSX allows no longer name.
        head=[column.name for column in paper.columns],
        rows=paper.rows,
        above=[paper.title, *(_fact(name, value) for name, value in paper.facts)],
        widths=paper.shares,
    )


def _fact(name: str, value: str) -> str:
    return f"{name}：{value}"


def _write_pdf(file: IO[bytes], paper: Paper, language: str) -> None:
    if paper.length > MOST_ROWS_IN_PDF:
        raise TooLongForPDF(most=MOST_ROWS_IN_PDF, rows=paper.length)
    weasyprint = _weasyprint()
    rows = [[show_cell(cell, language) for cell in row] for row in paper.rows]
    drawn = draw_bars(paper.chart, partial(show_number, language=language)) if paper.chart else ""
    template = _environment().get_template("papers/table.html")
    page = template.render(paper=paper, rows=rows, drawn=drawn, language=language)
    weasyprint.HTML(string=page, url_fetcher=_fetch_nothing).write_pdf(file)


def _weasyprint() -> Any:
    # Loading it loads Pango, which a system may lack, and takes a while that no other page should pay for.
    try:
        import weasyprint  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise PDFNotAvailable from error
    return weasyprint


def _fetch_nothing(url: str, *_options: object, **_named: object) -> Any:
    # What is printed stands in the page itself: no text may make the server open an address or a file.
    raise ValueError(url)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(bundled("templates")),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_ODT_TYPE: Final = "application/vnd.oasis.opendocument.text"
_MANIFEST: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_ODT_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""
_SPACES: Final = """ office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\""""
_FONT: Final = """<office:font-face-decls>
<style:font-face style:name="paper" svg:font-family="'標楷體', 'DFKai-SB', 'Noto Serif CJK TC', serif"/>
</office:font-face-decls>
"""
_STYLES: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles{_SPACES}>
{_FONT}<office:styles>
<style:default-style style:family="paragraph"><style:text-properties style:font-name="paper"
 style:font-name-asian="paper" fo:font-size="12pt" style:font-size-asian="12pt" fo:language="zh" fo:country="TW"
 style:language-asian="zh" style:country-asian="TW"/></style:default-style>
<style:style style:name="Standard" style:family="paragraph" style:class="text"/>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph"
 style:parent-style-name="Standard" style:default-outline-level="1" style:class="text">
<style:paragraph-properties fo:text-align="center" fo:margin-bottom="0.3cm"/>
<style:text-properties fo:font-size="18pt" style:font-size-asian="18pt" fo:font-weight="bold"
 style:font-weight-asian="bold"/></style:style>
</office:styles>
<office:automatic-styles>
<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="%(width)scm"
 fo:page-height="%(height)scm" style:print-orientation="%(orientation)s" fo:margin-top="1.5cm"
 fo:margin-bottom="1.5cm" fo:margin-left="%(margin)scm" fo:margin-right="%(margin)scm"/>
<style:footer-style/></style:page-layout>
<style:style style:name="foot" style:family="paragraph">
<style:paragraph-properties fo:text-align="center"/></style:style>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="page"><style:footer>
<text:p text:style-name="foot"><text:page-number text:select-page="current">1</text:page-number> /
 <text:page-count>1</text:page-count></text:p></style:footer></style:master-page></office:master-styles>
</office:document-styles>
"""
_CONTENT: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content{_SPACES}>
{_FONT}<office:automatic-styles>
<style:style style:name="cell" style:family="table-cell">
<style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>
<style:style style:name="head" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties fo:text-align="center"/>
<style:text-properties fo:font-weight="bold" style:font-weight-asian="bold"/></style:style>
<style:style style:name="table" style:family="table">
<style:table-properties style:width="%(room)scm" table:align="margins"/></style:style>
%(columns)s</office:automatic-styles>
<office:body><office:text>
<text:h text:style-name="Heading_20_1" text:outline-level="1">%(title)s</text:h>
"""
_COLUMN: Final = (
    '<style:style style:name="c%s" style:family="table-column">'
    '<style:table-column-properties style:column-width="%scm"/></style:style>\n'
)


def _write_odt(file: IO[bytes], paper: Paper, language: str) -> None:
    sides = ("29.7", "21", "landscape", "1.5") if paper.lies else ("21", "29.7", "portrait", "2")
    page = dict(zip(("width", "height", "orientation", "margin"), sides, strict=True))
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        # The type comes first and unpacked, so that the file is known by its first bytes.
        package.writestr(ZipInfo("mimetype"), _ODT_TYPE, ZIP_STORED)
        package.writestr(ZipInfo("META-INF/manifest.xml"), _MANIFEST, ZIP_DEFLATED)
        package.writestr(ZipInfo("styles.xml"), _STYLES % page, ZIP_DEFLATED)
        content = ZipInfo("content.xml")
        content.compress_type = ZIP_DEFLATED
        with package.open(content, "w", force_zip64=True) as part:
            _write_content(lambda piece: part.write(piece.encode()), paper, language)


def _write_content(write: Callable[[str], object], paper: Paper, language: str) -> None:
    title = odf_paragraphs(paper.title).removeprefix("<text:p>").removesuffix("</text:p>")
    columns = "".join(_COLUMN % (place, share) for place, share in enumerate(paper.shares))
    write(_CONTENT % {"room": round(sum(paper.shares), 2), "columns": columns, "title": title})
    for name, value in paper.facts:
        write(odf_paragraphs(_fact(name, value), "Standard"))
    if paper.length:
        _write_table(write, paper, language)
    else:
        write(odf_paragraphs(paper.empty, "Standard"))
    write("</office:text></office:body></office:document-content>\n")


def _write_table(write: Callable[[str], object], paper: Paper, language: str) -> None:
    write('<table:table table:name="table" table:style-name="table">')
    for place in range(len(paper.columns)):
        write(f'<table:table-column table:style-name="c{place}"/>')
    head = _odt_row([column.name for column in paper.columns], "head")
    write(f"<table:table-header-rows>{head}</table:table-header-rows>")
    for row in paper.rows:
        write(_odt_row([show_cell(cell, language) for cell in row], "Standard"))
    write("</table:table>")


def _odt_row(texts: Sequence[str], style: str) -> str:
    cells = "".join(
        '<table:table-cell table:style-name="cell" office:value-type="string">'
        f"{odf_paragraphs(text, style)}</table:table-cell>"
        for text in texts
    )
    return f"<table:table-row>{cells}</table:table-row>\n"
