"""Import batches on both databases: counted, paged, stopped, tried again; real workers are stopped and killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.factories.city import City
from tests.support.report_stories import TRAM
from tracker.adapters.disk import DiskFileStore
from tracker.foundation import jobs
from tracker.foundation.clock import FixedClock, SystemClock
from tracker.foundation.database import Database
from tracker.foundation.errors import FileEmpty, ReadingTookTooLong
from tracker.foundation.jobs import Job, JobBatch, JobState, Running
from tracker.reports import batches, importing
from tracker.reports.batches import BatchProgress, FileOutcome
from tracker.reports.models import Report
from tracker.reports.rules.drafts import Confidentiality

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def files(tmp_path: Path) -> DiskFileStore:
    """The store of this installation."""
    return DiskFileStore(tmp_path / "var" / "files")


def begin(city: City, files: DiskFileStore, count: int) -> JobBatch:
    """Send some reports, and an empty file."""
    sent = [
        (name, importing.keep_file(files, name, f"{TRAM}\n{name}\n".encode(), 2**20))
        for name in (f"報告{number}.txt" for number in range(1, count + 1))
    ]
    with city.database.transaction() as session:
        act = city.act("coordinator", session)
        return batches.begin_batch(
            session, act, files, [*sent, ("empty.txt", FileEmpty())], Confidentiality.PUBLIC
        )


def progress(database: Database, batch: JobBatch) -> BatchProgress:
    with database.reading() as session:
        return batches.progress_of(session, batch)


def run(database: Database, clock: FixedClock, handler: jobs.Handler) -> None:
    assert jobs.run_next(database, {importing.KIND: handler}, clock)


def take(running: Running) -> dict[str, object]:
    assert isinstance(running.clock, FixedClock)
    running.clock.advance(timedelta(seconds=10))
    return {"report_id": 1, "title": running.payload["name"], "drafts": 0}


def give_up(_: Running) -> dict[str, object]:
    raise ReadingTookTooLong


class TestProgress:
    def test_counts_and_names_reasons(self, city: City, clock: FixedClock, files: DiskFileStore) -> None:
        batch = begin(city, files, 4)
        run(city.database, clock, take)
        run(city.database, clock, give_up)
        found = progress(city.database, batch)
        assert (found.total, found.ended, found.moving, found.percent) == (5, 3, 2, 60)
        assert found.counts == {FileOutcome.WAITING: 2, FileOutcome.DONE: 1, FileOutcome.FAILED: 2}
        assert set(found.reasons) == {(FileEmpty.message, 1), (ReadingTookTooLong.message, 1)}

    def test_judges_the_pace_by_what_was_done(
        self, city: City, clock: FixedClock, files: DiskFileStore
    ) -> None:
        batch = begin(city, files, 9)
        for _ in range(3):
            run(city.database, clock, take)
        found = progress(city.database, batch).pace
        assert found.per_minute == pytest.approx(6)
        assert found.left == timedelta(seconds=60)

    def test_pages_by_outcome_in_the_order_sent(
        self, city: City, clock: FixedClock, files: DiskFileStore
    ) -> None:
        batch = begin(city, files, 3)
        run(city.database, clock, take)

        def names(shown: FileOutcome | None) -> list[str]:
            with city.database.reading() as session:
                return [job.payload["name"] for job in batches.list_files(session, batch, shown, 1).rows]

        assert names(None) == ["報告1.txt", "報告2.txt", "報告3.txt", "empty.txt"]
        assert names(FileOutcome.WAITING) == ["報告2.txt", "報告3.txt"]
        assert names(FileOutcome.FAILED) == ["empty.txt"]
        assert names(FileOutcome.KNOWN) == []


class TestRetry:
    def test_begins_anew_only_what_may_go_better(
        self, city: City, clock: FixedClock, files: DiskFileStore
    ) -> None:
        batch = begin(city, files, 2)
        for _ in range(2):
            run(city.database, clock, give_up)
        with city.database.transaction() as session:
            assert batches.retry_failed(session, files, batch) == 2
        for _ in range(2):
            run(city.database, clock, take)
        assert progress(city.database, batch).counts == {FileOutcome.DONE: 2, FileOutcome.FAILED: 1}


class TestCancel:
    def test_lets_go_of_files_that_wait(self, city: City, clock: FixedClock, files: DiskFileStore) -> None:
        batch = begin(city, files, 3)
        run(city.database, clock, take)
        with city.database.transaction() as session:
            batches.cancel_rest(session, city.act("coordinator", session), files, batch)
        found = progress(city.database, batch)
        assert found.counts == {FileOutcome.DONE: 1, FileOutcome.CANCELLED: 2, FileOutcome.FAILED: 1}
        with city.database.reading() as session:
            kept = [files.exists(job.payload["sha256"]) for job in _files_of(session, batch)]
        assert kept == [True, False, False]


def _files_of(session: jobs.Session, batch: JobBatch) -> list[Job]:
    found = session.scalars(select(Job).where(Job.batch_id == batch.id).order_by(Job.id))
    return [job for job in found if "sha256" in job.payload]


Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Start `tracker worker` on this installation."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        "TRACKER_STORAGE__DIRECTORY": str(tmp_path / "var"),
        "TRACKER_STORAGE__DATABASE": database_url,
    }

    def begin_worker() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tracker", "worker"]
        started.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        return started[-1]

    yield begin_worker
    for process in started:
        process.kill()
        process.wait(10)


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def count_reports(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Report.id))) or 0


def states(database: Database) -> list[JobState]:
    with database.reading() as session:
        return list(session.scalars(select(Job.state).order_by(Job.id)))


@pytest.mark.slow
class TestWorker:
    def test_that_is_killed_loses_nothing_and_doubles_nothing(
        self, city: City, files: DiskFileStore, start: Start
    ) -> None:
        batch = begin(city, files, 6)
        first = start()
        until(lambda: count_reports(city.database) >= 2 and JobState.RUNNING in states(city.database))
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        _let_leases_end(city.database)
        start()
        until(lambda: not progress(city.database, batch).moving)
        found = progress(city.database, batch).counts
        assert (found[FileOutcome.DONE] + found[FileOutcome.KNOWN], found[FileOutcome.FAILED]) == (6, 1)
        assert count_reports(city.database) == 6

    def test_that_is_asked_to_end_finishes_the_file_in_hand_and_leaves_the_rest(
        self, city: City, files: DiskFileStore, start: Start
    ) -> None:
        begin(city, files, 12)
        worker = start()
        until(lambda: count_reports(city.database) >= 1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        found = states(city.database)
        assert JobState.RUNNING not in found
        assert JobState.WAITING in found
        assert found.count(JobState.DONE) == count_reports(city.database)


def _let_leases_end(database: Database) -> None:
    with database.transaction() as session:
        past = SystemClock().now() - timedelta(seconds=1)
        session.execute(update(Job).where(Job.state == JobState.RUNNING).values(lease_until=past))
