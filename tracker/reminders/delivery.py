"""One pass over the outbox: claim, leave the database, hand over, record.

No transaction is open while the mail server is spoken to, but for the short one at the point of no return. One letter
is in hand at a time, so a crash leaves at most one whose end is unknown.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tracker.foundation.database import Database, Session
from tracker.foundation.errors import TrackerError
from tracker.foundation.mailing import Outcome, OutcomeKind
from tracker.reminders import outbox
from tracker.reminders.leaving import Present
from tracker.reminders.models import DeliveryAttempt, OutboxLetter
from tracker.reminders.outbox import Claimed
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.service import notify_of_failed_letter

ONE_MINUTE = timedelta(minutes=1)
COUNTS_PER_MINUTE = 600
"""How often a minute's letters are counted at most: after each one where the limit is low, else after a few."""
_RECORDING_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait between attempts to record an outcome; what the server said must not be lost to a hiccup."""

_log = logging.getLogger(__name__)
Wait = Callable[[float], None]


def deliver_outbox(
    office: PostOffice,
    database: Database,
    wait: Wait = time.sleep,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Hand over the letters that are due, within the rate that is allowed; returns how many the server took.

    The pass ends when nothing is due, when the minute's letters have left, when the mail server fails, or when it may
    not go on; the letter in hand is finished first.
    """
    if not office.is_on or not _has_work(office, database):
        return 0
    with database.transaction() as session:
        outbox.release_expired(session, office.clock.now())
        outbox.give_up_late(session, office.clock.now())
    present, accepted = Present(office), 0
    left = _allowance(office, database)
    try:
        claimed = _claim_first(present, database) if left else None
        while claimed is not None:
            outcome = _hand_over(present, database, claimed)
            accepted += outcome.kind is OutcomeKind.ACCEPTED
            left = left - 1 or _allowance(office, database)
            goes_on = left > 0 and may_go_on()
            claimed = _record_surely(present, database, claimed, outcome, wait, goes_on=goes_on)
    finally:
        office.mailer.close()
    return accepted


def _claim_first(present: Present, database: Database) -> Claimed | None:
    with database.transaction() as session:
        return _claim_next(present, session)


def _claim_next(present: Present, session: Session) -> Claimed | None:
    office, now = present.office, present.office.clock.now()
    is_open = not office.is_dry and present.slot(session, now).is_open
    return outbox.claim(session, now, office.lease, slot_is_open=is_open)


def _hand_over(present: Present, database: Database, claimed: Claimed) -> Outcome:
    passed = False

    def point_of_no_return() -> bool:
        nonlocal passed
        passed = _pass_point_of_no_return(present, database, claimed)
        return passed

    try:
        return present.office.mailer.deliver(claimed.payload, claimed.address, point_of_no_return)
    except Exception as error:  # noqa: BLE001 - one letter that cannot be sent must not stop the others
        _log.exception("letter %s could not be handed over", claimed.letter_id)
        return Outcome(OutcomeKind.UNKNOWN if passed else OutcomeKind.TEMPORARY, None, type(error).__name__)


def _pass_point_of_no_return(present: Present, database: Database, claimed: Claimed) -> bool:
    office, now = present.office, present.office.clock.now()
    with database.transaction() as session:
        outbox.lock_recipient(session, claimed.recipient_id)
        if not outbox.begin_transmitting(session, claimed, now, office.mail_wait + ONE_MINUTE):
            return False
        objection = present.objection(session, claimed, now)
        if objection is not None:
            letter = session.get_one(OutboxLetter, claimed.letter_id)
            if isinstance(objection, datetime):
                outbox.postpone(session, letter, objection)
            elif objection is Reason.OUTDATED:
                outbox.cancel(session, letter, objection)
            else:
                outbox.fail(session, letter, objection)
        return objection is None


def _record_surely(
    present: Present, database: Database, claimed: Claimed, outcome: Outcome, wait: Wait, *, goes_on: bool
) -> Claimed | None:
    """Record how an attempt ended and, in the same transaction, claim the next letter where the pass goes on."""
    clock = present.office.clock
    for pause in (*_RECORDING_PAUSES, None):
        try:
            with database.transaction() as session:
                outbox.record_outcome(session, claimed, outcome, clock.now())
                if outcome.kind is OutcomeKind.PERMANENT:
                    notify_of_failed_letter(session, claimed.letter_id, outcome, clock.now())
                goes_on = goes_on and outcome.kind not in outbox.CHANNEL_FAILURES
                return _claim_next(present, session) if goes_on else None
        except TrackerError:
            if pause is None:
                _log.exception(
                    "the end of letter %s (%s) could not be recorded", claimed.letter_id, outcome.kind
                )
                break
            wait(pause)
    return None


def _has_work(office: PostOffice, database: Database) -> bool:
    now = office.clock.now()
    with database.reading() as session:
        if outbox.is_paused(session, now):
            return False
        slot_is_open = not office.is_dry and office.slot(session, now).is_open
        return outbox.has_work(session, now, slot_is_open=slot_is_open)


def _allowance(office: PostOffice, database: Database) -> int:
    """Return how many letters may leave before it is asked again, whichever worker sends the others of this minute.

    Those in hand count, this worker's own among them. What a clock that was set back since says to lie ahead is no part
    of this minute.
    """
    now, limit = office.clock.now(), office.letters_per_minute
    sent = select(func.count(DeliveryAttempt.id)).where(
        DeliveryAttempt.ended_at > now - ONE_MINUTE,
        DeliveryAttempt.ended_at <= now,
        DeliveryAttempt.outcome == OutcomeKind.ACCEPTED,
    )
    with database.reading() as session:
        counted = (session.scalar(sent) or 0) + outbox.count_in_hand(session, now)
    return max(0, min(limit - counted, -(-limit // COUNTS_PER_MINUTE)))
