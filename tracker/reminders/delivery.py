"""One pass over the outbox: claim, leave the database, hand over, record.

No transaction is open while the mail server is spoken to, but for the short one at the point of no return. One letter
is in hand at a time, so a crash leaves at most one whose end is unknown.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker import audit
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import TrackerError
from tracker.foundation.mailing import Outcome, OutcomeKind
from tracker.reminders import outbox
from tracker.reminders.letter_queries import count_refused, list_summary_readers
from tracker.reminders.models import DeliveryAttempt, LetterKind, LetterPreference, OutboxLetter
from tracker.reminders.outbox import Claimed
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import Terms, day_bounds, load_directory
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.service import notify_of_failed_letter
from tracker.reminders.standing import standing_of

ONE_MINUTE = timedelta(minutes=1)
_RECORDING_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait between attempts to record an outcome; what the server said must not be lost to a hiccup."""

_log = logging.getLogger(__name__)
Wait = Callable[[float], None]


def deliver_outbox(office: PostOffice, database: Database, wait: Wait = time.sleep) -> int:
    """Hand over the letters that are due, within the rate that is allowed; returns how many the server took.

    The pass ends when nothing is due, when the minute's letters have left, or when the mail server fails.
    """
    if not office.is_on or not _has_work(office, database):
        return 0
    with database.transaction() as session:
        outbox.release_expired(session, office.clock.now())
        outbox.give_up_late(session, office.clock.now())
    present, accepted = Present(office), 0
    allowance = _allowance(office, database)
    try:
        claimed = _claim_first(office, database) if allowance else None
        for left in range(allowance - 1, -1, -1):
            if claimed is None:
                break
            outcome = _hand_over(present, database, claimed)
            accepted += outcome.kind is OutcomeKind.ACCEPTED
            claimed = _record_surely(office, database, claimed, outcome, wait, goes_on=left > 0)
    finally:
        office.mailer.close()
    return accepted


@dataclass
class Present:
    """What every letter of a pass is judged by: who is there, and the ladders in force.

    It is read anew when the day ends, and when the record or the list of refused addresses has grown: whatever changes
    it is written there, and reading it for each letter would take longer than all the rest.
    """

    office: PostOffice
    _known: tuple[Directory, Terms] | None = None
    _state: object = None

    def at(self, session: Session) -> tuple[Directory, Terms]:
        """Return it as it is now."""
        head = audit.head_of(session)
        state = self.office.today(), head, count_refused(session)
        if self._known is None or state != self._state:
            self._known = load_directory(session, self.office.today()), self.office.terms(session)
            self._state = state
        return self._known


def why_not_send(session: Session, present: Present, letter: OutboxLetter, now: datetime) -> Reason | None:
    """Return why a letter must not leave any more, or None; asked at the last moment before it does.

    One with an attempt of unknown end goes out again as it stands, as long as its recipient is there.
    """
    if not letter.recipient.is_active:
        return Reason.RECIPIENT_INACTIVE
    if letter.deliver_by < now:
        return Reason.EXPIRED
    if letter.ambiguous or not letter.is_counted:
        return None
    directory, terms = present.at(session)
    if letter.address != _address_of(letter, directory):
        return Reason.OUTDATED
    if letter.kind is LetterKind.MONTHLY_SUMMARY:
        readers = {reader.id for reader in list_summary_readers(session)}
        return None if letter.recipient_id in readers else Reason.OUTDATED
    standing = standing_of(session, terms, directory, letter.reminders, letter.notices)
    reasons = [standing.why_not_remind(each) for each in letter.reminders]
    reasons += [standing.why_not_notify(each, now) for each in letter.notices]
    return Reason.OUTDATED if any(reasons) else None


def _address_of(letter: OutboxLetter, directory: Directory) -> str:
    """Return where a letter to its recipient has to go as things stand, empty where it can go nowhere."""
    person_id = letter.recipient_id
    return directory.mailbox_for(person_id) if person_id in directory.refused else letter.recipient.email


def _claim_first(office: PostOffice, database: Database) -> Claimed | None:
    with database.transaction() as session:
        return _claim_next(office, session)


def _claim_next(office: PostOffice, session: Session) -> Claimed | None:
    now = office.clock.now()
    return outbox.claim(session, now, office.lease, slot_is_open=_slot_is_open(office, session, now))


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
        outbox.lock_recipient(session, claimed.letter_id)
        if not outbox.begin_transmitting(session, claimed, now, office.mail_wait + ONE_MINUTE):
            return False
        letter = session.get_one(
            OutboxLetter, claimed.letter_id, options=[joinedload(OutboxLetter.recipient)]
        )
        reason = why_not_send(session, present, letter, now)
        if reason is None and _day_is_taken(session, office, letter):
            if letter.ambiguous:
                outbox.postpone(session, letter, office.slot(session, now).opens_at + timedelta(days=1))
                return False
            reason = Reason.OUTDATED
        if reason is None and (opens_at := _opens_later(session, office, letter, now)):
            outbox.postpone(session, letter, opens_at)
            return False
        if reason is None:
            return True
        if reason is Reason.OUTDATED:
            outbox.cancel(session, letter, reason)
        else:
            outbox.fail(session, letter, reason)
        return False


def _day_is_taken(session: Session, office: PostOffice, letter: OutboxLetter) -> bool:
    """Tell whether the recipient has had the day's one mail: one that was released late must not be a second."""
    return letter.is_counted and outbox.is_day_taken(
        session, letter, *day_bounds(office.today(), office.zone)
    )


def _opens_later(
    session: Session, office: PostOffice, letter: OutboxLetter, now: datetime
) -> datetime | None:
    """Return the hour that the recipient chose, where a letter of an earlier day would leave before it."""
    if not letter.is_counted or letter.local_date >= office.today():
        return None
    row = session.get(LetterPreference, letter.recipient_id)
    opens_at = row.chosen.opens_at(office.slot(session, now)) if row else now
    return opens_at if opens_at > now else None


def _record_surely(
    office: PostOffice, database: Database, claimed: Claimed, outcome: Outcome, wait: Wait, *, goes_on: bool
) -> Claimed | None:
    """Record how an attempt ended and, in the same transaction, claim the next letter where the pass goes on."""
    for pause in (*_RECORDING_PAUSES, None):
        try:
            with database.transaction() as session:
                outbox.record_outcome(session, claimed, outcome, office.clock.now())
                if outcome.kind is OutcomeKind.PERMANENT:
                    notify_of_failed_letter(session, claimed.letter_id, outcome, office.clock.now())
                goes_on = goes_on and outcome.kind is not OutcomeKind.CHANNEL
                return _claim_next(office, session) if goes_on else None
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
        return outbox.has_work(session, now, slot_is_open=_slot_is_open(office, session, now))


def _slot_is_open(office: PostOffice, session: Session, now: datetime) -> bool:
    return not office.is_dry and office.slot(session, now).is_open


def _allowance(office: PostOffice, database: Database) -> int:
    """Return how many letters may still leave in this minute, whichever worker sent the others.

    What a clock that was set back since says to lie ahead is no part of this minute.
    """
    now = office.clock.now()
    with database.reading() as session:
        sent = select(func.count(DeliveryAttempt.id)).where(
            DeliveryAttempt.ended_at > now - ONE_MINUTE,
            DeliveryAttempt.ended_at <= now,
            DeliveryAttempt.outcome == OutcomeKind.ACCEPTED,
        )
        return max(0, office.letters_per_minute - (session.scalar(sent) or 0))
