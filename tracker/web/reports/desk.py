"""Pages of the review desk: each draft is kept, set aside or added, and the review is ended."""

from typing import Any

from flask import redirect, render_template, url_for

from tracker.access import Permission
from tracker.foundation.language import N_
from tracker.reports import confirming, queries, reviewing
from tracker.reports.models import Draft, Report
from tracker.reports.rules.adoption import LABELS
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.reports.rules.spans import find_passage
from tracker.web.reports import review
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.pages import items_of
from tracker.web.reports.review import DraftForm, Offer, Sent, StepForm
from tracker.web.session import act, refused, requires, session, tell, wiring


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


def _offer() -> Offer:
    return Offer.read(session(), wiring().settings.follow_up.themes)


def _desk_page(report_id: int, sent: Sent | None = None) -> str:
    report = queries.get_report(session(), act().by, report_id, with_text=True)
    drafts = queries.list_drafts(session(), report_id)
    desk = review.build_desk(report, drafts, _offer(), sent)
    return render_template(
        "reports/review_report.html", desk=desk, report=report, items=items_of(report), labels=LABELS
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
