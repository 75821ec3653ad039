"""Asking for release: what an officer prepares, what the head of the unit forwards or returns, and taking it back."""

from typing import Any

from flask import redirect, request, url_for

from tracker.access import Permission
from tracker.actions import queries, releasing, reporting, rights
from tracker.actions.models import Closing
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import ClosingForm, ForwardForm
from tracker.web.actions.step_page import back_to, item_for, part_choices, step_page, whole_item
from tracker.web.actions.telling import shown_file
from tracker.web.forms import Form
from tracker.web.session import act, refused, requires, session, tell, wiring


@blueprint.route("/<int:item_id>/closing", methods=["GET", "POST"])
@requires(Permission.Action.PREPARE_CLOSING)
def request_closing(item_id: int) -> Any:
    """Ask for release with result, completion day and evidence."""
    item = item_for(item_id, Step.PREPARE_CLOSING)
    parts = rights.parts_for(act(), item, Step.PREPARE_CLOSING)
    form, rules = ClosingForm(), wiring().settings.follow_up
    form.offer_parts(part_choices(parts))
    if form.validate_on_submit():
        with refused(form):
            closing = releasing.request_closing(
                session(),
                act(),
                item_id,
                form.value(),
                form.files,
                form.chosen_part(),
                evidence_required=rules.evidence_required,
                approval=rules.progress_approval,
                quota=wiring().evidence_quota(),
            )
            tell(
                N_("已申請解除列管，等候研考決定。")
                if closing.requested_on
                else N_("已提出解除列管申請，等候單位主管轉送研考。")
            )
            return back_to(item_id)
    waits = rules.progress_approval and any(
        reporting.waits_for_head(session(), act(), each) for each in parts
    )
    return step_page(
        "actions/request_closing.html",
        item_id,
        form,
        evidence_required=rules.evidence_required,
        waits_for_head=waits,
    )


@blueprint.route("/closings/<int:closing_id>/forward", methods=["GET", "POST"])
@requires(Permission.Action.REQUEST_CLOSING)
def forward_closing(closing_id: int) -> Any:
    """Forward a prepared request to the coordinating office, or return it."""
    closing = queries.get_closing(session(), act().by, closing_id)
    item_id = whole_item(closing.item_id).id
    _check_review(closing)
    form = ForwardForm()
    if form.validate_on_submit():
        with refused(form):
            review = form.value()
            releasing.review_closing(session(), act(), closing_id, review, form.version.data)
            tell(N_("已轉送研考。") if review.forward else N_("已退回解除列管申請，並通知承辦人。"))
            return back_to(item_id)
    closing = queries.get_closing(session(), act().by, closing_id)
    return step_page(
        "actions/forward_closing.html",
        item_id,
        form,
        closing=closing,
        only_promises=closing_rules.only_promises(closing.result),
        files=[shown_file(each) for each in closing.evidence],
    )


@blueprint.post("/closings/<int:closing_id>/take-back")
@requires(Permission.Action.PREPARE_CLOSING)
def take_back_closing(closing_id: int) -> Any:
    """Take one's own request back before it is forwarded."""
    item_id = queries.get_closing(session(), act().by, closing_id).item_id
    form = Form()
    if form.validate_on_submit():
        releasing.take_back_closing(session(), act(), closing_id)
        tell(N_("已撤回解除列管申請。"))
    return redirect(url_for("actions.show_action", item_id=item_id))


def _check_review(closing: Closing) -> None:
    if not rights.may_forward(act(), closing):
        raise Forbidden
    if request.method != "POST" and not rights.is_prepared(closing):
        raise StepNotAllowed
