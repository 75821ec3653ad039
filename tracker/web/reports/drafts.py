"""What a reviewer does with one draft: keep, change, set aside, take up again, split, join, move its boundary."""

from typing import Any

from flask import redirect, render_template, request

from tracker.access import Permission
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.reports import queries, reviewing, spanning
from tracker.reports.guards import check_open
from tracker.reports.models import Draft
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.reports.rules.spans import find_passage
from tracker.web.forms import Form
from tracker.web.reports import panels, review
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.desk import card_address, desk_page
from tracker.web.reports.forms import BoundaryForm, MergeForm, SplitForm, StepForm
from tracker.web.reports.panels import Offer, Panel
from tracker.web.reports.review import Sent
from tracker.web.session import act, refused, requires, session, wiring


@blueprint.post("/drafts/<int:draft_id>/accept")
@requires(Permission.Report.REVIEW)
def accept_draft(draft_id: int) -> Any:
    """Keep a draft as it stands, and go on to the next one."""
    draft = _draft(draft_id)
    form = StepForm()
    if form.validate_on_submit():
        with refused(form):
            reviewing.accept_draft(session(), act(), draft_id, version=form.version.data)
            return redirect(_next_address(draft))
    if isinstance(form.refusal, Invalid):
        # What is still missing can be filled in at once.
        panel = panels.edit_panel(draft, _offer(), formdata=None)
        _refuse(panel.form, form.refusal)
        return _refused_panel(panel)
    return _refused_page(draft, form)


@blueprint.route("/drafts/<int:draft_id>/edit", methods=["GET", "POST"])
@requires(Permission.Report.REVIEW)
def edit_draft(draft_id: int) -> Any:
    """Keep a draft with what is chosen for it, and go on to the next one."""
    draft = _draft(draft_id)
    panel = panels.edit_panel(draft, _offer())
    form = panel.form
    if form.validate_on_submit():
        with refused(form):
            reviewing.accept_draft(session(), act(), draft_id, form.value(), form.version.data)
            return redirect(_next_address(draft))
    return _panel_page(panel)


@blueprint.post("/drafts/<int:draft_id>/reject")
@requires(Permission.Report.REVIEW)
def reject_draft(draft_id: int) -> Any:
    """Set a draft aside with a reason, and go on to the next one."""
    draft = _draft(draft_id)
    form = review.reject_form(draft)
    if form.validate_on_submit():
        with refused(form):
            reason = form.rejection_reason.data or ""
            reviewing.reject_draft(session(), act(), draft_id, reason, form.version.data)
            return redirect(_next_address(draft))
    return _refused_page(draft, form)


@blueprint.post("/drafts/<int:draft_id>/reconsider")
@requires(Permission.Report.REVIEW)
def reconsider_draft(draft_id: int) -> Any:
    """Put a draft back among those that wait."""
    draft = _draft(draft_id)
    form = StepForm()
    if form.validate_on_submit():
        with refused(form):
            reviewing.reconsider_draft(session(), act(), draft_id, form.version.data)
            return redirect(card_address(draft.report_id, draft_id))
    return _refused_page(draft, form)


@blueprint.route("/drafts/<int:draft_id>/split", methods=["GET", "POST"])
@requires(Permission.Report.REVIEW)
def split_draft(draft_id: int) -> Any:
    """Cut a draft into several."""
    draft = _draft(draft_id)
    panel = panels.split_panel(draft)
    form = panel.form
    if form.validate_on_submit():
        with refused(form):
            places = _cuts_of(form, draft)
            spanning.split_draft(session(), act(), draft_id, places, wiring().proposals(), form.version.data)
            return redirect(card_address(draft.report_id, draft_id))
    return _panel_page(panel)


@blueprint.route("/drafts/<int:draft_id>/boundary", methods=["GET", "POST"])
@requires(Permission.Report.REVIEW)
def move_boundary(draft_id: int) -> Any:
    """Let a draft quote more or fewer words."""
    draft = _draft(draft_id)
    panel = panels.boundary_panel(draft, spanning.neighbours(session(), draft))
    form = panel.form
    if form.validate_on_submit():
        with refused(form):
            start, end = _span_of(form, draft)
            spanning.move_boundary(session(), act(), draft_id, start, end, form.version.data)
            return redirect(card_address(draft.report_id, draft_id))
    return _panel_page(panel)


@blueprint.post("/<int:report_id>/merge")
@requires(Permission.Report.REVIEW)
def merge_drafts(report_id: int) -> Any:
    """Make one draft of neighbours."""
    report = queries.get_report(session(), act().by, report_id)
    form = MergeForm()
    if form.validate_on_submit():
        with refused(form):
            merged = spanning.merge_drafts(session(), act(), report.id, form.shown.data or {})
            return redirect(card_address(report_id, merged.id))
    return desk_page(report_id, Sent(step=form)), 422


def _refuse(form: Form, error: Invalid) -> None:
    with refused(form):
        raise error


def _draft(draft_id: int) -> Draft:
    return queries.get_draft(session(), act().by, draft_id)


def _offer() -> Offer:
    return Offer.read(session(), wiring().settings.follow_up.themes)


def _cuts_of(form: SplitForm, draft: Draft) -> list[int]:
    places = list(form.cuts.data or ())
    if form.words.data:
        quote = draft.report.text[draft.start : draft.end]
        found = find_passage(quote, form.words.data, taken=[(0, 1)])
        if found is None or found.start == 0:
            raise Invalid(fields={"words": N_("這一則裡找不到這幾個字，或切開後前面沒有文字。")})
        places.append(draft.start + found.start)
    return places


def _span_of(form: BoundaryForm, draft: Draft) -> tuple[int, int]:
    if not form.words.data:
        return form.start.data, form.end.data
    others = [
        (each.start, each.end)
        for each in queries.list_drafts(session(), draft.report_id)
        if each is not draft
    ]
    found = find_passage(draft.report.text, form.words.data, others, near=draft.start)
    if found is None:
        raise reviewing.PassageMissing(fields={"words": reviewing.PassageMissing.message})
    return found


def _panel_page(panel: Panel) -> Any:
    """Show a panel: alone inside the desk that asks for it, else as a page of its own, or refused at its place."""
    if request.method == "POST":
        return _refused_panel(panel)
    check_open(panel.draft)
    template = "_panel" if request.headers.get("HX-Request") else "show_panel"
    return render_template(f"reports/{template}.html", panel=panel)


def _refused_panel(panel: Panel) -> Any:
    if panel.draft.state is DraftState.GONE:
        return render_template("reports/show_panel.html", panel=panel), 422
    panel.renew()
    return desk_page(panel.draft.report_id, Sent(panel.draft.id, panel=panel)), 422


def _refused_page(draft: Draft, form: Form) -> Any:
    """Show the desk with what was refused; words typed for a draft that is gone stand on a page of their own."""
    if draft.state is DraftState.GONE:
        panel = Panel("reject" if "rejection_reason" in form else "", draft, form, "")
        return render_template("reports/show_panel.html", panel=panel), 422
    form["version"].renew(draft.version)
    return desk_page(draft.report_id, Sent(draft.id, form)), 422


def _next_address(draft: Draft) -> str:
    """Return the desk at the next draft that waits: after this one, else the first, else at this one."""
    waiting = [
        each
        for each in queries.list_drafts(session(), draft.report_id)
        if each.state is DraftState.WAITING and each.kind is not DraftKind.POSSIBLE
    ]
    after = [each for each in waiting if (each.start, each.id) > (draft.start, draft.id)]
    following = next(iter(after or waiting), draft)
    return card_address(draft.report_id, following.id)
