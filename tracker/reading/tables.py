"""Reading tables from CSV, ODS and XLSX files: the first sheet as rows of texts and days, the first row its head."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from tracker.foundation.errors import FileEmpty, FileTooLarge, FileTruncated, FormatNotSupported, Invalid
from tracker.foundation.language import N_
from tracker.foundation.sheets import Kind, storable, unguarded
from tracker.reading.archive import Archive
from tracker.reading.encoding import decode

Cell: TypeAlias = str | date
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 100_000
_ZIP: Final = b"PK\x03\x04"


class NotATable(FormatNotSupported):
    """The file is none of the formats that tables come in."""

    message = N_("這不是可以讀取的表格。請使用 CSV、ODS 或 XLSX 檔。")


class TooManyRows(FileTooLarge):
    """The table has more rows or columns than are taken at once."""

    message = N_("表格太大：最多 %(rows)s 列、%(columns)s 欄。請分成幾個檔案。")


class NoRows(Invalid):
    """The table has names of columns and nothing below them, or not even those."""

    message = N_("檔案裡沒有資料；第一列須是欄位名稱，其下每列一件。")


@dataclass(frozen=True)
class Row:
    """A row with its line in the file, counted from 1 as a spreadsheet does."""

    line: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """The names of the columns, and the rows below that hold anything."""

    head: Sequence[str]
    rows: Sequence[Row]


def kind_of(data: bytes) -> Kind:
    """Return the format of a file by its content; raises FileEmpty, NotATable or what `Archive` raises."""
    if not data.strip():
        raise FileEmpty
    if not data.startswith(_ZIP):
        return Kind.CSV
    parts = Archive(data)
    if "xl/workbook.xml" in parts:
        return Kind.XLSX
    if "content.xml" in parts:
        return Kind.ODS
    raise NotATable


def read_table(data: bytes) -> Table:
    """Read the first sheet of a file; raises what `kind_of` raises, NoRows, TooManyRows or EncodingUnknown."""
    lines = _csv_lines(data) if kind_of(data) is Kind.CSV else _sheet_lines(data)
    head: Sequence[str] = ()
    rows: list[Row] = []
    for line, cells in lines:
        if len(rows) >= MOST_ROWS or len(cells) > MOST_COLUMNS:
            raise TooManyRows(rows=MOST_ROWS, columns=MOST_COLUMNS)
        if not any(cells):
            continue
        if head:
            rows.append(Row(line, cells))
        else:
            head = [" ".join(str(each).split()) for each in cells]
    if not rows:
        raise NoRows
    return Table(head, rows)


def _csv_lines(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    if b"\0" in data[:1024] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotATable
    text = decode(data).removeprefix("\ufeff")
    begins = text.split("\n", 1)[0]
    # Spreadsheet programs of some countries write semicolons, and paste tabs.
    mark = max(",;\t", key=begins.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False)
    line = 1
    try:
        for cells in reader:
            yield line, [_text(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotATable from error


def _sheet_lines(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    Archive(data).check_bounds()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS + 1 or sheet.total_width > MOST_COLUMNS:
            raise TooManyRows(rows=MOST_ROWS, columns=MOST_COLUMNS)
        for line, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
            yield line, [_cell(cell) for cell in cells]
    except (CalamineError, OSError, ValueError) as error:
        raise FileTruncated from error


def _cell(cell: Any) -> Cell:
    match cell:
        case datetime():
            return cell.date()
        case date():
            return cell
        case bool():
            return str(cell)
        case float() if cell.is_integer():
            return str(int(cell))
        case timedelta():
            return str(cell)
    return _text(str(cell))


def _text(cell: str) -> str:
    if len(cell) > LONGEST_CELL:
        raise FileTooLarge
    return storable(unguarded(cell))
