"""A storm: reminders are planned and delivered while processes die at random moments and the mail server misbehaves.

Whom the letters are for is known before, outside of the database, so that a letter which was never written is missed
like one that was lost on its way.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from tests.factories.deadlines import Town, address, fill_town
from tests.support.faulty_smtp import is_unknown
from tests.support.loopback import free_port
from tracker.foundation.database import Database
from tracker.foundation.errors import TrackerError
from tracker.foundation.mailing import OutcomeKind
from tracker.reminders import outbox
from tracker.reminders.models import UNSENT, DeliveryAttempt, LetterState, OutboxLetter, PlannedReminder

ROOT = Path(__file__).resolve().parents[2]
BEGINS = datetime(2026, 6, 15, 9, 5, tzinfo=ZoneInfo("Asia/Taipei"))
"""A Monday, a little after the hour at which the day's letters leave."""
UNKNOWN_EVERY = 100
PAUSES_SECONDS = 0.3, 1.6
SETTLED = (LetterState.ACCEPTED, LetterState.FAILED)


@dataclass(frozen=True)
class Weather:
    """How many reminders are due, and how often which process dies.

    So many seconds (`speed`) pass in the storm while one passes outside: retries wait minutes, and a test should not. All
    letters have to leave before the quiet hours of the storm's own day.
    """

    reminders: int
    kills_of_workers: int
    kills_of_schedulers: int
    workers: int = 3
    schedulers: int = 1
    seed: int = 20260615
    patience_seconds: float = 600.0
    speed: int = 20


@dataclass
class Aftermath:
    """What the storm left: whom the letters were for, every copy that the server took, and what is on record."""

    expected: set[str]
    copies: list[Mapping[str, str]]
    unknown_attempts: int
    planned: int
    seconds: float = 0.0
    released: int = 0
    by_the_handful: int = 0

    @property
    def lost(self) -> set[str]:
        """Return those who got nothing."""
        return self.expected - {copy["to"] for copy in self.copies}

    @property
    def uncalled_for(self) -> set[str]:
        """Return those who got something and should not have."""
        return {copy["to"] for copy in self.copies} - self.expected

    @property
    def extra(self) -> int:
        """Return how many copies there were beyond the first to each."""
        return sum(number - 1 for number in Counter(copy["to"] for copy in self.copies).values())

    @property
    def faces(self) -> Mapping[str, set[tuple[str, str]]]:
        """Return, by recipient, the different (Message-ID, bytes) among the copies."""
        found: dict[str, set[tuple[str, str]]] = {}
        for copy in self.copies:
            found.setdefault(copy["to"], set()).add((copy["id"], copy["sha256"]))
        return found

    @property
    def changed(self) -> set[str]:
        """Return those whose copies differ in Message-ID or bytes."""
        return {recipient for recipient, faces in self.faces.items() if len(faces) > 1}

    def sentence(self) -> str:
        """Return the figures in one line."""
        return (
            f"{len(self.expected)} expected, {len(self.lost)} lost, {self.extra} extra copies, "
            f"{self.unknown_attempts} unknown attempts on record, {len(self.changed)} changed, "
            f"{self.by_the_handful} attempts by the handful, {self.released} set aside and released, "
            f"{self.seconds:.0f} s"
        )


@dataclass
class Storm:
    """The processes of a storm over one database; `crash` restarts the database where it is a server."""

    weather: Weather
    database: Database
    folder: Path
    crash: Callable[[], None] | None = None
    crashes: int = 0
    _processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def rage(self) -> Aftermath:
        """Fill the database, let the storm pass, and wait until every letter has settled."""
        expected = fill(self.database, self.weather.reminders)
        started, port, journal = time.monotonic(), free_port(), self.folder / "journal"
        relay = self._start("tests.support.faulty_smtp", port, journal, self.weather.seed, UNKNOWN_EVERY)
        environment = self._environment(port)
        released = 0
        try:
            self._start_all(environment)
            self._kill_at_random(environment)
            released = self._wait(environment)
        finally:
            for process in (*self._processes.values(), relay):
                process.kill()
                process.wait()
        return self._look(expected, journal, time.monotonic() - started, released)

    def _roles(self) -> list[str]:
        return ["worker"] * self.weather.workers + ["scheduler"] * self.weather.schedulers

    def _start_all(self, environment: Mapping[str, str]) -> None:
        for number, role in enumerate(self._roles()):
            self._processes[number] = self._start("tests.support.storm_process", role, env=environment)

    def _kill_at_random(self, environment: Mapping[str, str]) -> None:
        weather, chance = self.weather, random.Random(self.weather.seed)
        deaths = ["worker"] * weather.kills_of_workers + ["scheduler"] * weather.kills_of_schedulers
        deaths += ["database"] * self.crashes
        chance.shuffle(deaths)
        roles = self._roles()
        for death in deaths:
            time.sleep(chance.uniform(*PAUSES_SECONDS))
            if death == "database":
                assert self.crash is not None
                self.crash()
                continue
            number = chance.choice([place for place, role in enumerate(roles) if role == death])
            self._processes[number].kill()
            self._processes[number].wait()
            self._processes[number] = self._start("tests.support.storm_process", death, env=environment)

    def _wait(self, environment: Mapping[str, str]) -> int:
        """Wait until nothing is left to send; letters that killed three workers by chance are released by hand."""
        deadline, released = time.monotonic() + self.weather.patience_seconds, 0
        while True:
            with suppress(TrackerError):
                states = self._states()
                released += self._release_held() if states.get(LetterState.HELD) else 0
                # Whoever's address is refused may get a second letter, so that counting alone would end too soon.
                are_written = sum(states.get(state, 0) for state in SETTLED) >= self.weather.reminders
                if are_written and not any(states.get(state) for state in UNSENT):
                    return released
            assert time.monotonic() < deadline, f"not all letters left: {self._states()}"
            self._revive(environment)
            time.sleep(0.5)

    def _revive(self, environment: Mapping[str, str]) -> None:
        # A process that a crash of the database ended is started again, as the init system does.
        for number, role in enumerate(self._roles()):
            if self._processes[number].poll() is not None:
                self._processes[number] = self._start("tests.support.storm_process", role, env=environment)

    def _states(self) -> Mapping[LetterState, int]:
        with self.database.reading() as session:
            query = select(OutboxLetter.state, func.count()).group_by(OutboxLetter.state)
            return {row[0]: row[1] for row in session.execute(query)}

    def _release_held(self) -> int:
        with self.database.transaction() as session:
            held = session.scalars(select(OutboxLetter).where(OutboxLetter.state == LetterState.HELD)).all()
            for letter in held:
                outbox.release_held(letter, letter.next_at)
            return len(held)

    def _look(self, expected: set[str], journal: Path, seconds: float, released: int) -> Aftermath:
        lines = journal.read_text("utf-8").splitlines() if journal.exists() else []
        with self.database.reading() as session:
            unknown = select(func.count()).where(DeliveryAttempt.outcome == OutcomeKind.UNKNOWN)
            planned = session.scalar(select(func.count(PlannedReminder.id))) or 0
            attempts = session.scalar(unknown) or 0
            together = Counter(session.scalars(select(DeliveryAttempt.token)))
        by_the_handful = sum(number for number in together.values() if number > 1)
        copies = [json.loads(line) for line in lines]
        return Aftermath(expected, copies, attempts, planned, seconds, released, by_the_handful)

    def _environment(self, port: int) -> dict[str, str]:
        return {
            "TRACKER_STORAGE__DIRECTORY": str(self.folder / "var"),
            "TRACKER_STORAGE__DATABASE": self.database.url,
            "TRACKER_MAIL__HOST": "127.0.0.1",
            "TRACKER_MAIL__PORT": str(port),
            "TRACKER_MAIL__CONNECT_TIMEOUT_SECONDS": "3",
            "TRACKER_MAIL__REPLY_TIMEOUT_SECONDS": "3",
            "TRACKER_MAIL__FINAL_TIMEOUT_SECONDS": "3",
            "TRACKER_REMINDERS__LETTERS_PER_MINUTE": "1000000",
            "TRACKER_REMINDERS__LARGEST_RUN": "1000000",
            "STORM_BEGAN": str(time.time()),
            "STORM_MOMENT": BEGINS.isoformat(),
            "STORM_SPEED": str(self.weather.speed),
        }

    def _start(
        self, module: str, *arguments: object, env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        command: Sequence[str] = [sys.executable, "-m", module, *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=os.environ | dict(env or {}))


def fill(database: Database, number: int) -> set[str]:
    """Store so many officers with one item each, due in fourteen days; return the addresses that can be reached."""
    due_on, assigned_at = BEGINS.date() + timedelta(days=14), datetime(2026, 6, 10, tzinfo=UTC)
    fill_town(database, Town(officers=number, headed=False), [due_on] * number, assigned_at, None)
    addresses = {address(each) for each in range(1, number + 1)}
    return {each for each in addresses if not is_unknown(each, UNKNOWN_EVERY)}
