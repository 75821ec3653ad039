"""The ledger of an item: who was reminded or told, when, as what, and why (not)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.reminders.models import Notice, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.rules.digest import NOTICE_LABELS
from tracker.reminders.rules.ladder import REASON_LABELS
from tracker.reminders.rules.stages import CAPACITY_LABELS, Words, read_code


@dataclass(frozen=True)
class LedgerEntry:
    """One answer to: who was reminded, when, as what, and why (not)."""

    words: Words
    person: str
    capacity: str
    deputy_for: str
    occurs_on: date
    outcome: Planned
    reason: str
    letter_id: int | None
    sent_at: datetime | None


def why_sent(letter: OutboxLetter) -> list[tuple[Words, str]]:
    """Return why a letter was written: pairs of words and an item number, as its reminders and notices say."""
    stages = [(read_code(each.stage).words, each.item.item_no) for each in letter.reminders]
    notices: list[tuple[Words, str]] = [
        ((NOTICE_LABELS[each.kind], {}), each.item.item_no if each.item else "") for each in letter.notices
    ]
    return stages + notices


def reminders_of_item(session: Session, item_id: int, zone: ZoneInfo) -> list[LedgerEntry]:
    """Return who was told of an item, when and why (not): reminders and notices that go by mail, newest first."""
    reminders = session.scalars(
        select(PlannedReminder)
        .where(PlannedReminder.item_id == item_id)
        .options(
            joinedload(PlannedReminder.recipient),
            joinedload(PlannedReminder.deputy_for),
            joinedload(PlannedReminder.letter),
        )
        .order_by(PlannedReminder.occurs_on.desc(), PlannedReminder.id.desc())
    ).all()
    notices = session.scalars(
        select(Notice)
        .where(Notice.item_id == item_id, Notice.mail.is_not(None))
        .options(joinedload(Notice.person), joinedload(Notice.letter))
    ).all()
    entries = [_reminder_entry(each) for each in reminders] + [_notice_entry(each, zone) for each in notices]
    return sorted(entries, key=lambda each: each.occurs_on, reverse=True)


def _reminder_entry(row: PlannedReminder) -> LedgerEntry:
    return LedgerEntry(
        words=read_code(row.stage).words,
        person=row.recipient.name,
        capacity=CAPACITY_LABELS[row.capacity],
        deputy_for=row.deputy_for.name if row.deputy_for else "",
        occurs_on=row.occurs_on,
        outcome=row.outcome,
        reason=REASON_LABELS[row.reason] if row.reason else "",
        letter_id=row.letter_id,
        sent_at=row.letter.accepted_at if row.letter else None,
    )


def _notice_entry(row: Notice, zone: ZoneInfo) -> LedgerEntry:
    return LedgerEntry(
        words=(NOTICE_LABELS[row.kind], {}),
        person=row.person.name,
        capacity="",
        deputy_for="",
        occurs_on=local_date(row.created_at, zone),
        outcome=row.mail or Planned.PLANNED,
        reason=REASON_LABELS[row.reason] if row.reason else "",
        letter_id=row.letter_id,
        sent_at=row.letter.accepted_at if row.letter else None,
    )
