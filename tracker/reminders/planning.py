"""Planning: due stages become rows, and what waits for a person becomes one letter a day.

Both steps may be repeated at will: a stage is recorded once for a due date and a person, a letter once for a person
and a day. A night that was missed heals with the facts of the day on which the worker is back.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import text

from tracker.foundation.database import Database, Session
from tracker.foundation.errors import Duplicate
from tracker.people.models import User
from tracker.people.queries import calendars_around, get_user, principal_of
from tracker.reminders import outbox
from tracker.reminders.letter_queries import list_letters_of_the_day
from tracker.reminders.letters import Digest, envelope, write_digest
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
    ItemBrief,
    brief_items,
    day_bounds,
    list_concerns,
    list_people_to_write,
    list_waiting_notices,
    list_waiting_reminders,
    load_directory,
)
from tracker.reminders.rules.digest import (
    FILING,
    Cause,
    Section,
    arrange,
    section_of_notice,
    section_of_stage,
)
from tracker.reminders.rules.ladder import DueStage, Reason, due_stages
from tracker.reminders.rules.recipients import Directory, Recipient
from tracker.reminders.rules.retry import GIVE_UP_AFTER, Slot
from tracker.reminders.rules.stages import Anchor, Capacity, read_code
from tracker.reminders.runs import may_go
from tracker.reminders.standing import hearers_of, standing_of
from tracker.reminders.work import headings_of

_PLANNING_LOCK = 7_245_002
"""The number of the PostgreSQL advisory lock that keeps two planners from doing the same work."""

_log = logging.getLogger(__name__)


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
        directory = load_directory(session, slot.day)
        something_is_due = any(True for _ in _come_due(session, office, directory, now))
    if something_is_due:  # On most ticks nothing is, and nobody else has to wait for a writing transaction.
        with database.transaction() as session:
            record_due_stages(session, office, directory, now)
    with database.reading() as session:
        present = people_of_day(session, office, directory, slot)
    if not present or not may_go(office, database, slot.day, present):
        return 0
    awake = [each for each in present if directory.preferences_of(each).opens_at(slot) <= now]
    return sum(_write_safely(office, database, directory, slot, person_id) for person_id in awake)


def people_of_day(session: Session, office: PostOffice, directory: Directory, slot: Slot) -> list[int]:
    """Return those for whom something waits to be written on a day on which their department works.

    Whose department is closed, by a typhoon say, hears on its next working day; whose address is refused, through the
    shared mailbox or once it was put right.
    """
    calendars = calendars_around(session, office.country, slot.day)
    people = filter(directory.is_reachable, list_people_to_write(session, directory, slot))
    return [each for each in people if calendars.is_any_open(directory.departments_of(each), slot.day)]


def record_due_stages(session: Session, office: PostOffice, directory: Directory, now: datetime) -> int:
    """Record, for each open part, the stages that stand on or before today; returns how many rows are new."""
    if not _only_planner(session):
        return 0
    rows = list(_come_due(session, office, directory, now))
    session.add_all(rows)
    session.flush()
    return len(rows)


def write_letter(
    session: Session, office: PostOffice, directory: Directory, slot: Slot, person_id: int
) -> int | None:
    """Write a person's letter of the day and return its id; None when the slot is taken or nothing is left to say.

    A letter of an earlier day that has not left is superseded, unless an attempt of unknown end may have delivered it.
    """
    now = office.clock.now()
    generation = _free_slot(session, office, slot, person_id)
    if generation is None:
        return None
    reminders, notices = what_stands(session, office, directory, slot, person_id)
    if not reminders and not notices:
        return None
    reader = get_user(session, person_id)
    digest = digest_of(session, office, reader, slot.day, reminders, notices)
    mailbox = directory.mailbox_for(person_id) if person_id in directory.refused else ""
    address = mailbox or reader.email
    written = write_digest(office, reader, digest, passed_to=mailbox)
    key = f"digest|{person_id}|{slot.day}|{generation}"
    message_id = office.message_id(key)
    payload = office.mailer.compose(envelope(office, reader, written, message_id, now, address))
    letter_id = outbox.put(
        session,
        NewLetter(
            key=key,
            message_id=message_id,
            kind=LetterKind.REMINDER_DIGEST,
            recipient_id=person_id,
            address=address,
            subject=written.subject,
            text=written.text,
            payload=payload,
            local_date=slot.day,
            deliver_by=now + GIVE_UP_AFTER,
            to_mailbox=bool(mailbox),
        ),
        now,
    )
    if letter_id is not None:
        _attach(session, letter_id, reminders, notices)
    return letter_id


def pass_day(session: Session, office: PostOffice, directory: Directory, slot: Slot, person_id: int) -> None:
    """Take a person's letter of a day as sent without writing it, for looking further ahead."""
    if _free_slot(session, office, slot, person_id) is None:
        return
    reminders, notices = what_stands(session, office, directory, slot, person_id)
    for reminder in reminders:
        reminder.outcome = Planned.SENT
    for notice in notices:
        notice.mail = Planned.SENT
    session.flush()


def _free_slot(session: Session, office: PostOffice, slot: Slot, person_id: int) -> int | None:
    """Take back a person's letters that have not left, and return how many of the day there were; None if one did."""
    earlier = list_letters_of_the_day(session, person_id, slot.day, *day_bounds(slot.day, office.zone))
    if any(takes_slot(letter, slot.day) for letter in earlier):
        return None
    for letter in earlier:
        if letter.state is LetterState.QUEUED:
            outbox.cancel(session, letter, Reason.SUPERSEDED)
    return sum(letter.local_date == slot.day for letter in earlier)


def _write_safely(
    office: PostOffice, database: Database, directory: Directory, slot: Slot, person_id: int
) -> bool:
    try:
        with database.transaction() as session:
            return write_letter(session, office, directory, slot, person_id) is not None
    except Duplicate:
        _log.info("another worker wrote the letter to person %s", person_id)
    except Exception:  # noqa: BLE001 - one person's trouble must not keep the others from their letters
        _log.exception("the letter to person %s could not be written", person_id)
    return False


def _come_due(
    session: Session, office: PostOffice, directory: Directory, now: datetime
) -> Iterator[PlannedReminder]:
    today = office.today()
    calendars = calendars_around(session, office.country, today)
    for concern in list_concerns(session, office.terms(session), today=today):
        for due in due_stages(concern.facts, today, calendars.of(concern.department_id), concern.stages):
            for person in hearers_of(concern, due.stage, directory):
                yield planned(concern, due, person, now)


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
    if letter.kind is LetterKind.MONTHLY_SUMMARY and letter.state is LetterState.QUEUED:
        return True
    if letter.state is LetterState.QUEUED and letter.local_date < day:
        return letter.ambiguous > 0
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
    session: Session, office: PostOffice, directory: Directory, slot: Slot, person_id: int
) -> tuple[list[PlannedReminder], list[Notice]]:
    """Return what a person is to be told on a day; what asks for nothing any more is recorded as suppressed."""
    chosen = directory.preferences_of(person_id)
    waiting = list_waiting_reminders(session, person_id, chosen, slot.day)
    notices = list_waiting_notices(session, person_id, chosen.opens_at(slot))
    standing = standing_of(session, office.terms(session), directory, waiting, notices)
    for reminder in waiting:
        if reason := standing.why_not_remind(reminder):
            reminder.outcome, reminder.reason = Planned.SUPPRESSED, reason
    for notice in notices:
        if reason := standing.why_not_notify(notice, office.clock.now()):
            notice.mail, notice.reason = Planned.SUPPRESSED, reason
    live = [each for each in waiting if each.outcome is Planned.PLANNED]
    latest = {_ladder_of(each): each for each in live}
    for reminder in live:
        if latest[_ladder_of(reminder)] is not reminder:
            reminder.outcome, reminder.reason = Planned.SUPPRESSED, Reason.LATER_STAGE
    session.flush()
    return list(latest.values()), [each for each in notices if each.mail is Planned.PLANNED]


def _ladder_of(reminder: PlannedReminder) -> tuple[int, Capacity, Anchor]:
    """Return what a later stage takes the place of an earlier one in; filing is one matter from opening to missing."""
    anchor = read_code(reminder.stage).anchor
    return reminder.part_id, reminder.capacity, Anchor.FILING_CLOSES if anchor in FILING else anchor


def digest_of(
    session: Session,
    office: PostOffice,
    reader: User,
    today: date,
    reminders: Sequence[PlannedReminder],
    notices: Sequence[Notice],
) -> Digest:
    """Return what stands in a letter with some reminders and notices."""
    about = {each.item_id for each in reminders} | {item_id for each in notices for item_id in each.about}
    items = brief_items(session, about, today)
    headings = headings_of(office, session, principal_of(session, reader, today), today, about)
    causes = _causes(items, today, headings, reminders, notices)
    return Digest(today, arrange(causes), items, reminders, notices)


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
        for item_id in notice.about:
            item = items[item_id]
            section = section_of_notice(notice.kind)
            if section is not Section.DECIDED:
                # What was done since the notice was made is asked for no more; the letter only tells of it.
                section = headings.get(item_id, Section.LATER)
            yield Cause(item_id, item.item_no, item.due_on, section)


def _attach(
    session: Session, letter_id: int, reminders: Sequence[PlannedReminder], notices: Sequence[Notice]
) -> None:
    for reminder in reminders:
        reminder.letter_id = letter_id
    for notice in notices:
        notice.letter_id = letter_id
    session.flush()


def planned(concern: Concern, due: DueStage, person: Recipient, now: datetime) -> PlannedReminder:
    """Return the row of a stage of one part for one person."""
    return PlannedReminder(
        item_id=concern.item_id,
        part_id=concern.part_id,
        stage=due.stage.code,
        step=due.step,
        cycle=due.cycle,
        occurs_on=due.occurs_on,
        recipient_id=person.person_id,
        capacity=person.capacity,
        deputy_for_id=person.deputy_for,
        outcome=Planned.PLANNED,
        planned_at=now,
    )
