"""The coordinators' choice of departments: one more item, a draft brought out, an item given to others."""

from typing import Any

from flask import render_template, request, url_for

from tracker.access import Permission
from tracker.actions import assigning, splitting
from tracker.actions.rules.workflow import Step
from tracker.foundation.language import N_
from tracker.people.queries import department_choices, list_people_of_departments
from tracker.reports.queries import get_recommendation
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import FurtherForm, ReassignForm, SplitForm, StepForm
from tracker.web.actions.petition_forms import RerouteAnswerForm
from tracker.web.actions.step_page import back_to, item_for, step_page
from tracker.web.numbers import number_of
from tracker.web.session import act, refused, requires, say, session, tell


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def open_further() -> Any:
    """Open one more item for the recommendation that the address names."""
    wanted = number_of(request.args.get("recommendation"))
    recommendation = get_recommendation(session(), act().by, wanted or 0)
    form = FurtherForm(lead_department_id=recommendation.report.lead_agency_id)
    offer_departments(form)
    if form.validate_on_submit():
        words = (form.title.data or "", form.value(), form.expected_result.data or "")
        with refused(form):
            item = assigning.open_further(
                session(), act(), recommendation.id, *words, as_draft=form.as_draft.data
            )
            tell(N_("已暫存，尚未分案。") if form.as_draft.data else N_("已分案，並通知主協辦機關。"))
            return back_to(item.id)
    report_id, place = recommendation.report_id, f"recommendation-{recommendation.id}"
    back = url_for("reports.show_report", report_id=report_id, _anchor=place)
    page = render_template("actions/open_further.html", form=form, recommendation=recommendation, back=back)
    return page, form.answer_status


@blueprint.route("/<int:item_id>/assign", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def assign(item_id: int) -> Any:
    """Bring a draft out to the departments that were chosen for it."""
    item_for(item_id, Step.ASSIGN)
    form = StepForm()
    if form.validate_on_submit():
        with refused(form):
            assigning.assign(session(), act(), item_id, form.version.data)
            tell(N_("已分案，並通知主協辦機關。"))
            return back_to(item_id)
    return step_page("actions/assign.html", item_id, form)


@blueprint.route("/<int:item_id>/reassign", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def reassign(item_id: int) -> Any:
    """Give the item to other departments."""
    item = item_for(item_id, Step.REASSIGN)
    form = ReassignForm(
        lead_department_id=item.lead.department_id,
        officer_id=item.lead.officer_id,
        support_department_ids=[part.department_id for part in item.supporting],
    )
    offer_departments(form)
    if form.validate_on_submit():
        with refused(form):
            assigning.reassign(
                session(), act(), item_id, form.value(item.due_on), form.reason.data or "", form.version.data
            )
            tell(N_("已改分，等候主辦機關簽收。"))
            return back_to(item_id)
    return step_page("actions/reassign.html", item_id, form)


@blueprint.route("/<int:item_id>/split", methods=["GET", "POST"])
@requires(Permission.Action.ASSIGN)
def split_action(item_id: int) -> Any:
    """Take a further item out of this one, which goes on."""
    item = item_for(item_id, Step.SPLIT)
    form = SplitForm(lead_department_id=item.lead.department_id)
    offer_departments(form)
    if form.validate_on_submit():
        words = (form.title.data or "", form.value(), form.expected_result.data or "", form.reason.data or "")
        with refused(form):
            other = splitting.split_action(session(), act(), item_id, *words, form.version.data)
            tell(N_("已分出 %(item_no)s，並通知主協辦機關。"), item_no=other.item_no)
            return back_to(other.id)
    return step_page("actions/split_action.html", item_id, form)


def offer_departments(form: ReassignForm | FurtherForm | SplitForm | RerouteAnswerForm) -> None:
    """Offer the departments and people to whom an item can be given."""
    departments, depths = department_choices(session())
    form.lead_department_id.offer(departments, depths, say(N_("請選擇主辦機關")))
    form.support_department_ids.offer(departments, depths)
    form.officer_id.offer(list_people_of_departments(session()), say(N_("由主辦機關簽收時指定")))
