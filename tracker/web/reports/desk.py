"""The review desk as a whole: shown, added to, taken back by one step, and ended."""

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, render_template, url_for

from tracker.access import Permission
from tracker.foundation.language import N_
from tracker.people.rules.naming import department_name
from tracker.reports import confirming, queries, reviewing, set_aside, twins, undoing
from tracker.reports.duties import read_words
from tracker.reports.models import Draft, Report, ReviewStep
from tracker.reports.rules.adoption import LABELS
from tracker.reports.rules.drafts import DraftState
from tracker.reports.rules.spans import find_passage
from tracker.reports.rules.steps import AT_WORK, UNDONE
from tracker.reports.set_aside import SetAside
from tracker.web.reports import review
from tracker.web.reports.advice import advice_for
from tracker.web.reports.blueprint import blueprint
from tracker.web.reports.forms import ConfirmForm, SpanForm, StepForm, UndoForm
from tracker.web.reports.pages import items_of
from tracker.web.reports.printed import looks_of
from tracker.web.reports.review import KnownWords, Sent
from tracker.web.session import act, refused, requires, session, tell, wiring


@blueprint.get("/<int:report_id>/review")
@requires(Permission.Report.REVIEW)
def review_report(report_id: int) -> str:
    """Show the review desk: the source on one side, what was found in it on the other."""
    return desk_page(report_id)


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
            return redirect(card_address(report_id, draft.id))
    return desk_page(report_id, Sent(span=form)), 422


@blueprint.post("/<int:report_id>/undo")
@requires(Permission.Report.REVIEW)
def undo_step(report_id: int) -> Any:
    """Take back the reader's own last step."""
    form = UndoForm()
    if form.validate_on_submit():
        with refused(form):
            step = undoing.undo(session(), act(), report_id, form.step.data)
            tell(UNDONE[step.verb], title=step.title)
            return redirect(_address_after(step))
    return desk_page(report_id, Sent(step=form)), 422


@blueprint.post("/<int:report_id>/confirm")
@requires(Permission.Report.REVIEW)
def confirm_report(report_id: int) -> Any:
    """Turn what was accepted into recommendations and action items."""
    form = ConfirmForm()
    if form.validate_on_submit():
        with refused(form):
            confirmed = confirming.confirm(session(), act(), report_id, form.version.data, form.shown.data)
            tell(N_("已確認 %(count)s 項建議事項。"), count=len(confirmed))
            return redirect(url_for("reports.show_report", report_id=report_id))
    return desk_page(report_id, Sent(step=form)), 422


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
    return desk_page(report_id, Sent(step=form)), 422


def desk_page(report_id: int, sent: Sent | None = None) -> str:
    """Return the desk of a report, with a form that was refused where it was typed."""
    by, now = act().by, act().at
    report = queries.get_report(session(), by, report_id, with_text=True, with_editions=True)
    drafts, rejected_before = set_aside.list_drafts_and_set_aside(session(), by, report)
    departments = read_words(session())
    names = {each.id: department_name(each, g.language) for each, _ in departments}
    own_step, step_of_colleague = queries.find_latest_steps(session(), by, report_id, now - AT_WORK)
    desk = review.build_desk(
        report,
        drafts,
        names,
        sent,
        undoing.undoable(own_step, drafts),
        review.colleague_of(step_of_colleague, now),
        _known_words(report, drafts, rejected_before),
    )
    return render_template(
        "reports/review_report.html",
        desk=desk,
        report=report,
        items=items_of(report),
        labels=LABELS,
        looks=looks_of(report),
        advice=advice_for(report, drafts, departments, names),
    )


def card_address(report_id: int, draft_id: int) -> str:
    """Return the desk at a draft."""
    return url_for("reports.review_report", report_id=report_id, _anchor=f"candidate-{draft_id}")


def _known_words(report: Report, drafts: Sequence[Draft], rejected_before: Sequence[SetAside]) -> KnownWords:
    open_ones = [each for each in drafts if each.state in (DraftState.WAITING, DraftState.ACCEPTED)]
    quotes = {each.id: report.text[each.start : each.end] for each in open_ones}
    waiting = {each.id: quotes[each.id] for each in open_ones if each.state is DraftState.WAITING}
    return KnownWords(
        queries.edition_of(act().by, report),
        twins.find_twins(session(), act().by, report.id, quotes),
        {each.draft_id: each for each in queries.carried_by(act().by, report) if each.draft_id is not None},
        set_aside.match_set_aside(rejected_before, waiting),
    )


def _place_of(form: SpanForm, report: Report) -> tuple[int, int]:
    if form.start.data is not None and form.end.data is not None:
        return form.start.data, form.end.data
    taken = [(each.start, each.end) for each in queries.list_drafts(session(), report.id)]
    found = find_passage(report.text, form.words.data or "", taken)
    if found is None:
        raise reviewing.PassageMissing
    return found


def _address_after(step: ReviewStep) -> str:
    """Return the desk at the first draft of an undone step that is there again, else at its begin."""
    back = [key for key, facts in step.before.items() if facts["state"] != DraftState.GONE]
    if back:
        return card_address(step.report_id, int(back[0]))
    return url_for("reports.review_report", report_id=step.report_id)
