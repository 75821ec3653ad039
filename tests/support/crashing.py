"""A worker that dies at a chosen point: at any commit, at any word that passes between it and the mail server.

The points are counted by a first life that ends well, so that none is forgotten when the code changes. Each life is a
process of its own and ends as by a failure of power: nothing is rolled back, closed or said.
"""

import os
import smtplib
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from tests.support.site import settings_for
from tracker.adapters.smtp import Watched
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database, Session
from tracker.foundation.mailing import OutcomeKind
from tracker.people.models import User
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.models import (
    UNSENT,
    DeliveryAttempt,
    LetterState,
    OutboxLetter,
    Planned,
    PlannedReminder,
)
from tracker.reminders.planning import plan_reminders
from tracker.reminders.rules import retry
from tracker.settings import Settings
from tracker.wiring import Wiring, wire

DIED = 137
AFTER_A_LEASE = timedelta(minutes=16)
MOMENT_SECONDS = 0.2
"""How long those wait for one another who are to begin together."""
A_LONG_TIME = 3600.0
HANDFULS_IN_DOUBT = 3
"""One that is said, the one before it, and the one that is taken meanwhile."""
ROUNDS = 12
"""Retries wait longer and longer; so many rounds are more than any letter here needs."""

# A process that forked from the tests themselves would inherit their threads and connections.
_processes = get_context("spawn")


class Fuse:
    """Tells the points that a life passes, and ends the process at one of them."""

    def __init__(self, dies_at: int | None) -> None:
        self.passed: list[str] = []
        self._dies_at = dies_at

    def pass_by(self, point: str) -> None:
        """Note a point, or die there."""
        if len(self.passed) == self._dies_at:
            os._exit(DIED)
        self.passed.append(point)

    def lay(self) -> None:
        """Lie in wait at every commit and at every word of the dialogue, for as long as this process lives."""
        event.listen(Engine, "commit", lambda _connection: self.pass_by("before a commit"))
        event.listen(Session, "after_commit", lambda _session: self.pass_by("after a commit"))
        Watched.send = self._around_send(Watched.send)  # type: ignore[method-assign, assignment]
        smtplib.SMTP.getreply = self._around_reply(smtplib.SMTP.getreply)  # type: ignore[method-assign, assignment]

    def _around_send(self, send: Callable[[smtplib.SMTP, Any], None]) -> Callable[[smtplib.SMTP, Any], None]:
        def say(host: smtplib.SMTP, words: bytes | str) -> None:
            if isinstance(words, str):
                self.pass_by(f"before {words.split()[0]}")
                send(host, words)
                return
            half = len(words) // 2
            self.pass_by("before the first byte of the body")
            send(host, words[:half])
            self.pass_by("within the body")
            send(host, words[half:])
            self.pass_by("after the dot")

        return say

    def _around_reply(self, getreply: Callable[[smtplib.SMTP], Any]) -> Callable[[smtplib.SMTP], Any]:
        def hear(host: smtplib.SMTP) -> Any:
            reply = getreply(host)
            self.pass_by(f"after the answer {reply[0]}")
            return reply

        return hear


@dataclass(frozen=True)
class Life:
    """A worker's whole work at some moments over one database; it dies at a point, or tells all that it passed.

    After the last moment it goes on, lease by lease, until no letter waits, where it is to `finish`.
    """

    url: str
    moment: datetime
    dies_at: int | None = None
    finish: bool = False


@dataclass(frozen=True)
class Place:
    """Where lives are lived: a folder, the mail server's port, and how many letters a worker may have in hand.

    Where it is more than one, the server counts as quick, however slow this machine is: each life passes the same
    points, though two threads may pass them in another order.
    """

    folder: Path
    port: int
    in_hand: int = 1

    def settings(self, url: str) -> Settings:
        """Return the settings of an installation whose letters go to the mail server."""
        mail = {
            "TRACKER_MAIL__HOST": "127.0.0.1",
            "TRACKER_MAIL__PORT": str(self.port),
            "TRACKER_MAIL__LETTERS_IN_HAND": str(self.in_hand),
            "TRACKER_REMINDERS__LETTERS_PER_MINUTE": "60000",
        }
        return settings_for(self.folder, url, mail)

    def live(self, life: Life) -> None:
        """Plan and deliver as a worker does."""
        if self.in_hand > 1:
            retry.AT_ONCE_SECONDS = A_LONG_TIME  # type: ignore[misc]
        clock = FixedClock(life.moment)
        wiring = wire(self.settings(life.url), clock)
        _work(wiring)
        for _ in range(ROUNDS if life.finish else 0):
            with wiring.database.reading() as session:
                if not _waiting(session):
                    break
            clock.advance(AFTER_A_LEASE)
            _work(wiring)
        wiring.office.mailer.close()
        wiring.database.close()


def _work(wiring: Wiring) -> None:
    plan_reminders(wiring.office, wiring.database)
    deliver_outbox(wiring.office, wiring.database)


class Nursery:
    """A process without threads or connections that has done the work once; each life is a child of its own."""

    def __init__(self, place: Place, url: str, moment: datetime) -> None:
        self._told = place.folder / "points"
        self._line, far_end = Pipe()
        self._process = _processes.Process(
            target=_bear, args=(far_end, place, Life(url, moment), self._told), daemon=True
        )
        self._process.start()
        far_end.close()

    def bear(self, *lives: Life) -> int:
        """Let lives be lived to their ends, all at the same moment; returns 0 when all ended well, or an exit code."""
        self._line.send(lives)
        return int(self._line.recv())

    def passed(self) -> list[str]:
        """Return the points that the last life which ended well passed."""
        return self._told.read_text("utf-8").splitlines()

    def close(self) -> None:
        """End the process."""
        self._line.close()
        self._process.join(30)


def _bear(line: Connection, place: Place, first: Life, told: Path) -> None:
    place.live(first)
    with suppress(EOFError):
        while True:
            lives = line.recv()
            begin = time.monotonic() + (MOMENT_SECONDS if len(lives) > 1 else 0)
            children = []
            for life in lives:
                if not (child := os.fork()):
                    os._exit(_lived(place, life, begin, told))
                children.append(child)
            codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
            line.send(max(map(abs, codes), default=0))


def _lived(place: Place, life: Life, begin: float, told: Path) -> int:
    try:
        time.sleep(max(0.0, begin - time.monotonic()))
        fuse = Fuse(life.dies_at)
        fuse.lay()
        place.live(life)
        told.write_text("\n".join(fuse.passed), "utf-8")
    except BaseException:  # noqa: BLE001 - nothing may climb out of a forked child into its parent's code
        traceback.print_exc()
        return 1
    return 0


@dataclass(frozen=True)
class Crashes:
    """Lives over copies of one prepared database; `copies` are what the mail server took, by recipient.

    `expected` are the addresses that have to get a letter on the morning of `moment`; a death may leave so many letters
    `in_doubt`.
    """

    nursery: Nursery
    prepared: Callable[[], AbstractContextManager[str]]
    moment: datetime
    expected: frozenset[str]
    copies: Callable[[], Mapping[str, Sequence[bytes]]]
    forget_copies: Callable[[], None]
    in_doubt: int = 1

    def points(self) -> list[str]:
        """Return all points that a life without a crash passes."""
        with self.prepared() as url:
            assert self.nursery.bear(Life(url, self.moment)) == 0
        return self.nursery.passed()

    def complaints(self, *deaths: int) -> list[str]:
        """Let one life after the other die, each at a point, and a last one finish; return what is not as promised."""
        self.forget_copies()
        moment = self.moment
        with self.prepared() as url:
            for death in deaths:
                if self.nursery.bear(Life(url, moment, death)) != DIED:
                    return []  # After an earlier crash there is less to do, and this point was not reached.
                moment += AFTER_A_LEASE
            if self.nursery.bear(Life(url, moment, finish=True)):
                return ["the life after the crash did not end well"]
            database = Database(url)
            try:
                with database.reading() as session:
                    return list(self._judge(session, len(deaths)))
            finally:
                database.close()

    def _judge(self, session: Session, deaths: int) -> list[str]:
        copies, unknown = self.copies(), _unknown_attempts(session)
        extra = {address: len(found) - 1 for address, found in copies.items()}
        open_reminders = session.scalar(
            select(func.count(PlannedReminder.id)).where(PlannedReminder.outcome == Planned.PLANNED)
        )
        found = {
            "got nothing": self.expected - set(copies),
            "got something uncalled for": set(copies) - self.expected,
            "got copies that differ": {each for each, bodies in copies.items() if len(set(bodies)) > 1},
            "got a copy that no unknown attempt explains": {
                address for address, number in extra.items() if number > unknown[address]
            },
            "more unknown attempts than crashes": unknown.total() > deaths * self.in_doubt,
            "letters still wait": _waiting(session),
            "reminders still wait": open_reminders,
        }
        return [f"{words}: {what}" for words, what in found.items() if what]


def _waiting(session: Session) -> int:
    query = select(func.count(OutboxLetter.id)).where(OutboxLetter.state.in_((*UNSENT, LetterState.HELD)))
    return session.scalar(query) or 0


def _unknown_attempts(session: Session) -> Counter[str]:
    query = (
        select(User.email)
        .select_from(DeliveryAttempt)
        .join(OutboxLetter, OutboxLetter.id == DeliveryAttempt.letter_id)
        .join(User, User.id == OutboxLetter.recipient_id)
        .where(DeliveryAttempt.outcome == OutcomeKind.UNKNOWN)
    )
    return Counter(session.scalars(query))


def is_decisive(point: str) -> bool:
    """Tell whether something becomes lasting at a point, here or at the mail server."""
    return point.endswith("commit") or "body" in point or point in {"after the dot", "after the answer 250"}
