"""The ledger of an item: who was reminded or told, when, as what, and why (not)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, String, cast, null, select, union_all
from sqlalchemy.orm import aliased

from tracker.foundation.clock import local_date
from tracker.foundation.database import Session
from tracker.people.models import User
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
    stood_in_for = aliased(User)
    nobody, no_moment = cast(null(), String), cast(null(), Notice.created_at.type)
    reminders = (
        select(
            PlannedReminder.stage,
            cast(null(), Notice.kind.type).label("kind"),
            User.name,
            PlannedReminder.capacity,
            stood_in_for.name.label("deputy_for"),
            PlannedReminder.occurs_on,
            no_moment.label("created_at"),
            PlannedReminder.outcome,
            PlannedReminder.reason,
            PlannedReminder.letter_id,
            OutboxLetter.accepted_at,
            PlannedReminder.id,
        )
        .join(User, User.id == PlannedReminder.recipient_id)
        .outerjoin(stood_in_for, stood_in_for.id == PlannedReminder.deputy_for_id)
        .outerjoin(OutboxLetter, OutboxLetter.id == PlannedReminder.letter_id)
        .where(PlannedReminder.item_id == item_id)
    )
    notices = (
        select(
            nobody,
            Notice.kind,
            User.name,
            cast(null(), PlannedReminder.capacity.type),
            nobody,
            cast(null(), PlannedReminder.occurs_on.type),
            Notice.created_at,
            Notice.mail,
            Notice.reason,
            Notice.letter_id,
            OutboxLetter.accepted_at,
            Notice.id,
        )
        .join(User, User.id == Notice.person_id)
        .outerjoin(OutboxLetter, OutboxLetter.id == Notice.letter_id)
        .where(Notice.item_id == item_id, Notice.mail.is_not(None))
    )
    rows = sorted(session.execute(union_all(reminders, notices)), key=lambda row: row.id, reverse=True)
    return sorted((_entry(row, zone) for row in rows), key=lambda each: each.occurs_on, reverse=True)


def _entry(row: Row[Any], zone: ZoneInfo) -> LedgerEntry:
    return LedgerEntry(
        words=read_code(row.stage).words if row.stage else (NOTICE_LABELS[row.kind], {}),
        person=row.name,
        capacity=CAPACITY_LABELS[row.capacity] if row.capacity else "",
        deputy_for=row.deputy_for or "",
        occurs_on=row.occurs_on or local_date(row.created_at, zone),
        outcome=row.outcome,
        reason=REASON_LABELS[row.reason] if row.reason else "",
        letter_id=row.letter_id,
        sent_at=row.accepted_at,
    )
