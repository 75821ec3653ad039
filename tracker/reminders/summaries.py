"""The letter about a period: its figures when filing closed, to heads of agencies and coordinators, with the tables.

It is the one mail of its day: reminders of that day wait for the next working day, and where a day's mail has gone
already, the letter waits. Nobody is told of a period twice.
"""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tracker.access import Act, Permission
from tracker.actions.queries import ActionFilter
from tracker.actions.rules.filing import Period, last_closed
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
from tracker.people.queries import calendars_around, get_user, principal_of
from tracker.reminders import outbox
from tracker.reminders.letter_queries import (
    list_letters_of_the_day,
    list_summaries,
    list_summary_readers,
)
from tracker.reminders.letters import Summary, Written, envelope, write_summary
from tracker.reminders.models import LetterKind, LetterState
from tracker.reminders.outbox import NewLetter
from tracker.reminders.planning import takes_slot
from tracker.reminders.post_office import Monthly, PostOffice
from tracker.reminders.queries import day_bounds, load_directory
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.rules.retry import GIVE_UP_AFTER, Slot

TABLES: Final = (Table.COUNTS, Table.OVERDUE)
CATCH_UP: Final = timedelta(days=7)
"""For so long a letter that could not be written on its day is still worth sending."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Composed:
    """A letter about a period, as words and with its file."""

    written: Written
    attachment: Attachment


def plan_summaries(office: PostOffice, database: Database) -> int:
    """Write the letters about the period that closed last to those who have none yet; returns how many were written.

    Does nothing outside the day's slot, in a dry run, or on other days than those after a closing.
    """
    now = office.clock.now()
    if office.monthly is None or office.is_dry:
        return 0
    with database.reading() as session:
        slot = office.slot(session, now)
        period = _period_to_tell(session, office, slot.day) if slot.is_open else None
        if period is None:
            return 0
        directory = load_directory(session, slot.day)
        readers = _who_waits(session, office, directory, slot, period)
    return sum(
        _write_safely(office, office.monthly, database, directory, slot, period, reader.id)
        for reader in readers
    )


def compose_summary(
    session: Session, office: PostOffice, monthly: Monthly, reader: User, period: Period, today: date
) -> Composed:
    """Return the letter about a period for a reader: their dashboard's numbers on the day on which filing closed."""
    act = Act(principal_of(session, reader, today), office.clock.now(), today)
    day = period.closes_on(office.filing.days)
    whole_city = act.by.scope(Permission.Dashboard.READ).city
    standards = monthly.terms.standards
    told = overview(session, act.by, ActionFilter(as_at=day), today, standards, by_agency=whole_city)
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
    name = f"tracking-{period.code}.ods"
    titles = [paper.title for paper in papers]
    summary = Summary(period, told, standards.due_soon_days, name, titles)
    return Composed(
        write_summary(office, reader, summary), Attachment(name, Format.ODS.mime_type, file.getvalue())
    )


def _period_to_tell(session: Session, office: PostOffice, day: date) -> Period | None:
    """Return the period that is to be told of on a day: from the first working day after its filing closed."""
    period = last_closed(day, office.filing.cycle, office.filing.days)
    closed_on = period.closes_on(office.filing.days)
    calendar = calendars_around(session, office.country, day).everywhere
    first = calendar.next_working_day_on_or_after(closed_on + timedelta(days=1))
    return period if first <= day <= first + CATCH_UP else None


def _who_waits(
    session: Session, office: PostOffice, directory: Directory, slot: Slot, period: Period
) -> Sequence[User]:
    calendars = calendars_around(session, office.country, slot.day)
    now = office.clock.now()
    told = {each.recipient_id for each in list_summaries(session, period.code) if _stands(each.state)}
    return [
        reader
        for reader in list_summary_readers(session)
        if reader.id not in told
        and directory.is_reachable(reader.id)
        and calendars.is_any_open(directory.departments_of(reader.id), slot.day)
        and directory.preferences_of(reader.id).opens_at(slot) <= now
        and _is_free(session, office, slot, reader.id)
    ]


def _stands(state: LetterState) -> bool:
    return state is not LetterState.CANCELLED


def _is_free(session: Session, office: PostOffice, slot: Slot, person_id: int) -> bool:
    bounds = day_bounds(slot.day, office.zone)
    earlier = list_letters_of_the_day(session, [person_id], slot.day, *bounds)
    return not any(takes_slot(letter, slot.day) for letter in earlier)


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
            return _put(session, office, directory, slot, period, person_id, composed)
    except Duplicate:
        _log.info("another worker wrote the letter about %s to person %s", period.code, person_id)
    except Exception:  # noqa: BLE001 - one person's trouble must not keep the others from their letters
        _log.exception("the letter about %s to person %s could not be written", period.code, person_id)
    return False


def _put(
    session: Session,
    office: PostOffice,
    directory: Directory,
    slot: Slot,
    period: Period,
    person_id: int,
    composed: Composed,
) -> bool:
    earlier = [each for each in list_summaries(session, period.code) if each.recipient_id == person_id]
    if any(_stands(each.state) for each in earlier) or not _is_free(session, office, slot, person_id):
        return False
    now, reader = office.clock.now(), get_user(session, person_id)
    mailbox = directory.mailbox_for(person_id) if person_id in directory.refused else ""
    address, written = mailbox or reader.email, composed.written
    key = f"summary|{person_id}|{len(earlier)}|{period.code}"
    message_id = office.message_id(key)
    letter = envelope(office, reader, written, message_id, now, address, (composed.attachment,))
    new = NewLetter(
        key=key,
        message_id=message_id,
        kind=LetterKind.MONTHLY_SUMMARY,
        recipient_id=person_id,
        address=address,
        subject=written.subject,
        text=written.text,
        payload=office.mailer.compose(letter),
        local_date=slot.day,
        deliver_by=now + GIVE_UP_AFTER,
        to_mailbox=bool(mailbox),
    )
    return outbox.put(session, new, now) is not None
