"""Reading scans: page by page in a background job that goes on where it was stopped, and ends in an import.

A page is kept as soon as it is read. A job that dies, is stopped or fails loses the page in hand and nothing else.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from tracker.access import Act
from tracker.extraction.model import ReadReport
from tracker.foundation.database import Session
from tracker.foundation.errors import (
    Duplicate,
    NotFound,
    ReportUnreadable,
    StepNotAllowed,
    TextMissing,
    TrackerError,
)
from tracker.foundation.filing import FileStore, StoredFile
from tracker.foundation.jobs import ENDED, Job, JobState, LeaseLost, Paused, Running, enqueue
from tracker.foundation.language import N_
from tracker.reading.picture import Picture
from tracker.reading.scan import ReadsPictures, ScannedPage, ScannedText, from_rows, text_of, to_rows
from tracker.reports import importing
from tracker.reports.drafting import Proposals
from tracker.reports.importing import act_of_job, discard_refused, may_be_scanned
from tracker.reports.models import RecognisedPage, Report
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.rules.scans import with_doubts
from tracker.reports.service import SecretReport, check_may_be_kept, check_not_imported, import_report

KIND = "read_scan"
_INCHES = 8.27
"""The width of a page, taken for A4: what is larger or smaller is drawn as wide."""
# After so long the job lets others go first; they wait for a page at most.
_TURN_SECONDS = 15.0
_KEPT = timedelta(days=30)


class ScannerMissing(TrackerError):
    """The program that recognises text is not installed."""

    status = 409
    message = N_(
        "這台主機沒有安裝文字辨識程式。請系統管理者執行「apt-get install tesseract-ocr tesseract-ocr-chi-tra」。"
    )


class DrawsPages(Protocol):
    """Draws pages of untrusted files and extracts from what was recognised on them, without harm to the caller."""

    def picture(self, name: str, data: bytes, number: int, width: int, *, is_grey: bool = False) -> Picture:
        """Draw a page, counted from 1; raises a member of the ReportUnreadable family."""
        ...

    def read_scan(self, pages: Sequence[ScannedPage]) -> ReadReport:
        """Extract from what was recognised; raises a member of the ReportUnreadable family."""
        ...


def request_scan(session: Session, act: Act, files: FileStore, scanner: ReadsPictures, job: Job) -> Job:
    """Put the reading of a scan in line, of which the import failed or the reading was stopped.

    Returns the job that reads it already, if there is one. Raises ScannerMissing, ReportKnown, Forbidden, or
    StepNotAllowed for a file that is no scan or was removed.
    """
    file = _file_of(job.payload)
    check_not_imported(session, act, file)
    if not scanner.is_there():
        raise ScannerMissing
    if going := find_going(session, file.sha256):
        return going
    is_stopped = job.kind == KIND and job.state in ENDED
    if not (is_stopped or may_be_scanned(job)) or not files.exists(file.sha256):
        raise StepNotAllowed
    return enqueue(session, KIND, job.payload, act.at, act.by.person_id)


def find_going(session: Session, sha256: str) -> Job | None:
    """Return the job that reads a scan or will."""
    going = select(Job).where(Job.kind == KIND, Job.state.not_in(ENDED)).order_by(Job.id)
    return next((job for job in session.scalars(going) if job.payload.get("sha256") == sha256), None)


def pages_of(session: Session, sha256: str) -> list[ScannedPage]:
    """Return what was recognised of a file so far, in the order of its pages."""
    rows = session.scalars(
        select(RecognisedPage).where(RecognisedPage.source_sha256 == sha256).order_by(RecognisedPage.number)
    )
    return [from_rows(row.number, row.lines) for row in rows]


def count_pages(session: Session, sha256: str) -> int:
    """Return how many pages of a file were read so far."""
    counted = select(func.count(RecognisedPage.id)).where(RecognisedPage.source_sha256 == sha256)
    return session.scalar(counted) or 0


def text_of_report(session: Session, report: Report) -> ScannedText:
    """Return the recognised text of a report with the places of its words."""
    return text_of(pages_of(session, report.source_sha256))


def has_old(session: Session, now: datetime) -> bool:
    """Tell whether `discard_old` has anything to do."""
    return bool(_old(session, now))


def discard_old(session: Session, files: FileStore, now: datetime) -> None:
    """Remove scans that nobody had read within a month, with what was recognised of them."""
    for job in _old(session, now):
        sha256 = job.payload["sha256"]
        if not find_going(session, sha256) and not _is_report(session, sha256):
            discard_refused(files, job.payload)
            _forget(session, sha256)
        job.payload = {**job.payload, "is_new": False}


def _old(session: Session, now: datetime) -> Sequence[Job]:
    error = Job.result["error"].as_string()
    query = select(Job).where(Job.finished_at < now - _KEPT, Job.state == JobState.FAILED)
    found = session.scalars(query.where(Job.kind == importing.KIND, error == TextMissing.__name__)).all()
    return [job for job in found if job.payload.get("is_new")]


def _is_report(session: Session, sha256: str) -> bool:
    return session.scalar(select(Report.id).where(Report.source_sha256 == sha256)) is not None


def _forget(session: Session, sha256: str) -> None:
    session.execute(delete(RecognisedPage).where(RecognisedPage.source_sha256 == sha256))


def _file_of(payload: Mapping[str, Any]) -> StoredFile:
    if "sha256" not in payload:
        raise NotFound
    return StoredFile(payload["sha256"], payload["size"], payload["name"])


@dataclass(frozen=True)
class ReadScan:
    """Recognises the pages of a stored file, a few in a turn, and imports what they say."""

    drawer: DrawsPages
    scanner: ReadsPictures
    files: FileStore
    proposals: Proposals
    zone: ZoneInfo
    dots_per_inch: int
    doubted_below: float
    turn_seconds: float = _TURN_SECONDS

    def __call__(self, running: Running) -> Mapping[str, Any]:
        """Read the scan of a job; raises Paused after each turn, and what the import is refused with."""
        file = _file_of(running.payload)
        try:
            return self._read(running, file)
        except SecretReport:
            self._discard(running, file)
            raise

    def _read(self, running: Running, file: StoredFile) -> Mapping[str, Any]:
        if not self.scanner.is_there():
            raise ScannerMissing
        act = act_of_job(running, self.zone)
        with running.database.reading() as session:
            check_not_imported(session, act, file)
            done = {page.number for page in pages_of(session, file.sha256)}
        with self.files.open(file.sha256) as stored:
            data = stored.read()
        count = self._draw(file.name, data, 1).pages
        until = time.monotonic() + self.turn_seconds
        for number in range(1, count + 1):
            if number in done:
                continue
            self._tell(running, number, count)
            self._keep(running, file, self._page(file.name, data, number))
            if time.monotonic() > until and number < count:
                self._tell(running, number + 1, count)
                raise Paused
        return self._import(running, file, count)

    def _tell(self, running: Running, number: int, count: int) -> None:
        words = N_("正在辨識第 %(page)s 頁，共 %(count)s 頁…")
        running.progress(number - 1, count + 1, words, page=number, count=count)

    def _draw(self, name: str, data: bytes, number: int) -> Picture:
        return self.drawer.picture(name, data, number, round(_INCHES * self.dots_per_inch), is_grey=True)

    def _page(self, name: str, data: bytes, number: int) -> ScannedPage:
        """Return what stands on a page; one that takes too long or cannot be drawn is kept without words, and told."""
        try:
            picture = self._draw(name, data, number)
            return self.scanner.recognise(picture.data, number, picture.width, picture.height)
        except ReportUnreadable:
            return ScannedPage(number, ())

    def _keep(self, running: Running, file: StoredFile, page: ScannedPage) -> None:
        row = RecognisedPage(
            source_sha256=file.sha256,
            number=page.number,
            lines=to_rows(page),
            sureness=page.sureness,
            read_at=running.clock.now(),
        )
        try:
            with running.database.transaction() as session:
                session.add(row)
        except Duplicate:
            # Another worker thought this one dead and has read the page meanwhile.
            raise LeaseLost from None

    def _import(self, running: Running, file: StoredFile, count: int) -> Mapping[str, Any]:
        running.progress(count, count + 1, N_("正在儲存…"))
        with running.database.reading() as session:
            pages = pages_of(session, file.sha256)
        text = text_of(pages)
        if not any(map(str.isalnum, text.document.text)):
            raise TextMissing
        read = self.drawer.read_scan(pages)
        read = replace(read, extraction=with_doubts(read.extraction, text, self.doubted_below))
        check_may_be_kept(read)
        act = act_of_job(running, self.zone)
        with running.database.transaction() as session:
            confidentiality = Confidentiality(running.payload["confidentiality"])
            report = import_report(session, act, file, read, self.proposals, confidentiality)
            return {
                "report_id": report.id,
                "title": report.title,
                "drafts": len(report.drafts),
                "scanned": [page.number for page in pages if not page.lines],
            }

    def _discard(self, running: Running, file: StoredFile) -> None:
        discard_refused(self.files, running.payload)
        with running.database.transaction() as session:
            _forget(session, file.sha256)
