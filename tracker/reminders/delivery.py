"""One pass over the outbox: claim, leave the database, hand over, record.

No transaction is open while the mail server is spoken to, but for the short one at the point of no return. A worker has
one letter in hand. Where the server answers at once, and the rate that is allowed asks for it, it has a handful: never
more than leave in a moment, since a crash leaves in doubt what is in hand. Then one hand speaks and another writes:
while a handful is said, the one before is recorded and the one after is taken.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from tracker.foundation.database import Database
from tracker.foundation.errors import TrackerError
from tracker.foundation.mailing import Outcome, OutcomeKind
from tracker.reminders import outbox
from tracker.reminders.books import ONE_MINUTE, SEVERAL, Books, Hand, Wait
from tracker.reminders.leaving import Present
from tracker.reminders.models import DeliveryAttempt
from tracker.reminders.outbox import Claimed, Ended
from tracker.reminders.post_office import PostOffice
from tracker.reminders.rules.retry import letters_in_hand

COUNTS_PER_MINUTE = 600
"""How often a minute's letters are counted at most: after each one where the limit is low, else after a few."""
A_MOMENT = timedelta(seconds=1)
"""How long what was found out at the point of no return is relied on."""
_log = logging.getLogger(__name__)


def deliver_outbox(
    office: PostOffice,
    database: Database,
    wait: Wait = time.sleep,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Hand over the letters that are due, within the rate that is allowed; returns how many the server took.

    The pass ends when nothing is due, when the minute's letters have left, when the mail server fails, or when it may
    not go on; what is in hand is finished first.
    """
    if not office.is_on or not _has_work(office, database):
        return 0
    with database.transaction() as session:
        outbox.release_expired(session, office.clock.now())
        outbox.give_up_late(session, office.clock.now())
    with ThreadPoolExecutor(1, "writes down what was said") as clerk:
        books = Books(Present(office), database, wait)
        worker = _Worker(office, database, books, clerk, may_go_on)
        try:
            worker.work()
        finally:
            office.mailer.close()
    return worker.accepted


@dataclass
class _Worker:
    office: PostOffice
    database: Database
    books: Books
    clerk: Executor
    may_go_on: Callable[[], bool]
    accepted: int = 0
    _left: int = 0
    _together: int = 1
    _aside: float = 0.0
    _ahead: "Future[Hand | None] | None" = None

    def work(self) -> None:
        """Hand over letter after letter, or handful after handful, until none is due or none may leave."""
        self._left = _allowance(self.office, self.database)
        hand = self.books.take_one() if self._left else None
        while hand is not None:
            if hand.passed_at is None:
                self._hand_over(hand)
            else:
                hand = self._hand_over_several(hand)
            hand = self._next(hand)

    def _next(self, said: Hand) -> Hand | None:
        """Record how letters ended and take the next, where the pass goes on."""
        most = 0 if said.is_denied else self._allowed()
        if most >= SEVERAL:
            return self._write(said, most) or self.books.take_one()
        return self.books.record_surely(said, goes_on=most > 0)

    def _hand_over_several(self, hand: Hand) -> Hand:
        """Hand over handful after handful, as long as there is one; returns the last, which is not on record yet."""
        said: Hand | None = None
        while True:
            most = min(self._together, self._left - len(hand.waiting)) if self.may_go_on() else 0
            self._ahead = self.clerk.submit(self._write, said, most)
            self._hand_over(hand)
            said, taken = hand, self._taken_ahead()
            if taken is None:
                return said
            if said.is_denied:
                said.waiting.extend(taken.waiting)
                return said
            hand = taken

    def _write(self, said: Hand | None, most: int) -> Hand | None:
        """Record how a handful ended, then take the next; on another thread, while the one between them is said.

        In two transactions: what the server said must not depend on whether the next letters can be judged.
        """
        try:
            if said is not None:
                self.books.record_surely(said, goes_on=False)
            if most >= SEVERAL:
                return self.books.take_several(most)
        except Exception:  # noqa: BLE001 - what is being said meanwhile has to be recorded, whatever goes wrong here
            _log.exception("no handful could be taken")
        return None

    def _taken_ahead(self) -> Hand | None:
        ahead, self._ahead = self._ahead, None
        return ahead.result() if ahead is not None else None

    def _hand_over(self, hand: Hand) -> None:
        """Say the letters in hand up to the first that is not taken."""
        started, said, is_taken, self._aside = time.monotonic(), 0, True, 0.0
        while hand.waiting and is_taken:
            claimed = hand.waiting.popleft()
            outcome = self._say(hand, claimed)
            hand.ended.append(Ended(claimed, outcome))
            is_taken = outcome.kind is OutcomeKind.ACCEPTED
            self.accepted += is_taken
            said += 1
        self._left -= said
        # How long our own database took says nothing of how quick the server is.
        pace, most = (time.monotonic() - started - self._aside) / said, self.office.mail.letters_in_hand
        self._together = letters_in_hand(pace, most) if is_taken else 1

    def _say(self, hand: Hand, claimed: Claimed) -> Outcome:
        witness = _Witness(self, hand, claimed)
        try:
            return self.office.mailer.deliver(claimed.payload, claimed.address, witness)
        except Exception as error:  # noqa: BLE001 - one letter that cannot be sent must not stop the others
            _log.exception("letter %s could not be handed over", claimed.letter_id)
            kind = OutcomeKind.UNKNOWN if witness.has_let_go else OutcomeKind.TEMPORARY
            return Outcome(kind, None, type(error).__name__)

    def may_leave(self, hand: Hand, claimed: Claimed) -> bool:
        """Tell whether a letter may leave, by what was found out a moment ago or by asking once more."""
        asked, now = time.monotonic(), self.office.clock.now()
        if hand.passed_at is not None and timedelta(0) <= now - hand.passed_at < A_MOMENT:
            return True
        self.settle(hand)
        try:
            return self.books.may_leave(claimed)
        finally:
            self._aside += time.monotonic() - asked

    def settle(self, hand: Hand) -> None:
        """Record what is known while the server makes us wait, and let go of the letters that wait behind this one."""
        hand.passed_at = None
        if taken := self._taken_ahead():
            hand.waiting.extend(taken.waiting)
        if not hand.ended and not hand.waiting:
            return
        try:
            self.books.record(hand)
        except Exception:  # noqa: BLE001 - it is recorded again when the letter that is being said has ended
            _log.exception("letters in hand could not be recorded yet")

    def _allowed(self) -> int:
        """Return how many letters may be taken next; none where that cannot be asked, since what was said waits."""
        try:
            self._left = self._left or _allowance(self.office, self.database)
        except TrackerError as error:
            _log.warning("how many letters may still leave could not be asked: %s", error)
            return 0
        return min(self._together, self._left) if self.may_go_on() else 0


@dataclass
class _Witness:
    """What becomes of one letter of a hand while it is said."""

    worker: _Worker
    hand: Hand
    claimed: Claimed
    has_let_go: bool = False

    def may_leave(self) -> bool:
        """Tell whether the letter may leave."""
        self.has_let_go = self.worker.may_leave(self.hand, self.claimed)
        return self.has_let_go

    def kept_waiting(self) -> None:
        """Have what is known by now recorded."""
        self.worker.settle(self.hand)


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
