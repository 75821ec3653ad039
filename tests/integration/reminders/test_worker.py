"""The worker as a process of its own: it ticks, ends when asked, and loses nothing when killed."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database
from tracker.foundation.mailing import OutcomeKind
from tracker.reminders.models import (
    DeliveryAttempt,
    Heartbeat,
    LetterState,
    OutboxLetter,
    PlanComparison,
)
from tracker.settings import Settings, load_settings
from tracker.wiring import Wiring, wire
from tracker.worker import COMPARE, DELIVER, JOBS, PLAN, TIDY, make_scheduler, set_apart_what_stays, tick

WORKER = """
import sys
from datetime import datetime
from tracker.foundation.clock import FixedClock
from tracker.settings import load_settings
from tracker.wiring import wire
from tracker.worker import run
run(wire(load_settings(), FixedClock(datetime.fromisoformat(sys.argv[1]))))
"""
MORNING = datetime.fromisoformat("2026-06-17T09:00+08:00")
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """What an installation's worker finds in its environment, but for the mail server."""
    return {
        "TRACKER_STORAGE__DIRECTORY": str(tmp_path / "var"),
        "TRACKER_STORAGE__DATABASE": database_url,
        "TRACKER_MAIL__REPLY_TIMEOUT_SECONDS": "20",
        "TRACKER_MAIL__FINAL_TIMEOUT_SECONDS": "20",
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start workers whose clock stands at nine on a working morning."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> "subprocess.Popen[bytes]":
        root = str(Path(__file__).resolve().parents[3])
        command = [sys.executable, "-c", WORKER, MORNING.isoformat()]
        started.append(subprocess.Popen(command, cwd=root, env=os.environ | environment))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait(10)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def states(database: Database) -> set[LetterState]:
    with database.reading() as session:
        return set(session.scalars(select(OutboxLetter.state)))


def settings_for(environment: dict[str, str], port: int) -> Settings:
    return load_settings(environment | {"TRACKER_MAIL__HOST": "127.0.0.1", "TRACKER_MAIL__PORT": str(port)})


@pytest.fixture
def wiring(environment: dict[str, str], mailbox, clock: FixedClock) -> Iterator[Wiring]:
    """The wiring of a real installation, with a mail server on loopback."""
    built = wire(settings_for(environment, mailbox.port), clock)
    yield built
    built.office.mailer.close()
    built.database.close()


class TestAMonitor:
    def test_hears_after_an_hour_that_the_server_puts_every_letter_off(
        self, environment, make_item, faulty_server, clock
    ) -> None:
        server = faulty_server(RCPT=["451 4.3.0 later"] * 100)
        wiring = wire(settings_for(environment, server.port), clock)
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        with closing(wiring.database), closing(wiring.office.mailer):
            monitor = create_app(wiring).test_client()
            heard = {}
            for minutes in range(0, 70, 5):
                clock.set(MORNING + timedelta(minutes=minutes))
                tick(wiring)
                heard[minutes] = monitor.get("/healthz").status_code
            troubles = monitor.get("/healthz").get_json()["troubles"]
        assert server.taken == []
        assert {minutes: code for minutes, code in heard.items() if code != 200} == {65: 503}
        assert troubles == ["letters_stuck"]


class TestTick:
    def test_plans_and_delivers(self, wiring, make_item, mailbox, clock) -> None:
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        clock.set(MORNING)
        tick(wiring)
        assert [taken.recipients for taken in mailbox.taken] == [["officer@city.example"]]

    def test_a_second_tick_does_nothing_more(self, wiring, make_item, mailbox, clock) -> None:
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        clock.set(MORNING)
        tick(wiring)
        clock.advance(timedelta(seconds=30))
        tick(wiring)
        assert len(mailbox.taken) == 1

    def test_leaves_a_heartbeat_for_each_work(self, wiring, clock) -> None:
        tick(wiring)
        with wiring.database.reading() as session:
            beats = {row.work: row.finished_at for row in session.scalars(select(Heartbeat))}
        assert beats == dict.fromkeys((PLAN, DELIVER, JOBS, COMPARE, TIDY), clock.now())

    def test_compares_once_a_night(self, wiring, make_item, clock) -> None:
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        clock.set(MORNING)
        tick(wiring)
        for _ in range(3):
            clock.advance(timedelta(hours=5))
            tick(wiring)
        with wiring.database.reading() as session:
            (found,) = session.scalars(select(PlanComparison))
        assert found.differences == 0

    def test_one_failing_work_does_not_stop_the_others(
        self, wiring, make_item, mailbox, clock, monkeypatch
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("a bug")

        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        clock.set(MORNING)
        tick(wiring)
        monkeypatch.setattr("tracker.worker.plan_letters", fail)
        clock.advance(timedelta(minutes=1))
        tick(wiring)
        with wiring.database.reading() as session:
            errors = {row.work: row.error for row in session.scalars(select(Heartbeat))}
        assert errors == {PLAN: "RuntimeError: a bug", DELIVER: "", JOBS: "", COMPARE: "", TIDY: ""}

    def test_the_ticker_is_told_to_forget_nothing(self, wiring) -> None:
        jobs = make_scheduler(wiring).get_jobs()
        assert {job.id for job in jobs} == {PLAN, DELIVER, JOBS, COMPARE, TIDY}


class TestProcess:
    def test_works_and_ends_when_asked(self, start, environment, mailbox, make_item, database) -> None:
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        environment |= {"TRACKER_MAIL__HOST": "127.0.0.1", "TRACKER_MAIL__PORT": str(mailbox.port)}
        worker = start()
        until(lambda: mailbox.taken)
        until(lambda: states(database) == {LetterState.ACCEPTED})
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0

    def test_killed_in_the_middle_it_sends_the_same_bytes_again(
        self, start, environment, faulty_server, make_item, database, clock
    ) -> None:
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        server = faulty_server(dot=["take and hang"])
        environment |= {"TRACKER_MAIL__HOST": "127.0.0.1", "TRACKER_MAIL__PORT": str(server.port)}
        worker = start()
        until(lambda: server.taken)
        assert states(database) == {LetterState.TRANSMITTING}
        worker.kill()
        worker.wait(10)
        clock.set(MORNING + timedelta(minutes=16))
        survivor = wire(settings_for(environment, server.port), clock)
        tick(survivor)
        survivor.office.mailer.close()
        survivor.database.close()
        assert len(server.taken) == 2
        assert server.taken[0] == server.taken[1]
        with database.reading() as session:
            kinds = session.scalars(select(DeliveryAttempt.outcome).order_by(DeliveryAttempt.id)).all()
        assert kinds == [OutcomeKind.UNKNOWN, OutcomeKind.ACCEPTED]

    def test_two_workers_send_each_letter_once(
        self, start, environment, faulty_server, make_item, database
    ) -> None:
        for _ in range(3):
            make_item(date(2026, 6, 18), filed_until=date(2026, 5, 31))
        server = faulty_server()
        environment |= {"TRACKER_MAIL__HOST": "127.0.0.1", "TRACKER_MAIL__PORT": str(server.port)}
        workers = [start(), start()]
        until(lambda: len(server.taken) >= 2 and states(database) == {LetterState.ACCEPTED})
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(20) for worker in workers] == [0, 0]
        assert len(server.taken) == 2


class TestSetApartWhatStays:
    def test_has_the_collector_pass_over_what_is_loaded(self) -> None:
        set_apart_what_stays()
        try:
            assert gc.get_freeze_count() > 0
        finally:
            gc.unfreeze()
