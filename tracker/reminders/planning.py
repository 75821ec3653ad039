"""Planning: due stages become rows, and what waits for a person becomes one letter a day.

Both steps may be repeated at will: a stage is recorded once for a due date and a person, a letter once for a person
and a day. A night that was missed heals with the facts of the day on which the worker is back.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.dialects import postgresql, sqlite

from tracker.foundation.database import Database, Session
from tracker.foundation.errors import DatabaseAway
from tracker.foundation.membership import is_among
from tracker.foundation.office_days import Calendars
from tracker.people.models import User
from tracker.people.queries import list_people
from tracker.reminders import outbox
from tracker.reminders.briefs import ItemBrief, brief_items
from tracker.reminders.headings import headings_of_all
from tracker.reminders.letter_queries import list_letters_of_the_day
from tracker.reminders.letters import write_digest
from tracker.reminders.models import (
    LetterKind,
    LetterState,
    Notice,
    OutboxLetter,
    Planned,
    PlannedReminder,
)
from tracker.reminders.outbox import NewLetter
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import (
    Concern,
    day_bounds,
    list_concerns,
    list_people_to_write,
    list_waiting_notices,
    list_waiting_reminders,
    load_directory,
)
from tracker.reminders.rendering import envelope
from tracker.reminders.rules.digest import (
    FILING,
    Cause,
    Section,
    arrange,
    section_of_notice,
    section_of_stage,
)
from tracker.reminders.rules.ladder import DueStage, Reason, due_stages, steps_reached
from tracker.reminders.rules.recipients import Directory, Recipient
from tracker.reminders.rules.retry import GIVE_UP_AFTER, Slot
from tracker.reminders.rules.stages import Anchor, Capacity, Stage, read_code
from tracker.reminders.runs import may_go
from tracker.reminders.speech import Digest
from tracker.reminders.standing import Standing, hearers_of, standing_of

Row = dict[str, Any]
BATCH = 150
"""So many letters are written in one transaction: enough to ask for what they share once, few enough to redo."""

_PLANNING_LOCK = 7_245_002
"""The number of the PostgreSQL advisory lock that keeps two planners from doing the same work."""

_LEFT = frozenset({Reason.NO_LONGER_CONCERNED, Reason.RECIPIENT_INACTIVE})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """What one person is to be told on a day."""

    reminders: Sequence[PlannedReminder]
    notices: Sequence[Notice]


def plan_reminders(office: PostOffice, database: Database) -> int:
    """Record the stages that have come due and write the day's letters; returns how many letters were written.

    Does nothing outside the day's slot and in a dry run, and writes no letter while a large run waits for a person. The
    trouble of one person does not keep the others from their letters.
    """
    now = office.clock.now()
    if office.is_dry:
        return 0
    with database.reading() as session:
        slot = office.slot(session, now)
        if not slot.is_open:
            return 0
        as_of = office.as_of(outbox.as_of(session))
        directory = load_directory(session, slot.day)
        due = _come_due(session, office, directory, now)
    if due:  # On most ticks nothing is, and nobody else has to wait for a writing transaction.
        with database.transaction() as session:
            if not _record(session, due):
                # Somebody else plans, or looks ahead. A letter written now would not tell of what has come due, and
                # nobody gets a second one on a day: the next tick writes it.
                return 0
    with database.reading() as session:
        present = people_of_day(session, office, directory, slot)
    if not present or not may_go(office, database, slot.day, present):
        return 0
    awake = [each for each in present if directory.preferences_of(each).opens_at(slot) <= now]
    batches = (awake[first : first + BATCH] for first in range(0, len(awake), BATCH))
    return sum(_write_safely(office, database, directory, slot, people, as_of) for people in batches)


def people_of_day(session: Session, office: PostOffice, directory: Directory, slot: Slot) -> list[int]:
    """Return those for whom something waits to be written on a day on which their department works.

    Whose department is closed, by a typhoon say, hears on its next working day; whose address is refused, through the
    shared mailbox or once it was put right.
    """
    calendars = office.calendars(session, slot.day)
    people = filter(directory.is_reachable, list_people_to_write(session, directory, slot))
    return [each for each in people if calendars.is_any_open(directory.departments_of(each), slot.day)]


def record_due_stages(session: Session, office: PostOffice, directory: Directory, now: datetime) -> int:
    """Record, for each open part, the stages that stand on or before today; returns how many came due.

    The caller has locked planning.
    """
    due = _come_due(session, office, directory, now)
    return len(due) if not due or _record(session, due) else 0


def _record(session: Session, due: Sequence[Row]) -> bool:
    """Record stages that came due; returns False where somebody else has locked planning."""
    if not _only_planner(session):
        return False
    insert = postgresql.insert if _is_postgres(session) else sqlite.insert
    session.execute(insert(PlannedReminder).on_conflict_do_nothing(), due)
    return True


def write_letters(
    session: Session,
    office: PostOffice,
    directory: Directory,
    slot: Slot,
    people: Sequence[int],
    as_of: str | None = None,
) -> list[int]:
    """Write some people's letters of the day and return their ids, in order; none where nothing is to be said.

    A letter of an earlier day that has not left is superseded, unless an attempt of unknown end may have delivered it.
    `as_of` is what `PostOffice.as_of` said before the directory was read.
    """
    now = office.clock.now()
    generations = free_slots(session, office, slot, people)
    told = what_stands(session, office, directory, slot, list(generations))
    readers = {each.id: each for each in list_people(session, told)}
    digests = digests_of(session, office, directory, slot.day, told)
    letters = {
        person_id: _letter_of(
            office, directory, slot, readers[person_id], digest, generations[person_id], now, as_of
        )
        for person_id, digest in digests.items()
    }
    ids = outbox.put_all(session, list(letters.values()), now)
    written = {person_id: ids[each.key] for person_id, each in letters.items() if each.key in ids}
    note_letters(session, told.values(), written.values())
    return [written[each] for each in people if each in written]


def note_letters(session: Session, told: Collection[Told], letter_ids: Collection[int]) -> None:
    """Note which of some letters tells of what: the one to the person whom it concerns, who has but one of them.

    In one statement for all; what the session holds of it does not learn of that.
    """
    reminders = [each.id for person in told for each in person.reminders]
    notices = [each.id for person in told for each in person.notices]
    for statement in (
        update(PlannedReminder).where(
            is_among(PlannedReminder.id, reminders), PlannedReminder.recipient_id == OutboxLetter.recipient_id
        ),
        update(Notice).where(is_among(Notice.id, notices), Notice.person_id == OutboxLetter.recipient_id),
    ):
        noted = statement.where(is_among(OutboxLetter.id, letter_ids)).values(letter_id=OutboxLetter.id)
        session.execute(noted, execution_options={"synchronize_session": False})


def _letter_of(
    office: PostOffice,
    directory: Directory,
    slot: Slot,
    reader: User,
    digest: Digest,
    generation: int,
    now: datetime,
    as_of: str | None,
) -> NewLetter:
    mailbox = directory.mailbox_for(reader.id) if reader.id in directory.refused else ""
    address = mailbox or reader.email
    written = write_digest(office, reader, digest, passed_to=mailbox)
    key = f"digest|{reader.id}|{slot.day}|{generation}"
    message_id = office.message_id(key)
    return NewLetter(
        key=key,
        message_id=message_id,
        kind=LetterKind.REMINDER_DIGEST,
        recipient_id=reader.id,
        address=address,
        subject=written.subject,
        text=written.text,
        payload=office.mailer.compose(envelope(office, reader, written, message_id, now, address)),
        local_date=slot.day,
        deliver_by=now + GIVE_UP_AFTER,
        to_mailbox=bool(mailbox),
        as_of=as_of,
    )


def pass_day(
    session: Session, office: PostOffice, directory: Directory, slot: Slot, people: Sequence[int]
) -> None:
    """Take some people's letters of a day as sent without writing them, for looking further ahead."""
    free = list(free_slots(session, office, slot, people))
    for told in what_stands(session, office, directory, slot, free).values():
        for reminder in told.reminders:
            reminder.outcome = Planned.SENT
        for notice in told.notices:
            notice.mail = Planned.SENT
    session.flush()


def free_slots(session: Session, office: PostOffice, slot: Slot, people: Sequence[int]) -> Mapping[int, int]:
    """Take back letters that have not left; return who may have one, and how many of the day each had."""
    outbox.lock_recipients(session, people)
    earlier: dict[int, list[OutboxLetter]] = {each: [] for each in people}
    bounds = day_bounds(slot.day, office.zone)
    for letter in list_letters_of_the_day(session, people, slot.day, *bounds):
        earlier[letter.recipient_id].append(letter)
    free = {
        person_id: letters
        for person_id, letters in earlier.items()
        if not any(takes_slot(letter, slot.day) for letter in letters)
    }
    for letter in chain.from_iterable(free.values()):
        if letter.state is LetterState.QUEUED:
            outbox.cancel(session, letter, Reason.SUPERSEDED)
    return {
        person_id: sum(letter.local_date == slot.day for letter in letters)
        for person_id, letters in free.items()
    }


def _write_safely(
    office: PostOffice,
    database: Database,
    directory: Directory,
    slot: Slot,
    people: Sequence[int],
    as_of: str,
) -> int:
    """Write letters in one transaction; where that fails, one by one, so that one person's trouble is theirs alone."""
    try:
        with database.transaction() as session:
            return len(write_letters(session, office, directory, slot, people, as_of))
    except DatabaseAway:
        raise
    except Exception:  # noqa: BLE001 - one person's trouble must not keep the others from their letters
        if len(people) == 1:
            _log.exception("the letter to person %s could not be written", *people)
            return 0
    return sum(_write_safely(office, database, directory, slot, [each], as_of) for each in people)


def _come_due(session: Session, office: PostOffice, directory: Directory, now: datetime) -> list[Row]:
    """Return, as rows to be recorded, the stages that stand on or before today and are not on record."""
    today, terms = office.today(), office.terms(session)
    calendars = office.calendars(session, today)
    reached = _reached_anywhere(terms.ladders.all_stages(), today, calendars)
    return [
        row_of(concern, due, person, now)
        for concern in list_concerns(session, terms, today=today, reached=reached)
        for due in due_stages(concern.facts, today, calendars.of(concern.department_id), concern.stages)
        for person in hearers_of(concern, due.stage, directory)
    ]


def _reached_anywhere(stages: Sequence[Stage], today: date, calendars: Calendars) -> Mapping[str, date]:
    """Return, by step, the latest due date that has reached it under one of some calendars."""
    reached: dict[str, date] = {}
    for calendar in (calendars.everywhere, *calendars.local.values()):
        for step, due_on in steps_reached(stages, today, calendar).items():
            reached[step] = max(due_on, reached.get(step, due_on))
    return reached


def _only_planner(session: Session) -> bool:
    if not _is_postgres(session):
        return True  # A writing transaction on SQLite is alone.
    lock = text("SELECT pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(lock, {"key": _PLANNING_LOCK}))


def lock_planning(session: Session) -> None:
    """Let nobody plan until this transaction ends; a planner that comes meanwhile leaves it to its next tick."""
    if _is_postgres(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PLANNING_LOCK})


def _is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def takes_slot(letter: OutboxLetter, day: date) -> bool:
    """Tell whether a letter uses up the day's one mail, or must be out of the way before another is written."""
    if letter.state is LetterState.CANCELLED:
        return False
    if letter.state is LetterState.QUEUED:
        return not outbox.is_superseded(letter, day)
    if (
        letter.state is LetterState.FAILED
        and letter.reason is Reason.ADDRESS_REFUSED
        and not letter.ambiguous
    ):
        return False
    if letter.state in (LetterState.HELD, LetterState.FAILED):
        return letter.local_date == day
    return True


def what_stands(
    session: Session, office: PostOffice, directory: Directory, slot: Slot, people: Sequence[int]
) -> Mapping[int, Told]:
    """Return what some people are to be told on a day, without those who need not be told anything.

    What asks for nothing any more is recorded as suppressed, and of a handover what its letter leaves out.
    """
    waiting = list_waiting_reminders(session, people, directory, slot.day)
    notices = list_waiting_notices(session, people, directory, slot)
    standing = standing_of(session, office.terms(session), directory, waiting, notices)
    for reminder in waiting:
        if reason := standing.why_not_remind(reminder):
            reminder.outcome, reminder.reason = Planned.SUPPRESSED, reason
    _pass_on(session, standing, waiting, slot.day, office.clock.now())
    for notice in notices:
        if reason := standing.why_not_notify(notice, office.clock.now()):
            notice.mail, notice.reason, notice.untold_ids = Planned.SUPPRESSED, reason, []
        else:
            notice.untold_ids = standing.gone_from(notice)
    live = [each for each in waiting if each.outcome is Planned.PLANNED]
    latest = {(each.recipient_id, *_ladder_of(each)): each for each in live}
    for reminder in live:
        if latest[reminder.recipient_id, *_ladder_of(reminder)] is not reminder:
            reminder.outcome, reminder.reason = Planned.SUPPRESSED, Reason.LATER_STAGE
    session.flush()
    reminded: dict[int, list[PlannedReminder]] = {}
    for reminder in latest.values():
        reminded.setdefault(reminder.recipient_id, []).append(reminder)
    notified: dict[int, list[Notice]] = {}
    for notice in notices:
        if notice.mail is Planned.PLANNED:
            notified.setdefault(notice.person_id, []).append(notice)
    return {
        each: Told(reminded.get(each, []), notified.get(each, []))
        for each in people
        if each in reminded or each in notified
    }


def _pass_on(
    session: Session, standing: Standing, waiting: Sequence[PlannedReminder], today: date, now: datetime
) -> None:
    """Plan for whoever stands in a post now what waited for the one who has left it, or whom a deputy replaces.

    A reminder may wait for days: for the weekly letter of a head, or through an outage. The step must not be lost.
    """
    rows = [
        row
        for reminder in waiting
        if reminder.reason in _LEFT or reminder.occurs_on < today
        for row in _successors(standing, reminder, now)
    ]
    if rows:
        insert = postgresql.insert if _is_postgres(session) else sqlite.insert
        session.execute(insert(PlannedReminder).on_conflict_do_nothing(), rows)


def _successors(standing: Standing, reminder: PlannedReminder, now: datetime) -> Iterator[Row]:
    has_left = reminder.reason in _LEFT
    concern = standing.concerns.get(reminder.part_id)
    if concern is None or not (has_left or reminder.reason is None):
        return
    for stage in concern.stages:
        if stage.code == reminder.stage:
            due = DueStage(stage, reminder.step, reminder.cycle, reminder.occurs_on)
            for person in hearers_of(concern, stage, standing.directory):
                if person.person_id != reminder.recipient_id and (
                    has_left or person.capacity is reminder.capacity
                ):
                    yield row_of(concern, due, person, now)


def _ladder_of(reminder: PlannedReminder) -> tuple[int, Capacity, Anchor]:
    """Return what a later stage takes the place of an earlier one in; filing is one matter from opening to missing."""
    anchor = read_code(reminder.stage).anchor
    return reminder.part_id, reminder.capacity, Anchor.FILING_CLOSES if anchor in FILING else anchor


def digests_of(
    session: Session,
    office: PostOffice,
    directory: Directory,
    today: date,
    told: Mapping[int, Told],
) -> Mapping[int, Digest]:
    """Return what stands in the letters of some people."""
    about = {person_id: _items_in(each) for person_id, each in told.items()}
    items = brief_items(session, set().union(*about.values()), today)
    noticed = [person_id for person_id, each in told.items() if each.notices]
    headings = headings_of_all(office, session, directory, today, about, noticed)
    return {
        person_id: Digest(
            today,
            arrange(_causes(items, today, headings[person_id], each.reminders, each.notices)),
            items,
            each.reminders,
            each.notices,
        )
        for person_id, each in told.items()
    }


def _items_in(told: Told) -> set[int]:
    return {each.item_id for each in told.reminders} | {item for each in told.notices for item in each.told}


def _causes(
    items: Mapping[int, ItemBrief],
    today: date,
    headings: Mapping[int, Section],
    reminders: Sequence[PlannedReminder],
    notices: Sequence[Notice],
) -> Iterator[Cause]:
    """Yield why each item stands in a letter, under the heading (`headings`) that it has on the reader's work page."""
    for reminder in reminders:
        item = items[reminder.item_id]
        section = section_of_stage(
            reminder.stage, reminder.capacity, item.due_on, today, is_late=item.days_late > 0
        )
        yield Cause(item.item_id, item.item_no, item.due_on, headings.get(item.item_id, section))
    for notice in notices:
        for item_id in notice.told:
            item = items[item_id]
            section = section_of_notice(notice.kind)
            if section is not Section.DECIDED:
                # What was done since the notice was made is asked for no more; the letter only tells of it.
                section = headings.get(item_id, Section.LATER)
            yield Cause(item_id, item.item_no, item.due_on, section)


def row_of(concern: Concern, due: DueStage, person: Recipient, now: datetime) -> Row:
    """Return the values of the row of a stage of one part for one person."""
    return {
        "item_id": concern.item_id,
        "part_id": concern.part_id,
        "stage": due.stage.code,
        "step": due.step,
        "cycle": due.cycle,
        "occurs_on": due.occurs_on,
        "recipient_id": person.person_id,
        "capacity": person.capacity,
        "deputy_for_id": person.deputy_for,
        "outcome": Planned.PLANNED,
        "planned_at": now,
    }


def planned(concern: Concern, due: DueStage, person: Recipient, now: datetime) -> PlannedReminder:
    """Return the row of a stage of one part for one person."""
    return PlannedReminder(**row_of(concern, due, person, now))
