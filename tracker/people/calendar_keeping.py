"""Keeping the office calendar (辦公日曆): the days on which the city, or a department, differs from the country.

Only differences are stored, so that a newer edition of the published calendar shows through everywhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import delete

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.foundation.errors import Invalid, NotFound
from tracker.foundation.language import N_
from tracker.foundation.office_days import OfficeCalendar, office_calendar
from tracker.people import queries
from tracker.people.models import OfficeDay
from tracker.people.rules.import_table import Problem
from tracker.people.rules.office_table import DayRow, DaySource, read_calendar, years_covered

LONGEST_NOTE = 80


class CalendarRefused(Invalid):
    """Lines of the file have problems; nothing was stored."""

    message = N_("檔案裡有 %(count)s 個問題，沒有匯入任何日子。")


@dataclass(frozen=True)
class DayFields:
    """A day that differs; without a department it holds for the whole city."""

    day: date
    is_workday: bool
    note: str = ""
    department_id: int | None = None


@dataclass(frozen=True)
class DayChange:
    """What an import would change of one day."""

    day: date
    was_workday: bool
    is_workday: bool
    note: str
    is_taken_back: bool = False


@dataclass(frozen=True)
class CalendarPlan:
    """What an import would do: the years it covers, the days that change, and the lines that it cannot take.

    `dropped` are the days that an earlier file told of and this one, which covers their year, does not.
    """

    years: tuple[int, ...]
    changes: tuple[DayChange, ...]
    rows: tuple[DayRow, ...]
    dropped: tuple[date, ...]
    problems: tuple[Problem, ...]

    @property
    def taken_back(self) -> int:
        """Count the days that change because the file no longer tells of them."""
        return sum(each.is_taken_back for each in self.changes)


def set_day(session: Session, act: Act, fields: DayFields) -> OfficeDay:
    """Say of a single day whether it is worked; the last word counts. Raises Forbidden, NotFound or Invalid."""
    act.require(Permission.Calendar.CHANGE)
    if len(fields.note) > LONGEST_NOTE:
        raise Invalid(fields={"note": N_("備註請在 80 字以內。")})
    if fields.department_id is not None:
        queries.get_department(session, fields.department_id)
    row = queries.find_office_day(session, fields.day, fields.department_id)
    before = _facts(row) if row else {}
    if row is None:
        row = OfficeDay(day=fields.day, department_id=fields.department_id)
        session.add(row)
    elif row.source == DaySource.IMPORT:
        row.imported_is_workday, row.imported_note = row.is_workday, row.note
    row.is_workday, row.note, row.source = fields.is_workday, fields.note.strip(), DaySource.HAND
    session.flush()
    audit.record(session, act, "office_day_set", "office_day", row.id, before, _facts(row))
    return row


def forget_day(session: Session, act: Act, office_day_id: int) -> None:
    """Let a day be as the published calendar says again, a file brought in before included.

    Raises Forbidden or NotFound.
    """
    act.require(Permission.Calendar.CHANGE)
    row = session.get(OfficeDay, office_day_id)
    if row is None:
        raise NotFound
    before = _facts(row)
    after: Mapping[str, object] = {}
    if row.imported_is_workday is None:
        session.delete(row)
    else:
        row.is_workday, row.note, row.source = (
            row.imported_is_workday,
            row.imported_note or "",
            DaySource.IMPORT,
        )
        row.imported_is_workday = row.imported_note = None
        after = _facts(row)
    audit.record(session, act, "office_day_forgotten", "office_day", office_day_id, before, after)
    session.flush()


def plan_calendar(session: Session, country: str, zone: tzinfo, data: bytes, name: str) -> CalendarPlan:
    """Return what importing a calendar would change, without storing anything; raises what the reading raises."""
    read = read_calendar(data, name, zone)
    wanted = {row.day: row for row in read.rows if row.day > date.min}
    years = years_covered(wanted)
    present = queries.list_city_days(session)
    by_hand = {row.day: row.is_workday for row in present if row.source == DaySource.HAND}
    imported = {row.day: row.is_workday for row in present if row.source == DaySource.IMPORT}
    dropped = {day for day in imported if day.year in years and day not in wanted}
    told = {day: row.is_workday for day, row in wanted.items()}
    kept = {day: is_workday for day, is_workday in imported.items() if day not in dropped}
    touched = sorted(wanted.keys() | dropped)
    before = _calendar_around(country, touched, imported | by_hand)
    after = _calendar_around(country, touched, kept | told | by_hand)
    changes = tuple(
        DayChange(day, before.is_working_day(day), after.is_working_day(day), note, day in dropped)
        for day in touched
        for note in [wanted[day].note if day in wanted else ""]
        if before.is_working_day(day) != after.is_working_day(day)
    )
    return CalendarPlan(years, changes, tuple(wanted.values()), tuple(sorted(dropped)), read.problems)


def import_calendar(
    session: Session, act: Act, country: str, zone: tzinfo, data: bytes, name: str
) -> CalendarPlan:
    """Take over the published calendar of the years that the file covers, all or nothing; hand-set days stay.

    Days of those years that an earlier file told of and this one does not are taken back.
    Raises Forbidden, or CalendarRefused for a file with problems.
    """
    act.require(Permission.Calendar.CHANGE)
    plan = plan_calendar(session, country, zone, data, name)
    if plan.problems:
        raise CalendarRefused(count=len(plan.problems))
    replaced = {row.day for row in plan.rows} | set(plan.dropped)
    session.execute(
        delete(OfficeDay).where(
            OfficeDay.department_id.is_(None),
            OfficeDay.source == DaySource.IMPORT,
            OfficeDay.day.in_(replaced),
        )
    )
    published = _calendar_around(country, sorted(row.day for row in plan.rows))
    differing = {row.day: row for row in plan.rows if _differs(row, published)}
    # Only days set by hand are left on the days of the file.
    for row in queries.list_city_days(session):
        told = differing.pop(row.day, None)
        if row.day in replaced or row.day.year in plan.years:
            row.imported_is_workday = told.is_workday if told else None
            row.imported_note = told.note[:LONGEST_NOTE] if told else None
    session.add_all(
        OfficeDay(
            day=told.day, is_workday=told.is_workday, note=told.note[:LONGEST_NOTE], source=DaySource.IMPORT
        )
        for told in differing.values()
    )
    session.flush()
    changed = [f"{each.day} {'work' if each.is_workday else 'off'}" for each in plan.changes]
    facts = {"years": list(plan.years), "changed": changed}
    audit.record(session, act, "office_calendar_imported", "office_day", None, {}, facts)
    return plan


def _differs(row: DayRow, published: OfficeCalendar) -> bool:
    """Tell whether a day has to be stored: where it differs from the published calendar, or from the bare week.

    The latter are kept since a later edition of the published calendar may be corrected, but this file was decided.
    """
    in_bare_week = row.day.weekday() not in published.weekend
    return row.is_workday != published.is_working_day(row.day) or row.is_workday != in_bare_week


def _calendar_around(
    country: str, days: Sequence[date], overrides: Mapping[date, bool] | None = None
) -> OfficeCalendar:
    """Return the calendar of the years of some days, given in order."""
    years = range(days[0].year, days[-1].year + 1) if days else range(0)
    return office_calendar(country, years, overrides)


def _facts(row: OfficeDay) -> Mapping[str, object]:
    return {
        "day": row.day,
        "is_workday": row.is_workday,
        "note": row.note,
        "department_id": row.department_id,
    }
