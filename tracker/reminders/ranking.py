"""Under which heading of the work page a part stands, as conditions in SQL: the ladder of reminders, told for a day.

Conditions that are the same for every reader are made once and kept: making them takes longer than asking.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    exists,
    false,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.access import Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, ProgressUpdate
from tracker.actions.queries import overdue_on
from tracker.actions.rules.filing import Period
from tracker.actions.rules.workflow import PartRole, PartStatus, Status
from tracker.foundation.database import Base
from tracker.people.queries import below_heads
from tracker.reminders.queries import day_bounds
from tracker.reminders.rules.digest import Section
from tracker.reminders.rules.work import Marks

ORDER: Final = tuple(Section)
RANK: Final = {section: rank for rank, section in enumerate(ORDER)}
Mark = Callable[[Marks], date]


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What parts are judged by on a day: `marks`, and `apart` those of the parts that climb ladders of their own.

    Of the latter the first whose condition holds counts.
    """

    marks: Marks
    zone: ZoneInfo
    apart: Sequence[tuple[ColumnElement[bool], Marks]] = ()

    def all_marks(self) -> Sequence[Marks]:
        """Return the marks of every ladder."""
        return [self.marks, *(marks for _, marks in self.apart)]

    def judge(self, condition: Callable[[Marks], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Return a condition that depends on the marks, told of each part by those of its own ladder."""
        usual = condition(self.marks)
        if not self.apart:
            return usual
        return case(*((applies, condition(marks)) for applies, marks in self.apart), else_=usual)


def own_rank(
    yardstick: Yardstick, given: ColumnElement[bool], asked: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return under which heading a part stands for its officer; `given` and `asked` are for one reader only."""
    period = yardstick.marks.period
    # What the head of the unit has to forward is no longer in the officer's hands.
    spared = and_(_is_prepared(), is_below(Role.UNIT_HEAD))
    return ranked(
        _sections(yardstick, attrgetter("soon"), attrgetter("unacknowledged"), spared)
        | {
            Section.GIVEN: given,
            Section.TO_REPORT: asked,
            Section.TO_FILE: is_owed(period.previous),
            Section.THIS_PERIOD: and_(not_(spared), _is_unfiled(period)),
            Section.LATER: Part.id.is_not(None),
        }
    )


def rank_below(yardstick: Yardstick) -> ColumnElement[Any]:
    """Return under which heading a part stands for the head of the unit whose officers have to do it; NULL for none."""
    soon, unacknowledged = attrgetter("soon_for_heads"), attrgetter("unacknowledged_for_heads")
    return ranked(_sections(yardstick, soon, unacknowledged, false()))


def sections_late_by(yardstick: Yardstick, by: Mark) -> dict[Section, ColumnElement[bool]]:
    """Return the headings of what was due by a day and is late, or waits for an answer meanwhile."""
    today = yardstick.marks.today
    by_then = yardstick.judge(lambda marks: ActionItem.due_on <= by(marks))
    reached = and_(ActionItem.due_on < today, by_then)
    is_late = overdue_on(today)
    return {Section.HELD_UP: and_(reached, not_(is_late)), Section.OVERVIEW: and_(reached, is_late)}


def sections_soon_by(
    yardstick: Yardstick, by: Callable[[Marks], date | None]
) -> dict[Section, ColumnElement[bool]]:
    """Return the headings of what is due by a day and not late, for those above whom some ladder tells of it."""
    if all(by(marks) is None for marks in yardstick.all_marks()):
        return {}

    def is_told(marks: Marks) -> ColumnElement[bool]:
        day = by(marks)
        return false() if day is None else ActionItem.due_on <= day

    waits = and_(Part.role == PartRole.LEAD, _waits_for_time())
    ahead = and_(Part.status == PartStatus.OPEN, ActionItem.due_on >= yardstick.marks.today, not_(waits))
    told = and_(ahead, yardstick.judge(is_told))
    called = yardstick.judge(lambda marks: ActionItem.due_on <= marks.last_call)
    return {Section.TOMORROW: and_(told, called), Section.SOON: told}


def _sections(
    yardstick: Yardstick, soon: Mark, unacknowledged: Mark, spared: ColumnElement[bool]
) -> dict[Section, ColumnElement[bool]]:
    """Return under which headings a part stands as long as it is open, as the ladder of reminders has it.

    Nobody is chased about the due date of what is `spared`.
    """
    today, judge = yardstick.marks.today, yardstick.judge
    is_late, past = overdue_on(today), ActionItem.due_on < today
    leads = Part.role == PartRole.LEAD
    new = or_(
        and_(leads, ActionItem.status == Status.ASSIGNED),
        and_(not_(leads), Part.updated_on.is_(None), ActionItem.status == Status.ASSIGNED),
    )
    waits_too_long = judge(
        lambda marks: Part.assigned_at < day_bounds(unacknowledged(marks), yardstick.zone)[1]
    )
    chased = not_(or_(and_(leads, _waits_for_time()), spared))
    last = yardstick.marks.period.previous
    return {
        Section.TOMORROW: and_(chased, not_(past), judge(lambda marks: ActionItem.due_on <= marks.last_call)),
        Section.LATE_THREE_DAYS: and_(
            chased, is_late, judge(lambda marks: ActionItem.due_on <= marks.escalated)
        ),
        Section.TO_ACKNOWLEDGE: and_(leads, new, waits_too_long),
        Section.ASSIGNED: new,
        Section.RETURNED: _is_returned(),
        Section.LATE: and_(chased, is_late),
        Section.HELD_UP: and_(chased, past, not_(is_late)),
        Section.SOON: and_(chased, not_(past), judge(lambda marks: ActionItem.due_on <= soon(marks))),
        Section.FILING_MISSED: is_owed(last) if yardstick.marks.is_filing_late else false(),
    }


def ranked(conditions: Mapping[Section, ColumnElement[bool]]) -> ColumnElement[Any]:
    """Return the rank of the most urgent heading whose condition holds, NULL where none does."""
    return case(
        *((conditions[section], literal(RANK[section])) for section in Section if section in conditions),
        else_=null(),
    )


@cache
def is_below(*roles: Role) -> ColumnElement[bool]:
    """Return the condition for a part that has a head of one of some kinds above it."""
    return Part.department_id.in_(below_heads(*roles))


@cache
def _waits_for_time() -> ColumnElement[bool]:
    return exists(
        select(Extension.id).where(Extension.item_id == ActionItem.id, Extension.decided_at.is_(None))
    )


@cache
def _is_prepared() -> ColumnElement[bool]:
    """Return the condition for a part whose closing request waits for the head of the unit."""
    return exists(
        select(Closing.id).where(
            Closing.part_id == Part.id, Closing.decided_at.is_(None), Closing.requested_on.is_(None)
        )
    )


@cache
def is_in_new_round() -> ColumnElement[bool]:
    """Return the condition for a leading part of which nothing was reported since its round began."""
    reported = exists(
        select(ProgressUpdate.id).where(
            ProgressUpdate.part_id == Part.id, ProgressUpdate.round_no == ActionItem.round_no
        )
    )
    is_lead = and_(Part.role == PartRole.LEAD, Part.status == PartStatus.OPEN)
    return and_(is_lead, ActionItem.round_no > 1, not_(reported))


@cache
def _is_returned() -> ColumnElement[bool]:
    """Return the condition for a part to which something was given back, and which has not reported since."""
    later = aliased(ProgressUpdate)
    newer = exists(
        select(later.id).where(later.part_id == ProgressUpdate.part_id, later.id > ProgressUpdate.id)
    )
    progress = exists(
        select(ProgressUpdate.id).where(
            ProgressUpdate.part_id == Part.id, ProgressUpdate.approved.is_(False), not_(newer)
        )
    )
    closing = exists(
        select(Closing.id).where(
            Closing.part_id == Part.id,
            Closing.agreed.is_(False),
            Closing.decided_by_id != Closing.requested_by_id,
            not_(reported_since(Closing, Closing.decided_at)),
        )
    )
    extension = exists(
        select(Extension.id).where(
            Extension.item_id == ActionItem.id,
            Extension.granted.is_(False),
            Extension.decided_by_id.is_not(None),
            not_(reported_since(Extension, Extension.decided_at)),
        )
    )
    asks_again = and_(Part.role == PartRole.LEAD, extension, not_(_waits_for_time()))
    return or_(is_in_new_round(), progress, closing, asks_again)


def reported_since(asker: type[Base], moment: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Return the condition for a part of which something was reported after a moment that a row of `asker` holds."""
    since = aliased(ProgressUpdate)
    found = select(since.id).where(since.part_id == Part.id, since.submitted_at > moment)
    return exists(found.correlate(Part, asker))


@cache
def is_owed(period: Period) -> ColumnElement[bool]:
    """Return the condition for a part at work that has not reported for a period that is over."""
    return and_(Part.reports_from <= period.last_day, _is_unfiled(period))


@cache
def _is_unfiled(period: Period) -> ColumnElement[bool]:
    missing = or_(Part.filed_until.is_(None), Part.filed_until < period.last_day)
    return and_(ActionItem.status == Status.IN_PROGRESS, missing)
