"""Keeping the office calendar (辦公日曆): the days on which the city, or a department, differs from the country.

Only differences are stored, so that a newer edition of the published calendar shows through everywhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.foundation.errors import Invalid, NotFound
from tracker.foundation.language import N_
from tracker.foundation.office_days import OfficeCalendar, office_calendar
from tracker.people import queries
from tracker.people.models import OfficeDay
from tracker.people.rules.import_table import Problem
from tracker.people.rules.office_table import DayRow, DaySource, read_calendar

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


@dataclass(frozen=True)
class CalendarPlan:
    """What an import would do: the years it speaks of, the days that change, and the lines that it cannot take."""

    years: tuple[int, ...]
    changes: tuple[DayChange, ...]
    rows: tuple[DayRow, ...]
    problems: tuple[Problem, ...]


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
    row.is_workday, row.note, row.source = fields.is_workday, fields.note.strip(), DaySource.HAND
    session.flush()
    audit.record(session, act, "office_day_set", "office_day", row.id, before, _facts(row))
    return row


def forget_day(session: Session, act: Act, office_day_id: int) -> None:
    """Let a day be as the published calendar says again; raises Forbidden or NotFound."""
    act.require(Permission.Calendar.CHANGE)
    row = session.get(OfficeDay, office_day_id)
    if row is None:
        raise NotFound
    audit.record(session, act, "office_day_forgotten", "office_day", row.id, _facts(row), {})
    session.delete(row)
    session.flush()


def plan_calendar(session: Session, country: str, data: bytes, name: str) -> CalendarPlan:
    """Return what importing a calendar would change, without storing anything; raises what the reading raises."""
    read = read_calendar(data, name)
    rows = tuple(row for row in read.rows if row.day > date.min)
    years = tuple(sorted({row.day.year for row in rows}))
    if not years:
        return CalendarPlan((), (), rows, read.problems)
    present = _present_calendar(session, country, years)
    wanted = {row.day: row for row in rows}
    changes = [
        DayChange(day, present.is_working_day(day), row.is_workday, row.note)
        for day, row in sorted(wanted.items())
        if present.is_working_day(day) != row.is_workday
    ]
    return CalendarPlan(years, tuple(changes), rows, read.problems)


def import_calendar(session: Session, act: Act, country: str, data: bytes, name: str) -> CalendarPlan:
    """Take over the published calendar of its years; what was set by hand stays. All or nothing.

    Raises Forbidden, or CalendarRefused for a file with problems.
    """
    act.require(Permission.Calendar.CHANGE)
    plan = plan_calendar(session, country, data, name)
    if plan.problems:
        raise CalendarRefused(count=len(plan.problems))
    wanted = {row.day: row for row in plan.rows}
    session.execute(
        delete(OfficeDay).where(
            OfficeDay.department_id.is_(None), OfficeDay.source == DaySource.IMPORT, OfficeDay.day.in_(wanted)
        )
    )
    by_hand = set(session.scalars(select(OfficeDay.day).where(OfficeDay.department_id.is_(None))))
    published = office_calendar(country, range(plan.years[0], plan.years[-1] + 1)) if plan.years else None
    differing = [
        row for day, row in wanted.items() if day not in by_hand and published and _differs(row, published)
    ]
    session.add_all(
        OfficeDay(
            day=row.day, is_workday=row.is_workday, note=row.note[:LONGEST_NOTE], source=DaySource.IMPORT
        )
        for row in differing
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


def _present_calendar(session: Session, country: str, years: Sequence[int]) -> OfficeCalendar:
    overrides = queries.office_overrides(session).get(None, {})
    return office_calendar(country, range(years[0], years[-1] + 1), overrides)


def _facts(row: OfficeDay) -> Mapping[str, object]:
    return {
        "day": row.day,
        "is_workday": row.is_workday,
        "note": row.note,
        "department_id": row.department_id,
    }
