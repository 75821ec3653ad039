"""Bringing reports in: the upload, and how far each file has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import RadioField

from tracker.access import Permission
from tracker.foundation import jobs
from tracker.foundation.errors import NotFound, StepNotAllowed, TrackerError
from tracker.foundation.jobs import Job, JobState
from tracker.foundation.language import N_
from tracker.reading import SUFFIXES
from tracker.reports import batches, importing, queries, scanning
from tracker.reports.importing import Kept
from tracker.reports.models import Report
from tracker.reports.rules.drafts import Confidentiality
from tracker.reports.service import ReportKnown
from tracker.web.forms import Form, required
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.pages import confidentialities, file_name
from tracker.web.session import MOST_FILES, act, requires, say, session, tell, wiring

MEGABYTE = 1024 * 1024
WORKER_IS_LATE = timedelta(seconds=20)
# How many numbers of pages a sentence lists.
MOST_PAGES = 10
JOB_STATES: Mapping[JobState, str] = {
    JobState.WAITING: N_("等待處理"),
    JobState.RUNNING: N_("處理中"),
    JobState.DONE: N_("已匯入"),
    JobState.FAILED: N_("未匯入"),
    JobState.CANCELLED: N_("已取消"),
}


class UploadForm(Form):
    """Report files with the confidentiality that they share."""

    files = MultipleFileField(N_("報告檔案"))
    confidentiality = RadioField(
        N_("機密等級"),
        [required(N_("請選擇機密等級。"))],
        coerce=Confidentiality,
        default=Confidentiality.PUBLIC,
    )


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken, why, and the report that was made of it before."""

    name: str
    reason: str
    known: Report | None = None


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.Report.IMPORT)
def upload_report() -> Any:
    """Take report files, and put each good one in line to be read."""
    form = UploadForm()
    form.confidentiality.choices = confidentialities()
    refusals: list[Refusal] = []
    if form.validate_on_submit():
        files = [file for file in form.files.data or [] if file and file.filename]
        if not files:
            form.files.errors = [say(N_("請選擇要匯入的檔案。"))]
        elif len(files) > MOST_FILES:
            form.files.errors = [say(N_("一次最多 %(files)s 個檔案，請分幾次上傳。"), files=MOST_FILES)]
        else:
            address, refusals = _take(files, form.confidentiality.data)
            if address:
                return redirect(address)
    reading = wiring().settings.reading
    page = render_template(
        "reports/upload_report.html",
        form=form,
        refusals=refusals,
        suffixes=SUFFIXES,
        max_megabytes=reading.max_megabytes,
        max_upload_megabytes=reading.max_upload_megabytes,
        max_files=MOST_FILES,
    )
    return page, 422 if form.errors or refusals else 200


@blueprint.get("/imports")
@requires(Permission.Report.IMPORT)
def list_imports() -> str:
    """Show the reader's own imports, newest first: single files and whole batches."""
    found = [
        job
        for kind in (importing.KIND, scanning.KIND)
        for job in jobs.list_jobs(session(), act().by.person_id, kind)
    ]
    return render_template(
        "reports/list_imports.html",
        jobs=sorted(found, key=lambda job: job.id, reverse=True),
        batches=batches.list_own(session(), act()),
        labels=JOB_STATES,
        tell_job=job_sentence,
        tell_scanned=scanned_sentence,
        ended=jobs.ENDED,
    )


@blueprint.get("/imports/<int:job_id>")
@requires(Permission.Report.IMPORT)
def show_import(job_id: int) -> Any:
    """Show how far an import is; a reader who waits for it is led on to the review desk."""
    job = _own_job(job_id)
    report_id = job.result.get("report_id")
    waits = "wait" in request.args
    if waits and job.state is JobState.DONE:
        address = url_for("reports.review_report", report_id=report_id)
        if job.result.get("scanned"):
            flash(scanned_sentence(job), "warning")
        if request.headers.get("HX-Request"):
            return Response(headers={"HX-Redirect": address})
        return redirect(address)
    return render_template(
        "reports/show_import.html",
        job=job,
        label=JOB_STATES[job.state],
        sentence=job_sentence(job),
        scanned=scanned_sentence(job),
        ended=job.state in jobs.ENDED,
        percent=round(100 * job.done / job.total) if job.total else 0,
        worker_is_late=job.state is JobState.WAITING
        and not job.started_at
        and act().at - job.created_at > WORKER_IS_LATE,
        known=queries.find_report_by_hash(session(), job.payload.get("sha256", "")),
        is_kept=importing.may_be_tried_again(wiring().files, job),
        scan=scan_of(job),
    )


@blueprint.post("/imports/<int:job_id>/scan")
@requires(Permission.Report.IMPORT)
def read_scan(job_id: int) -> Any:
    """Put the reading of a scan in line, or go on with one that was stopped."""
    job = _own_job(job_id)
    try:
        reading = scanning.request_scan(session(), act(), wiring().files, wiring().scanner, job)
    except (ReportKnown, StepNotAllowed, scanning.ScannerMissing) as error:
        flash(error.text(say), "error")
        return redirect(url_for("reports.show_import", job_id=job.id))
    return redirect(url_for("reports.show_import", job_id=reading.id, wait=1))


@blueprint.post("/imports/<int:job_id>/cancel")
@requires(Permission.Report.IMPORT)
def cancel_import(job_id: int) -> Any:
    """Stop an import; one that has not begun leaves nothing behind."""
    job = _own_job(job_id)
    jobs.cancel(session(), job.id, act().at)
    session().refresh(job)
    if job.state is JobState.CANCELLED and job.kind == importing.KIND:
        importing.discard_refused(wiring().files, job.payload)
    tell(N_("已要求取消「%(name)s」的匯入。"), name=job.payload["name"])
    return redirect(url_for("reports.show_import", job_id=job.id))


def _take(files: Sequence[FileStorage], confidentiality: Confidentiality) -> tuple[str, list[Refusal]]:
    """Store files and put them in line; returns where their progress is told, or why nothing was begun."""
    # The files are stored before the database is asked for anything: writing hundreds must hold nobody up.
    sent = [_kept(file) for file in files]
    if len(sent) == 1:
        return _take_one(*sent[0], confidentiality)
    batch = batches.begin_batch(session(), act(), wiring().files, sent, confidentiality)
    return url_for("reports.show_batch", batch_id=batch.id), []


def _take_one(
    name: str, kept: Kept | TrackerError, confidentiality: Confidentiality
) -> tuple[str, list[Refusal]]:
    if isinstance(kept, TrackerError):
        return "", [Refusal(name, kept.text(say))]
    try:
        job = importing.request_import_of(session(), act(), wiring().files, kept, confidentiality)
    except TrackerError as error:
        return "", [Refusal(name, error.text(say), queries.find_report_by_hash(session(), kept.file.sha256))]
    return url_for("reports.show_import", job_id=job.id, wait=1), []


def _kept(file: FileStorage) -> tuple[str, Kept | TrackerError]:
    name = file_name(file.filename or "")
    max_bytes = wiring().settings.reading.max_megabytes * MEGABYTE
    try:
        return name, importing.keep_file(wiring().files, name, file.read(), max_bytes)
    except TrackerError as error:
        return name, error


def _own_job(job_id: int) -> Job:
    job = jobs.find_job(session(), job_id)
    may_see = job and (job.requested_by_id == act().by.person_id or act().by.may(Permission.Report.REVIEW))
    if job is None or job.kind not in (importing.KIND, scanning.KIND) or not may_see:
        raise NotFound
    return job


@dataclass(frozen=True)
class Scan:
    """What can be done about a file that is pictures of pages: whether its reading can begin, or go on."""

    is_there: bool
    has_file: bool
    pages_read: int


def scan_of(job: Job) -> Scan | None:
    """Return how a scan can be read; None for a file that is none, or of which the reading has not ended."""
    is_stopped = job.kind == scanning.KIND and job.state in (JobState.FAILED, JobState.CANCELLED)
    if not is_stopped and not importing.may_be_scanned(job):
        return None
    sha256 = job.payload["sha256"]
    there, has_file = wiring().scanner.is_there(), wiring().files.exists(sha256)
    return Scan(there, has_file, scanning.count_pages(session(), sha256))


def scanned_sentence(job: Job) -> str:
    """Return which pages of an imported file are pictures, so that nothing was read of them; empty for none."""
    pages = job.result.get("scanned", [])
    if not pages:
        return ""
    listed = say(N_("、")).join(str(page) for page in pages[:MOST_PAGES])
    if len(pages) > MOST_PAGES:
        sentence = N_("第 %(pages)s 頁等共 %(count)s 頁是掃描影像，沒有讀到文字。")
    else:
        sentence = N_("第 %(pages)s 頁是掃描影像，沒有讀到文字。")
    return say(sentence, pages=listed, count=len(pages))


def job_sentence(job: Job) -> str:
    """Return what a job says of itself, in the reader's language."""
    return say(job.message, **job.message_values) if job.message else ""
