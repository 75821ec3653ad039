"""Background jobs: run once, tell how far they are, stop when asked, and are taken up again after a crash."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tracker.foundation import jobs
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database
from tracker.foundation.errors import FileEmpty
from tracker.foundation.jobs import Job, JobState, Running


def put(database: Database, clock: FixedClock, kind: str = "count") -> int:
    """Put a job in line."""
    with database.transaction() as session:
        return jobs.enqueue(session, kind, {"to": 3}, clock.now(), requested_by_id=7).id


def state_of(database: Database, job_id: int) -> Job:
    """Return a job as it is stored now."""
    with database.reading() as session:
        job = jobs.find_job(session, job_id)
        assert job is not None
        return job


def count(running: Running) -> Mapping[str, Any]:
    """Count up, and tell."""
    for number in range(running.payload["to"]):
        running.progress(number, running.payload["to"])
    return {"counted": running.payload["to"]}


def refuse(_: Running) -> Mapping[str, Any]:
    """Refuse the file."""
    raise FileEmpty


def break_down(_: Running) -> Mapping[str, Any]:
    """Fail as a programming error does."""
    raise ZeroDivisionError


class TestRunNext:
    def test_runs_a_job_and_keeps_its_result(self, database: Database, clock: FixedClock) -> None:
        job_id = put(database, clock)
        assert jobs.run_next(database, {"count": count}, clock)
        job = state_of(database, job_id)
        assert (job.state, job.result) == (JobState.DONE, {"counted": 3})

    def test_says_when_nothing_waits(self, database: Database, clock: FixedClock) -> None:
        assert not jobs.run_next(database, {"count": count}, clock)

    def test_leaves_kinds_alone_that_it_cannot_do(self, database: Database, clock: FixedClock) -> None:
        put(database, clock, kind="other")
        assert not jobs.run_next(database, {"count": count}, clock)

    def test_keeps_the_reason_of_a_refusal_as_a_message(self, database: Database, clock: FixedClock) -> None:
        job_id = put(database, clock)
        jobs.run_next(database, {"count": refuse}, clock)
        job = state_of(database, job_id)
        assert (job.state, job.message) == (JobState.FAILED, FileEmpty.message)

    def test_goes_on_after_a_job_that_breaks_down(
        self, database: Database, clock: FixedClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken, good = put(database, clock, kind="broken"), put(database, clock)
        handlers = {"broken": break_down, "count": count}
        assert jobs.run_next(database, handlers, clock)
        assert jobs.run_next(database, handlers, clock)
        assert [state_of(database, each).state for each in (broken, good)] == [JobState.FAILED, JobState.DONE]
        assert "ZeroDivisionError" in caplog.text


class TestCancel:
    def test_ends_a_waiting_job_at_once(self, database: Database, clock: FixedClock) -> None:
        job_id = put(database, clock)
        with database.transaction() as session:
            jobs.cancel(session, job_id, clock.now())
        assert state_of(database, job_id).state is JobState.CANCELLED

    def test_stops_a_running_job_at_its_next_step(self, database: Database, clock: FixedClock) -> None:
        job_id = put(database, clock)

        def told_to_stop(running: Running) -> Mapping[str, Any]:
            with database.transaction() as session:
                jobs.cancel(session, job_id, clock.now())
            return count(running)

        jobs.run_next(database, {"count": told_to_stop}, clock)
        assert state_of(database, job_id).state is JobState.CANCELLED


class TestCrash:
    def crash(self, database: Database, clock: FixedClock) -> None:
        """Let a worker die in the middle of a job, as a kill does: nothing is written any more."""

        class Killed(BaseException):
            pass

        def die(_: Running) -> Mapping[str, Any]:
            raise Killed

        with pytest.raises(Killed):
            jobs.run_next(database, {"count": die}, clock)

    def test_leaves_the_job_to_the_next_worker_once_the_lease_is_over(
        self, database: Database, clock: FixedClock
    ) -> None:
        job_id = put(database, clock)
        self.crash(database, clock)
        assert not jobs.run_next(database, {"count": count}, clock)
        clock.advance(jobs.LEASE + timedelta(seconds=1))
        assert jobs.run_next(database, {"count": count}, clock)
        assert state_of(database, job_id).state is JobState.DONE

    def test_gives_a_job_up_that_kills_three_workers(self, database: Database, clock: FixedClock) -> None:
        job_id = put(database, clock)
        for _ in range(jobs.MAX_ATTEMPTS):
            self.crash(database, clock)
            clock.advance(jobs.LEASE + timedelta(seconds=1))
        assert not jobs.run_next(database, {"count": count}, clock)
        assert state_of(database, job_id).state is JobState.FAILED

    def test_keeps_a_worker_that_came_back_late_from_writing(
        self, database: Database, clock: FixedClock
    ) -> None:
        job_id = put(database, clock)

        def too_slow(running: Running) -> Mapping[str, Any]:
            clock.advance(jobs.LEASE + timedelta(seconds=1))
            jobs.run_next(database, {"count": count}, clock)
            running.progress(1, 3)
            return {"counted": "wrongly"}

        jobs.run_next(database, {"count": too_slow}, clock)
        assert state_of(database, job_id).result == {"counted": 3}
