"""Reading reminders, letters and notices; the read models say why somebody was written to, and why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.access import Role
from tracker.actions.models import ActionItem, Closing, Part, ProgressUpdate
from tracker.actions.queries import deadline_of
from tracker.actions.rules.deadlines import days_late
from tracker.actions.rules.workflow import OPEN, PartRole, PartStatus, Status
from tracker.foundation.clock import local_date
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import NotFound
from tracker.foundation.office_days import OfficeCalendar, office_calendar
from tracker.foundation.searching import holds
from tracker.people.models import Department, RoleGrant, User
from tracker.people.queries import deputies_on, office_overrides
from tracker.reminders.models import (
    UNSENT,
    Heartbeat,
    LetterKind,
    LetterState,
    MailChannel,
    Notice,
    OutboxLetter,
    Planned,
    PlannedReminder,
)
from tracker.reminders.rules.digest import NOTICE_LABELS
from tracker.reminders.rules.ladder import CAPACITY_LABELS, REASON_LABELS, STAGES_BY_CODE, Facts
from tracker.reminders.rules.recipients import Directory
from tracker.reports.models import Recommendation

CHANNEL = 1
T = TypeVar("T")


@dataclass(frozen=True)
class Concern:
    """One department's open part in an item, with the facts that the ladder asks for."""

    part_id: int
    item_id: int
    item_no: str
    department_id: int
    officer_id: int | None
    facts: Facts


@dataclass(frozen=True)
class ItemBrief:
    """What a letter tells of an item."""

    item_id: int
    item_no: str
    title: str
    status: Status
    due_on: date
    days_late: int
    department: str
    department_english: str
    quote: str
    report_title: str
    page: int | None
    progress: str = ""
    progress_at: datetime | None = None


@dataclass(frozen=True)
class LedgerEntry:
    """One answer to: who was reminded, when, as what, and why (not)."""

    label: str
    person: str
    capacity: str
    deputy_for: str
    occurs_on: date
    outcome: Planned
    reason: str
    letter_id: int | None
    sent_at: datetime | None


@dataclass(frozen=True)
class LetterFilter:
    """What the outbox page asks for."""

    state: LetterState | None = None
    person_id: int | None = None
    words: str = ""


@dataclass(frozen=True)
class OutboxHealth:
    """How the post does: what waits, since when, and whether the mail server answers."""

    waiting: int
    oldest_waiting_since: datetime | None
    held: int
    paused_until: datetime | None
    last_error: str
    last_success_at: datetime | None
    heartbeats: Mapping[str, datetime | None] = field(default_factory=dict)


def calendar_around(session: Session, country: str, day: date) -> OfficeCalendar:
    """Return the office calendar of the years around a day, the office's own days included."""
    return office_calendar(country, range(day.year - 2, day.year + 3), office_overrides(session))


def load_directory(session: Session, day: date) -> Directory:
    """Return who is active and holds what, with the deputies of the day."""
    holders: dict[tuple[Role, int | None], list[int]] = {}
    grants = (
        select(RoleGrant.role, RoleGrant.department_id, RoleGrant.person_id).join(User).where(User.is_active)
    )
    for role, department_id, person_id in session.execute(grants.order_by(RoleGrant.id)):
        holders.setdefault((role, department_id), []).append(person_id)
    parents = session.execute(select(Department.id, Department.parent_id))
    return Directory(
        parents={row.id: row.parent_id for row in parents},
        holders=holders,
        active=frozenset(session.scalars(select(User.id).where(User.is_active))),
        deputies=deputies_on(session, day),
    )


def list_concerns(session: Session, zone: ZoneInfo, part_ids: Iterable[int] | None = None) -> list[Concern]:
    """Return the parts that reminders may concern: all of open items, or the named ones whatever their state.

    The steps that are covered already come with all open parts only.
    """
    # Columns, not entities: the planner asks this of every open part, twice a minute.
    query = (
        select(
            Part.id,
            Part.item_id,
            Part.department_id,
            Part.officer_id,
            Part.status,
            Part.role,
            Part.assigned_at,
            ActionItem.item_no,
            ActionItem.status.label("item_status"),
            ActionItem.due_on,
            Closing.requested_on,
        )
        .join(ActionItem, ActionItem.id == Part.item_id)
        .outerjoin(Closing, (Closing.part_id == Part.id) & Closing.decided_at.is_(None))
        .order_by(Part.id)
    )
    covered: dict[int, set[tuple[str, date]]] = {}
    if part_ids is None:
        query = query.where(ActionItem.status.in_(OPEN), Part.status != PartStatus.RELEASED)
        covered = _covered(session)
    else:
        query = query.where(Part.id.in_(list(part_ids)))
    return [
        Concern(
            part_id=row.id,
            item_id=row.item_id,
            item_no=row.item_no,
            department_id=row.department_id,
            officer_id=row.officer_id,
            facts=Facts(
                status=row.item_status,
                part_status=row.status,
                is_lead=row.role is PartRole.LEAD,
                due_on=row.due_on,
                assigned_on=local_date(row.assigned_at, zone),
                closing_requested_on=row.requested_on,
                covered=frozenset(covered.get(row.id, ())),
            ),
        )
        for row in session.execute(query)
    ]


def list_parts_of(session: Session, item_ids: Iterable[int]) -> Sequence[int]:
    """Return the ids of the parts of some items."""
    return session.scalars(select(Part.id).where(Part.item_id.in_(list(item_ids)))).all()


def _covered(session: Session) -> dict[int, set[tuple[str, date]]]:
    covered: dict[int, set[tuple[str, date]]] = {}
    query = (
        select(PlannedReminder.part_id, PlannedReminder.step, PlannedReminder.cycle)
        .join(ActionItem, ActionItem.id == PlannedReminder.item_id)
        .where(ActionItem.status.in_(OPEN))
        .distinct()
    )
    for part_id, step, cycle in session.execute(query):
        covered.setdefault(part_id, set()).add((step, cycle))
    return covered


def brief_items(session: Session, item_ids: Iterable[int], today: date) -> Mapping[int, ItemBrief]:
    """Return what a letter tells of some items, as they stand today."""
    query = (
        select(ActionItem)
        .where(ActionItem.id.in_(list(item_ids)))
        .options(
            selectinload(ActionItem.parts).joinedload(Part.department),
            selectinload(ActionItem.closings),
            joinedload(ActionItem.recommendation).joinedload(Recommendation.report),
        )
        .execution_options(populate_existing=True)
    )
    items = session.scalars(query).all()
    latest = _latest_updates(session, [item.id for item in items])
    return {item.id: _brief(item, latest.get(item.id), today) for item in items}


def _brief(item: ActionItem, update: ProgressUpdate | None, today: date) -> ItemBrief:
    department = item.lead.department
    return ItemBrief(
        item_id=item.id,
        item_no=item.item_no,
        title=item.title,
        status=item.status,
        due_on=item.due_on,
        days_late=days_late(deadline_of(item), today),
        department=department.name,
        department_english=department.english_name or department.name,
        quote=item.recommendation.verbatim_quote,
        report_title=item.recommendation.report.title,
        page=item.recommendation.page,
        progress=update.narrative if update else "",
        progress_at=update.submitted_at if update else None,
    )


def _latest_updates(session: Session, item_ids: Sequence[int]) -> Mapping[int, ProgressUpdate]:
    newest = select(func.max(ProgressUpdate.id)).where(ProgressUpdate.item_id.in_(item_ids))
    query = select(ProgressUpdate).where(ProgressUpdate.id.in_(newest.group_by(ProgressUpdate.item_id)))
    return {update.item_id: update for update in session.scalars(query)}


def list_people_to_write(session: Session, day: date, slot_opens_at: datetime) -> Sequence[int]:
    """Return the people for whom something waits to be written on a day, or whose older letter has not left."""
    reminders = select(PlannedReminder.recipient_id).where(
        PlannedReminder.outcome == Planned.PLANNED, PlannedReminder.letter_id.is_(None)
    )
    notices = select(Notice.person_id).where(
        Notice.mail == Planned.PLANNED, Notice.letter_id.is_(None), Notice.created_at < slot_opens_at
    )
    older = select(OutboxLetter.recipient_id).where(
        OutboxLetter.kind == LetterKind.REMINDER_DIGEST,
        OutboxLetter.state == LetterState.QUEUED,
        OutboxLetter.local_date < day,
    )
    return sorted(
        set(session.scalars(reminders)) | set(session.scalars(notices)) | set(session.scalars(older))
    )


def list_waiting_reminders(session: Session, person_id: int) -> Sequence[PlannedReminder]:
    """Return a person's planned reminders that stand in no letter yet, earliest stage first."""
    return session.scalars(
        select(PlannedReminder)
        .where(
            PlannedReminder.recipient_id == person_id,
            PlannedReminder.outcome == Planned.PLANNED,
            PlannedReminder.letter_id.is_(None),
        )
        .options(joinedload(PlannedReminder.deputy_for))
        .order_by(PlannedReminder.occurs_on, PlannedReminder.id)
    ).all()


def list_waiting_notices(session: Session, person_id: int, before: datetime) -> Sequence[Notice]:
    """Return a person's notices made before a moment whose mail stands in no letter yet, oldest first."""
    return session.scalars(
        select(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.mail == Planned.PLANNED,
            Notice.letter_id.is_(None),
            Notice.created_at < before,
        )
        .order_by(Notice.created_at, Notice.id)
    ).all()


def list_letters_of_the_day(
    session: Session, person_id: int, day: date, since: datetime, until: datetime
) -> Sequence[OutboxLetter]:
    """Return the counted letters to a person that take the day's slot or have not left yet, oldest first."""
    return session.scalars(
        select(OutboxLetter)
        .where(
            OutboxLetter.recipient_id == person_id,
            OutboxLetter.kind == LetterKind.REMINDER_DIGEST,
            or_(
                (OutboxLetter.local_date == day),
                (OutboxLetter.accepted_at >= since) & (OutboxLetter.accepted_at < until),
                OutboxLetter.state.in_(UNSENT),
            ),
        )
        .order_by(OutboxLetter.id)
        .with_for_update()
    ).all()


def get_letter(session: Session, letter_id: int) -> OutboxLetter:
    """Return a letter with its text, attempts and what stands in it; raises NotFound."""
    query = (
        select(OutboxLetter)
        .where(OutboxLetter.id == letter_id)
        .options(
            joinedload(OutboxLetter.recipient),
            selectinload(OutboxLetter.history),
            selectinload(OutboxLetter.reminders).joinedload(PlannedReminder.item),
            selectinload(OutboxLetter.notices).joinedload(Notice.item),
        )
    )
    letter = session.scalars(query).one_or_none()
    if letter is None:
        raise NotFound
    return letter


def list_letters(
    session: Session, wanted: LetterFilter, number: int = 1, size: int = 50
) -> Page[OutboxLetter]:
    """Return a page of the outbox, newest first, with recipients and what stands in each letter."""
    query = _filtered(select(OutboxLetter), wanted)
    total = session.scalar(_filtered(select(func.count(OutboxLetter.id)), wanted)) or 0
    rows = session.scalars(
        query.options(
            joinedload(OutboxLetter.recipient),
            selectinload(OutboxLetter.reminders).joinedload(PlannedReminder.item),
            selectinload(OutboxLetter.notices).joinedload(Notice.item),
        )
        .order_by(OutboxLetter.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, total, number, size)


def _filtered(query: Select[T], wanted: LetterFilter) -> Select[T]:
    if wanted.state is not None:
        query = query.where(OutboxLetter.state == wanted.state)
    if wanted.person_id is not None:
        query = query.where(OutboxLetter.recipient_id == wanted.person_id)
    return query.where(*holds(wanted.words, OutboxLetter.subject, OutboxLetter.address))


def why_sent(letter: OutboxLetter) -> list[tuple[str, str]]:
    """Return why a letter was written: pairs of a msgid and an item number, as its reminders and notices say."""
    stages = [(STAGES_BY_CODE[each.stage].label, each.item.item_no) for each in letter.reminders]
    notices = [(NOTICE_LABELS[each.kind], each.item.item_no if each.item else "") for each in letter.notices]
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
        label=STAGES_BY_CODE[row.stage].label,
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
        label=NOTICE_LABELS[row.kind],
        person=row.person.name,
        capacity="",
        deputy_for="",
        occurs_on=local_date(row.created_at, zone),
        outcome=row.mail or Planned.PLANNED,
        reason=REASON_LABELS[row.reason] if row.reason else "",
        letter_id=row.letter_id,
        sent_at=row.letter.accepted_at if row.letter else None,
    )


def list_notices(session: Session, person_id: int, number: int = 1, size: int = 50) -> Page[Notice]:
    """Return a page of a person's notices, newest first, with their items."""
    total = session.scalar(select(func.count(Notice.id)).where(Notice.person_id == person_id)) or 0
    rows = session.scalars(
        select(Notice)
        .where(Notice.person_id == person_id)
        .options(joinedload(Notice.item))
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, total, number, size)


def count_unread_notices(session: Session, person_id: int) -> int:
    """Return how many notices a person has not read."""
    query = select(func.count(Notice.id)).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def outbox_health(session: Session) -> OutboxHealth:
    """Return how the post does, for the administrator's page, `tracker doctor` and /healthz."""
    waiting, oldest = session.execute(
        select(func.count(OutboxLetter.id), func.min(OutboxLetter.created_at)).where(
            OutboxLetter.state.in_(UNSENT)
        )
    ).one()
    held = select(func.count(OutboxLetter.id)).where(OutboxLetter.state == LetterState.HELD)
    channel = session.get(MailChannel, CHANNEL)
    beats = session.execute(select(Heartbeat.work, Heartbeat.finished_at))
    return OutboxHealth(
        waiting=waiting,
        oldest_waiting_since=oldest,
        held=session.scalar(held) or 0,
        paused_until=channel.paused_until if channel else None,
        last_error=channel.last_error if channel else "",
        last_success_at=channel.last_success_at if channel else None,
        heartbeats={row.work: row.finished_at for row in beats},
    )


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of a local day and of the next."""
    start = datetime.combine(day, datetime.min.time(), zone)
    return start, datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
