"""Pages of the reports room: the list, upload and its progress, the review desk, a report and its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, TextAreaField

from tracker.access import Permission
from tracker.actions.queries import items_of_recommendations
from tracker.foundation import filing, jobs
from tracker.foundation.errors import NotFound, TrackerError
from tracker.foundation.jobs import Job, JobState
from tracker.foundation.language import N_
from tracker.people.queries import department_depths, list_departments
from tracker.reports import confirming, importing, queries, reviewing, service
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.queries import ReportFilter
from tracker.reports.rules.adoption import LABELS, OPENS_ITEMS, Adoption
from tracker.reports.rules.drafts import Confidentiality, DraftKind, DraftState, ReportState, find_passage
from tracker.reports.service import ReportFields
from tracker.web import review
from tracker.web.forms import Day, DepartmentChoice, Form, Words, required
from tracker.web.numbers import page_of
from tracker.web.review import DraftForm, Offer, Sent, StepForm, Version
from tracker.web.session import act, refused, requires, say, session, tell, wiring

blueprint = Blueprint("reports", __name__)

MEGABYTE = 1024 * 1024
LONGEST_NAME = 200
WORKER_IS_LATE = timedelta(seconds=20)
CONFIDENTIALITIES: Mapping[Confidentiality, str] = {
    Confidentiality.PUBLIC: N_("公開"),
    Confidentiality.RESTRICTED: N_("限閱"),
}
REPORT_STATES: Mapping[ReportState, str] = {
    ReportState.IN_REVIEW: N_("待審閱"),
    ReportState.REVIEWED: N_("已審閱"),
}
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


class FactsForm(Form):
    """What a reviewer may correct about a report."""

    version = Version()
    title = Words(N_("報告名稱"), [required(N_("請填寫報告名稱。"))])
    lead_agency_id = DepartmentChoice(N_("主辦機關"))
    trip_category = Words(N_("出國類別"))
    destinations = TextAreaField(N_("派赴國家地區"))
    trip_start = Day(N_("出國日"))
    trip_end = Day(N_("返國日"))
    report_date = Day(N_("報告日期"))
    confidentiality = RadioField(N_("機密等級"), coerce=Confidentiality)

    def value(self) -> ReportFields:
        """Return the facts as the service takes them."""
        return ReportFields(
            title=self.title.data or "",
            lead_agency_id=self.lead_agency_id.data,
            trip_category=self.trip_category.data or "",
            destinations=tuple((self.destinations.data or "").splitlines()),
            trip_start=self.trip_start.data,
            trip_end=self.trip_end.data,
            report_date=self.report_date.data,
            confidentiality=self.confidentiality.data,
        )


class AdoptionForm(Form):
    """The decision on a confirmed recommendation."""

    version = Version()
    adoption = SelectField(N_("採行情形"), coerce=Adoption)
    adoption_reason = Words(N_("理由"))
    study_until = Day(N_("研議期限"))


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken, why, and the report that was made of it before."""

    name: str
    reason: str
    known: Report | None = None


@blueprint.get("/")
@requires(Permission.Report.READ)
def list_reports() -> str:
    """Show the reports that the reader may see, newest import first."""
    words, code = request.args.get("q", ""), request.args.get("state", "")
    state = ReportState(code) if code in set(ReportState) else None
    page = queries.list_reports(session(), act().by, ReportFilter(words, state), page_of(request.args))
    states = [(each.value, say(label)) for each, label in REPORT_STATES.items()]
    return render_template("reports/list_reports.html", page=page, words=words, state=code, states=states)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.Report.IMPORT)
def upload_report() -> Any:
    """Take report files, and put each good one in line to be read."""
    form = UploadForm()
    form.confidentiality.choices = _confidentialities()
    begun: list[Job] = []
    refusals: list[Refusal] = []
    if form.validate_on_submit():
        files = [file for file in form.files.data or [] if file and file.filename]
        for file in files:
            _take(file, form.confidentiality.data, begun, refusals)
        if not files:
            form.files.errors = [say(N_("請選擇要匯入的檔案。"))]
        elif not refusals:
            return redirect(_progress_address(begun))
    failed = bool(form.errors or refusals)
    page = render_template(
        "reports/upload_report.html",
        form=form,
        begun=begun,
        refusals=refusals,
        max_megabytes=wiring().settings.reading.max_megabytes,
    )
    return page, 422 if failed and not begun else 200


@blueprint.get("/imports")
@requires(Permission.Report.IMPORT)
def list_imports() -> str:
    """Show the reader's own imports, newest first."""
    found = jobs.list_jobs(session(), act().by.person_id, importing.KIND)
    return render_template(
        "reports/list_imports.html", jobs=found, labels=JOB_STATES, tell_job=_job_sentence, ended=jobs.ENDED
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
        if request.headers.get("HX-Request"):
            return Response(headers={"HX-Redirect": address})
        return redirect(address)
    return render_template(
        "reports/show_import.html",
        job=job,
        label=JOB_STATES[job.state],
        sentence=_job_sentence(job),
        ended=job.state in jobs.ENDED,
        percent=round(100 * job.done / job.total) if job.total else 0,
        worker_is_late=job.state is JobState.WAITING and act().at - job.created_at > WORKER_IS_LATE,
        known=queries.find_report_by_hash(session(), job.payload["sha256"]),
    )


@blueprint.post("/imports/<int:job_id>/cancel")
@requires(Permission.Report.IMPORT)
def cancel_import(job_id: int) -> Any:
    """Stop an import; one that has not begun leaves nothing behind."""
    job = _own_job(job_id)
    jobs.cancel(session(), job.id, act().at)
    session().refresh(job)
    if job.state is JobState.CANCELLED:
        importing.discard_refused(wiring().files, job.payload)
    tell(N_("已要求取消「%(name)s」的匯入。"), name=job.payload["name"])
    return redirect(url_for("reports.show_import", job_id=job.id))


@blueprint.get("/<int:report_id>")
@requires(Permission.Report.READ)
def show_report(report_id: int) -> str:
    """Show a report's facts, its recommendations, and what grew out of them."""
    return _report_page(report_id)


@blueprint.post("/recommendations/<int:recommendation_id>/adoption")
@requires(Permission.Report.REVIEW)
def decide_adoption(recommendation_id: int) -> Any:
    """Record what was decided about a confirmed recommendation."""
    recommendation = queries.get_recommendation(session(), act().by, recommendation_id)
    report_id, form = recommendation.report_id, _adoption_form(recommendation)
    if form.validate_on_submit():
        with refused(form):
            confirming.decide_adoption(
                session(),
                act(),
                recommendation_id,
                form.adoption.data,
                form.adoption_reason.data or "",
                form.study_until.data,
                form.version.data,
            )
            tell(N_("已記錄採行情形。"))
            return redirect(_report_address(report_id, recommendation_id))
    return _report_page(report_id, {recommendation_id: form}), 422


@blueprint.route("/<int:report_id>/edit", methods=["GET", "POST"])
@requires(Permission.Report.REVIEW)
def edit_report(report_id: int) -> Any:
    """Correct what was read from a report's cover."""
    report = queries.get_report(session(), act().by, report_id)
    form = FactsForm(obj=report)
    form.lead_agency_id.offer(
        list_departments(session(), only_active=True), department_depths(session()), say(N_("請選擇"))
    )
    form.confidentiality.choices = _confidentialities()
    if request.method == "GET":
        form.destinations.data = "\n".join(report.destinations)
    if form.validate_on_submit():
        with refused(form):
            service.edit_report(session(), act(), report_id, form.value(), form.version.data)
            tell(N_("已儲存報告基本資料。"))
            return redirect(url_for("reports.review_report", report_id=report_id))
    form.version.renew(report.version)
    return render_template("reports/edit_report.html", form=form, report=report), 422 if form.errors else 200


@blueprint.get("/<int:report_id>/source")
@requires(Permission.Report.READ)
def show_source(report_id: int) -> str:
    """Show a report's whole text with its confirmed recommendations marked."""
    report = queries.get_report(session(), act().by, report_id, with_text=True)
    return render_template(
        "reports/show_source.html", report=report, places=review.places_of(report), items=_items_of(report)
    )


@blueprint.get("/<int:report_id>/file")
@requires(Permission.Report.READ)
def download_source(report_id: int) -> Response:
    """Hand out the file that was imported, never to be shown in place."""
    report = queries.get_report(session(), act().by, report_id)
    return send_file(
        wiring().files.open(report.source_sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=_file_name(report.source_name),
        etag=False,
    )


@blueprint.get("/<int:report_id>/review")
@requires(Permission.Report.REVIEW)
def review_report(report_id: int) -> str:
    """Show the review desk: the source on one side, what was found in it on the other."""
    return _desk_page(report_id)


@blueprint.post("/<int:report_id>/drafts")
@requires(Permission.Report.REVIEW)
def add_draft(report_id: int) -> Any:
    """Add a passage that was missed, by its place or by its words."""
    report = queries.get_report(session(), act().by, report_id, with_text=True)
    form = review.span_form()
    if form.validate_on_submit():
        with refused(form):
            start, end = _place_of(form, report)
            draft = reviewing.add_draft(session(), act(), report_id, start, end, wiring().proposals())
            tell(N_("已新增一則候選建議，請接著填寫。"))
            return redirect(_card_address(report_id, draft.id))
    return _desk_page(report_id, Sent(span=form)), 422


@blueprint.post("/drafts/<int:draft_id>/accept")
@requires(Permission.Report.REVIEW)
def accept_draft(draft_id: int) -> Any:
    """Keep a draft with what was chosen for it, and go on to the next one."""
    draft = queries.get_draft(session(), act().by, draft_id)
    report_id, form = draft.report_id, DraftForm.of(draft, _offer())
    if form.validate_on_submit():
        with refused(form):
            reviewing.accept_draft(session(), act(), draft_id, form.value(), form.version.data)
            return redirect(_next_address(draft))
    return _desk_page(report_id, Sent(draft_id, form)), 422


@blueprint.post("/drafts/<int:draft_id>/reject")
@requires(Permission.Report.REVIEW)
def reject_draft(draft_id: int) -> Any:
    """Set a draft aside with a reason, and go on to the next one."""
    draft = queries.get_draft(session(), act().by, draft_id)
    report_id, form = draft.report_id, review.reject_form(draft)
    if form.validate_on_submit():
        with refused(form):
            reviewing.reject_draft(
                session(), act(), draft_id, form.rejection_reason.data or "", form.version.data
            )
            return redirect(_next_address(draft))
    return _desk_page(report_id, Sent(draft_id, form)), 422


@blueprint.post("/drafts/<int:draft_id>/reconsider")
@requires(Permission.Report.REVIEW)
def reconsider_draft(draft_id: int) -> Any:
    """Put a draft back among those that wait."""
    draft = queries.get_draft(session(), act().by, draft_id)
    report_id, form = draft.report_id, StepForm()
    if form.validate_on_submit():
        with refused(form):
            reviewing.reconsider_draft(session(), act(), draft_id, form.version.data)
            return redirect(_card_address(report_id, draft_id))
    return _desk_page(report_id, Sent(draft_id, step=form)), 422


@blueprint.post("/<int:report_id>/confirm")
@requires(Permission.Report.REVIEW)
def confirm_report(report_id: int) -> Any:
    """Turn what was accepted into recommendations and action items."""
    form = StepForm()
    if form.validate_on_submit():
        with refused(form):
            confirmed = confirming.confirm(session(), act(), report_id, form.version.data)
            tell(N_("已確認 %(count)s 項建議事項。"), count=len(confirmed))
            return redirect(url_for("reports.show_report", report_id=report_id))
    return _desk_page(report_id, Sent(step=form)), 422


@blueprint.post("/<int:report_id>/no-recommendation")
@requires(Permission.Report.REVIEW)
def declare_no_recommendation(report_id: int) -> Any:
    """End the review of a report that recommends nothing."""
    form = StepForm()
    if form.validate_on_submit():
        with refused(form):
            confirming.declare_no_recommendation(session(), act(), report_id, form.version.data)
            tell(N_("已記錄：本報告無建議事項。"))
            return redirect(url_for("reports.show_report", report_id=report_id))
    return _desk_page(report_id, Sent(step=form)), 422


def _take(
    file: FileStorage, confidentiality: Confidentiality, begun: list[Job], refusals: list[Refusal]
) -> None:
    name, data = _file_name(file.filename or ""), file.read()
    max_bytes = wiring().settings.reading.max_megabytes * MEGABYTE
    try:
        begun.append(
            importing.request_import(session(), act(), wiring().files, name, data, max_bytes, confidentiality)
        )
    except TrackerError as error:
        known = queries.find_report_by_hash(session(), filing.describe(data).sha256)
        refusals.append(Refusal(name, error.text(say), known))


def _file_name(sent: str) -> str:
    """Return what the sender called the file, without folders or characters that cannot be seen."""
    name = PurePosixPath(sent.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[-LONGEST_NAME:]


def _progress_address(begun: Sequence[Job]) -> str:
    if len(begun) == 1:
        return url_for("reports.show_import", job_id=begun[0].id, wait=1)
    return url_for("reports.list_imports")


def _own_job(job_id: int) -> Job:
    job = jobs.find_job(session(), job_id)
    may_see = job and (job.requested_by_id == act().by.person_id or act().by.may(Permission.Report.REVIEW))
    if job is None or job.kind != importing.KIND or not may_see:
        raise NotFound
    return job


def _job_sentence(job: Job) -> str:
    return say(job.message, **job.message_values) if job.message else ""


def _confidentialities() -> list[tuple[Confidentiality, str]]:
    return [(code, say(label)) for code, label in CONFIDENTIALITIES.items()]


def _offer() -> Offer:
    return Offer.read(session(), wiring().settings.follow_up.themes)


def _desk_page(report_id: int, sent: Sent | None = None) -> str:
    report = queries.get_report(session(), act().by, report_id, with_text=True)
    drafts = queries.list_drafts(session(), report_id)
    desk = review.build_desk(report, drafts, _offer(), sent)
    return render_template(
        "reports/review_report.html", desk=desk, report=report, items=_items_of(report), labels=LABELS
    )


def _place_of(form: review.SpanForm, report: Report) -> tuple[int, int]:
    if form.start.data is not None and form.end.data is not None:
        return form.start.data, form.end.data
    found = find_passage(report.text, form.words.data or "")
    if found is None:
        raise reviewing.PassageMissing
    return found


def _next_address(draft: Draft) -> str:
    """Return the desk at the next draft that waits: after this one, else the first, else at this one."""
    waiting = [
        each
        for each in queries.list_drafts(session(), draft.report_id)
        if each.state is DraftState.WAITING and each.kind is not DraftKind.POSSIBLE
    ]
    after = [each for each in waiting if (each.start, each.id) > (draft.start, draft.id)]
    following = next(iter(after or waiting), draft)
    return _card_address(draft.report_id, following.id)


def _card_address(report_id: int, draft_id: int) -> str:
    return url_for("reports.review_report", report_id=report_id, _anchor=f"candidate-{draft_id}")


def _report_address(report_id: int, recommendation_id: int) -> str:
    return url_for("reports.show_report", report_id=report_id, _anchor=f"recommendation-{recommendation_id}")


def _adoption_form(recommendation: Recommendation, **options: Any) -> AdoptionForm:
    form = AdoptionForm(obj=recommendation, **options)
    form.adoption.choices = [(code, say(label)) for code, label in LABELS.items()]
    review.name_apart(form, f"adoption-{recommendation.id}")
    return form


def _items_of(report: Report) -> Mapping[int, Sequence[Any]]:
    return items_of_recommendations(session(), act().by, [each.id for each in report.recommendations])


def _report_page(report_id: int, sent: Mapping[int, AdoptionForm] | None = None) -> str:
    report = queries.get_report(session(), act().by, report_id)
    sent = sent or {}
    forms = {}
    if act().by.may(Permission.Report.REVIEW):
        for each in report.recommendations:
            forms[each.id] = sent.get(each.id) or _adoption_form(each, formdata=None)
            forms[each.id].version.renew(each.version)
    return render_template(
        "reports/show_report.html",
        report=report,
        forms=forms,
        sent=sent,
        items=_items_of(report),
        opens_items=OPENS_ITEMS,
        confidentialities=CONFIDENTIALITIES,
        has_file=wiring().files.exists(report.source_sha256),
    )
