"""Pages of reports: the list, a report with its recommendations, its facts, its source and its file."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from flask import redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, TextAreaField

from tracker.access import Permission
from tracker.actions.queries import items_of_recommendations
from tracker.foundation.language import N_
from tracker.people.queries import department_depths, list_departments
from tracker.reports import confirming, queries, service
from tracker.reports.models import Recommendation, Report
from tracker.reports.queries import ReportFilter
from tracker.reports.rules.adoption import LABELS, OPENS_ITEMS, Adoption
from tracker.reports.rules.drafts import Confidentiality, ReportState
from tracker.reports.service import ReportFields
from tracker.web.forms import Day, DepartmentChoice, Form, Words, required
from tracker.web.numbers import page_of
from tracker.web.reports import review
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.forms import Version, name_apart
from tracker.web.reports.printed import looks_of
from tracker.web.session import act, refused, requires, say, session, tell, today, wiring

LONGEST_NAME = 200
CONFIDENTIALITIES: Mapping[Confidentiality, str] = {
    Confidentiality.PUBLIC: N_("公開"),
    Confidentiality.RESTRICTED: N_("限閱"),
}
REPORT_STATES: Mapping[ReportState, str] = {
    ReportState.IN_REVIEW: N_("待審閱"),
    ReportState.REVIEWED: N_("已審閱"),
}


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
    dispatched_on = Day(N_("發文日期"))
    document_no = Words(N_("發文字號"))
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
            dispatched_on=self.dispatched_on.data,
            document_no=self.document_no.data or "",
            confidentiality=self.confidentiality.data,
        )


class AdoptionForm(Form):
    """The decision on a confirmed recommendation."""

    version = Version()
    adoption = SelectField(N_("採行情形"), coerce=Adoption)
    adoption_reason = Words(N_("採行說明"))
    study_until = Day(N_("研議期限"))


@blueprint.get("/")
@requires(Permission.Report.READ)
def list_reports() -> str:
    """Show the reports that the reader may see, newest import first."""
    words, code = request.args.get("q", ""), request.args.get("state", "")
    state = ReportState(code) if code in set(ReportState) else None
    page = queries.list_reports(session(), act().by, ReportFilter(words, state), page_of(request.args))
    states = [(each.value, say(label)) for each, label in REPORT_STATES.items()]
    return render_template("reports/list_reports.html", page=page, words=words, state=code, states=states)


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
    form.confidentiality.choices = confidentialities()
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
    report = queries.get_report(session(), act().by, report_id, with_text=True, with_editions=True)
    places = review.places_of(report, queries.carried_by(act().by, report))
    return render_template(
        "reports/show_source.html",
        report=report,
        places=places,
        items=items_of_recommendations(session(), act().by, [each.id for each in places]),
        looks=looks_of(report),
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
        download_name=file_name(report.source_name),
        etag=False,
    )


def file_name(sent: str) -> str:
    """Return what the sender called the file, without folders or characters that cannot be seen."""
    name = PurePosixPath(sent.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[-LONGEST_NAME:]


def confidentialities() -> list[tuple[Confidentiality, str]]:
    """Return the choices of 機密等級 in the reader's language."""
    return [(code, say(label)) for code, label in CONFIDENTIALITIES.items()]


def _report_address(report_id: int, recommendation_id: int) -> str:
    return url_for("reports.show_report", report_id=report_id, _anchor=f"recommendation-{recommendation_id}")


def _adoption_form(recommendation: Recommendation, **options: Any) -> AdoptionForm:
    form = AdoptionForm(obj=recommendation, **options)
    form.adoption.choices = [(code, say(label)) for code, label in LABELS.items()]
    name_apart(form, f"adoption-{recommendation.id}")
    return form


def items_of(report: Report) -> Mapping[int, Sequence[Any]]:
    """Return the action items that grew out of each recommendation, as far as the reader may see them."""
    return items_of_recommendations(session(), act().by, [each.id for each in report.recommendations])


def _report_page(report_id: int, sent: Mapping[int, AdoptionForm] | None = None) -> str:
    report = queries.get_report(session(), act().by, report_id, with_editions=True)
    sent = sent or {}
    forms = {}
    if act().by.may(Permission.Report.REVIEW):
        for each in report.recommendations:
            forms[each.id] = sent.get(each.id) or _adoption_form(each, formdata=None)
            forms[each.id].version.renew(each.version)
    rules = wiring().settings.follow_up
    filing = queries.filing_period_of(
        session(), report, wiring().filing_rule(), wiring().settings.site.country
    )
    return render_template(
        "reports/show_report.html",
        report=report,
        filing=filing,
        days_late=filing.days_late(report.dispatched_on, today()) if filing else 0,
        filing_months=rules.report_months,
        least_recommendations=rules.report_least_recommendations,
        forms=forms,
        sent=sent,
        items=items_of(report),
        opens_items=OPENS_ITEMS,
        confidentialities=CONFIDENTIALITIES,
        edition=queries.edition_of(act().by, report),
        later=queries.later_editions(act().by, report),
        carried=queries.carried_by(act().by, report),
        has_file=wiring().files.exists(report.source_sha256),
    )
