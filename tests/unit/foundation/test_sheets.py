"""Cells that a spreadsheet could take for formulas, and texts that come back as they were."""

import csv
import io
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.libreoffice import converted, needs_calc
from tracker.foundation.sheets import CellTooLong, Kind, Sheet, guarded, show_day, storable, unguarded, write
from tracker.reading.tables import read_table

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    " =1",
    "\u3000=1",
    "\ufeff=1",
    '=HYPERLINK("x")',
]
TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    ["'=1", "''", "'x", "_x000D_", " a  b ", "a\n\nb", "1", "007", "=1"]
)


def written(kind: Kind, *rows: tuple, language: str = "zh-Hant") -> bytes:
    file = io.BytesIO()
    head = [f"欄{number}" for number in range(len(rows[0]))]
    write(
        kind,
        file,
        [Sheet("資料", head, rows), Sheet("說明", ["項目", "內容"], [("匯出者", "溫如玉")])],
        language,
    )
    return file.getvalue()


def read_back(kind: Kind, *rows: tuple, language: str = "zh-Hant") -> list[list]:
    return [list(row.cells) for row in read_table(written(kind, *rows, language=language)).rows]


class TestGuarding:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_puts_an_apostrophe_before_what_looks_like_a_formula(self, text: str) -> None:
        assert guarded(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["設置看板", "1-2", "a=b", "", "108/2/3", "（一）"])
    def test_leaves_everything_else_alone(self, text: str) -> None:
        assert guarded(text) == text

    @given(TEXTS)
    def test_is_undone_exactly(self, text: str) -> None:
        assert unguarded(guarded(text)) == text

    @given(TEXTS)
    def test_never_leaves_a_formula(self, text: str) -> None:
        assert guarded(text).lstrip("\ufeff \u3000")[:1] not in {*"=+-@\t\r\n\0＝＋－＠"}


class TestRoundTrip:
    @pytest.mark.parametrize("kind", Kind)
    @settings(max_examples=60, deadline=None)
    @given(texts=st.lists(TEXTS, min_size=1, max_size=8))
    def test_gives_every_text_back(self, kind: Kind, texts: list[str]) -> None:
        rows = [("x", text) for text in texts]
        expected = [["x", storable(text)] for text in texts]
        assert [[*row, ""][:2] for row in read_back(kind, *rows)] == expected

    @pytest.mark.parametrize("kind", [Kind.ODS, Kind.XLSX])
    def test_gives_days_as_days(self, kind: Kind) -> None:
        assert read_back(kind, ("x", date(2026, 3, 31)), ("y", date(2010, 1, 2))) == [
            ["x", date(2026, 3, 31)],
            ["y", date(2010, 1, 2)],
        ]

    @pytest.mark.parametrize(("language", "shown"), [("zh-Hant", "115/03/31"), ("en", "2026-03-31")])
    def test_shows_days_in_csv_as_the_reader_counts_years(self, language: str, shown: str) -> None:
        assert read_back(Kind.CSV, ("x", date(2026, 3, 31)), language=language) == [["x", shown]]

    @pytest.mark.parametrize("kind", Kind)
    def test_gives_numbers_as_they_are_written(self, kind: Kind) -> None:
        assert read_back(kind, ("x", 45, None)) == [
            ["x", "45", ""][: len(read_back(kind, ("x", 45, None))[0])]
        ]

    def test_keeps_years_below_a_hundred_apart_from_western_ones(self) -> None:
        assert show_day(date(2010, 3, 2), "zh-Hant") == "099/03/02"


class TestFormats:
    def test_begins_csv_with_a_byte_order_mark(self) -> None:
        assert written(Kind.CSV, ("x",)).startswith(b"\xef\xbb\xbf")

    def test_begins_ods_with_its_type_unpacked(self) -> None:
        data = written(Kind.ODS, ("x",))
        assert data[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")

    def test_writes_no_formula_into_a_workbook(self) -> None:
        with ZipFile(io.BytesIO(written(Kind.XLSX, *[(text,) for text in FORMULAS]))) as package:
            sheets = b"".join(package.read(name) for name in package.namelist() if "worksheets" in name)
        assert b"<f>" not in sheets

    def test_refuses_a_text_that_xlsx_would_cut(self) -> None:
        with pytest.raises(CellTooLong):
            written(Kind.XLSX, ("字" * 40_000,))

    @pytest.mark.slow
    @needs_calc
    @pytest.mark.parametrize("kind", [Kind.ODS, Kind.XLSX])
    def test_opens_in_libreoffice_with_texts_for_formulas(self, kind: Kind, tmp_path: Path) -> None:
        table = written(kind, ("=1+1", date(2026, 3, 31)), ("@SUM(1)", date(2026, 12, 1)))
        options = "csv:Text - txt - csv (StarCalc):44,34,76,1"
        data = converted(table, kind.value, options, tmp_path)
        shown = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[1:]
        assert [row[0] for row in shown] == ["'=1+1", "'@SUM(1)"]
        assert [row[1][-5:] for row in shown] == ["03/31", "12/01"]
