"""Reading the outbox: letters with what stands in them, and how the post does."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, not_, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from tracker.access import Principal
from tracker.actions.models import ActionItem
from tracker.actions.queries import open_to, visible_to
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import NotFound
from tracker.foundation.membership import is_code
from tracker.foundation.searching import holds
from tracker.people.models import User
from tracker.reminders.models import (
    COUNTED,
    SUMMARY,
    UNSENT,
    Heartbeat,
    LetterState,
    MailChannel,
    Notice,
    OutboxLetter,
    PlanComparison,
    Planned,
    PlannedReminder,
    RefusedAddress,
)
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.stages import Anchor, read_code

CHANNEL = 1
IS_QUEUED = is_code(OutboxLetter.state, LetterState.QUEUED)
IS_IN_HAND = is_code(OutboxLetter.state, LetterState.LEASED, LetterState.TRANSMITTING)
_waiting, _held = aliased(OutboxLetter), aliased(OutboxLetter)
# Of two lists, since SQLite reads every letter there ever was where one condition is met by two partial indexes.
IS_UNSENT = OutboxLetter.id.in_(
    union_all(
        select(_waiting.id).where(is_code(_waiting.state, LetterState.QUEUED)),
        select(_held.id).where(is_code(_held.state, LetterState.LEASED, LetterState.TRANSMITTING)),
    )
)
_CHASED = frozenset({Anchor.DUE, Anchor.FILING_CLOSES, Anchor.FILING_MISSED_TWICE})


T = TypeVar("T")


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
    compared: PlanComparison | None = None


def list_letters_of_the_day(
    session: Session, people: Collection[int], day: date, since: datetime, until: datetime
) -> Sequence[OutboxLetter]:
    """Return the counted letters to some people that take the day's slot or have not left yet, oldest first."""
    return session.scalars(
        select(OutboxLetter)
        .where(
            OutboxLetter.recipient_id.in_(people),
            OutboxLetter.kind.in_(COUNTED),
            or_(
                (OutboxLetter.local_date == day),
                (OutboxLetter.accepted_at >= since) & (OutboxLetter.accepted_at < until),
                OutboxLetter.state.in_(UNSENT),
            ),
        )
        .order_by(OutboxLetter.id)
        .with_for_update()
    ).all()


def list_written_to(session: Session, day: date) -> Sequence[int]:
    """Return to whom a counted letter of a day was written that was not taken back."""
    return session.scalars(
        select(OutboxLetter.recipient_id).where(
            OutboxLetter.kind.in_(COUNTED),
            OutboxLetter.local_date == day,
            OutboxLetter.state != LetterState.CANCELLED,
            # One that was refused at the door reached nobody.
            or_(
                OutboxLetter.state != LetterState.FAILED,
                OutboxLetter.reason != Reason.ADDRESS_REFUSED,
                OutboxLetter.ambiguous > 0,
            ),
        )
    ).all()


def count_chases(session: Session, item_ids: Collection[int], day: date) -> Mapping[int, int]:
    """Return how often, up to a day, the outbox reminded of each item that was overdue or not reported on (催辦)."""
    query = select(PlannedReminder.item_id, PlannedReminder.stage, PlannedReminder.letter_id).where(
        PlannedReminder.item_id.in_(item_ids),
        PlannedReminder.outcome == Planned.SENT,
        PlannedReminder.occurs_on > PlannedReminder.cycle,
        PlannedReminder.occurs_on <= day,
    )
    letters = {
        (row.item_id, row.letter_id)
        for row in session.execute(query)
        if read_code(row.stage).anchor in _CHASED
    }
    return Counter(item_id for item_id, _ in letters)


def list_refused(session: Session) -> Sequence[RefusedAddress]:
    """Return the addresses that the mail server does not take, the latest first."""
    return session.scalars(
        select(RefusedAddress).order_by(RefusedAddress.refused_at.desc(), RefusedAddress.id.desc())
    ).all()


def count_refused(session: Session) -> tuple[int, int]:
    """Return how many addresses are refused, and the number of the latest: the list has changed where one has."""
    count, latest = session.execute(select(func.count(), func.max(RefusedAddress.id))).one()
    return count, latest or 0


def list_readable(session: Session, principal: Principal, notices: Iterable[Notice]) -> frozenset[int]:
    """Return those items of some notices that a person may see, which may be fewer than when they were told."""
    about = {item_id for each in notices for item_id in each.about}
    if not about:
        return frozenset()
    return frozenset(
        session.scalars(select(ActionItem.id).where(ActionItem.id.in_(about), visible_to(principal)))
    )


def find_refused(session: Session, address: str) -> RefusedAddress | None:
    """Return the mark of an address that the mail server does not take, or None."""
    return session.scalars(select(RefusedAddress).where(RefusedAddress.address == address)).one_or_none()


def differences_of_last_night() -> ScalarSelect[int]:
    """Return how much the last comparison of plan and record found amiss, as a value to be asked for with others."""
    amiss = (
        PlanComparison.missing + PlanComparison.astray + PlanComparison.unexplained + PlanComparison.unwritten
    )
    return select(amiss).order_by(PlanComparison.day.desc()).limit(1).scalar_subquery()


def is_anybody_refused() -> ColumnElement[bool]:
    """Return the condition that the address of an active person is refused."""
    return exists(
        select(User.id).join(RefusedAddress, RefusedAddress.address == User.email).where(User.is_active)
    )


def list_summaries(session: Session, period: str) -> Sequence[OutboxLetter]:
    """Return the letters that told of a period, alone or with the day's reminders, whatever became of them."""
    return session.scalars(
        select(OutboxLetter).where(
            OutboxLetter.key.startswith(SUMMARY), OutboxLetter.key.endswith(f"|{period}")
        )
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


def list_closed_numbers(session: Session, principal: Principal) -> Sequence[str]:
    """Return the numbers of the items of restricted reports that a person may not read.

    Whoever looks after the post reads letters to others; those that name one of these are not theirs to read.
    """
    return session.scalars(select(ActionItem.item_no).where(not_(open_to(principal)))).all()


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


def outbox_health(session: Session, now: datetime) -> OutboxHealth:
    """Return how the post does at the moment, for the administrator's page, `tracker doctor` and /healthz."""
    latest = select(func.max(PlanComparison.day)).scalar_subquery()
    # One question, since the page that shows this asks many others.
    waiting, oldest, held, channel, compared = session.execute(
        select(
            select(func.count(OutboxLetter.id)).where(IS_UNSENT).scalar_subquery(),
            select(func.min(OutboxLetter.created_at)).where(IS_UNSENT).scalar_subquery(),
            select(func.count(OutboxLetter.id))
            .where(OutboxLetter.state == LetterState.HELD)
            .scalar_subquery(),
            MailChannel,
            PlanComparison,
        )
        .select_from(MailChannel)
        .outerjoin(PlanComparison, PlanComparison.day == latest)
        .where(MailChannel.id == CHANNEL)
    ).one()
    beats = session.execute(select(Heartbeat.work, Heartbeat.finished_at))
    return OutboxHealth(
        waiting=waiting,
        oldest_waiting_since=oldest,
        held=held,
        paused_until=channel.rests_until(now),
        last_error=channel.last_error,
        last_success_at=channel.last_success_at,
        compared=compared,
        heartbeats={row.work: row.finished_at for row in beats},
    )
