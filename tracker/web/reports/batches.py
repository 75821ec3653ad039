"""One upload of many files: how far it is, what became of each file, stopping the rest, trying again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for

from tracker.access import Permission
from tracker.foundation.jobs import Job
from tracker.foundation.language import N_
from tracker.reports import batches
from tracker.reports.batches import BatchProgress, FileOutcome
from tracker.reports.importing import may_be_scanned
from tracker.reports.rules.pace import UNKNOWN, Pace
from tracker.web.numbers import page_of
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.imports import WORKER_IS_LATE, job_sentence, scanned_sentence
from tracker.web.session import act, requires, say, session, tell, wiring

FILE_OUTCOMES: Mapping[FileOutcome, str] = {
    FileOutcome.WAITING: N_("等待處理"),
    FileOutcome.RUNNING: N_("處理中"),
    FileOutcome.DONE: N_("已匯入"),
    FileOutcome.KNOWN: N_("先前已匯入"),
    FileOutcome.FAILED: N_("未匯入"),
    FileOutcome.CANCELLED: N_("已取消"),
}
MINUTE = 60


@blueprint.get("/imports/batches/<int:batch_id>")
@requires(Permission.Report.IMPORT)
def show_batch(batch_id: int) -> str:
    """Show how far a batch is, and what became of its files."""
    batch = batches.get_batch(session(), act(), batch_id)
    progress = batches.progress_of(session(), batch)
    code = request.args.get("show", "")
    shown = FileOutcome(code) if code in set(FileOutcome) else None
    page = batches.list_files(session(), batch, shown, page_of(request.args))
    retries = 0 if progress.moving else batches.count_to_retry(session(), wiring().files, batch)
    return render_template(
        "reports/show_batch.html",
        progress=progress,
        page=page,
        shown=shown,
        labels=FILE_OUTCOMES,
        outcome_of=_outcome_of,
        tell_job=job_sentence,
        tell_scanned=scanned_sentence,
        may_be_scanned=may_be_scanned,
        known=batches.known_reports(session(), page.rows),
        pace=_pace_sentence(progress.pace),
        reasons=[(say(msgid), count) for msgid, count in progress.reasons],
        retries=retries,
        worker_is_late=_worker_is_late(progress),
    )


@blueprint.post("/imports/batches/<int:batch_id>/cancel")
@requires(Permission.Report.IMPORT)
def cancel_batch(batch_id: int) -> Any:
    """Stop the files of a batch that have not been imported yet."""
    batch = batches.get_batch(session(), act(), batch_id)
    batches.cancel_rest(session(), act(), wiring().files, batch)
    tell(N_("已要求取消其餘檔案；已匯入的報告都保留。"))
    return redirect(url_for("reports.show_batch", batch_id=batch.id))


@blueprint.post("/imports/batches/<int:batch_id>/retry")
@requires(Permission.Report.IMPORT)
def retry_batch(batch_id: int) -> Any:
    """Read those files again whose failure may have passed."""
    batch = batches.get_batch(session(), act(), batch_id)
    count = batches.retry_failed(session(), wiring().files, batch)
    if count:
        tell(N_("已重新排入 %(count)s 個檔案。"), count=count)
    else:
        tell(N_("沒有可以重試的檔案。"), "info")
    return redirect(url_for("reports.show_batch", batch_id=batch.id))


def _outcome_of(job: Job) -> FileOutcome:
    return batches.outcome_of(job.state, job.result.get("error"))


def _worker_is_late(progress: BatchProgress) -> bool:
    nobody_began = progress.moving == progress.counts[FileOutcome.WAITING] and progress.pace is UNKNOWN
    return bool(progress.moving) and nobody_began and act().at - progress.batch.created_at > WORKER_IS_LATE


def _pace_sentence(pace: Pace) -> str:
    if pace.per_minute is None or pace.left is None:
        return ""
    rate = max(1, round(pace.per_minute))
    return say(N_("每分鐘約 %(rate)s 個，還要 %(time)s。"), rate=rate, time=_span(pace.left))


def _span(left: timedelta) -> str:
    minutes = round(left.total_seconds() / MINUTE)
    if minutes < 1:
        return say(N_("不到 1 分鐘"))
    if minutes < MINUTE:
        return say(N_("約 %(minutes)s 分鐘"), minutes=minutes)
    return say(N_("約 %(hours)s 小時 %(minutes)s 分鐘"), hours=minutes // MINUTE, minutes=minutes % MINUTE)
