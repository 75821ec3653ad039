"""Import batches: the files of one upload, told, stopped and tried again together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from tracker.access import Act, Permission
from tracker.foundation import jobs
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import Duplicate, NotFound, TrackerError
from tracker.foundation.filing import FileStore
from tracker.foundation.jobs import Job, JobBatch, JobCount, JobState
from tracker.foundation.language import N_
from tracker.reports import importing
from tracker.reports.importing import Kept
from tracker.reports.models import Report
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.rules.pace import UNKNOWN, Pace, pace_of

ROWS = 50
MOST_LISTED = 20


class SentTwice(Duplicate):
    """A file with the same content stands in the same batch."""

    message = N_("與同一批的「%(name)s」內容相同，不重複匯入。")


class FileOutcome(StrEnum):
    """How far a file of a batch has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    KNOWN = "known"
    FAILED = "failed"
    CANCELLED = "cancelled"


KNOWN_ERRORS = importing.KNOWN | {SentTwice.__name__}
MOVING = (FileOutcome.WAITING, FileOutcome.RUNNING)


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch has come; `reasons` are the msgids of its failures with their number, most first."""

    batch: JobBatch
    counts: Mapping[FileOutcome, int]
    reasons: Sequence[tuple[str, int]]
    pace: Pace = UNKNOWN

    @property
    def total(self) -> int:
        """Return how many files were sent."""
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        """Return how many files nothing more will happen to."""
        return self.total - self.moving

    @property
    def moving(self) -> int:
        """Return how many files wait or are in hand."""
        return sum(self.counts[each] for each in MOVING)

    @property
    def percent(self) -> int:
        """Return how much is done; 100 only at the end."""
        return 100 * self.ended // self.total if self.total else 100


def begin_batch(
    session: Session,
    act: Act,
    files: FileStore,
    sent: Sequence[tuple[str, Kept | TrackerError]],
    confidentiality: Confidentiality,
) -> JobBatch:
    """Put the imports of stored files in line, with what was refused of the same upload noted beside them."""
    act.require(Permission.Report.IMPORT)
    batch = jobs.begin_batch(session, importing.KIND, act.at, act.by.person_id)
    names: dict[str, str] = {}
    for name, kept in sent:
        try:
            if isinstance(kept, TrackerError):
                raise kept
            if kept.file.sha256 in names:
                raise SentTwice(name=names[kept.file.sha256])
            importing.request_import_of(session, act, files, kept, confidentiality, batch)
            names[kept.file.sha256] = name
        except TrackerError as error:
            jobs.note_refused(session, batch, _payload(name, kept), error, act.at)
    session.flush()
    return batch


def get_batch(session: Session, act: Act, batch_id: int) -> JobBatch:
    """Return a batch of one's own, or anybody's to whoever reviews; raises NotFound."""
    batch = jobs.find_batch(session, batch_id)
    if batch is None or batch.kind != importing.KIND:
        raise NotFound
    if batch.requested_by_id != act.by.person_id and not act.by.may(Permission.Report.REVIEW):
        raise NotFound
    return batch


def progress_of(session: Session, batch: JobBatch) -> BatchProgress:
    """Count the files of a batch, and judge how long the rest will take."""
    counted = _progress(batch, jobs.count_jobs(session, [batch.id]))
    running = counted.counts[FileOutcome.RUNNING]
    pace = pace_of(jobs.recent_durations(session, batch.id), max(1, running), counted.moving)
    return BatchProgress(batch, counted.counts, counted.reasons, pace)


def list_own(session: Session, act: Act) -> Sequence[BatchProgress]:
    """Return the newest batches of a person with their counts."""
    found = jobs.list_batches(session, act.by.person_id, importing.KIND, MOST_LISTED)
    counts = jobs.count_jobs(session, [each.id for each in found])
    return [_progress(each, [count for count in counts if count.batch_id == each.id]) for each in found]


def list_files(session: Session, batch: JobBatch, shown: FileOutcome | None, number: int) -> Page[Job]:
    """Return a page of a batch's files in the order in which they were sent; all of them, or those of one outcome."""
    if shown is FileOutcome.KNOWN:
        return jobs.page_of_batch(session, batch.id, number, ROWS, errors=KNOWN_ERRORS)
    states = [JobState(shown.value)] if shown else []
    but_errors = KNOWN_ERRORS if shown is FileOutcome.FAILED else ()
    return jobs.page_of_batch(session, batch.id, number, ROWS, states, but_errors=but_errors)


def outcome_of(state: JobState, error: str | None) -> FileOutcome:
    """Return the outcome of a file; one that was imported before is no failure."""
    known = state is JobState.FAILED and error in KNOWN_ERRORS
    return FileOutcome.KNOWN if known else FileOutcome(state.value)


def known_reports(session: Session, files: Sequence[Job]) -> Mapping[str, Report]:
    """Return the reports that were made of some files, by the hash of the file."""
    hashes = {each.payload["sha256"] for each in files if "sha256" in each.payload}
    found = session.scalars(select(Report).where(Report.source_sha256.in_(hashes)))
    return {report.source_sha256: report for report in found}


def cancel_rest(session: Session, act: Act, files: FileStore, batch: JobBatch) -> None:
    """Stop a batch: files that wait are let go at once, one in hand stops at its next step."""
    for job in jobs.cancel_batch(session, batch.id, act.at):
        importing.discard_refused(files, job.payload)


def retry_failed(session: Session, files: FileStore, batch: JobBatch) -> int:
    """Put the files in line again whose reason may have passed; returns how many."""
    again = [job for job in jobs.list_failed(session, batch.id) if importing.may_be_tried_again(files, job)]
    for job in again:
        jobs.retry(session, job)
    return len(again)


def count_to_retry(session: Session, files: FileStore, batch: JobBatch) -> int:
    """Return how many files `retry_failed` would put in line again."""
    return sum(importing.may_be_tried_again(files, job) for job in jobs.list_failed(session, batch.id))


def _payload(name: str, kept: Kept | TrackerError) -> dict[str, str]:
    return {"name": name} if isinstance(kept, TrackerError) else {"name": name, "sha256": kept.file.sha256}


def _progress(batch: JobBatch, counted: Sequence[JobCount]) -> BatchProgress:
    counts: Counter[FileOutcome] = Counter()
    reasons: Counter[str] = Counter()
    for each in counted:
        outcome = outcome_of(each.state, each.error)
        counts[outcome] += each.count
        if outcome is FileOutcome.FAILED:
            reasons[each.message] += each.count
    return BatchProgress(batch, counts, reasons.most_common())
