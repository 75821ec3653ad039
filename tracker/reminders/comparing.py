"""The nightly comparison: what the rules ask for on a day against what stands on record.

The planner asks which stages nobody was told of; this asks, person by person, whether everybody was. What is missing is
planned, what contradicts its letter is put right, and both are told: a repair in silence would hide the cause.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from sqlalchemy import select

from tracker.foundation.database import Database, Session
from tracker.foundation.errors import Duplicate
from tracker.reminders.letter_queries import IS_UNSENT, list_written_to
from tracker.reminders.models import (
    COUNTED,
    UNSENT,
    LetterState,
    Notice,
    OutboxLetter,
    PlanComparison,
    Planned,
    PlannedReminder,
)
from tracker.reminders.planning import lock_planning, people_of_day, planned
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import Concern, list_concerns, load_directory
from tracker.reminders.rules.ladder import DueStage, stages_within
from tracker.reminders.rules.recipients import Directory, Recipient
from tracker.reminders.runs import find_held_run
from tracker.reminders.standing import hearers_of

_ENDS = {LetterState.ACCEPTED: Planned.SENT, LetterState.FAILED: Planned.FAILED}
_log = logging.getLogger(__name__)
_Step = tuple[int, str, date]


@dataclass(frozen=True)
class Expected:
    """A reminder that the rules ask for on a day."""

    concern: Concern
    due: DueStage
    person: Recipient

    @property
    def step(self) -> _Step:
        """Return what it is a reminder of, whoever gets it."""
        return self.concern.part_id, self.due.step, self.due.cycle


@dataclass(frozen=True)
class Findings:
    """What a comparison found; `unwritten` are people."""

    day: date
    expected: int = 0
    missing: Sequence[Expected] = ()
    astray: Sequence[PlannedReminder | Notice] = ()
    unexplained: Sequence[PlannedReminder] = ()
    unwritten: Sequence[int] = field(default=())

    @property
    def is_sound(self) -> bool:
        """Tell whether everything is as it should be."""
        return not (self.missing or self.astray or self.unexplained or self.unwritten)


def compare_tonight(office: PostOffice, database: Database) -> Findings | None:
    """Compare and repair once a day, after the day's slot has closed; None when that was done or is not yet due.

    In a dry run nothing is on record that could be compared.
    """
    now = office.clock.now()
    with database.reading() as session:
        slot = office.slot(session, now)
        if office.is_dry or now < slot.closes_at:
            return None
        if session.get(PlanComparison, slot.day) is not None:
            return None
    try:
        with database.transaction() as session:
            lock_planning(session)
            findings = compare(session, office, slot.day)
            repair(session, findings, now)
            session.add(_report(findings, now))
    except Duplicate:  # Another worker compared meanwhile.
        return None
    return findings


def compare(session: Session, office: PostOffice, day: date) -> Findings:
    """Return what is amiss with the reminders of a day, by the facts as they stand; changes nothing."""
    directory = load_directory(session, day)
    expected = list(_expected(session, office, directory, day))
    return Findings(
        day=day,
        expected=len(expected),
        missing=_missing(expected, _recorded(session, expected)),
        astray=_astray(session),
        unexplained=_unexplained(session),
        unwritten=_unwritten(session, office, directory, day),
    )


def repair(session: Session, findings: Findings, now: datetime) -> None:
    """Plan what is missing, and let reminders and notices say what their letter says."""
    for each in findings.missing:
        _log.warning("%s: %s was not planned", each.concern.item_no, each.due.step)
        session.add(planned(each.concern, each.due, each.person, now))
    for row in findings.astray:
        _put_right(row)
    session.flush()


def _expected(session: Session, office: PostOffice, directory: Directory, day: date) -> Iterator[Expected]:
    calendars = office.calendars(session, day)
    for concern in list_concerns(session, office.terms(session, day), today=day):
        facts = replace(concern.facts, covered=frozenset())
        for due in stages_within(facts, day, day, calendars.of(concern.department_id), concern.stages):
            for person in hearers_of(concern, due.stage, directory):
                yield Expected(concern, due, person)


def _missing(expected: Sequence[Expected], recorded: Mapping[_Step, set[int]]) -> list[Expected]:
    """Return what nobody was told of for whom it was meant.

    Who came into a post, or stands in for its holder, since the morning is not missing: the one before was told.
    """
    asked: dict[_Step, list[Expected]] = {}
    for each in expected:
        asked.setdefault(each.step, []).append(each)
    missing: list[Expected] = []
    for step, wanted in asked.items():
        told = recorded.get(step, set())
        untold = [each for each in wanted if told.isdisjoint((each.person.person_id, each.person.deputy_for))]
        left = told - {each.person.person_id for each in wanted}
        missing += untold[len(left) :]
    return missing


def _recorded(session: Session, expected: Sequence[Expected]) -> Mapping[_Step, set[int]]:
    query = select(
        PlannedReminder.part_id, PlannedReminder.step, PlannedReminder.cycle, PlannedReminder.recipient_id
    ).where(
        PlannedReminder.step.in_({each.due.step for each in expected}),
        PlannedReminder.cycle.in_({each.due.cycle for each in expected}),
    )
    recorded: dict[_Step, set[int]] = {}
    for row in session.execute(query):
        recorded.setdefault((row.part_id, row.step, row.cycle), set()).add(row.recipient_id)
    return recorded


def _astray(session: Session) -> list[PlannedReminder | Notice]:
    """Return what still counts as planned although its letter has come to an end."""
    over = OutboxLetter.state.not_in((*UNSENT, LetterState.HELD))
    reminders = select(PlannedReminder).join(OutboxLetter, OutboxLetter.id == PlannedReminder.letter_id)
    notices = select(Notice).join(OutboxLetter, OutboxLetter.id == Notice.letter_id)
    return [
        *session.scalars(reminders.where(PlannedReminder.outcome == Planned.PLANNED, over)),
        *session.scalars(notices.where(Notice.mail == Planned.PLANNED, over)),
    ]


def _unexplained(session: Session) -> Sequence[PlannedReminder]:
    return session.scalars(
        select(PlannedReminder).where(
            PlannedReminder.outcome == Planned.SENT, PlannedReminder.letter_id.is_(None)
        )
    ).all()


def _unwritten(session: Session, office: PostOffice, directory: Directory, day: date) -> list[int]:
    """Return those for whom something waited on a working day whose slot is over, and who got no letter."""
    slot = office.slot(session, datetime.combine(day, time(office.hour), office.zone))
    is_over = slot.is_open and slot.closes_at <= office.clock.now()
    if not is_over or find_held_run(session, day):
        return []
    # A letter that is still on its way takes the place of the day's.
    on_their_way = select(OutboxLetter.recipient_id).where(OutboxLetter.kind.in_(COUNTED), IS_UNSENT)
    served = {*list_written_to(session, day), *session.scalars(on_their_way)}
    return [each for each in people_of_day(session, office, directory, slot) if each not in served]


def _put_right(row: PlannedReminder | Notice) -> None:
    letter = row.letter
    assert letter is not None
    _log.warning("%s %s said something else than its letter", type(row).__name__, row.id)
    outcome = _ENDS.get(letter.state)
    if outcome is None:
        row.letter_id = None
    elif isinstance(row, Notice):
        row.mail, row.reason = outcome, letter.reason
    else:
        row.outcome, row.reason = outcome, letter.reason


def _report(findings: Findings, now: datetime) -> PlanComparison:
    return PlanComparison(
        day=findings.day,
        compared_at=now,
        expected=findings.expected,
        missing=len(findings.missing),
        astray=len(findings.astray),
        unexplained=len(findings.unexplained),
        unwritten=len(findings.unwritten),
    )
