"""The ledger of an item: who was reminded or told, when, as what, and why (not)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    String,
    and_,
    case,
    cast,
    func,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.actions.models import ActionItem
from tracker.foundation.clock import local_date
from tracker.foundation.database import Page, Session
from tracker.foundation.language import N_
from tracker.foundation.membership import is_naming
from tracker.people.models import User
from tracker.reminders.letter_queries import list_written_to
from tracker.reminders.models import LETTER_LABELS, LetterKind, Notice, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import (
    list_concerns,
    list_parts_of,
    list_people_to_write,
    list_waiting_reminders,
    load_directory,
)
from tracker.reminders.rules.digest import NOTICE_LABELS
from tracker.reminders.rules.ladder import REASON_LABELS, paused_stages, stages_within
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.rules.stages import CAPACITY_LABELS, Words, read_code
from tracker.reminders.runs import find_held_run
from tracker.reminders.standing import hearers_of

LOOK_AHEAD: Final = timedelta(days=60)


@dataclass(frozen=True)
class LedgerEntry:
    """One answer to: who was reminded, when, as what, and why (not).

    `passed_to` is the shared mailbox that the letter went to, where the person's own address is refused.
    """

    words: Words
    person: str
    capacity: str
    deputy_for: str
    occurs_on: date
    outcome: Planned
    reason: str
    letter_id: int | None
    sent_at: datetime | None
    item_id: int | None = None
    item_no: str = ""
    moved_from: date | None = None
    passed_to: str = ""


def why_sent(letter: OutboxLetter) -> list[tuple[Words, str]]:
    """Return why a letter was written: pairs of words and an item number, as its reminders and notices say.

    The figures of a period have no item.
    """
    period: list[tuple[Words, str]] = [((LETTER_LABELS[LetterKind.MONTHLY_SUMMARY], {}), "")]
    stages = [(read_code(each.stage).words, each.item.item_no) for each in letter.reminders]
    notices: list[tuple[Words, str]] = [
        ((NOTICE_LABELS[each.kind], {}), each.item.item_no if each.item else "") for each in letter.notices
    ]
    return stages + notices + (period if letter.tells_of_period else [])


def reminders_of_item(session: Session, item_id: int, zone: ZoneInfo) -> list[LedgerEntry]:
    """Return who was told of an item, when and why (not): reminders and notices that go by mail, newest first."""
    told = _told(PlannedReminder.item_id == item_id, _is_about(item_id))
    rows = sorted(session.execute(told), key=lambda row: row.id, reverse=True)
    return sorted((_entry(row, zone) for row in rows), key=lambda each: each.occurs_on, reverse=True)


def ledger_of_person(
    session: Session, person_id: int, zone: ZoneInfo, number: int = 1, size: int = 50
) -> Page[LedgerEntry]:
    """Return a page of what was planned for a person, sent or not and why, newest first."""
    told = _told(PlannedReminder.recipient_id == person_id, Notice.person_id == person_id).subquery()
    total = session.scalar(select(func.count()).select_from(told)) or 0
    newest = select(told).order_by(told.c.told_at.desc(), told.c.id.desc())
    rows = session.execute(newest.limit(size).offset((number - 1) * size))
    return Page([_entry(row, zone) for row in rows], total, number, size)


def _told(of_reminder: ColumnElement[bool], of_notice: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Return the reminders and the notices that go by mail, in one question with all that is told of them."""
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
            _mailbox().label("passed_to"),
            PlannedReminder.id,
            PlannedReminder.planned_at.label("told_at"),
            PlannedReminder.step,
            PlannedReminder.cycle,
            ActionItem.id.label("item_id"),
            ActionItem.item_no,
        )
        .join(User, User.id == PlannedReminder.recipient_id)
        .outerjoin(stood_in_for, stood_in_for.id == PlannedReminder.deputy_for_id)
        .outerjoin(OutboxLetter, OutboxLetter.id == PlannedReminder.letter_id)
        .join(ActionItem, ActionItem.id == PlannedReminder.item_id)
        .where(of_reminder)
    )
    notices = (
        select(
            nobody,
            Notice.kind,
            User.name,
            cast(null(), PlannedReminder.capacity.type),
            stood_in_for.name,
            cast(null(), PlannedReminder.occurs_on.type),
            Notice.created_at,
            Notice.mail,
            Notice.reason,
            Notice.letter_id,
            OutboxLetter.accepted_at,
            _mailbox(),
            Notice.id,
            Notice.created_at,
            nobody,
            cast(null(), PlannedReminder.cycle.type),
            ActionItem.id,
            ActionItem.item_no,
        )
        .join(User, User.id == Notice.person_id)
        .outerjoin(stood_in_for, stood_in_for.id == Notice.deputy_for_id)
        .outerjoin(OutboxLetter, OutboxLetter.id == Notice.letter_id)
        .outerjoin(ActionItem, ActionItem.id == Notice.item_id)
        .where(of_notice, Notice.mail.is_not(None))
    )
    return union_all(reminders, notices)


def _is_about(item_id: int) -> ColumnElement[bool]:
    """Return the condition for a notice that tells of an item, alone or with others that its letter names."""
    of_several = and_(
        Notice.item_id.is_(None),
        is_naming(Notice.item_ids, item_id),
        not_(is_naming(Notice.untold_ids, item_id)),
    )
    return or_(Notice.item_id == item_id, of_several)


def _mailbox() -> ColumnElement[str | None]:
    return case((OutboxLetter.to_mailbox, OutboxLetter.address))


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
        item_id=row.item_id,
        item_no=row.item_no or "",
        moved_from=_moved_from(row) if row.stage else None,
        passed_to=row.passed_to or "",
    )


def _moved_from(row: Row[Any]) -> date | None:
    """Return the day off on which the stage would have stood, where days off moved it."""
    stage = read_code(row.stage)
    if stage.weekly:
        monday = date.fromisoformat(row.step.rpartition(":")[2])
        return monday if monday != row.occurs_on else None
    if stage.in_working_days:
        return None
    nominal = stage.nominal(row.cycle)
    return nominal if nominal != row.occurs_on else None


def why_waiting(session: Session, office: PostOffice, person_id: int) -> str:
    """Return, as a msgid, why what is planned for a person has not left at this moment."""
    return next(_whys(session, office, person_id), N_("等候寄出"))


def _whys(session: Session, office: PostOffice, person_id: int) -> Iterator[str]:
    """Yield what keeps a person's letter back, the strongest reason first."""
    now = office.clock.now()
    slot = office.slot(session, now)
    if office.is_dry:
        yield N_("試行中，不寄信")
    if find_held_run(session, slot.day):
        yield N_("今日提醒超過上限，等候放行")
    directory = load_directory(session, slot.day)
    if not _is_present(session, office, directory, person_id, slot.day):
        yield N_("今天是休息日，下一個工作日再寄")
    if not directory.is_reachable(person_id):
        yield N_("郵件伺服器拒收本人的信箱，也沒有公用信箱可改寄；更正後再寄")
    if person_id in list_written_to(session, slot.day):
        yield N_("今天已有一封信，併入下一封")
    if not slot.is_open:
        yield N_("等候寄送時段")
    chosen = directory.preferences_of(person_id)
    if chosen.opens_at(slot) > now:
        yield N_("等候本人選定的時間")
    if person_id not in list_people_to_write(session, directory, slot):
        is_weekly = bool(list_waiting_reminders(session, [person_id], directory, date.max))
        yield N_("等候每週一次的彙整") if is_weekly else N_("併入下一個工作日的信")


def _is_present(
    session: Session, office: PostOffice, directory: Directory, person_id: int, day: date
) -> bool:
    places = directory.departments_of(person_id)
    return office.calendars(session, day).is_any_open(places, day)


@dataclass(frozen=True)
class Upcoming:
    """A stage that will stand on a day if nothing changes; with a `reason` it is not asked for now, and why."""

    words: Words
    occurs_on: date
    people: Sequence[str]
    reason: str = ""


def upcoming_of_item(session: Session, office: PostOffice, item_id: int) -> list[Upcoming]:
    """Return what the next two months bring for an item, and what is being withheld, earliest first."""
    today = office.today()
    directory = load_directory(session, today)
    calendars = office.calendars(session, today)
    names = {row.id: row.name for row in session.execute(select(User.id, User.name))}
    found = []
    concerns = list_concerns(
        session, office.terms(session, today), list_parts_of(session, [item_id]), with_history=True
    )
    for concern in concerns:
        last, calendar = today + LOOK_AHEAD, calendars.of(concern.department_id)
        for due in stages_within(concern.facts, today, last, calendar, concern.stages):
            heard = hearers_of(concern, due.stage, directory)
            people = tuple(names[each.person_id] for each in heard)
            found.append(Upcoming(due.stage.words, due.occurs_on, people))
        for due, reason in paused_stages(concern.facts, today, calendar, concern.stages):
            found.append(Upcoming(due.stage.words, due.occurs_on, (), REASON_LABELS[reason]))
    return sorted(found, key=lambda each: each.occurs_on)
