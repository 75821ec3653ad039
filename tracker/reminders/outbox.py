"""The outbox: letters wait here, are claimed with a lease, and keep what became of every attempt.

`leased` is surely not sent, `transmitting` is perhaps sent: it is committed before the first byte of the body leaves.
A transmitting letter whose lease ran out becomes an attempt recorded as unknown, and the same bytes go out again.
Every change carries the lease's token, so a worker that slept past its lease changes nothing.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tracker.foundation.database import Base, Session
from tracker.foundation.mailing import Outcome, OutcomeKind
from tracker.foundation.membership import is_among
from tracker.people.models import User
from tracker.reminders import protocol
from tracker.reminders.letter_queries import CHANNEL, IS_IN_HAND, IS_QUEUED
from tracker.reminders.models import (
    COUNTED,
    LetterKind,
    LetterState,
    MailChannel,
    Notice,
    OutboxLetter,
    Planned,
    PlannedReminder,
    RefusedAddress,
)
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.retry import GIVE_UP_AFTER, channel_pause_after, pause_after

CRASHES_ALLOWED = 2
_CARRY_TOKENS = frozenset({LetterKind.INVITATION, LetterKind.PASSWORD_RESET})
CHANNEL_FAILURES = frozenset({OutcomeKind.CHANNEL, OutcomeKind.DENIED})
"""A way that is denied counts as an attempt of the letter too, so that the next to try the way is another letter."""
_NO_ATTEMPT = frozenset({OutcomeKind.CHANNEL, OutcomeKind.WITHHELD})


@dataclass(frozen=True)
class NewLetter:
    """A composed letter, ready for the outbox; `key` says what makes it the only one of its kind."""

    key: str
    message_id: str
    kind: LetterKind
    recipient_id: int
    address: str
    subject: str
    text: str
    payload: bytes
    local_date: date
    deliver_by: datetime
    to_mailbox: bool = False


@dataclass(frozen=True)
class Claimed:
    """A letter in hand, as plain values: the database is left before the mail server is spoken to.

    While the lease holds nobody else changes any of them.
    """

    letter_id: int
    token: str
    recipient_id: int
    kind: LetterKind
    address: str
    payload: bytes
    local_date: date
    deliver_by: datetime
    ambiguous: int

    @property
    def is_counted(self) -> bool:
        """Tell whether the letter counts for one mail a day; what a person asked for does not."""
        return self.kind in COUNTED


def put(session: Session, letter: NewLetter, now: datetime) -> int | None:
    """Put a letter into the outbox and return its id; None when one of its key is there already."""
    return put_all(session, [letter], now).get(letter.key)


def put_all(session: Session, letters: Sequence[NewLetter], now: datetime) -> Mapping[str, int]:
    """Put letters into the outbox and return their ids by key; those whose key is there already are left out."""
    if not letters:
        return {}
    new = {"state": LetterState.QUEUED, "created_at": now, "next_at": now}
    counted = {"attempts": 0, "ambiguous": 0, "crashes": 0}
    statement = _insert(session, OutboxLetter).on_conflict_do_nothing(index_elements=["key"])
    rows = session.execute(
        statement.returning(OutboxLetter.key, OutboxLetter.id),
        [vars(each) | new | counted for each in letters],
    )
    return {row.key: row.id for row in rows}


def _insert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an insertion that both databases may leave undone."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(model) if is_postgres else sqlite.insert(model)


def claim(session: Session, now: datetime, lease: timedelta, *, slot_is_open: bool) -> Claimed | None:
    """Take the letter that has waited longest, for the length of a lease; None when none is due.

    Outside the day's slot only letters that a person asked for are taken.
    """
    statement = protocol.CLAIM if slot_is_open else protocol.CLAIM_ASKED_FOR
    given = {"now": now, "lease": secrets.token_hex(8), "until": now + lease}
    row = session.execute(statement, given).one_or_none()
    return Claimed(*row) if row else None


def list_due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return the letters that will be claimed next, in order."""
    return session.scalars(protocol.NEXT_DUE, {"now": now, "most": limit}).all()


def is_superseded(letter: "OutboxLetter | Claimed", day: date) -> bool:
    """Tell whether a letter that has not left is to be written anew, since what it says of its day is true no more.

    One that tells of a period alone tells of a day that was over. One that may have arrived goes out as it stands.
    """
    is_of_its_day = letter.is_counted and letter.kind is not LetterKind.MONTHLY_SUMMARY
    return is_of_its_day and letter.local_date < day and not letter.ambiguous


def give_up_late(session: Session, now: datetime) -> None:
    """Give up the letters that could not be handed over in time.

    What stood in one that surely did not leave waits for another letter: an outage may outlast the days of a letter,
    and so may a row of holidays after it.
    """
    query = select(OutboxLetter).where(IS_QUEUED, OutboxLetter.deliver_by < now)
    for letter in session.scalars(query.with_for_update(skip_locked=True)).all():
        if letter.is_counted and not letter.ambiguous:
            cancel(session, letter, Reason.SUPERSEDED)
        else:
            fail(session, letter, Reason.EXPIRED)


def release_expired(session: Session, now: datetime) -> None:
    """Give back the letters whose worker is gone.

    A leased one was surely not sent; one that keeps killing its worker is set aside. A transmitting one may have been
    sent: that is recorded as an unknown attempt before it goes out again.
    """
    query = (
        select(OutboxLetter)
        .where(IS_IN_HAND, OutboxLetter.lease_until < now)
        .with_for_update(skip_locked=True)
    )
    for letter in session.scalars(query).all():
        was_transmitting = letter.state is LetterState.TRANSMITTING
        kind = OutcomeKind.UNKNOWN if was_transmitting else OutcomeKind.TEMPORARY
        lost = Outcome(kind, None, "the lease ran out")
        _note(session, letter.id, letter.lease_token or "", lost, now)
        letter.ambiguous += was_transmitting
        letter.crashes += 1
        letter.state = LetterState.HELD if letter.crashes > CRASHES_ALLOWED else LetterState.QUEUED
        letter.next_at = now
        _end_lease(letter)
    session.flush()


def begin_transmitting(session: Session, claimed: Claimed, now: datetime, lease: timedelta) -> bool:
    """Pass the point of no return, if the lease still holds; the caller commits before the first byte leaves."""
    given = {"letter": claimed.letter_id, "lease": claimed.token, "now": now, "until": now + lease}
    result = session.execute(protocol.BEGIN_TRANSMITTING, given)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def record_outcome(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record how an attempt ended and what follows from it.

    A worker that lost its lease meanwhile adds to the history only, unless it knows that the server took the letter.
    """
    _judge_channel(session, outcome, now)
    if outcome.kind is not OutcomeKind.WITHHELD:
        _note(session, claimed.letter_id, claimed.token, outcome, now)
    if outcome.kind is OutcomeKind.ACCEPTED:
        _accept(session, claimed, now)
        return
    letter = session.scalars(
        select(OutboxLetter).where(OutboxLetter.id == claimed.letter_id).with_for_update()
    ).one()
    if letter.lease_token == claimed.token:
        _follow(session, letter, outcome, now)
        _end_lease(letter)
        session.flush()


def cancel(session: Session, letter: OutboxLetter, reason: Reason) -> None:
    """Take a letter back that has not left; what stood in it waits for another letter."""
    letter.state, letter.reason = LetterState.CANCELLED, reason
    _end_lease(letter)
    _forget_token(letter)
    _detach(session, letter, None)
    session.flush()


def postpone(session: Session, letter: OutboxLetter, until: datetime) -> None:
    """Keep a letter that must go out again, as it stands, for a later time."""
    letter.state, letter.next_at = LetterState.QUEUED, until
    _end_lease(letter)
    session.flush()


def fail(session: Session, letter: OutboxLetter, reason: Reason) -> None:
    """Give a letter up; what stood in it counts as failed."""
    letter.state, letter.reason = LetterState.FAILED, reason
    _end_lease(letter)
    _forget_token(letter)
    session.flush()
    _settle(session, letter.id, Planned.FAILED, reason)


def release_held(letter: OutboxLetter, now: datetime) -> None:
    """Let a letter that was set aside go out again, as an administrator decided, with as much time as a new one."""
    if letter.state is LetterState.HELD:
        letter.state, letter.crashes, letter.next_at = LetterState.QUEUED, 0, now
        letter.deliver_by = max(letter.deliver_by, now + GIVE_UP_AFTER)


def lock_recipients(session: Session, people: Collection[int]) -> None:
    """Let nobody else write to some people, or send them anything, before the transaction ends.

    A letter about a period and one with reminders have different keys, so that both could be written at once.
    """
    persons = select(User.id).where(is_among(User.id, people)).order_by(User.id)
    session.execute(persons.with_for_update(key_share=True))


def lock_recipient(session: Session, person_id: int) -> None:
    """Let no second letter to the same person pass the point of no return meanwhile."""
    session.execute(protocol.LOCK_RECIPIENT, {"person": person_id})


def is_paused(session: Session, now: datetime) -> bool:
    """Tell whether the mail server is being left alone after failures in a row."""
    channel = session.get(MailChannel, CHANNEL)
    return channel is not None and channel.rests_until(now) is not None


def count_in_hand(session: Session, now: datetime) -> int:
    """Count the letters that workers hold just now."""
    in_hand = select(func.count(OutboxLetter.id)).where(IS_IN_HAND, OutboxLetter.lease_until > now)
    return session.scalar(in_hand) or 0


def has_work(session: Session, now: datetime, *, slot_is_open: bool) -> bool:
    """Tell, without writing, whether a letter is due or a lease has run out."""
    due = IS_QUEUED & (OutboxLetter.next_at <= now)
    if not slot_is_open:
        due &= OutboxLetter.kind.not_in(COUNTED)
    expired = IS_IN_HAND & (OutboxLetter.lease_until < now)
    return session.scalars(select(OutboxLetter.id).where(due | expired).limit(1)).first() is not None


def _follow(session: Session, letter: OutboxLetter, outcome: Outcome, now: datetime) -> None:
    if outcome.refuses_address:
        _turn_back(session, letter, outcome, now)
        return
    if outcome.kind is OutcomeKind.PERMANENT:
        fail(session, letter, Reason.LETTER_REFUSED)
        return
    letter.state, letter.next_at = LetterState.QUEUED, now
    letter.ambiguous += outcome.kind is OutcomeKind.UNKNOWN
    if outcome.kind not in _NO_ATTEMPT:
        letter.attempts += 1
        chance = int(letter.message_id[:8], 16) / 0xFFFFFFFF
        letter.next_at = now + pause_after(letter.attempts, outcome.code, chance)


def _turn_back(session: Session, letter: OutboxLetter, outcome: Outcome, now: datetime) -> None:
    """Give a letter up whose address is refused, and mark the address; what stood in it waits for another way."""
    refused = {
        "address": letter.address,
        "refused_at": now,
        "text": f"{outcome.code or ''} {outcome.text}"[:500],
    }
    session.execute(
        _insert(session, RefusedAddress).values(refused).on_conflict_do_nothing(index_elements=["address"])
    )
    if letter.is_counted:
        _detach(session, letter, Reason.ADDRESS_REFUSED)
    fail(session, letter, Reason.ADDRESS_REFUSED)


def _detach(session: Session, letter: OutboxLetter, reason: Reason | None) -> None:
    session.flush()
    for kind in (PlannedReminder, Notice):
        session.execute(update(kind).where(kind.letter_id == letter.id).values(letter_id=None, reason=reason))


def _accept(session: Session, claimed: Claimed, now: datetime) -> None:
    session.execute(protocol.ACCEPT, {"letter": claimed.letter_id, "now": now})
    if claimed.kind in _CARRY_TOKENS:
        _forget_token(session.get_one(OutboxLetter, claimed.letter_id))
    _settle(session, claimed.letter_id, Planned.SENT, None)


def _settle(session: Session, letter_id: int, ended: Planned, reason: Reason | None) -> None:
    for statement in (protocol.SETTLE_REMINDERS, protocol.SETTLE_NOTICES):
        session.execute(statement, {"letter": letter_id, "ended": ended, "why": reason})


def _note(session: Session, letter_id: int, token: str, outcome: Outcome, now: datetime) -> None:
    attempt = {"letter_id": letter_id, "token": token, "ended_at": now}
    said = {"outcome": outcome.kind, "code": outcome.code, "text": outcome.text[:1000]}
    session.execute(protocol.NOTE, attempt | said)


def _judge_channel(session: Session, outcome: Outcome, now: datetime) -> None:
    """Count failures of the mail server in a row; any word from it about a letter ends the row."""
    if outcome.kind is OutcomeKind.ACCEPTED:
        session.execute(protocol.CHANNEL_TAKES, {"now": now})
    elif outcome.kind in CHANNEL_FAILURES:
        channel = session.get_one(MailChannel, CHANNEL, with_for_update=True)
        channel.failures += 1
        channel.last_error = outcome.text[:1000]
        pause = channel_pause_after(channel.failures)
        channel.paused_until = now + pause if pause else None
    elif outcome.kind is not OutcomeKind.WITHHELD:
        session.execute(protocol.CHANNEL_ANSWERS)


def _end_lease(letter: OutboxLetter) -> None:
    letter.lease_token, letter.lease_until = None, None


def _forget_token(letter: OutboxLetter) -> None:
    # The one-time token stands in the bytes; once the letter's way is over nobody may read it here.
    if letter.kind in _CARRY_TOKENS:
        letter.payload = b""
