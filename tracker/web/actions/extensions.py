"""More time for an item: asking for it, deciding on it, taking the request back."""

from typing import Any

from flask import redirect, request, url_for

from tracker.access import Permission
from tracker.actions import extending, queries, rights
from tracker.actions.models import Extension
from tracker.actions.rules.extending import (
    USUAL_MOST,
    needs_second_signature,
)
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import ExtensionDecisionForm, ExtensionForm
from tracker.web.actions.step_page import back_to, item_for, step_page, whole_item
from tracker.web.actions.telling import shown_file
from tracker.web.forms import Form
from tracker.web.session import act, refused, requires, say, session, tell, wiring


@blueprint.route("/<int:item_id>/extension", methods=["GET", "POST"])
@requires(Permission.Action.REQUEST_EXTENSION)
def request_extension(item_id: int) -> Any:
    """Ask for a later due date."""
    item = item_for(item_id, Step.REQUEST_EXTENSION)
    form, limits = ExtensionForm(), wiring().extension_limits()
    if form.validate_on_submit():
        with refused(form):
            asked, quota = form.value(), wiring().evidence_quota()
            extending.request_extension(
                session(), act(), item_id, asked, limits, form.files, form.version.data, quota
            )
            tell(N_("已申請展延，核定前預定完成日不變。"))
            return back_to(item_id)
    granted = [each for each in item.extensions if each.granted]
    return step_page(
        "actions/request_extension.html", item_id, form, limits=limits, granted=granted, usual_most=USUAL_MOST
    )


@blueprint.route("/extensions/<int:extension_id>", methods=["GET", "POST"])
@requires(Permission.Action.DECIDE_EXTENSION)
def decide_extension(extension_id: int) -> Any:
    """Grant more time, hand the request on, or refuse it."""
    extension = queries.get_extension(session(), act().by, extension_id)
    item_id = whole_item(extension.item_id).id
    _check_decision(extension)
    step = rights.extension_step(act(), extension)
    form = ExtensionDecisionForm()
    hands_on = step is Step.ENDORSE_EXTENSION
    form.offer(say(N_("同意，轉請研考核定")) if hands_on else say(N_("核准展延")))
    if form.validate_on_submit():
        with refused(form):
            extending.decide_extension(session(), act(), extension_id, form.value(), form.version.data)
            tell(_told(extension))
            return back_to(item_id)
    extension = queries.get_extension(session(), act().by, extension_id)
    return step_page(
        "actions/decide_extension.html",
        item_id,
        form,
        extension=extension,
        usual_most=USUAL_MOST,
        files=[shown_file(each) for each in extension.evidence],
        skips_head=not hands_on and needs_second_signature(extension.required_level, extension.turn),
    )


@blueprint.post("/extensions/<int:extension_id>/take-back")
@requires(Permission.Action.REQUEST_EXTENSION)
def take_back_extension(extension_id: int) -> Any:
    """Take one's own request back."""
    item_id = queries.get_extension(session(), act().by, extension_id).item_id
    form = Form()
    if form.validate_on_submit():
        extending.take_back_extension(session(), act(), extension_id)
        tell(N_("已撤回展延申請。"))
    return redirect(url_for("actions.show_action", item_id=item_id))


def _check_decision(extension: Extension) -> None:
    if not rights.may_decide_extension(act(), extension):
        raise Forbidden
    if request.method != "POST" and not extending.is_waiting(extension):
        raise StepNotAllowed


def _told(extension: Extension) -> str:
    if extension.decided_at is None:
        return N_("已同意，並轉請研考核定。")
    return N_("已核准展延，預定完成日已更新。") if extension.granted else N_("已退回展延申請。")
