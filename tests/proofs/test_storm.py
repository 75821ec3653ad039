"""A storm of kills: workers die at random moments, and every letter arrives all the same, in the same bytes.

What was expected is kept outside the database, so that a letter which was never written would be missed too.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from tests.integration.conftest import LOOPBACK, Mailbox
from tracker.access import SYSTEM, Act, Grant, Principal, Role
from tracker.foundation.database import Database
from tracker.foundation.mailing import OutcomeKind
from tracker.people.service import PersonFields, invite_person
from tracker.reminders.models import DeliveryAttempt, LetterState, OutboxLetter
from tracker.settings import load_settings
from tracker.wiring import wire

LETTERS, KILLS, WORKERS = 300, 20, 2
SLOWNESS_SECONDS = 0.4
LIVES_SECONDS = 2.0, 5.0
SEED = 20260302
WORKER = """
from dataclasses import replace
from datetime import timedelta
from tracker.settings import load_settings
from tracker.wiring import wire
from tracker.worker import run
wiring = wire(load_settings())
run(replace(wiring, office=replace(wiring.office, lease=timedelta(seconds=3))))
"""


class SlowMailbox(Mailbox):
    """Takes a letter at once and says so late: a kill between the two leaves an attempt of unknown end."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(SLOWNESS_SECONDS)
        return answer


@pytest.fixture
def mailbox(unused_port: int) -> Iterator[Mailbox]:
    """A slow mail server on loopback that keeps every copy."""
    handler = SlowMailbox()
    controller = Controller(handler, hostname=LOOPBACK, port=unused_port)
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def environment(database_url: str, tmp_path: Path, mailbox: Mailbox) -> dict[str, str]:
    """What the workers find in their environment."""
    return {
        "TRACKER_STORAGE__DIRECTORY": str(tmp_path / "var"),
        "TRACKER_STORAGE__DATABASE": database_url,
        "TRACKER_MAIL__HOST": "127.0.0.1",
        "TRACKER_MAIL__PORT": str(mailbox.port),
        # A lease lasts at least as long as the last answer may take; 600 s would make this a long afternoon.
        "TRACKER_MAIL__FINAL_TIMEOUT_SECONDS": "3",
        "TRACKER_MAIL__REPLY_TIMEOUT_SECONDS": "3",
        "TRACKER_MAIL__CONNECT_TIMEOUT_SECONDS": "3",
        "TRACKER_REMINDERS__LETTERS_PER_MINUTE": "100000",
    }


def invite_everybody(environment: dict[str, str]) -> set[str]:
    """Write the letters, and return whom they are for."""
    wiring = wire(load_settings(environment))
    now = datetime.now(UTC)
    founder = Act(Principal(None, SYSTEM.name, (Grant(Role.ADMINISTRATOR),)), now, now.date())
    addresses = {f"person{number}@city.example" for number in range(LETTERS)}
    with wiring.database.transaction() as session:
        for address in sorted(addresses):
            invite_person(session, founder, PersonFields(address, "受邀人"))
    wiring.database.close()
    return addresses


def begin(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a worker."""
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=root, env=os.environ | environment)


def count(database: Database, state: LetterState) -> int:
    """Count the letters in a state."""
    with database.reading() as session:
        found = session.scalar(select(func.count(OutboxLetter.id)).where(OutboxLetter.state == state))
    return found or 0


class TestStorm:
    def test_loses_no_letter_and_explains_every_copy(
        self, environment: dict[str, str], database: Database, mailbox: Mailbox
    ) -> None:
        expected = invite_everybody(environment)
        chance = random.Random(SEED)
        started = time.monotonic()
        workers = [begin(environment) for _ in range(WORKERS)]
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(*LIVES_SECONDS))
                victim = chance.randrange(WORKERS)
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = begin(environment)
            while count(database, LetterState.ACCEPTED) < LETTERS:
                assert time.monotonic() - started < 600, "the letters did not all leave"
                time.sleep(0.5)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        copies = Counter(taken.recipients[0] for taken in mailbox.taken)
        bytes_of: dict[str, set[bytes]] = {}
        for taken in mailbox.taken:
            bytes_of.setdefault(str(message_from_bytes(taken.data)["Message-ID"]), set()).add(taken.data)
        with database.reading() as session:
            unknown = session.scalar(
                select(func.count(DeliveryAttempt.id)).where(DeliveryAttempt.outcome == OutcomeKind.UNKNOWN)
            )
        extra = sum(copies.values()) - len(copies)
        print(
            f"\n{database.engine.dialect.name}: {LETTERS} letters, {KILLS} kills, "
            f"{len(expected - set(copies))} lost, {extra} extra copies, {unknown} unknown attempts recorded, "
            f"{time.monotonic() - started:.0f} s"
        )
        assert set(copies) == expected
        assert extra <= (unknown or 0)
        assert len(bytes_of) == LETTERS
        assert all(len(different) == 1 for different in bytes_of.values())
