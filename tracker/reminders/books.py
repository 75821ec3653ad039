"""What is written about letters on their way: which are taken, which may leave, how they ended."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.foundation.database import Database, Session
from tracker.foundation.errors import TrackerError
from tracker.foundation.mailing import OutcomeKind
from tracker.reminders import outbox
from tracker.reminders.leaving import Present
from tracker.reminders.outbox import Claimed, Ended
from tracker.reminders.service import notify_of_failed_letter

SEVERAL = 2
ONE_MINUTE = timedelta(minutes=1)
_RECORDING_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait between attempts to record an outcome; what the server said must not be lost to a hiccup."""

_log = logging.getLogger(__name__)
Wait = Callable[[float], None]


@dataclass
class Hand:
    """Letters in hand: those that wait to be said, and how those ended that were.

    One alone passes the point of no return when the server waits for its body. Several have passed it together, at
    `passed_at`, when they were taken.
    """

    waiting: deque[Claimed]
    passed_at: datetime | None = None
    ended: list[Ended] = field(default_factory=list)

    @property
    def is_denied(self) -> bool:
        """Tell whether it is the mail server that failed, not a letter."""
        return any(each.outcome.kind in outbox.CHANNEL_FAILURES for each in self.ended)

    def clear(self) -> None:
        """Forget what is on record by now."""
        self.waiting.clear()
        self.ended.clear()


@dataclass(frozen=True)
class Books:
    """The transactions of one worker, each of its own: none is open while the mail server is spoken to."""

    present: Present
    database: Database
    wait: Wait = time.sleep

    def take_one(self) -> Hand | None:
        """Take the letter that has waited longest; None when none is due."""
        with self.database.transaction() as session:
            return self._claim_one(session)

    def take_several(self, most: int) -> Hand | None:
        """Take letters that pass the point of no return with it; None when no two are due that may leave."""
        with self.database.transaction() as session:
            now = self.present.office.clock.now()
            is_open = self.present.is_open(session, now)
            begun = outbox.claim(session, now, self._doubt, slot_is_open=is_open, most=most)
            left = self._judged(session, begun, now)
            return Hand(deque(left), now) if left else None

    def may_leave(self, claimed: Claimed) -> bool:
        """Pass the point of no return with one letter, whose lease has to hold; what it says is judged once more."""
        with self.database.transaction() as session:
            now = self.present.office.clock.now()
            outbox.lock_recipients(session, [claimed.recipient_id])
            begun = outbox.begin_transmitting(session, [claimed], now, self._doubt)
            return bool(self._judged(session, begun, now))

    def record(self, hand: Hand, *, goes_on: bool = False) -> Hand | None:
        """Record how attempts ended and give back the letters that were not said.

        In the same transaction it takes the next letter, where the pass goes on. What is on record is out of the hand.
        """
        with self.database.transaction() as session:
            self._write_down(session, hand)
            taken = self._claim_one(session) if goes_on else None
        hand.clear()
        return taken

    def record_surely(self, said: Hand, *, goes_on: bool) -> Hand | None:
        """Do the same, however often the database has to be asked.

        A letter of several that cannot be recorded keeps no other from it.
        """
        try:
            return self._record_patiently(said, goes_on=goes_on)
        except Exception:
            if len(said.ended) < SEVERAL:
                raise
            _log.exception("a handful could not be recorded together")
        for each in said.ended:
            try:
                self._record_patiently(Hand(deque(), ended=[each]), goes_on=False)
            except Exception:  # noqa: BLE001 - its lease runs out
                _log.exception("the end of letter %s could not be recorded", each.claimed.letter_id)
        self._record_patiently(Hand(said.waiting), goes_on=False)
        return None

    def _record_patiently(self, said: Hand, *, goes_on: bool) -> Hand | None:
        for pause in _RECORDING_PAUSES:
            try:
                return self.record(said, goes_on=goes_on)
            except TrackerError:
                self.wait(pause)
        try:
            return self.record(said, goes_on=goes_on)
        except TrackerError:
            ends = {claimed.letter_id: str(outcome.kind) for claimed, outcome in said.ended}
            _log.exception("the ends of letters could not be recorded: %s", ends)
            return None

    def _write_down(self, session: Session, hand: Hand) -> None:
        now = self.present.office.clock.now()
        outbox.lock(session, [*(each.claimed for each in hand.ended), *hand.waiting])
        outbox.record_outcomes(session, hand.ended, now)
        for claimed, outcome in hand.ended:
            if outcome.kind is OutcomeKind.PERMANENT:
                notify_of_failed_letter(session, claimed.letter_id, outcome, now)
        outbox.give_back(session, hand.waiting)

    def _claim_one(self, session: Session) -> Hand | None:
        office, now = self.present.office, self.present.office.clock.now()
        is_open = self.present.is_open(session, now)
        claimed = outbox.claim(session, now, office.lease, slot_is_open=is_open)
        return Hand(deque(claimed)) if claimed else None

    def _judged(self, session: Session, begun: Sequence[Claimed], now: datetime) -> list[Claimed]:
        """Return those of some letters that may leave once this is committed; the others are kept back."""
        objections = self.present.objections(session, begun, now)
        for letter_id, objection in objections.items():
            outbox.withhold(session, letter_id, objection)
        return [each for each in begun if each.letter_id not in objections]

    @property
    def _doubt(self) -> timedelta:
        """How long the end of a letter may stay unknown that has passed the point of no return."""
        return self.present.office.mail_wait + ONE_MINUTE
