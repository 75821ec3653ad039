"""Office calendars as governments publish them: a CSV table of the days of a year, or an ICS file of days off.

Source of the table's columns: the yearly office calendar (辦公日曆表), one line a day, 是否放假 0 for a working day and
2 for a day off. Taipei and New Taipei publish tables of their own: only the days that differ, with a kind of holiday;
one of some professions (特定節日, the day of the police say) closes no office. A calendar program's file says it in
words: 補行上班 marks a make-up Saturday. Its cancelled events are passed over.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from icalendar import Calendar

from tracker.foundation import roc
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.rules.import_table import Column, NoRows, Problem, Read, Refuse, decode, read_table

FIRST_YEAR, LAST_YEAR = 1912, 2200
LONGEST_STAY: Final = timedelta(days=31)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_OFF: Final = frozenset({"2", "是", "放假", "休假", "yes", "y", "true", "off", "holiday"})
_ON: Final = frozenset({"0", "否", "上班", "補班", "補行上班", "no", "n", "false", "work"})
_OF_ALL: Final = re.compile(r"全國|各機關")
_SATURDAY: Final = 5
_UNUSABLE: Final = N_("第 %(number)s 個活動「%(note)s」的日期無法採用。")
_LINES_CONTRADICT: Final = N_("第 %(other)s 列與第 %(line)s 列對 %(day)s 的說法不同，請留下正確的一列。")
_EVENTS_CONTRADICT: Final = N_(
    "第 %(other)s 個活動與第 %(line)s 個活動對 %(day)s 的說法不同，請留下正確的一個。"
)
_MAKE_UP: Final = re.compile(
    r"(?<![不免須需必])(補行上班|補上班|補班|調整上班)|make-?up|(?<!non-)(?<!non )(?<!non)working day",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"[(（\[【〔][^)）\]】〕]*\d[^)）\]】〕]*[)）\]】〕]")
_AFTER_A_DAY_OFF: Final = re.compile(
    r"(放假|休假|補假|連假|holidays?|day off)\s*[\d(（\[【〔,，;；、:：].*", re.IGNORECASE
)


class DaySource(StrEnum):
    """Where a day that differs comes from; what a person entered by hand outlives the next import."""

    HAND = "hand"
    IMPORT = "import"


class NotACalendar(Invalid):
    """The file cannot be read as a calendar."""

    message = N_("這不是可以讀取的行事曆檔（.ics）。請重新下載後再匯入。")


@dataclass(frozen=True)
class DayRow:
    """One day as a file tells of it; the holiday of one profession gives way to what else is said of the day."""

    line: int
    day: date
    is_workday: bool
    note: str
    gives_way: bool = False


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


def read_calendar(data: bytes, name: str, zone: tzinfo) -> Read[DayRow]:
    """Read an office calendar from a CSV or ICS file, each day once; a contradiction is a problem.

    Events that are given in hours of some zone fall on the days that they have in the city's.
    Raises NotACalendar, NotATable, NoRows or ColumnsMissing.
    """
    if name.casefold().endswith(".ics") or data.lstrip().startswith(b"BEGIN:VCALENDAR"):
        return _each_day_once(_read_ics(data, zone), _EVENTS_CONTRADICT)
    return _each_day_once(read_table(data, CALENDAR_COLUMNS, _day_of_row), _LINES_CONTRADICT)


def _each_day_once(read: Read[DayRow], contradict: str) -> Read[DayRow]:
    told: dict[date, DayRow] = {}
    problems = list(read.problems)
    for row in read.rows:
        other = told.setdefault(row.day, row)
        if other.gives_way:
            told[row.day] = row
        elif row.is_workday != other.is_workday and not row.gives_way:
            values = {"day": row.day.isoformat(), "line": row.line, "other": other.line}
            problems.append(Problem(row.line, contradict, values))
    problems.sort(key=lambda problem: problem.line)
    return Read(tuple(told.values()), tuple(problems), read.unknown_columns)


def years_covered(days: Iterable[date]) -> tuple[int, ...]:
    """Return the years whose calendar a file is, by the days that it names.

    A stay over the turn of the year runs into a year that the file does not tell of.
    """
    named = set(days)
    within = {day.year for day in named if (1, 3) < (day.month, day.day) < (12, 29)}
    return tuple(sorted(within or {day.year for day in named}))


def _day_of_row(line: int, values: Mapping[str, str], refuse: Refuse) -> DayRow:
    written, told = values.get("day", ""), values.get("is_workday", "").casefold()
    day = read_day(written)
    if written and day is None:
        refuse(N_("看不懂日期「%(day)s」。請寫成 20260216、2026-02-16 或 115/2/16。"), day=written)
    if told and told not in _OFF | _ON:
        refuse(N_("是否放假請填 2（放假）或 0（上班），不是「%(value)s」。"), value=values["is_workday"])
    day = day or date.min
    is_of_some = told in _OFF and _is_of_some_only(values)
    is_workday = told in _ON or (is_of_some and day.weekday() < _SATURDAY)
    note = next(filter(None, (values.get(key, "") for key in ("note", "details", "category"))), "")
    return DayRow(line, day, is_workday, note, is_of_some)


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


def is_make_up_day(title: str) -> bool:
    """Tell whether an event is itself a make-up day, not a day off that names its make-up day beside."""
    return bool(_MAKE_UP.search(_AFTER_A_DAY_OFF.sub(r"\1", _ASIDE.sub("", title))))


def _read_ics(data: bytes, zone: tzinfo) -> Read[DayRow]:
    try:
        calendar = Calendar.from_ical(decode(data))
    except (ValueError, IndexError, KeyError) as error:
        raise NotACalendar from error
    rows: list[DayRow] = []
    problems: list[Problem] = []
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        if str(event.get("STATUS", "")).strip().upper() == "CANCELLED":
            continue
        note = " ".join(str(event.get("SUMMARY", "")).split())
        starts, stops, lasts = (_value(event, name) for name in ("DTSTART", "DTEND", "DURATION"))
        begins, ends = _day(starts, zone), _day(stops or _after(starts, lasts), zone)
        if begins is None or "RRULE" in event or (ends and not begins <= ends <= begins + LONGEST_STAY):
            problems.append(Problem(number, _UNUSABLE, {"number": number, "note": note}))
            continue
        is_workday = is_make_up_day(note)
        rows += [DayRow(number, day, is_workday, note) for day in _days(begins, ends)]
    if not rows and not problems:
        raise NoRows
    return Read(tuple(rows), tuple(problems), ())


def _value(event: object, name: str) -> object:
    found = event.get(name) if hasattr(event, "get") else None
    return getattr(found, "dt", None)


def _after(starts: object, lasts: object) -> object:
    """Return when an event ends that says how long it lasts instead (RFC 5545)."""
    is_told = isinstance(starts, date) and isinstance(lasts, timedelta)
    try:
        return starts + lasts if is_told else None  # type: ignore[operator]
    except OverflowError:
        return None


def _day(moment: object, zone: tzinfo) -> date | None:
    if not isinstance(moment, date) or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if isinstance(moment, datetime):
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    return moment


def _days(begins: date, ends: date | None) -> Iterator[date]:
    # The end of an all-day event is the day after its last one.
    length = max(1, (ends - begins).days) if ends else 1
    return (begins + timedelta(days=number) for number in range(length))
