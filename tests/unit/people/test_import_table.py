"""Tables from offices: any usual encoding and separator, names of columns in two languages, problems by line."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.access import Role
from tracker.foundation.errors import EncodingUnknown, FileEmpty, FileTooLarge, TrackerError
from tracker.foundation.language import translator
from tracker.people.rules.import_table import (
    DEPARTMENT_COLUMNS,
    MAX_BYTES,
    PEOPLE_COLUMNS,
    ColumnsMissing,
    NoRows,
    NotATable,
    read_departments,
    read_people,
    sample,
)

PEOPLE = "電子郵件,姓名,職稱,分機,機關或單位,角色,語言\nAn.Lin@city.example,林安,科員,2101,A01,承辦人,\n"


def problems(text: str) -> list[tuple[int, str]]:
    return [(each.line, each.text(str)) for each in read_people(text.encode()).problems]


class TestReadPeople:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
    def test_reads_what_spreadsheet_programs_here_write(self, encoding: str) -> None:
        (row,) = read_people(PEOPLE.encode(encoding)).rows
        assert (row.email, row.name, row.role, row.line) == ("an.lin@city.example", "林安", Role.OFFICER, 2)

    @pytest.mark.parametrize("separator", [",", "\t", ";"])
    def test_finds_the_separator(self, separator: str) -> None:
        assert read_people(PEOPLE.replace(",", separator).encode()).rows[0].department == "A01"

    def test_knows_english_names_in_any_order_and_case(self) -> None:
        (row,) = read_people(b"NAME,Role,Email\nAn Lin,Unit head,an@city.example\n").rows
        assert (row.name, row.role) == ("An Lin", Role.UNIT_HEAD)

    def test_tells_columns_that_nobody_knows(self) -> None:
        assert read_people("電子郵件,姓名,生日\na@b.example,林安,0101\n".encode()).unknown_columns == (
            "生日",
        )

    def test_counts_lines_as_an_editor_does(self) -> None:
        text = '電子郵件,姓名,職稱\na@b.example,林安,"科員\n兼股長"\n\n,陳明,科長\n'
        assert [line for line, _ in problems(text)] == [5]

    @pytest.mark.parametrize(
        ("line", "word"),
        [
            (",林安,,,,", "電子郵件"),
            ("a@b.example,,,,,", "姓名"),
            ("a@b.example,林安,,,A01,股東", "股東"),
            ("a@b.example,林安,,,A01,", "角色"),
            ("a@b.example,林安,,,A01,承辦人,fr", "fr"),
            ("a@b.example,林安,,,A01,承辦人,en,多,餘", "欄數"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, line: str, word: str) -> None:
        found = problems(PEOPLE + line + "\n")
        assert found
        assert all(number == 3 for number, _ in found)
        assert any(word in sentence for _, sentence in found)

    def test_keeps_the_good_lines_beside_the_bad(self) -> None:
        assert len(read_people((PEOPLE + ",,,,,\nx,,,,,\n").encode()).rows) == 1


class TestWholeFileRefused:
    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (b"", FileEmpty),
            (b"  \n\n", FileEmpty),
            (b"x" * (MAX_BYTES + 1), FileTooLarge),
            (b"PK\x03\x04rest of a workbook", NotATable),
            ("電子郵件,姓名\n".encode("utf-16"), NotATable),
            (b"\xff\xfe\xfd\xfc", EncodingUnknown),
            ("姓名,職稱\n林安,科員\n".encode(), ColumnsMissing),
            ("電子郵件,姓名\n".encode(), NoRows),
        ],
    )
    def test_says_why(self, data: bytes, error: type[TrackerError]) -> None:
        with pytest.raises(error):
            read_people(data)

    def test_names_the_columns_that_are_missing(self) -> None:
        with pytest.raises(ColumnsMissing) as caught:
            read_people("職稱,分機\n科員,2101\n".encode())
        assert "電子郵件、姓名" in caught.value.text(str)

    @given(st.binary(max_size=300))
    def test_any_bytes_end_in_a_table_or_in_words(self, data: bytes) -> None:
        with suppress(TrackerError):
            read_people(data)

    @given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=9), max_size=6))
    def test_any_cells_below_good_names_end_in_rows_or_problems(self, cells: list[list[str]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows([["email", "name", "role", "department", "language"], *cells])
        try:
            read = read_people(text.getvalue().encode("utf-8", "replace"))
        except TrackerError:
            return
        assert all(row.email and row.name for row in read.rows)


class TestReadDepartments:
    def test_reads_a_tree(self) -> None:
        text = "機關代碼,機關名稱,上級機關,別名,研考單位\na01,交通局,,市府交通局、交通處,\na01-1,規劃科,A01,,否\nr01,研考會,,,是\n"
        bureau, unit, office = read_departments(text.encode()).rows
        assert (bureau.code, bureau.aliases, bureau.is_coordinating) == (
            "A01",
            ("市府交通局", "交通處"),
            None,
        )
        assert (unit.parent, unit.is_coordinating, office.is_coordinating) == ("A01", False, True)

    def test_asks_for_yes_or_no(self) -> None:
        text = "機關代碼,機關名稱,研考單位\nA01,交通局,也許\n"
        assert "也許" in read_departments(text.encode()).problems[0].text(str)


class TestSample:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_can_be_read_back(self, language: str) -> None:
        translate = translator(language)
        people, agencies = sample(PEOPLE_COLUMNS, translate), sample(DEPARTMENT_COLUMNS, translate)
        assert not read_people(people).problems
        assert not read_departments(agencies).problems

    @pytest.mark.parametrize("columns", [PEOPLE_COLUMNS, DEPARTMENT_COLUMNS])
    def test_holds_no_cell_that_a_spreadsheet_would_compute(self, columns: tuple) -> None:
        text = sample(columns, str).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
