"""Decisions on an item: release or further tracking, withdrawal, merging, voiding, tracking again."""

from typing import Any

from flask import request

from tracker.access import Permission
from tracker.actions import ending, queries, releasing, rights
from tracker.actions.models import Closing
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules.workflow import PartRole, Step, WithdrawalReason
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.people.models import Department
from tracker.reports.rules.adoption import Adoption
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import DecisionForm, MergeForm, ReopenForm, VoidForm, WithdrawForm
from tracker.web.actions.step_page import back_to, item_for, people_below, step_page, whole_item
from tracker.web.actions.telling import shown_file
from tracker.web.session import act, refused, requires, say, session, tell, wiring


@blueprint.route("/closings/<int:closing_id>", methods=["GET", "POST"])
@requires(Permission.Action.DECIDE_CLOSING)
def decide_closing(closing_id: int) -> Any:
    """Agree to a release, or keep tracking."""
    closing = queries.get_closing(session(), act().by, closing_id)
    item_id = whole_item(closing.item_id).id
    _check_decision(closing)
    form = DecisionForm(outcome=closing.proposed_outcome.value)
    form.offer_adoption(_adoption_to_decide(closing))
    if form.validate_on_submit():
        decision = form.value()
        with refused(form):
            months = wiring().settings.follow_up.post_check_months
            releasing.decide_closing(
                session(), act(), closing_id, decision, form.version.data, post_check_months=months
            )
            tell(N_("已同意解除列管。") if decision.agree else N_("已決定持續列管，並通知主辦機關。"))
            return back_to(item_id)
    return step_page(
        "actions/decide_closing.html",
        item_id,
        form,
        closing=queries.get_closing(session(), act().by, closing_id),
        only_promises=closing_rules.only_promises,
        evidence_of=lambda each: [shown_file(file) for file in each.evidence],
        unreleased=_unreleased(closing),
    )


@blueprint.route("/<int:item_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.Action.WITHDRAW)
def withdraw(item_id: int) -> Any:
    """Withdraw tracking, with reason and approval."""
    item_for(item_id, Step.WITHDRAW)
    form = WithdrawForm()
    if form.validate_on_submit():
        reason = WithdrawalReason(form.reason.data)
        words = (form.explanation.data or "", form.approval.data or "")
        with refused(form):
            ending.withdraw(session(), act(), item_id, reason, *words, form.version.data)
            tell(N_("已撤銷管制。"))
            return back_to(item_id)
    return step_page("actions/withdraw.html", item_id, form)


@blueprint.route("/<int:item_id>/merge", methods=["GET", "POST"])
@requires(Permission.Action.WITHDRAW)
def merge(item_id: int) -> Any:
    """Merge the item into another, which goes on alone."""
    item_for(item_id, Step.MERGE)
    form = MergeForm(into_item_no=request.args.get("into", ""))
    if form.validate_on_submit():
        words = (form.into_item_no.data or "", form.explanation.data or "", form.approval.data or "")
        with refused(form):
            ending.merge(session(), act(), item_id, *words, form.version.data)
            tell(N_("已併案。"))
            return back_to(item_id)
    return step_page("actions/merge.html", item_id, form)


@blueprint.route("/<int:item_id>/void", methods=["GET", "POST"])
@requires(Permission.Action.WITHDRAW)
def make_void(item_id: int) -> Any:
    """Void an item that was entered by mistake."""
    item_for(item_id, Step.VOID)
    form = VoidForm()
    if form.validate_on_submit():
        with refused(form):
            ending.make_void(session(), act(), item_id, form.explanation.data or "", form.version.data)
            tell(N_("已作廢。"))
            return back_to(item_id)
    return step_page("actions/make_void.html", item_id, form)


@blueprint.route("/<int:item_id>/reopen", methods=["GET", "POST"])
@requires(Permission.Action.REOPEN)
def reopen(item_id: int) -> Any:
    """Track a released item again."""
    item = item_for(item_id, Step.REOPEN)
    form = ReopenForm()
    form.officer_id.offer(people_below(item.lead.department_id), say(N_("由原承辦人繼續辦理")))
    if form.validate_on_submit():
        with refused(form):
            reason, officer_id = form.reason.data or "", form.officer_id.data
            releasing.reopen(session(), act(), item_id, reason, form.version.data, officer_id)
            tell(N_("已重新列管。"))
            return back_to(item_id)
    lacks_officer = releasing.lacks_officer(item_for(item_id, Step.REOPEN))
    return step_page("actions/reopen.html", item_id, form, lacks_officer=lacks_officer)


def _check_decision(closing: Closing) -> None:
    if not rights.may_decide(act(), closing):
        raise Forbidden
    if request.method != "POST" and not rights.is_waiting(closing):
        raise StepNotAllowed


def _adoption_to_decide(closing: Closing) -> Adoption | None:
    """Return what was decided about the recommendation so far, None where this decision is none on the whole item."""
    decides = closing.part.role is PartRole.LEAD and act().by.may(Permission.Report.REVIEW)
    return closing.item.recommendation.adoption if decides else None


def _unreleased(closing: Closing) -> list[Department]:
    if closing.part.role is not PartRole.LEAD:
        return []
    return releasing.unreleased_departments(closing.item)
