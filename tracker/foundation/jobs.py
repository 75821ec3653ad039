"""Background jobs: rows claimed by a worker, with progress, cancelling, and taking up again after a crash.

A handler is a function of `Running`; it reports progress, asks whether it should stop, and returns a result. It opens
its own transactions, so that what it finished stays finished.
"""

import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, case, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tracker.foundation.clock import Clock
from tracker.foundation.database import Base, Database, Page, Session, code_column
from tracker.foundation.errors import TrackerError
from tracker.foundation.language import N_

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
_log = logging.getLogger(__name__)


class JobState(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class JobBatch(Base):
    """Jobs that were asked for together."""

    __tablename__ = "job_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    requested_by_id: Mapped[int | None]
    created_at: Mapped[datetime]


class Job(Base):
    """One piece of long work; `message` is a msgid, filled from `message_values`.

    The result of a failed job names the member of the error family, under "error".
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix__job__state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(code_column(JobState), default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    message_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    requested_by_id: Mapped[int | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("job_batch.id"), index=True)


class Cancelled(TrackerError):
    """Somebody asked the job to stop."""

    message = N_("工作已取消。")


class Paused(TrackerError):
    """The job has done a part of its work and goes back into line; what never began goes before it."""


class LeaseLost(TrackerError):
    """Another worker took the job over; this one must stop."""

    message = N_("工作已由其他程序接手。")


@dataclass(frozen=True)
class Running:
    """A job in hand: what it was asked, and how it tells how far it is."""

    job_id: int
    payload: Mapping[str, Any]
    requested_by_id: int | None
    database: Database
    clock: Clock
    token: str

    def progress(self, done: int, total: int, message: str = "", **values: Any) -> None:
        """Store how far the job is and extend its lease; raises Cancelled, or LeaseLost."""
        with self.database.transaction() as session:
            job = session.get(Job, self.job_id)
            if job is None or job.lease_token != self.token:
                raise LeaseLost
            if job.cancel_requested:
                raise Cancelled
            job.done, job.total = done, total
            job.message, job.message_values = message, values
            job.lease_until = self.clock.now() + LEASE


Handler = Callable[[Running], Mapping[str, Any]]


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    now: datetime,
    requested_by_id: int | None = None,
    batch_id: int | None = None,
) -> Job:
    """Put a job in line; it runs once this transaction is committed."""
    job = Job(
        kind=kind,
        payload=dict(payload),
        created_at=now,
        requested_by_id=requested_by_id,
        batch_id=batch_id,
    )
    session.add(job)
    session.flush()
    return job


def find_job(session: Session, job_id: int) -> Job | None:
    """Return a job."""
    return session.get(Job, job_id)


def list_jobs(
    session: Session, requested_by_id: int | None = None, kind: str | None = None, limit: int = 50
) -> Sequence[Job]:
    """Return the newest jobs outside of batches, of one person or of all, of one kind or of all."""
    query = select(Job).where(Job.batch_id.is_(None)).order_by(Job.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if requested_by_id is not None:
        query = query.where(Job.requested_by_id == requested_by_id)
    return session.scalars(query).all()


def list_ended(session: Session, kind: str, before: datetime) -> Sequence[Job]:
    """Return the jobs of a kind that ended before a moment."""
    return session.scalars(select(Job).where(Job.kind == kind, Job.finished_at < before)).all()


def cancel(session: Session, job_id: int, now: datetime) -> None:
    """Ask a job to stop; one that has not begun ends at once."""
    _cancel(session, Job.id == job_id, now)


def retry(session: Session, job: Job) -> None:
    """Put a job that failed in line again, as if it had never begun."""
    job.state, job.attempts, job.cancel_requested = JobState.WAITING, 0, False
    job.done, job.total, job.message, job.message_values, job.result = 0, 0, "", {}, {}
    job.started_at, job.finished_at = None, None
    session.flush()


def begin_batch(session: Session, kind: str, now: datetime, requested_by_id: int | None) -> JobBatch:
    """Make a batch, for `enqueue` and `note_refused` to fill."""
    batch = JobBatch(kind=kind, created_at=now, requested_by_id=requested_by_id)
    session.add(batch)
    session.flush()
    return batch


def note_refused(
    session: Session, batch: JobBatch, payload: Mapping[str, Any], error: TrackerError, now: datetime
) -> None:
    """Keep with a batch what was refused before it came into line, so that nothing of the batch goes untold."""
    session.add(
        Job(
            kind=batch.kind,
            payload=dict(payload),
            state=JobState.FAILED,
            message=error.message,
            message_values=dict(error.values),
            result=_result_of(error),
            created_at=now,
            finished_at=now,
            requested_by_id=batch.requested_by_id,
            batch_id=batch.id,
        )
    )


def find_batch(session: Session, batch_id: int) -> JobBatch | None:
    """Return a batch."""
    return session.get(JobBatch, batch_id)


def list_batches(session: Session, requested_by_id: int | None, kind: str, limit: int) -> Sequence[JobBatch]:
    """Return the newest batches of a person."""
    return session.scalars(
        select(JobBatch)
        .where(JobBatch.kind == kind, JobBatch.requested_by_id == requested_by_id)
        .order_by(JobBatch.id.desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class JobCount:
    """How many jobs of a batch are in a state; of failed ones, with which error and msgid."""

    batch_id: int
    state: JobState
    error: str | None
    message: str
    count: int


def count_jobs(session: Session, batch_ids: Sequence[int]) -> Sequence[JobCount]:
    """Count the jobs of some batches, most first."""
    # What a running job says of itself changes all the time and tells nothing of the others.
    message = case((Job.state == JobState.FAILED, Job.message), else_="").label("message")
    error = Job.result["error"].as_string().label("error")
    # Named in a query of their own, since PostgreSQL takes the same expression with two parameters for two.
    told = select(Job.batch_id, Job.state, error, message).where(Job.batch_id.in_(batch_ids)).subquery()
    number = func.count()
    rows = session.execute(select(*told.c, number).group_by(*told.c).order_by(number.desc(), told.c.message))
    return [JobCount(*row[:5]) for row in rows]


def page_of_batch(
    session: Session,
    batch_id: int,
    number: int,
    size: int,
    states: Collection[JobState] = (),
    *,
    errors: Collection[str] = (),
    but_errors: Collection[str] = (),
) -> Page[Job]:
    """Return a page of a batch in its order: of some states or all, failed with some errors or with none of some."""
    error = func.coalesce(Job.result["error"].as_string(), "")
    query = select(Job).where(Job.batch_id == batch_id)
    if states:
        query = query.where(Job.state.in_(states))
    if errors:
        query = query.where(error.in_(errors))
    if but_errors:
        query = query.where(error.not_in(but_errors))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(Job.id).limit(size).offset((number - 1) * size)).all()
    return Page(rows, total, number, size)


def recent_durations(session: Session, batch_id: int, limit: int = 30) -> Sequence[timedelta]:
    """Return how long the jobs of a batch took that ended last."""
    rows = session.execute(
        select(Job.started_at, Job.finished_at)
        .where(Job.batch_id == batch_id, Job.state.in_((JobState.DONE, JobState.FAILED)))
        .where(Job.started_at.is_not(None), Job.finished_at.is_not(None))
        .order_by(Job.finished_at.desc())
        .limit(limit)
    )
    return [finished - started for started, finished in rows if started and finished]


def list_failed(session: Session, batch_id: int) -> Sequence[Job]:
    """Return the failed jobs of a batch in its order."""
    return session.scalars(
        select(Job)
        .where(Job.batch_id == batch_id, Job.state == JobState.FAILED)
        .order_by(Job.id)
        .with_for_update()
    ).all()


def cancel_batch(session: Session, batch_id: int, now: datetime) -> Sequence[Job]:
    """Ask all jobs of a batch to stop; returns those that had not begun, which are ended now."""
    waiting = session.scalars(
        select(Job).where(Job.batch_id == batch_id, Job.state == JobState.WAITING).with_for_update()
    ).all()
    _cancel(session, Job.batch_id == batch_id, now)
    return waiting


def _cancel(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(Job).where(which, Job.state.not_in(ENDED)).values(cancel_requested=True))
    session.execute(
        update(Job)
        .where(which, Job.state == JobState.WAITING)
        .values(state=JobState.CANCELLED, finished_at=now, message=Cancelled.message)
    )


def run_next(database: Database, handlers: Mapping[str, Handler], clock: Clock) -> bool:
    """Claim and run the oldest waiting job; returns False when there was none."""
    running = _claim(database, tuple(handlers), clock)
    if running is None:
        return False
    kind, job = running
    try:
        result = handlers[kind](job)
    except LeaseLost:
        return True
    except Paused:
        _put_back(job)
    except Cancelled as error:
        _finish(job, JobState.CANCELLED, error)
    except TrackerError as error:
        _finish(job, JobState.FAILED, error)
    except Exception:  # noqa: BLE001 - one bad job must not end the worker; the log keeps the trace.
        _log.exception("job %s of kind %s failed", job.job_id, kind)
        _finish(job, JobState.FAILED, TrackerError())
    else:
        _finish(job, JobState.DONE, None, result)
    return True


def _claim(database: Database, kinds: Sequence[str], clock: Clock) -> tuple[str, Running] | None:
    now = clock.now()
    with database.transaction() as session:
        expired = (Job.state == JobState.RUNNING) & (Job.lease_until < now)
        session.execute(
            update(Job)
            .where(expired, Job.attempts >= MAX_ATTEMPTS)
            .values(state=JobState.FAILED, finished_at=now, message=TrackerError.message)
        )
        job = session.scalars(
            select(Job)
            .where(or_(Job.state == JobState.WAITING, expired), Job.kind.in_(kinds))
            .order_by(Job.started_at.is_not(None), Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None
        job.state = JobState.RUNNING
        job.attempts += 1
        job.started_at = job.started_at or now
        job.lease_token = secrets.token_hex(8)
        job.lease_until = now + LEASE
        return job.kind, Running(job.id, job.payload, job.requested_by_id, database, clock, job.lease_token)


def _put_back(running: Running) -> None:
    with running.database.transaction() as session:
        job = session.get(Job, running.job_id)
        if job is None or job.lease_token != running.token:
            return
        # It came further: crashes are counted anew.
        job.state, job.attempts = JobState.WAITING, 0
        job.lease_token, job.lease_until = None, None
        if job.cancel_requested:
            job.state, job.finished_at = JobState.CANCELLED, running.clock.now()
            job.message, job.message_values = Cancelled.message, {}


def _finish(
    running: Running, state: JobState, error: TrackerError | None, result: Mapping[str, Any] | None = None
) -> None:
    with running.database.transaction() as session:
        job = session.get(Job, running.job_id)
        if job is None or job.lease_token != running.token:
            return
        job.state = state
        job.finished_at = running.clock.now()
        job.lease_token, job.lease_until = None, None
        if error is not None:
            job.message, job.message_values = error.message, dict(error.values)
        job.result = dict(result or _result_of(error))


def _result_of(error: TrackerError | None) -> dict[str, Any]:
    return {"error": type(error).__name__} if error else {}
