"""Writing tables as CSV, ODS and XLSX, row by row, so that a table of any length takes the same memory.

A text that a spreadsheet would take for a formula gets an apostrophe before it, in every format (ASVS 1.2.10): whoever
saves an XLSX file as CSV and opens it again must be as safe. `unguarded` takes exactly that apostrophe away again.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import IO, Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker.foundation import roc
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_, SOURCE_LANGUAGE

Cell: TypeAlias = str | int | date | None
LONGEST_IN_XLSX: Final = 32_767
_A4_IN_XLSX: Final = 9
_CHARACTERS_PER_CENTIMETRE: Final = 5.0
_FORMULAS: Final = frozenset("=+-@\t\r\n\0＝＋－＠")
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Kind(StrEnum):
    """A format of tables; the value is the suffix of its files."""

    ODS = "ods"
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def mime_type(self) -> str:
        """Return how the format is called on the web."""
        return _MIME_TYPES[self]


_MIME_TYPES: Final[Mapping[Kind, str]] = {
    Kind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv",
}


class CellTooLong(Invalid):
    """XLSX knows no text as long as this one; cutting it would lose words."""

    message = N_("有一格的文字太長，XLSX 放不下。請改用 ODS 或 CSV。")


@dataclass(frozen=True)
class Sheet:
    """A table with its name and the names of its columns; the rows are read once, while they are written.

    A sheet with lines `above` its table, the first of them its title, is one to print: ruled, its words wrapped, A4
    across. In CSV these lines follow the table, so that the names of the columns stay the first line. `widths` are
    centimetres.
    """

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    above: Sequence[str] = ()
    widths: Sequence[float] = ()


def write(kind: Kind, file: IO[bytes], sheets: Sequence[Sheet], language: str) -> None:
    """Write sheets to an open file; a CSV file holds the first alone. Raises CellTooLong."""
    _WRITERS[kind](file, sheets, language)


def show_day(day: date, language: str) -> str:
    """Return a day as a machine reads it back without doubt: 115/03/02, in English 2026-03-02."""
    counts_roc = language == SOURCE_LANGUAGE and day.year > roc.EPOCH
    # Three digits for the year: a spreadsheet takes 99/03/02 for a day of 1999.
    return f"{day.year - roc.EPOCH:03}/{day:%m/%d}" if counts_roc else day.isoformat()


def guarded(text: str) -> str:
    """Return a text as cells hold it: what a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(cell: str) -> str:
    """Return the text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell


def storable(text: str) -> str:
    """Return a text as every format and every reader of it keeps it: one kind of line ends, blanks for tabs.

    Without control characters: tabs are lost on the way through an ODS file.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _NOT_IN_XML.sub("", plain)


def _needs_guard(text: str) -> bool:
    # What begins with an apostrophe itself gets one too, so that taking it away again is never wrong.
    begins = text.lstrip("\ufeff \u3000\xa0")[:1]
    return bool(begins) and (begins in _FORMULAS or text.startswith("'"))


def _write_csv(file: IO[bytes], sheets: Sequence[Sheet], language: str) -> None:
    # Spreadsheet programs know UTF-8 by its byte order mark alone.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    table = csv.writer(text)
    table.writerow([guarded(each) for each in sheets[0].head])
    for row in sheets[0].rows:
        table.writerow([_csv_cell(cell, language) for cell in row])
    if sheets[0].above:
        table.writerow([])
    for line in sheets[0].above:
        table.writerow([_csv_cell(line, language)])
    text.flush()
    text.detach()


def _csv_cell(cell: Cell, language: str) -> str:
    match cell:
        case None:
            return ""
        case date():
            return show_day(cell, language)
        case int():
            return str(cell)
    return guarded(storable(cell))


def _write_xlsx(file: IO[bytes], sheets: Sequence[Sheet], language: str) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with closing(Workbook(file, options)) as book:
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            styles = _xlsx_styles(book, sheet, language)
            _lay_out_xlsx(page, sheet)
            for number, line in enumerate(sheet.above):
                page.write_string(
                    number, 0, guarded(storable(line)), styles["title" if not number else "line"]
                )
            first = len(sheet.above)
            for place, name in enumerate(sheet.head):
                page.write_string(first, place, guarded(name), styles["head"])
            for number, row in enumerate(sheet.rows, first + 1):
                for place, cell in enumerate(row):
                    _write_xlsx_cell(page, number, place, cell, styles)


def _xlsx_styles(book: Workbook, sheet: Sheet, language: str) -> Mapping[str, Format]:
    # The calendar of Taiwan (e) counts years of the Republic.
    shown = "[$-404]e/mm/dd" if language == SOURCE_LANGUAGE else "yyyy-mm-dd"
    ruled = {"border": 1, "text_wrap": True, "valign": "top"} if sheet.above else {}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "line": book.add_format({}),
        "head": book.add_format({**ruled, "bold": True}),
        "day": book.add_format({**ruled, "num_format": shown}),
        "cell": book.add_format(ruled),
    }


def _lay_out_xlsx(page: Worksheet, sheet: Sheet) -> None:
    first = len(sheet.above)
    page.set_column(0, max(0, len(sheet.head) - 1), 16)
    for place, width in enumerate(sheet.widths):
        page.set_column(place, place, width * _CHARACTERS_PER_CENTIMETRE)
    page.freeze_panes(first + 1, 0)
    if sheet.above:
        page.set_landscape()
        page.set_paper(_A4_IN_XLSX)
        page.fit_to_pages(1, 0)
        page.repeat_rows(first)
        page.set_footer("&C&P / &N")


def _write_xlsx_cell(
    page: Worksheet, row: int, column: int, cell: Cell, styles: Mapping[str, Format]
) -> None:
    match cell:
        case None | "":
            page.write_blank(row, column, None, styles["cell"])
        case date():
            page.write_datetime(row, column, cell, styles["day"])
        case int():
            page.write_number(row, column, cell, styles["cell"])
        case _:
            text = guarded(storable(cell))
            if len(text.encode("utf-16-le")) // 2 > LONGEST_IN_XLSX:
                raise CellTooLong
            page.write_string(row, column, text, styles["cell"])


_MANIFEST: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_MIME_TYPES[Kind.ODS]}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""
_PAGES: Final = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">
<office:automatic-styles>
<style:page-layout style:name="across"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm"
 style:print-orientation="landscape" style:scale-to-X="1" style:scale-to-Y="0" fo:margin="1.5cm"/></style:page-layout>
</office:automatic-styles>
<office:master-styles>
<style:master-page style:name="Across" style:page-layout-name="across"><style:footer>
<text:p><text:page-number>1</text:page-number> / <text:page-count>1</text:page-count></text:p>
</style:footer></style:master-page>
</office:master-styles>
</office:document-styles>
"""
_CONTENT: Final = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0">
<office:automatic-styles>
<number:date-style style:name="day">%(day)s</number:date-style>
<style:style style:name="sheet" style:family="table" style:master-page-name="Across"/>
<style:style style:name="title" style:family="table-cell">
<style:text-properties fo:font-weight="bold" style:font-weight-asian="bold" fo:font-size="16pt"
 style:font-size-asian="16pt"/></style:style>
<style:style style:name="text" style:family="table-cell"/>
<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>
<style:style style:name="head" style:family="table-cell">
<style:text-properties fo:font-weight="bold" style:font-weight-asian="bold"/></style:style>
<style:style style:name="ruled-text" style:family="table-cell">%(ruled)s</style:style>
<style:style style:name="ruled-date" style:family="table-cell" style:data-style-name="day">%(ruled)s</style:style>
<style:style style:name="ruled-head" style:family="table-cell">%(ruled)s
<style:text-properties fo:font-weight="bold" style:font-weight-asian="bold"/></style:style>
%(columns)s</office:automatic-styles>
<office:body><office:spreadsheet>
"""
_DAY: Final = (
    '<number:year%s number:style="long"/><number:text>%s</number:text><number:month number:style="long"/>'
    '<number:text>%s</number:text><number:day number:style="long"/>'
)
_ROC_DAY: Final = _DAY % (' number:calendar="ROC"', "/", "/")
_ISO_DAY: Final = _DAY % ("", "-", "-")
_RULED: Final = (
    '<style:table-cell-properties fo:border="0.5pt solid #000000" fo:wrap-option="wrap"'
    ' style:vertical-align="top"/>'
)
_USUAL_WIDTH: Final = 3.2
_COLUMN: Final = (
    '<style:style style:name="%s" style:family="table-column">'
    '<style:table-column-properties style:column-width="%scm"/></style:style>\n'
)
_STRETCHES: Final = re.compile(r"\t|^ +| +$|(?<= ) +")


def _write_ods(file: IO[bytes], sheets: Sequence[Sheet], language: str) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        # The type comes first and unpacked, so that the file is known by its first bytes.
        package.writestr(ZipInfo("mimetype"), _MIME_TYPES[Kind.ODS], ZIP_STORED)
        package.writestr(ZipInfo("META-INF/manifest.xml"), _MANIFEST, ZIP_DEFLATED)
        package.writestr(ZipInfo("styles.xml"), _PAGES, ZIP_DEFLATED)
        content = ZipInfo("content.xml")
        content.compress_type = ZIP_DEFLATED
        with package.open(content, "w", force_zip64=True) as part:
            for piece in _ods_content(sheets, language):
                part.write(piece.encode())


def _ods_content(sheets: Sequence[Sheet], language: str) -> Iterator[str]:
    yield _CONTENT % {
        "day": _ROC_DAY if language == SOURCE_LANGUAGE else _ISO_DAY,
        "ruled": _RULED,
        "columns": "".join(
            _COLUMN % (f"c{number}-{place}", width)
            for number, sheet in enumerate(sheets)
            for place, width in enumerate(_widths(sheet))
        ),
    }
    for number, sheet in enumerate(sheets):
        ruled = "ruled-" if sheet.above else ""
        yield f'<table:table table:name={quoteattr(sheet.name)} table:style-name="sheet">'
        for place in range(len(_widths(sheet))):
            yield f'<table:table-column table:style-name="c{number}-{place}"/>'
        for place, line in enumerate(sheet.above):
            yield _ods_row([_ods_text(line, "text" if place else "title")])
        head = _ods_row(_ods_text(each, f"{ruled}head") for each in sheet.head)
        yield f"<table:table-header-rows>{head}</table:table-header-rows>"
        for row in sheet.rows:
            yield _ods_row(_ods_cell(cell, ruled) for cell in row)
        yield "</table:table>\n"
    yield "</office:spreadsheet></office:body></office:document-content>\n"


def _widths(sheet: Sheet) -> Sequence[float]:
    return sheet.widths or [_USUAL_WIDTH] * max(1, len(sheet.head))


def _ods_row(cells: Iterable[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>\n"


def _ods_cell(cell: Cell, ruled: str) -> str:
    match cell:
        case None | "":
            return f'<table:table-cell table:style-name="{ruled}text"/>'
        case date():
            return (
                f'<table:table-cell table:style-name="{ruled}date" office:value-type="date"'
                f' office:date-value="{cell.isoformat()}"><text:p>{cell.isoformat()}</text:p></table:table-cell>'
            )
        case int():
            return (
                f'<table:table-cell table:style-name="{ruled}text" office:value-type="float"'
                f' office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
            )
    return _ods_text(cell, f"{ruled}text")


def _ods_text(text: str, style: str) -> str:
    written = odf_paragraphs(guarded(storable(text)))
    return f'<table:table-cell table:style-name="{style}" office:value-type="string">{written}</table:table-cell>'


def odf_paragraphs(text: str, style: str = "") -> str:
    """Return a text as paragraphs of an OpenDocument file, one for each line, none of its blanks lost."""
    named = f' text:style-name="{style}"' if style else ""
    lines = storable(text).split("\n")
    return "".join(f"<text:p{named}>{_STRETCHES.sub(_ods_blanks, escape(line))}</text:p>" for line in lines)


def _ods_blanks(found: re.Match[str]) -> str:
    # XML readers make one blank of several.
    return f'<text:s text:c="{len(found[0])}"/>'


_WRITERS: Final[Mapping[Kind, Callable[[IO[bytes], Sequence[Sheet], str], None]]] = {
    Kind.ODS: _write_ods,
    Kind.XLSX: _write_xlsx,
    Kind.CSV: _write_csv,
}
