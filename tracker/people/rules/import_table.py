"""Tables of people and departments as offices keep them: the bytes of a CSV file in, rows and plain problems out.

Nothing here knows what is stored already; `tracker.people.importing` compares. Spreadsheet programs in Taiwan save
CSV in Big5 unless told otherwise, so that is read as well as UTF-8.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Generic, TypeVar

from tracker.access import ROLE_LABELS, Role
from tracker.foundation.errors import EncodingUnknown, FileEmpty, FileTooLarge, Invalid, Translate
from tracker.foundation.language import LANGUAGES, N_, translator

MAX_BYTES: Final = 256 * 1024
R = TypeVar("R")


class NotATable(Invalid):
    """The file is something else than a CSV file: a workbook, a picture."""

    message = N_("這不是 CSV 檔。請在試算表軟體另存為 CSV 檔後再匯入。")


class NoRows(Invalid):
    """The file has column names and nothing below them."""

    message = N_("檔案裡只有欄位名稱，沒有資料。")


class ColumnsMissing(Invalid):
    """The first line lacks a column that must be there."""

    message = N_("第一列必須是欄位名稱，檔案裡沒有這些欄位：%(columns)s。")

    def text(self, translate: Translate) -> str:
        """Return the sentence with the names of the columns, in the language that `translate` speaks."""
        named = translate(N_("、")).join(translate(str(label)) for label in self.values["labels"])  # type: ignore[attr-defined]
        return translate(self.message) % {"columns": named}


@dataclass(frozen=True)
class Column:
    """A column: its key, its name for the reader, what else it may be called, and sample cells."""

    key: str
    label: str
    names: tuple[str, ...]
    samples: tuple[str, str] = ("", "")
    required: bool = False


@dataclass(frozen=True)
class Problem:
    """What is wrong on a line of the file, lines counted from 1, as a msgid with named values."""

    line: int
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Translate) -> str:
        """Return the sentence in the language that `translate` speaks."""
        return translate(self.message) % self.values if self.values else translate(self.message)


@dataclass(frozen=True)
class Read(Generic[R]):
    """What a file holds: good rows, problems of the others, and columns that nobody knows."""

    rows: tuple[R, ...]
    problems: tuple[Problem, ...]
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True)
class PersonRow:
    """One line about a person: one role in one department, both as the file names them."""

    line: int
    email: str
    name: str
    title: str
    extension: str
    department: str
    role: Role | None
    language: str | None


@dataclass(frozen=True)
class DepartmentRow:
    """One line about a department; `parent` is a code or a name, `is_coordinating` None where the cell is empty."""

    line: int
    code: str
    name: str
    english_name: str
    aliases: tuple[str, ...]
    parent: str
    mailbox: str
    is_coordinating: bool | None


PEOPLE_COLUMNS: Final = (
    Column(
        "email",
        N_("電子郵件"),
        ("email", "e-mail", "信箱", "電子信箱"),
        ("an.lin@city.example", "ming.chen@city.example"),
        required=True,
    ),
    Column("name", N_("姓名"), ("name",), ("林安", "陳明"), required=True),
    Column("title", N_("職稱"), ("title",), ("科員", "科長")),
    Column("extension", N_("分機"), ("extension", "ext"), ("2101", "2100")),
    Column(
        "department",
        N_("機關或單位"),
        ("department", "機關", "單位", "機關代碼", "單位代碼", "department code"),
        ("A01-1", "A01-1"),
    ),
    Column("role", N_("角色"), ("role",), ("承辦人", "單位主管")),
    Column("language", N_("語言"), ("language",), ("zh-Hant", "zh-Hant")),
)
DEPARTMENT_COLUMNS: Final = (
    Column("code", N_("機關代碼"), ("code", "代碼"), ("A01", "A01-1"), required=True),
    Column("name", N_("機關名稱"), ("name", "名稱", "機關", "單位"), ("交通局", "運輸規劃科"), required=True),
    Column(
        "english_name",
        N_("英文名稱"),
        ("english name", "english_name"),
        ("Transport Bureau", "Transport Planning Section"),
    ),
    Column("aliases", N_("別名"), ("aliases",), ("市府交通局", "")),
    Column("parent", N_("上級機關"), ("parent", "上級機關代碼", "parent code"), ("", "A01")),
    Column("mailbox", N_("公用信箱"), ("mailbox", "電子郵件"), ("transport@city.example", "")),
    Column(
        "is_coordinating",
        N_("研考單位"),
        ("coordinating", "is_coordinating", "coordinating office"),
        ("", ""),
    ),
)
_YES: Final = frozenset({"是", "有", "y", "yes", "true", "1", "v", "✓"})
_NO: Final = frozenset({"否", "無", "n", "no", "false", "0"})
_LANGUAGES: Final = {
    "zh-hant": "zh-Hant", "zh": "zh-Hant", "中文": "zh-Hant", "正體中文": "zh-Hant",
    "en": "en", "english": "en", "英文": "en",
}  # fmt: skip
_ROLE_NAMES: Final = {"系統管理員": Role.ADMINISTRATOR, "研考人員": Role.COORDINATOR}


def read_people(data: bytes) -> Read[PersonRow]:
    """Read a table of people; raises FileEmpty, FileTooLarge, EncodingUnknown, NotATable, ColumnsMissing or NoRows."""
    return read_table(data, PEOPLE_COLUMNS, _person)


def read_departments(data: bytes) -> Read[DepartmentRow]:
    """Read a table of departments; raises what `read_people` raises."""
    return read_table(data, DEPARTMENT_COLUMNS, _department)


def sample(columns: Sequence[Column], translate: Translate) -> bytes:
    """Return a table to fill in, with the byte order mark by which spreadsheet programs know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([translate(column.label) for column in columns])
    for cells in zip(*(column.samples for column in columns), strict=True):
        writer.writerow([cell and translate(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def decode(data: bytes) -> str:
    """Return the text of a CSV file in UTF-8 or Big5."""
    if not data.strip():
        raise FileEmpty
    if len(data) > MAX_BYTES:
        raise FileTooLarge
    if b"\0" in data or data.startswith(b"PK\x03\x04"):
        raise NotATable
    for encoding in ("utf-8-sig", "cp950"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise EncodingUnknown


Refuse = Callable[..., None]
"""Says what is wrong on the line in hand: a msgid, with named values."""


def read_table(
    data: bytes, columns: Sequence[Column], make: Callable[[int, Mapping[str, str], Refuse], R]
) -> Read[R]:
    """Read a CSV file, one value of `make` a line; raises NotATable, NoRows, ColumnsMissing or FileEmpty."""
    lines = _lines(decode(data))
    if not lines:
        raise FileEmpty
    _, header = lines[0]
    keys = _keys(header, columns)
    rows: list[R] = []
    problems: list[Problem] = []
    for number, cells in lines[1:]:
        found: list[Problem] = []

        def refuse(
            message: str, *, line: int = number, into: list[Problem] = found, **values: object
        ) -> None:
            into.append(Problem(line, message, values))

        if any(cells[len(keys) :]):
            refuse(N_("這一列的欄數比欄位名稱多。"))
        values = {key: cell for key, cell in zip(keys, cells, strict=False) if key}
        for column in columns:
            if column.required and not values.get(column.key):
                refuse(_EMPTY[column.key])
        row = make(number, values, refuse)
        problems += found
        rows += [] if found else [row]
    if not rows and not problems:
        raise NoRows
    unknown = tuple(cell for cell, key in zip(header, keys, strict=True) if cell and key is None)
    return Read(tuple(rows), tuple(problems), unknown)


_EMPTY: Final = {
    "day": N_("請填寫日期。"),
    "is_workday": N_("請填寫是否放假。"),
    "email": N_("請填寫電子郵件。"),
    "name": N_("請填寫名稱或姓名。"),
    "code": N_("請填寫機關代碼。"),
}


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the lines that hold anything, each with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            trimmed = [" ".join(cell.split()) for cell in cells]
            if any(trimmed):
                lines.append((begins, trimmed))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise NotATable from error
    return lines


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",\t;", key=header.count)


def _keys(header: Sequence[str], columns: Sequence[Column]) -> list[str | None]:
    by_name = {
        _folded(name): column.key
        for column in columns
        for name in (*_in_every_language(column.label), *column.names)
    }
    keys: list[str | None] = []
    for cell in header:
        key = by_name.get(_folded(cell))
        keys.append(None if key in keys else key)
    missing = [column.label for column in columns if column.required and column.key not in keys]
    if missing:
        raise ColumnsMissing(labels=missing)
    return keys


@cache
def _roles() -> Mapping[str, Role]:
    """Return the roles by every name that a cell may use."""
    codes = {_folded(role.value): role for role in Role}
    labels = {
        _folded(name): role for role, label in ROLE_LABELS.items() for name in _in_every_language(label)
    }
    return {**_ROLE_NAMES, **codes, **labels}


def _in_every_language(msgid: str) -> tuple[str, ...]:
    return tuple(translator(language)(msgid) for language in LANGUAGES)


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def _person(line: int, values: Mapping[str, str], refuse: Refuse) -> PersonRow:
    role_name, language = values.get("role", ""), values.get("language", "")
    role = _roles().get(_folded(role_name))
    department = values.get("department", "")
    if role_name and role is None:
        refuse(
            N_(
                "沒有「%(role)s」這個角色。可用的角色：承辦人、單位主管、機關首長、研考、檢視者、系統管理者。"
            ),
            role=role_name,
        )
    if department and not role_name:
        refuse(N_("填了機關或單位，但沒有填角色。"))
    if language and _folded(language) not in _LANGUAGES:
        refuse(N_("語言請填 zh-Hant 或 en，不是「%(language)s」。"), language=language)
    return PersonRow(
        line=line,
        email=values.get("email", "").casefold(),
        name=values.get("name", ""),
        title=values.get("title", ""),
        extension=values.get("extension", ""),
        department=department,
        role=role,
        language=_LANGUAGES.get(_folded(language)),
    )


def _department(line: int, values: Mapping[str, str], refuse: Refuse) -> DepartmentRow:
    coordinating = values.get("is_coordinating", "").casefold()
    if coordinating and coordinating not in _YES | _NO:
        refuse(N_("研考單位請填「是」或「否」，不是「%(value)s」。"), value=values["is_coordinating"])
    return DepartmentRow(
        line=line,
        code=values.get("code", "").upper(),
        name=values.get("name", ""),
        english_name=values.get("english_name", ""),
        aliases=split_aliases(values.get("aliases", "")),
        parent=values.get("parent", ""),
        mailbox=values.get("mailbox", ""),
        is_coordinating=coordinating in _YES if coordinating else None,
    )


def split_aliases(text: str) -> tuple[str, ...]:
    """Return the names in a list that is parted by 、 or by semicolons."""
    parts = text.replace("；", "、").replace(";", "、").split("、")
    return tuple(part.strip() for part in parts if part.strip())
