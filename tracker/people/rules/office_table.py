"""Office calendars as governments publish them: a CSV table of the days of a year, or an ICS file of days off.

Source of the table's columns: the yearly office calendar (辦公日曆表), one line a day, 是否放假 0 for a working day and
2 for a day off. Taipei and New Taipei publish tables of their own: only the days that differ, with a kind of holiday;
one of some professions (特定節日, the day of the police say) closes no office. A calendar program's file says it in
words: 補行上班 marks a make-up Saturday.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import Calendar

from tracker.foundation import roc
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.rules.import_table import Column, NoRows, Problem, Read, Refuse, decode, read_table

LONGEST_STAY: Final = timedelta(days=31)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_OFF: Final = frozenset({"2", "是", "放假", "休假", "yes", "y", "true", "off", "holiday"})
_ON: Final = frozenset({"0", "否", "上班", "補班", "補行上班", "no", "n", "false", "work"})
_OF_ALL: Final = re.compile(r"全國|各機關")
_SATURDAY: Final = 5
_UNUSABLE: Final = N_("第 %(number)s 個活動「%(note)s」的日期無法採用。")
_MAKE_UP: Final = re.compile(r"補行上班|補上班|補班|調整上班|make-?up|working day", re.IGNORECASE)


class DaySource(StrEnum):
    """Where a day that differs comes from; what a person entered by hand outlives the next import."""

    HAND = "hand"
    IMPORT = "import"


class NotACalendar(Invalid):
    """The file cannot be read as a calendar."""

    message = N_("這不是可以讀取的行事曆檔（.ics）。請重新下載後再匯入。")


@dataclass(frozen=True)
class DayRow:
    """One day as a file tells of it."""

    line: int
    day: date
    is_workday: bool
    note: str


CALENDAR_COLUMNS: Final = (
    Column("day", N_("日期"), ("西元日期", "date", "day"), ("20260216", "20260214"), required=True),
    Column(
        "is_workday",
        N_("是否放假"),
        ("放假", "holiday", "is holiday", "isholiday", "day off"),
        ("2", "0"),
        required=True,
    ),
    Column("note", N_("備註"), ("說明", "節日", "note", "name"), ("除夕", "補行上班")),
    Column("weekday", N_("星期"), ("weekday",), ("一", "六")),
    Column("category", N_("假日類別"), ("holidaycategory",)),
    Column("details", N_("補充說明"), ("description",)),
)


def read_calendar(data: bytes, name: str) -> Read[DayRow]:
    """Read an office calendar from a CSV or ICS file; raises NotACalendar, NotATable, NoRows or ColumnsMissing."""
    if name.casefold().endswith(".ics") or data.lstrip().startswith(b"BEGIN:VCALENDAR"):
        return _read_ics(data)
    return read_table(data, CALENDAR_COLUMNS, _day_of_row)


def _day_of_row(line: int, values: Mapping[str, str], refuse: Refuse) -> DayRow:
    written, told = values.get("day", ""), values.get("is_workday", "").casefold()
    day = read_day(written)
    if written and day is None:
        refuse(N_("看不懂日期「%(day)s」。請寫成 20260216、2026-02-16 或 115/2/16。"), day=written)
    if told and told not in _OFF | _ON:
        refuse(N_("是否放假請填 2（放假）或 0（上班），不是「%(value)s」。"), value=values["is_workday"])
    day = day or date.min
    is_workday = told in _ON or (_is_of_some_only(values) and day.weekday() < _SATURDAY)
    note = next(filter(None, (values.get(key, "") for key in ("note", "details", "category"))), "")
    return DayRow(line, day, is_workday, note)


def _is_of_some_only(values: Mapping[str, str]) -> bool:
    """Tell whether a holiday is one of some professions, on which offices work as ever."""
    return values.get("category") == "特定節日" and not _OF_ALL.search(values.get("details", ""))


def read_day(written: str) -> date | None:
    """Return the day that a cell names, western or ROC, with or without signs between; None for anything else."""
    if match := _COMPACT.fullmatch(written):
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            return None
    return roc.parse(written)


def _read_ics(data: bytes) -> Read[DayRow]:
    try:
        calendar = Calendar.from_ical(decode(data))
    except (ValueError, IndexError, KeyError) as error:
        raise NotACalendar from error
    rows: list[DayRow] = []
    problems: list[Problem] = []
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        note = " ".join(str(event.get("SUMMARY", "")).split())
        begins, ends = _day(event, "DTSTART"), _day(event, "DTEND")
        if begins is None or "RRULE" in event or (ends and not begins <= ends <= begins + LONGEST_STAY):
            problems.append(Problem(number, _UNUSABLE, {"number": number, "note": note}))
            continue
        is_workday = bool(_MAKE_UP.search(note))
        rows += [DayRow(number, day, is_workday, note) for day in _days(begins, ends)]
    if not rows and not problems:
        raise NoRows
    return Read(tuple(rows), tuple(problems), ())


def _day(event: object, name: str) -> date | None:
    found = event.get(name) if hasattr(event, "get") else None
    moment = getattr(found, "dt", None)
    if isinstance(moment, datetime):
        return moment.date()
    return moment if isinstance(moment, date) else None


def _days(begins: date, ends: date | None) -> Iterator[date]:
    # The end of an all-day event is the day after its last one.
    length = max(1, (ends - begins).days) if ends else 1
    return (begins + timedelta(days=number) for number in range(length))
