"""What the leading department asks of the coordinating office: asking, deciding, taking it back."""

from typing import Any

from flask import redirect, request, url_for

from tracker.access import Permission
from tracker.actions import petitioning, queries, rights
from tracker.actions.models import Petition
from tracker.actions.rules.petitioning import PetitionKind, kinds_for
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.people.queries import department_choices
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.opening import offer_departments
from tracker.web.actions.petition_forms import RerouteAnswerForm, RerouteForm, answer_form, petition_form
from tracker.web.actions.step_page import back_to, item_for, step_page, whole_item
from tracker.web.forms import Form
from tracker.web.session import act, refused, requires, say, session, tell


@blueprint.route("/<int:item_id>/petition/<any(reassign, withdraw, merge):kind>", methods=["GET", "POST"])
@requires(Permission.Action.PETITION)
def make_petition(item_id: int, kind: str) -> Any:
    """Ask for the item to be given to others, withdrawn or merged."""
    item, wanted = item_for(item_id, Step.PETITION), PetitionKind(kind)
    if request.method != "POST" and wanted not in kinds_for(item.status):
        raise StepNotAllowed
    form = petition_form(wanted)
    if isinstance(form, RerouteForm):
        form.department_id.offer(*department_choices(session()), say(N_("請選擇主辦機關")))
    if form.validate_on_submit():
        with refused(form):
            petitioning.make_petition(session(), act(), item_id, form.value(), form.version.data)
            tell(N_("已向研考提出申請；決定以前，事項照常辦理。"))
            return back_to(item_id)
    return step_page("actions/make_petition.html", item_id, form, kind=wanted)


@blueprint.route("/petitions/<int:petition_id>", methods=["GET", "POST"])
@requires(Permission.Action.DECIDE_PETITION)
def decide_petition(petition_id: int) -> Any:
    """Grant what was asked for, which takes the step at once, or refuse it."""
    petition = queries.get_petition(session(), act().by, petition_id)
    item = whole_item(petition.item_id)
    item_id, due_on = item.id, item.due_on
    _check_decision(petition)
    form = answer_form(petition)
    if isinstance(form, RerouteAnswerForm):
        offer_departments(form)
    if form.validate_on_submit():
        with refused(form):
            decision = form.value(due_on)
            petitioning.decide_petition(session(), act(), petition_id, decision, form.version.data)
            tell(N_("已同意申請，並完成處理。") if decision.agree else N_("已退回申請，並通知主辦機關。"))
            return back_to(item_id)
    if form.refusal is not None:
        petition = queries.get_petition(session(), act().by, petition_id)
    return step_page("actions/decide_petition.html", item_id, form, petition=petition)


@blueprint.post("/petitions/<int:petition_id>/take-back")
@requires(Permission.Action.PETITION)
def take_back_petition(petition_id: int) -> Any:
    """Take one's own petition back before it is decided."""
    item_id = queries.get_petition(session(), act().by, petition_id).item_id
    form = Form()
    if form.validate_on_submit():
        petitioning.take_back_petition(session(), act(), petition_id)
        tell(N_("已撤回申請。"))
    return redirect(url_for("actions.show_action", item_id=item_id))


def _check_decision(petition: Petition) -> None:
    if not rights.may_decide_petition(act(), petition.item, petition):
        raise Forbidden
    if request.method != "POST" and not petitioning.is_waiting(petition):
        raise StepNotAllowed
