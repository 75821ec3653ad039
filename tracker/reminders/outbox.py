"""The outbox: letters wait here, are claimed with a lease, and keep what became of every attempt.

`leased` is surely not sent, `transmitting` is perhaps sent: it is committed before the first byte of the body leaves.
A transmitting letter whose lease ran out becomes an attempt recorded as unknown, and the same bytes go out again.
Every change carries the lease's token, so a worker that slept past its lease changes nothing.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tracker.foundation.database import Base, Session
from tracker.foundation.mailing import Outcome, OutcomeKind
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
    """A composed letter, ready for the outbox; `key` says what makes it the only one of its kind.

    `as_of` is what `PostOffice.as_of` said before anything was read of what stands in it; None where nobody asked.
    """

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
    as_of: str | None = None


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
    as_of: str | None
    deliver_by: datetime
    ambiguous: int

    @property
    def is_counted(self) -> bool:
        """Tell whether the letter counts for one mail a day; what a person asked for does not."""
        return self.kind in COUNTED


class Ended(NamedTuple):
    """How the attempt with one letter ended."""

    claimed: Claimed
    outcome: Outcome


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


def claim(
    session: Session, now: datetime, lease: timedelta, *, slot_is_open: bool, most: int = 1
) -> list[Claimed]:
    """Take the letters that have waited longest, at `most` so many, for the length of a lease; none when none is due.

    Several at once are such as have never gone wrong: one that kills its worker must not drag others along. Outside the
    day's slot only letters that a person asked for are taken.
    """
    statement = protocol.claiming(is_closed=not slot_is_open, is_for_several=most > 1)
    given = {"now": now, "lease": secrets.token_hex(8), "until": now + lease, "most": most}
    return sorted(
        (Claimed(*row) for row in session.execute(statement, given)), key=lambda each: each.letter_id
    )


def as_of(session: Session) -> str:
    """Return how far the record and the list of refused addresses have grown: what letters say rests on these."""
    grown: str = session.execute(protocol.AS_OF).scalar_one()
    return grown


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
        session.execute(protocol.NOTE, _attempt(letter.id, letter.lease_token or "", lost, now))
        letter.ambiguous += was_transmitting
        letter.crashes += 1
        letter.state = LetterState.HELD if letter.crashes > CRASHES_ALLOWED else LetterState.QUEUED
        letter.next_at = now
        _end_lease(letter)
    session.flush()


def begin_transmitting(
    session: Session, hand: Sequence[Claimed], now: datetime, lease: timedelta
) -> list[Claimed]:
    """Pass the point of no return with letters claimed together; returns those whose lease still holds.

    The caller commits before the first byte of any of them leaves.
    """
    given = _of_hand(hand) | {"now": now, "until": now + lease}
    begun = set(session.scalars(protocol.BEGIN_TRANSMITTING, given))
    return [each for each in hand if each.letter_id in begun]


def lock(session: Session, claimed: Iterable[Claimed]) -> None:
    """Lock letters in the order of their numbers, as whoever writes letters does, so that nobody waits in a ring."""
    session.execute(protocol.LOCK_LETTERS, {"letters": [each.letter_id for each in claimed]})


def give_back(session: Session, claimed: Iterable[Claimed]) -> None:
    """Let letters wait again of which surely nothing has left; it is no attempt of theirs."""
    for _, hand in groupby(claimed, key=lambda each: each.token):
        session.execute(protocol.GIVE_BACK, _of_hand(list(hand)))


def _of_hand(hand: Sequence[Claimed]) -> dict[str, object]:
    return {"letters": [each.letter_id for each in hand], "lease": hand[0].token}


def record_outcomes(session: Session, ended: Collection[Ended], now: datetime) -> None:
    """Record how attempts ended and what follows from it.

    A worker that lost its lease meanwhile adds to the history only, unless it knows that the server took the letter.
    """
    attempts = [
        _attempt(claimed.letter_id, claimed.token, outcome, now)
        for claimed, outcome in ended
        if outcome.kind is not OutcomeKind.WITHHELD
    ]
    if attempts:
        session.execute(protocol.NOTE, attempts)
    accepted = [each.claimed for each in ended if each.outcome.kind is OutcomeKind.ACCEPTED]
    if accepted:
        _accept(session, accepted, now)
    for claimed, outcome in ended:
        if outcome.kind is not OutcomeKind.ACCEPTED:
            _record_failure(session, claimed, outcome, now)


def _record_failure(session: Session, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    _judge_channel(session, outcome, now)
    letter = session.get_one(OutboxLetter, claimed.letter_id, with_for_update=True)
    if letter.lease_token == claimed.token:
        _follow(session, letter, outcome, now)
        _end_lease(letter)
        session.flush()


def withhold(session: Session, letter_id: int, objection: Reason | datetime) -> None:
    """Keep back a letter that must not leave now: for good, or until a moment."""
    letter = session.get_one(OutboxLetter, letter_id, populate_existing=True)
    if isinstance(objection, datetime):
        postpone(session, letter, objection)
    elif objection is Reason.OUTDATED:
        cancel(session, letter, objection)
    else:
        fail(session, letter, objection)


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
    _settle(session, [letter.id], Planned.FAILED, reason)


def release_held(letter: OutboxLetter, now: datetime) -> None:
    """Let a letter that was set aside go out again, as an administrator decided, with as much time as a new one."""
    if letter.state is LetterState.HELD:
        letter.state, letter.crashes, letter.next_at = LetterState.QUEUED, 0, now
        letter.deliver_by = max(letter.deliver_by, now + GIVE_UP_AFTER)


def lock_recipients(session: Session, people: Collection[int]) -> None:
    """Let nobody else write to some people, or send them anything, before the transaction ends.

    A letter about a period and one with reminders have different keys, so that both could be written at once.
    """
    session.execute(protocol.LOCK_RECIPIENTS, {"people": list(people)})


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


def _accept(session: Session, taken: Sequence[Claimed], now: datetime) -> None:
    letter_ids = [each.letter_id for each in taken]
    session.execute(protocol.CHANNEL_TAKES, {"now": now})
    session.execute(protocol.ACCEPT, {"letters": letter_ids, "now": now})
    for claimed in taken:
        if claimed.kind in _CARRY_TOKENS:
            _forget_token(session.get_one(OutboxLetter, claimed.letter_id))
    _settle(session, letter_ids, Planned.SENT, None)


def _settle(session: Session, letter_ids: Sequence[int], ended: Planned, reason: Reason | None) -> None:
    for statement in (protocol.SETTLE_REMINDERS, protocol.SETTLE_NOTICES):
        session.execute(statement, {"letters": letter_ids, "ended": ended, "why": reason})


def _attempt(letter_id: int, token: str, outcome: Outcome, now: datetime) -> dict[str, object]:
    attempt = {"letter_id": letter_id, "token": token, "ended_at": now}
    return attempt | {"outcome": outcome.kind, "code": outcome.code, "text": outcome.text[:1000]}


def _judge_channel(session: Session, outcome: Outcome, now: datetime) -> None:
    """Count failures of the mail server in a row; any word from it about a letter ends the row."""
    if outcome.kind in CHANNEL_FAILURES:
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
