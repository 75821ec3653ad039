"""The day's letters over a hundred thousand open items, and their way out, each against the least it could cost.

The town has lived through the day before, so that on the measured day some three thousand items have a stage. The
yardstick of planning composes and stores the same letters one by one, their words ready made; that of delivery hands
the same bytes to the same server by bare `smtplib`, over one connection. One server answers at once, as none does that
keeps what it takes; one thinks about each word for a hundredth of a second, as a relay does that looks at what it is
given; and where it is installed a Postfix stands between them, which keeps each letter on its disk and then throws it
away.
"""

import os
import random
import smtplib
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update

from tests.benchmarks.bench_lists import ENGINES
from tests.factories.deadlines import Town, fill_town
from tests.support.benchmark import Benchmark
from tests.support.databases import migrate, sqlite_url
from tests.support.loopback import free_port
from tests.support.postfix import has_postfix, postfix
from tests.support.postgres import find_binaries, throwaway_postgres
from tests.support.site import settings_for
from tracker.adapters.casting import CastingMailer
from tracker.adapters.smtp import SMTPMailer
from tracker.foundation.clock import FixedClock
from tracker.foundation.mailing import Letter, Mailer
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.models import DeliveryAttempt, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.planning import plan_reminders, record_due_stages
from tracker.reminders.queries import load_directory
from tracker.wiring import Wiring, wire
from tracker.worker import set_apart_what_stays

ITEMS = int(os.environ.get("BENCH_ITEMS", "100000"))
TODAY = date(2026, 3, 12)
NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
TOWN = Town(agencies=30, units=8, officers=3)
SENT, HANDFULS = 500, 20
FEW, MANY = 1_000, 100_000
AT_ONCE, DISTANT, POSTFIX = "aiosmtpd.handlers.Sink", "tests.support.relays.Distant", "postfix"
RELAYS = {AT_ONCE: "a server that answers at once", DISTANT: "a relay that thinks"}
if has_postfix():
    RELAYS[POSTFIX] = "a Postfix on this machine"
SHARE = 0.7
"""How much of the rate of bare smtplib is the least that will do."""
_open = ExitStack()


class Recorder(CastingMailer):
    """The real mailer; it keeps what it composed."""

    def __init__(self, mailer: Mailer) -> None:
        super().__init__(mailer)
        self.composed: list[Letter] = []

    def compose(self, letter: Letter) -> bytes:
        self.composed.append(letter)
        return super().compose(letter)


@dataclass
class Place:
    """A full town on the morning of the measured day, and the letters that it brings."""

    wiring: Wiring
    composed: list[Letter] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def plan(self) -> None:
        """Plan the day."""
        assert plan_reminders(self.wiring.office, self.wiring.database) > 0

    def freeze(self) -> None:
        """Have the day's letters composed one by one and store them, and nothing else."""
        mailer = SMTPMailer(self.wiring.office.mail)
        for letter in self.composed:
            mailer.compose(letter)
        with self.wiring.database.transaction() as session:
            session.execute(insert(OutboxLetter), self.rows)

    def deliver(self, relay: str) -> None:
        """Hand over the letters that are due to a mail server."""
        mail = replace(self.wiring.office.mail, port=_mail_server(relay))
        office = replace(self.wiring.office, mail=mail, mailer=SMTPMailer(mail))
        assert deliver_outbox(office, self.wiring.database) == SENT

    def hand_over(self, relay: str) -> None:
        """Hand over the same letters to it with nothing but smtplib."""
        mail = replace(self.wiring.office.mail, port=_mail_server(relay))
        with smtplib.SMTP(mail.host, mail.port) as server:
            for row in self.rows[:SENT]:
                server.sendmail(mail.sender_address, [row["address"]], row["payload"])

    def forget_today(self) -> None:
        """Go back to the morning."""
        with self.wiring.database.transaction() as session:
            session.execute(delete(PlannedReminder).where(PlannedReminder.planned_at == NOW))
            session.execute(delete(DeliveryAttempt))
            session.execute(delete(OutboxLetter))

    def have_letters_wait(self) -> None:
        """Go back to the moment before the first letters leave; the others wait for another day."""
        self.forget_today()
        self.plan()
        with self.wiring.database.transaction() as session:
            first = select(OutboxLetter.id).order_by(OutboxLetter.id).limit(SENT)
            others = update(OutboxLetter).where(OutboxLetter.id.not_in(first))
            session.execute(others.values(next_at=NOW + timedelta(days=1)))

    def peak_of_delivering(self, waiting: int) -> int:
        """Return the most memory in bytes that delivering takes while so many letters wait."""
        self.have_letters_wait()
        spare = {key: value for key, value in self.rows[-1].items() if key != "id"} | {"payload": b""}
        with self.wiring.database.transaction() as session:
            there = session.scalar(select(func.count(OutboxLetter.id))) or 0
            for number in range(there, waiting):
                new = {"key": f"spare {number}", "message_id": f"{number:08x}@spare", "next_at": NOW}
                session.execute(insert(OutboxLetter), spare | new)
        turns = iter(range(HANDFULS))
        tracemalloc.start()
        deliver_outbox(
            self.wiring.office, self.wiring.database, may_go_on=lambda: next(turns, None) is not None
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak


@dataclass(frozen=True)
class FromTheMorning(Benchmark):
    """Goes back to the same state before each turn, outside of the time that is taken."""

    prepare: Callable[[], object] = lambda: None

    def ratio(self) -> float:
        """Return our best time over the yardstick's, and print both."""
        ours, yardstick = [], []
        for _ in range(self.rounds):
            yardstick.append(self._seconds(self.yardstick))
            ours.append(self._seconds(self.ours))
        print(f"    {min(ours):.2f} s, the yardstick {min(yardstick):.2f} s")
        return min(ours) / min(yardstick)

    def _seconds(self, work: Callable[[], object]) -> float:
        self.prepare()
        started = time.perf_counter()
        work()
        return time.perf_counter() - started


@dataclass(frozen=True)
class Memory(Benchmark):
    """Compares what both return instead of how long they take."""

    def ratio(self) -> float:
        """Return our figure over the yardstick's."""
        self.yardstick()  # What is made once and kept must not count for whoever comes first.
        ours, yardstick = self.ours(), self.yardstick()
        assert isinstance(ours, int)
        assert isinstance(yardstick, int)
        return ours / yardstick


@cache
def place(engine: str) -> Place:
    """Return a full town on one database, with a mail server that takes everything, as a worker begins with it."""
    folder = Path(_open.enter_context(tempfile.TemporaryDirectory()))
    url = sqlite_url(folder / "tracker.db")
    if engine == "PostgreSQL":
        binaries = find_binaries()
        assert binaries is not None
        url = _open.enter_context(throwaway_postgres(binaries, durable=True)).create("reminders")
    migrate(url)
    mail = {"TRACKER_MAIL__HOST": "127.0.0.1", "TRACKER_MAIL__PORT": str(_mail_server(AT_ONCE))}
    mail |= {f"TRACKER_REMINDERS__{name}": "1000000" for name in ("LETTERS_PER_MINUTE", "LARGEST_RUN")}
    built = wire(settings_for(folder, url, mail), FixedClock(NOW))
    recorder = Recorder(SMTPMailer(built.office.mail))
    wiring = replace(built, office=replace(built.office, mailer=recorder))
    set_apart_what_stays()
    chance = random.Random(1)
    due = [TODAY + timedelta(days=chance.randrange(1, 131)) for _ in range(ITEMS)]
    fill_town(wiring.database, TOWN, due, datetime(2025, 10, 1, tzinfo=UTC), date(2026, 12, 31))
    _live_through_the_day_before(wiring)
    there = Place(wiring)
    there.plan()
    there.composed = list(recorder.composed)
    columns = OutboxLetter.__table__.columns
    with wiring.database.reading() as session:
        there.rows = [dict(row._mapping) for row in session.execute(select(*columns).order_by(columns.id))]
        items = session.scalar(
            select(func.count(PlannedReminder.item_id.distinct())).where(PlannedReminder.planned_at == NOW)
        )
    print(f"{engine}: {ITEMS:,} open items, {items:,} with a stage today, {len(there.rows)} letters")
    return there


def _live_through_the_day_before(wiring: Wiring) -> None:
    before = replace(wiring.office, clock=FixedClock(NOW - timedelta(days=1)))
    with wiring.database.transaction() as session:
        directory = load_directory(session, before.today())
        record_due_stages(session, before, directory, before.clock.now())
        session.execute(update(PlannedReminder).values(outcome=Planned.SENT))
    with wiring.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@cache
def _mail_server(relay: str) -> int:
    if relay == POSTFIX:
        return _open.enter_context(postfix())
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", relay]
    server = subprocess.Popen([*command, "-l", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    _open.callback(server.wait)
    _open.callback(server.kill)
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port).quit()
        except OSError:
            time.sleep(0.1)
        else:
            return port


def _on(engine: str, name: str, *arguments: object) -> Callable[[], object]:
    return lambda: getattr(place(engine), name)(*arguments)


BENCHMARKS: list[Benchmark] = []
for _engine in ENGINES:
    on = partial(_on, _engine)
    BENCHMARKS += [
        FromTheMorning(
            f"planning the day's letters, {ITEMS:,} items, {_engine}, against composing them",
            on("plan"),
            on("freeze"),
            limit=3,
            rounds=3,
            prepare=on("forget_today"),
        ),
        *(
            FromTheMorning(
                f"delivering {SENT} letters, {_engine}, against bare smtplib, to {_words}",
                on("deliver", _relay),
                on("hand_over", _relay),
                limit=1 / SHARE,
                rounds=3 if _relay == DISTANT else 6,
                prepare=on("have_letters_wait"),
            )
            for _relay, _words in RELAYS.items()
        ),
        Memory(
            f"memory of delivering while {MANY:,} letters wait, {_engine}, against {FEW:,}",
            on("peak_of_delivering", MANY),
            on("peak_of_delivering", FEW),
            limit=1.3,
            rounds=1,
        ),
    ]
