"""Changing the ladders: who would be added or dropped, and the change itself.

A stage that a change adds is never made up for: where its day was already past, it is recorded as suppressed at once.
So no change of rules, whatever it is, writes to anybody about days gone by.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.filing import Period
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Invalid, NotFound
from tracker.foundation.language import N_
from tracker.people.models import Department, User
from tracker.people.queries import parents_of
from tracker.reminders.models import Ladder, LadderStage, Planned, PlannedReminder
from tracker.reminders.planning import lock_planning, planned
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import Concern, Terms, list_concerns, load_directory
from tracker.reminders.rules.ladder import DueStage, Reason, due_stages, stages_within
from tracker.reminders.rules.ladders import (
    WHOLE_CITY,
    Ladders,
    Scope,
    Target,
    problem_of,
    problem_of_ladder,
)
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.rules.stages import Stage, Words, in_order
from tracker.reminders.standing import hearers_of

LOOK_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class LadderFields:
    """What can be said of a ladder; `accepts_silence` that nobody hears any more after its last stage."""

    name: str
    target: Target
    stages: tuple[Stage, ...]
    is_enabled: bool = True
    accepts_silence: bool = False


@dataclass(frozen=True)
class Told:
    """One reminder that a person would get on a day."""

    day: date
    person_id: int
    person: str
    item_id: int
    item_no: str
    words: Words


@dataclass(frozen=True)
class Impact:
    """What a change of ladders does to the coming days: letters by day, before and after, and reminders by person."""

    letters: Mapping[date, tuple[int, int]]
    added: Sequence[Told]
    dropped: Sequence[Told]


def list_ladders(session: Session) -> Sequence[Ladder]:
    """Return all ladders with their stages, the most general last."""
    order = list(Scope)
    found = session.scalars(select(Ladder).options(selectinload(Ladder.rungs)).order_by(Ladder.value)).all()
    return sorted(found, key=lambda each: order.index(each.scope))


def get_ladder(session: Session, ladder_id: int) -> Ladder:
    """Return a ladder with its stages; raises NotFound."""
    found = session.get(Ladder, ladder_id, options=[selectinload(Ladder.rungs)])
    if found is None:
        raise NotFound
    return found


def save_ladder(
    session: Session,
    office: PostOffice,
    act: Act,
    fields: LadderFields,
    ladder_id: int | None = None,
    version: int | None = None,
) -> Ladder:
    """Make a ladder, or change one; raises Forbidden, Invalid, NotFound or VersionConflict."""
    act.require(Permission.Reminder.CHANGE)
    ladder = get_ladder(session, ladder_id) if ladder_id is not None else None
    check(session, fields, ladder_id)
    if ladder is not None:
        check_version(ladder.version, version)
    lock_planning(session)
    before = office.terms(session, act.today)
    told_before = _told(ladder) if ladder else {}
    if ladder is None:
        ladder = Ladder(changed_at=act.at)
        session.add(ladder)
    ladder.name, ladder.is_enabled, ladder.changed_at = fields.name.strip(), fields.is_enabled, act.at
    flag_modified(ladder, "changed_at")  # New stages alone would leave the version as it was.
    ladder.scope, ladder.value = fields.target
    ladder.rungs = [_rung(stage) for stage in in_order(fields.stages)]
    session.flush()
    _cover_the_past(session, office, act, before)
    action = "change_ladder" if told_before else "add_ladder"
    audit.record(session, act, action, "ladder", ladder.id, told_before, _told(ladder))
    return ladder


def delete_ladder(
    session: Session, office: PostOffice, act: Act, ladder_id: int, version: int | None = None
) -> None:
    """Remove a ladder, so that a more general one applies; raises Forbidden, NotFound or VersionConflict."""
    act.require(Permission.Reminder.CHANGE)
    ladder = get_ladder(session, ladder_id)
    check_version(ladder.version, version)
    lock_planning(session)
    before = office.terms(session, act.today)
    session.delete(ladder)
    session.flush()
    _cover_the_past(session, office, act, before)
    audit.record(session, act, "delete_ladder", "ladder", ladder_id, _told(ladder), {})


def check(session: Session, fields: LadderFields, ladder_id: int | None = None) -> None:
    """Raise Invalid for a ladder that must not be."""
    problems: dict[str, str] = {}
    if not fields.name.strip():
        problems["name"] = N_("請填寫名稱。")
    if not _exists(session, fields.target):
        problems["target"] = N_("請選擇這組規則適用的對象。")
    same = select(Ladder.id).where(Ladder.scope == fields.target[0], Ladder.value == fields.target[1])
    if session.scalar(same) not in (None, ladder_id):
        problems["target"] = N_("這個對象已經有一組規則，請修改那一組。")
    stage_problem = next(filter(None, map(problem_of, fields.stages)), None)
    problem = stage_problem or problem_of_ladder(fields.stages, accepts_silence=fields.accepts_silence)
    if problem:
        problems["stages"] = problem
    if problems:
        raise Invalid(fields=problems)


def impact_of(
    session: Session, office: PostOffice, today: date, old: Target | None, fields: LadderFields | None
) -> Impact:
    """Return what replacing the ladder of a target by another does, if nothing else changes; None for no ladder."""
    before = office.terms(session, today)
    stages = {target: each for target, each in before.ladders.stages.items() if target != old}
    if fields and fields.is_enabled:
        stages[fields.target] = in_order(fields.stages)
    after = replace(before, ladders=Ladders(stages, parents_of(session)))
    directory = load_directory(session, today)
    is_told = _foresee(session, office, before, directory)
    will_be = _foresee(session, office, after, directory)
    names = {row.id: row.name for row in session.execute(select(User.id, User.name))}
    return Impact(
        letters=_letters(is_told, will_be),
        added=_named(will_be.keys() - is_told.keys(), will_be, names),
        dropped=_named(is_told.keys() - will_be.keys(), is_told, names),
    )


_Key = tuple[int, str, date, int]
"""A department's part, the step, the day it is counted from, and the person."""


def _foresee(
    session: Session, office: PostOffice, terms: Terms, directory: Directory
) -> dict[_Key, tuple[DueStage, Concern]]:
    """Return the reminders of the coming days; a new reporting period brings facts of its own."""
    found: dict[_Key, tuple[DueStage, Concern]] = {}
    last = terms.today + LOOK_AHEAD
    calendars = office.calendars(session, terms.today)
    begins = terms.today
    while begins <= last:
        ends = min(Period.around(begins, terms.cycle).last_day, last)
        for concern in list_concerns(session, replace(terms, today=begins), today=ends):
            for due in stages_within(
                concern.facts, begins, ends, calendars.of(concern.department_id), concern.stages
            ):
                for person in hearers_of(concern, due.stage, directory):
                    found[concern.part_id, due.step, due.cycle, person.person_id] = due, concern
        begins = ends + timedelta(days=1)
    return found


def _letters(
    before: Mapping[_Key, tuple[DueStage, Concern]], after: Mapping[_Key, tuple[DueStage, Concern]]
) -> dict[date, tuple[int, int]]:
    counts: list[dict[date, set[int]]] = [{}, {}]
    for people, told in zip(counts, (before, after), strict=True):
        for (_, _, _, person_id), (due, _) in told.items():
            people.setdefault(due.occurs_on, set()).add(person_id)
    days = sorted(counts[0].keys() | counts[1].keys())
    return {day: (len(counts[0].get(day, ())), len(counts[1].get(day, ()))) for day in days}


def _named(
    keys: Iterable[_Key], told: Mapping[_Key, tuple[DueStage, Concern]], names: Mapping[int, str]
) -> list[Told]:
    found = [
        Told(due.occurs_on, key[3], names[key[3]], concern.item_id, concern.item_no, due.stage.words)
        for key in keys
        for due, concern in (told[key],)
    ]
    return sorted(found, key=lambda each: (each.day, each.person_id, each.item_no))


def _cover_the_past(session: Session, office: PostOffice, act: Act, before: Terms) -> None:
    """Record the stages that only the change made due, and that stood before today, as suppressed."""
    calendars = office.calendars(session, act.today)
    directory = load_directory(session, act.today)
    was_due = {
        (concern.part_id, due.step, due.cycle)
        for concern in list_concerns(session, before, today=act.today)
        for due in due_stages(concern.facts, act.today, calendars.of(concern.department_id), concern.stages)
    }
    rows = []
    for concern in list_concerns(session, office.terms(session, act.today), today=act.today):
        for due in due_stages(concern.facts, act.today, calendars.of(concern.department_id), concern.stages):
            if due.occurs_on < act.today and (concern.part_id, due.step, due.cycle) not in was_due:
                rows += [
                    _past(planned(concern, due, each, act.at))
                    for each in hearers_of(concern, due.stage, directory)
                ]
    session.add_all(rows)
    session.flush()


def _past(row: PlannedReminder) -> PlannedReminder:
    row.outcome, row.reason = Planned.SUPPRESSED, Reason.PAST_WHEN_RULED
    return row


def _exists(session: Session, target: Target) -> bool:
    scope, value = target
    match scope:
        case Scope.CITY:
            return target == WHOLE_CITY
        case Scope.LEVEL:
            return value in list(TrackingLevel)
        case Scope.DEPARTMENT:
            return value.isdecimal() and session.get(Department, int(value)) is not None
        case Scope.THEME:
            return bool(value.strip())


def _rung(stage: Stage) -> LadderStage:
    return LadderStage(
        anchor=stage.anchor,
        offset=stage.offset,
        in_working_days=stage.in_working_days,
        weekly=stage.weekly,
        audience=[each.value for each in stage.audience],
    )


def _told(ladder: Ladder) -> dict[str, object]:
    """Return how the record tells of a ladder."""
    return {
        "name": ladder.name,
        "target": f"{ladder.scope}:{ladder.value}".rstrip(":"),
        "is_enabled": ladder.is_enabled,
        "stages": {
            f"{stage.code}@{stage.offset}" if stage.weekly else stage.code: ",".join(stage.audience)
            for stage in ladder.stages
        },
    }
