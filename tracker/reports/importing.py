"""Importing a file: by a background job behind the upload page, or at once for `tracker import`.

Either way it is read in a child process, with no transaction open, and then stored in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from tracker.access import Act
from tracker.extraction.model import ReadAndExtract, ReadReport
from tracker.foundation.clock import Clock
from tracker.foundation.database import Database, Session
from tracker.foundation.errors import (
    DatabaseAway,
    Duplicate,
    FileEmpty,
    FileTooLarge,
    Forbidden,
    ReadingTookTooLong,
    TextMissing,
    TrackerError,
    VersionConflict,
)
from tracker.foundation.filing import FileStore, StoredFile, describe
from tracker.foundation.jobs import Job, JobBatch, JobState, LeaseLost, Running, enqueue
from tracker.foundation.language import N_
from tracker.people.queries import act_of, get_user
from tracker.reading.formats import suffix_of
from tracker.reading.scan import ReadsPictures
from tracker.reports.drafting import Proposals
from tracker.reports.models import Report
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.service import (
    ReportKnown,
    check_may_be_kept,
    check_not_imported,
    check_unknown,
    import_report,
)

KIND = "import_report"
_STEPS = 2
# What says nothing about the file itself; an error that nobody foresaw is stored as a plain TrackerError.
_MAY_PASS = (TrackerError, ReadingTookTooLong, VersionConflict, DatabaseAway)
KNOWN = frozenset({ReportKnown.__name__, Duplicate.__name__})


@dataclass(frozen=True)
class Kept:
    """A file that lies in the store; `is_new` tells that the store did not hold it before."""

    file: StoredFile
    is_new: bool


def request_import(
    session: Session,
    act: Act,
    files: FileStore,
    name: str,
    data: bytes,
    max_bytes: int,
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
) -> Job:
    """Store a file and put its import in line, after what can be told at once.

    Raises FileEmpty, FileTooLarge, FormatNotSupported, ReportKnown or Forbidden; then nothing is stored.
    """
    kept = keep_file(files, name, data, max_bytes)
    return request_import_of(session, act, files, kept, confidentiality)


def keep_file(files: FileStore, name: str, data: bytes, max_bytes: int) -> Kept:
    """Store a file that may be a report, without the database; raises what `check_file` raises."""
    check_file(name, data, max_bytes)
    file = describe(data, name)
    is_new = not files.exists(file.sha256)
    files.put(data, name)
    return Kept(file, is_new)


def request_import_of(
    session: Session,
    act: Act,
    files: FileStore,
    kept: Kept,
    confidentiality: Confidentiality,
    batch: JobBatch | None = None,
) -> Job:
    """Put the import of a stored file in line; raises ReportKnown or Forbidden, and then removes it again."""
    payload = payload_of(kept.file, confidentiality, is_new=kept.is_new)
    try:
        check_not_imported(session, act, kept.file)
    except TrackerError:
        discard_refused(files, payload)
        raise
    return enqueue(session, KIND, payload, act.at, act.by.person_id, batch.id if batch else None)


def check_file(name: str, data: bytes, max_bytes: int) -> None:
    """Refuse what can be refused without reading: an empty file, a large one, a format that is not read."""
    if not data:
        raise FileEmpty
    if len(data) > max_bytes:
        raise FileTooLarge
    suffix_of(name)


def payload_of(file: StoredFile, confidentiality: Confidentiality, *, is_new: bool = False) -> dict[str, Any]:
    """Return what the job is asked: which stored file, under which name, how confidential.

    `is_new` tells that the store did not hold the file before, so that a refused one is removed again.
    """
    return {
        "sha256": file.sha256,
        "size": file.size,
        "name": file.name,
        "confidentiality": confidentiality.value,
        "is_new": is_new,
    }


def discard_refused(files: FileStore, payload: Mapping[str, Any]) -> None:
    """Remove the file of an import that came to nothing, if it was stored for this import alone."""
    if payload.get("is_new"):
        files.discard(payload["sha256"])


def may_be_tried_again(files: FileStore, job: Job) -> bool:
    """Tell whether an import failed for a reason that may pass, so that its file was kept."""
    if job.state is not JobState.FAILED or "sha256" not in job.payload:
        return False
    return _may_pass(job.result.get("error", TrackerError.__name__)) and files.exists(job.payload["sha256"])


def may_be_scanned(job: Job) -> bool:
    """Tell whether an import failed because its PDF holds pictures of pages and no text."""
    return (
        job.kind == KIND
        and job.state is JobState.FAILED
        and _is_scan(job.result.get("error", ""), job.payload)
    )


def _is_scan(error: str, payload: Mapping[str, Any]) -> bool:
    return error == TextMissing.__name__ and str(payload.get("name", "")).lower().endswith(".pdf")


def _may_pass(error: str) -> bool:
    return error in {each.__name__ for each in _MAY_PASS}


@dataclass(frozen=True)
class ImportReport:
    """Reads a stored file and imports it; the reading holds no transaction open."""

    reader: ReadAndExtract
    files: FileStore
    proposals: Proposals
    zone: ZoneInfo
    scanner: ReadsPictures

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Import the file of a job for the person who asked; raises what the file or the right is refused with."""
        try:
            return self._import(running)
        except (LeaseLost, Duplicate):
            # Another worker has the file in hand, or a report is made of it.
            raise
        except TrackerError as error:
            is_scan = _is_scan(type(error).__name__, running.payload) and self.scanner.is_there()
            if not _may_pass(type(error).__name__) and not is_scan:
                discard_refused(self.files, running.payload)
            raise

    def _import(self, running: Running) -> Mapping[str, Any]:
        file = StoredFile(running.payload["sha256"], running.payload["size"], running.payload["name"])
        act = act_of_job(running, self.zone)
        running.progress(0, _STEPS, N_("正在讀取「%(name)s」並擷取建議事項…"), name=file.name)
        with running.database.reading() as session:
            check_not_imported(session, act, file)
        with self.files.open(file.sha256) as stored:
            read = self.reader.read(file.name, stored.read())
        check_may_be_kept(read)
        running.progress(1, _STEPS, N_("正在儲存…"))
        with running.database.transaction() as session:
            confidentiality = Confidentiality(running.payload["confidentiality"])
            report = import_report(session, act, file, read, self.proposals, confidentiality)
            return {
                "report_id": report.id,
                "title": report.title,
                "drafts": len(report.drafts),
                "scanned": list(read.scanned),
            }


def act_of_job(running: Running, zone: ZoneInfo) -> Act:
    """Return the act of the person who asked for a job, with the rights of today; raises Forbidden for nobody's."""
    if running.requested_by_id is None:
        raise Forbidden
    with running.database.reading() as session:
        user = get_user(session, running.requested_by_id)
        return act_of(session, user, running.clock.now(), zone)


@dataclass(frozen=True)
class Imported:
    """What became of a file that was imported at once.

    `looks_like_report` is False when neither a cover nor a recommendation was found.
    """

    report_id: int
    title: str
    drafts: int
    looks_like_report: bool


@dataclass(frozen=True)
class ImportAtOnce:
    """Imports files for a person who waits for each; several threads may call it at the same time.

    They read side by side and store one after the other: SQLite takes one writer at a time, and the record of
    changes is one chain on any database.
    """

    reader: ReadAndExtract
    files: FileStore
    proposals: Proposals
    zone: ZoneInfo
    database: Database
    clock: Clock
    max_bytes: int
    person_id: int
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    _storing: Lock = field(default_factory=Lock, repr=False)

    def check(self, name: str, data: bytes) -> None:
        """Raise what can be told without reading: what `check_file` raises, or ReportKnown."""
        check_file(name, data, self.max_bytes)
        with self.database.reading() as session:
            check_unknown(session, describe(data, name))

    def __call__(self, name: str, data: bytes) -> Imported:
        """Import a file; raises what it or the right is refused with, and then nothing of it is stored."""
        self.check(name, data)
        read = self.reader.read(name, data)
        check_may_be_kept(read)
        with self._storing:
            report = self._store(name, data, read)
        return Imported(report.id, report.title, len(report.drafts), looks_like_report(read))

    def _store(self, name: str, data: bytes, read: ReadReport) -> Report:
        kept = keep_file(self.files, name, data, self.max_bytes)
        try:
            with self.database.transaction() as session:
                act = act_of(session, get_user(session, self.person_id), self.clock.now(), self.zone)
                return import_report(session, act, kept.file, read, self.proposals, self.confidentiality)
        except Duplicate:
            raise
        except Exception:
            if kept.is_new:
                self.files.discard(kept.file.sha256)
            raise


def looks_like_report(read: ReadReport) -> bool:
    """Tell whether a file that was read has a cover or a recommendation at all."""
    found = read.extraction
    cover = found.metadata
    facts = (cover.agencies, cover.people, cover.destinations, cover.trip_start, cover.report_date)
    return any(facts) or bool(found.recommendations or found.possible)
