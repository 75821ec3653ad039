"""The letter about a period: its figures when filing closed, to heads of agencies and coordinators, with the tables.

It is the one mail of its day: what else its reader is to be told on that day stands in it too. Where a day's mail has
gone already, the letter waits. Nobody is told of a period twice.
"""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import or_, select

from tracker.access import Act, Permission
from tracker.actions.models import ActionItem, Part
from tracker.actions.queries import ActionFilter, is_open
from tracker.actions.rules.filing import Period, last_closed
from tracker.actions.rules.workflow import PartRole
from tracker.dashboards import handing_up
from tracker.dashboards.handing_up import Order
from tracker.dashboards.queries import overview
from tracker.dashboards.rules.tables import Table
from tracker.dashboards.tables import Asked
from tracker.foundation.database import Database, Session
from tracker.foundation.documents import Format, write_book
from tracker.foundation.errors import Duplicate
from tracker.foundation.mailing import Attachment
from tracker.people.models import User
from tracker.people.queries import get_user, principal_of
from tracker.reminders import outbox
from tracker.reminders.letter_queries import (
    list_letters_of_the_day,
    list_summaries,
)
from tracker.reminders.letters import Summary, write_summary
from tracker.reminders.models import SUMMARY, LetterKind, LetterState, OutboxLetter
from tracker.reminders.outbox import NewLetter
from tracker.reminders.planning import (
    digests_of,
    free_slots,
    lock_planning,
    note_letters,
    people_of_day,
    plan_reminders,
    record_due_stages,
    takes_slot,
    what_stands,
)
from tracker.reminders.post_office import Monthly, PostOffice
from tracker.reminders.queries import day_bounds, load_directory
from tracker.reminders.rendering import envelope
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.rules.retry import GIVE_UP_AFTER, Slot
from tracker.reminders.runs import may_go

TABLES: Final = (Table.COUNTS, Table.OVERDUE)
CATCH_UP: Final = timedelta(days=7)
"""For so long a letter that could not be written on its day is still worth sending."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Composed:
    """What a letter tells of a period, and its file; without one where it is only looked at."""

    summary: Summary
    attachment: Attachment | None = None


def plan_letters(office: PostOffice, database: Database) -> None:
    """Write the day's letters: first those about a period, which hold what else their readers are told.

    Trouble with these keeps nobody from a reminder.
    """
    try:
        plan_summaries(office, database)
    finally:
        plan_reminders(office, database)


def plan_summaries(office: PostOffice, database: Database) -> int:
    """Write the letters about the period that closed last to those who have none yet; returns how many were written.

    Does nothing outside the day's slot, in a dry run, on other days than those after a closing, or while a large run
    waits for a person.
    """
    now = office.clock.now()
    if office.monthly is None or office.is_dry:
        return 0
    with database.reading() as session:
        slot = office.slot(session, now)
        period = period_to_tell(session, office, slot)
        if period is None:
            return 0
        directory = load_directory(session, slot.day)
        waiting = list_waiting_readers(session, office, directory, slot, period)
    awake = [each for each in waiting if directory.preferences_of(each).opens_at(slot) <= now]
    if not awake or not _may_go(office, database, directory, slot, waiting):
        return 0
    return sum(
        _write_safely(office, office.monthly, database, directory, slot, period, each) for each in awake
    )


def _may_go(
    office: PostOffice, database: Database, directory: Directory, slot: Slot, waiting: Sequence[int]
) -> bool:
    """Record what came due, since it stands in the same letters, and tell whether the day's run may go."""
    with database.transaction() as session:
        lock_planning(session)
        record_due_stages(session, office, directory, office.clock.now())
        people = people_of_day(session, office, directory, slot)
    return may_go(office, database, slot.day, sorted({*people, *waiting}))


def period_to_tell(session: Session, office: PostOffice, slot: Slot) -> Period | None:
    """Return the period that is to be told of now: from the first working day after its filing closed, for a week."""
    if office.monthly is None or not slot.is_open:
        return None
    period = last_closed(slot.day, office.filing.cycle, office.filing.days)
    closed_on = period.closes_on(office.filing.days)
    calendar = office.calendars(session, slot.day).everywhere
    first = calendar.next_working_day_on_or_after(closed_on + timedelta(days=1))
    return period if first <= slot.day <= first + CATCH_UP else None


def list_waiting_readers(
    session: Session, office: PostOffice, directory: Directory, slot: Slot, period: Period
) -> Sequence[int]:
    """Return who has no letter about a period yet and may have one today, at whatever hour.

    Who had nothing under tracking in the period is spared a letter of noughts.
    """
    calendars = office.calendars(session, slot.day)
    told = {each.recipient_id for each in list_summaries(session, period.code) if _stands(each, slot.day)}
    waiting = [
        person_id
        for person_id in sorted(_concerned(session, directory, period))
        if person_id not in told
        and directory.is_reachable(person_id)
        and calendars.is_any_open(directory.departments_of(person_id), slot.day)
    ]
    earlier = list_letters_of_the_day(session, waiting, slot.day, *day_bounds(slot.day, office.zone))
    served = {each.recipient_id for each in earlier if takes_slot(each, slot.day)}
    return [each for each in waiting if each not in served]


def _concerned(session: Session, directory: Directory, period: Period) -> set[int]:
    """Return who hears of a period: the departments count that led an item in it or lead one now."""
    tracked = (
        select(Part.department_id)
        .join(ActionItem, ActionItem.id == Part.item_id)
        .where(Part.role == PartRole.LEAD, or_(is_open(), ActionItem.closed_on >= period.first_day))
    )
    leading = session.scalars(tracked.distinct()).all()
    return directory.readers_of_periods(leading)


def _stands(letter: OutboxLetter, day: date) -> bool:
    """Tell whether a letter about a period has told of it, or will.

    One that was refused at the door has not, nor one that waits since an earlier day and is written anew.
    """
    if letter.state is LetterState.FAILED:
        return letter.reason is not Reason.ADDRESS_REFUSED or letter.ambiguous > 0
    if letter.state is LetterState.QUEUED:
        return takes_slot(letter, day)
    return letter.state is not LetterState.CANCELLED


def compose_summary(
    session: Session, office: PostOffice, monthly: Monthly, reader: User, period: Period, today: date
) -> Composed:
    """Return what a letter tells a reader of a period, with the tables of the day on which filing closed."""
    act = Act(principal_of(session, reader, today), office.clock.now(), today)
    day = period.closes_on(office.filing.days)
    summary = _told_of(session, act, office, monthly, reader, period)
    papers = [
        handing_up.paper_of(
            session,
            act,
            Order(Asked(table, as_at=day), Format.ODS, reader.language),
            monthly.layouts[table],
            monthly.terms,
        )
        for table in TABLES
    ]
    file = io.BytesIO()
    write_book(file, papers, reader.language)
    return Composed(summary, Attachment(summary.file_name, Format.ODS.mime_type, file.getvalue()))


def sketch_summary(
    session: Session, office: PostOffice, monthly: Monthly, reader: User, period: Period, today: date
) -> Composed:
    """Return what a letter tells a reader of a period, without the file: for looking ahead."""
    act = Act(principal_of(session, reader, today), office.clock.now(), today)
    return Composed(_told_of(session, act, office, monthly, reader, period))


def _told_of(
    session: Session, act: Act, office: PostOffice, monthly: Monthly, reader: User, period: Period
) -> Summary:
    """Return a reader's dashboard's numbers on the day on which filing closed."""
    day = period.closes_on(office.filing.days)
    whole_city = act.by.scope(Permission.Dashboard.READ).city
    standards = monthly.terms.standards
    told = overview(session, act.by, ActionFilter(as_at=day), act.today, standards, by_agency=whole_city)
    titles = [monthly.layouts[table].titled(reader.language) for table in TABLES]
    return Summary(period, told, standards.due_soon_days, f"tracking-{period.code}.ods", titles)


def _write_safely(
    office: PostOffice,
    monthly: Monthly,
    database: Database,
    directory: Directory,
    slot: Slot,
    period: Period,
    person_id: int,
) -> bool:
    try:
        # Making the tables may take a while, and others want to write meanwhile.
        with database.snapshot() as session:
            reader = get_user(session, person_id)
            composed = compose_summary(session, office, monthly, reader, period, slot.day)
        with database.transaction() as session:
            return put_summary(session, office, directory, slot, period, person_id, composed) is not None
    except Duplicate:
        _log.info("another worker wrote the letter about %s to person %s", period.code, person_id)
    except Exception:  # noqa: BLE001 - one person's trouble must not keep the others from their letters
        _log.exception("the letter about %s to person %s could not be written", period.code, person_id)
    return False


def put_summary(
    session: Session,
    office: PostOffice,
    directory: Directory,
    slot: Slot,
    period: Period,
    person_id: int,
    composed: Composed,
) -> int | None:
    """Put a letter about a period into the outbox, with what else its reader is told today; returns its id.

    None where the reader was told meanwhile, or has had the day's mail. With reminders in it, it is judged as they are
    when it leaves.
    """
    is_free = person_id in free_slots(session, office, slot, [person_id])
    earlier = [each for each in list_summaries(session, period.code) if each.recipient_id == person_id]
    if not is_free or any(_stands(each, slot.day) for each in earlier):
        return None
    told = what_stands(session, office, directory, slot, [person_id])
    digest = digests_of(session, office, directory, slot.day, told).get(person_id) if told else None
    mailbox = directory.mailbox_for(person_id) if person_id in directory.refused else ""
    reader = get_user(session, person_id)
    written = write_summary(office, reader, composed.summary, digest, passed_to=mailbox)
    new = _blank(office, reader, slot, period, len(earlier))
    files = (composed.attachment,) if composed.attachment else ()
    address, now = mailbox or reader.email, office.clock.now()
    letter = envelope(office, reader, written, new.message_id, now, address, files)
    new = replace(
        new,
        kind=LetterKind.REMINDER_DIGEST if digest else LetterKind.MONTHLY_SUMMARY,
        address=address,
        subject=written.subject,
        text=written.text,
        payload=office.mailer.compose(letter),
        to_mailbox=bool(mailbox),
    )
    letter_id = outbox.put(session, new, now)
    if letter_id is not None and told:
        note_letters(session, told.values(), [letter_id])
    return letter_id


def pass_summary(session: Session, office: PostOffice, slot: Slot, period: Period, person_id: int) -> None:
    """Take a letter about a period as sent without writing it, for looking further ahead."""
    new = _blank(
        office, get_user(session, person_id), slot, period, len(list_summaries(session, period.code))
    )
    letter_id = outbox.put(session, new, office.clock.now())
    if letter_id is not None:
        letter = session.get_one(OutboxLetter, letter_id)
        letter.state, letter.accepted_at = LetterState.ACCEPTED, office.clock.now()
        session.flush()


def _blank(office: PostOffice, reader: User, slot: Slot, period: Period, generation: int) -> NewLetter:
    """Return a letter about a period before anything is written in it."""
    key = f"{SUMMARY}{reader.id}|{generation}|{period.code}"
    return NewLetter(
        key=key,
        message_id=office.message_id(key),
        kind=LetterKind.MONTHLY_SUMMARY,
        recipient_id=reader.id,
        address=reader.email,
        subject="",
        text="",
        payload=b"",
        local_date=slot.day,
        deliver_by=office.clock.now() + GIVE_UP_AFTER,
    )
