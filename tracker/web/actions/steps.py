"""The steps of the departments: take an item, report progress and have it approved."""

from collections.abc import Sequence
from typing import Any

from flask import request

from tracker.access import Permission
from tracker.actions import assigning, queries, reporting, rights
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import AcknowledgeForm, ProgressForm, ReviewForm
from tracker.web.actions.step_page import back_to, item_for, part_choices, people_below, step_page, whole_item
from tracker.web.actions.telling import period_name, shown_file
from tracker.web.session import act, refused, requires, say, session, tell, wiring


@blueprint.route("/<int:item_id>/acknowledge", methods=["GET", "POST"])
@requires(Permission.Action.ACKNOWLEDGE)
def acknowledge(item_id: int) -> Any:
    """Take the item for the leading department and name its officer."""
    item = item_for(item_id, Step.ACKNOWLEDGE)
    form = AcknowledgeForm(officer_id=item.lead.officer_id or act().by.person_id)
    form.officer_id.offer(people_below(item.lead.department_id), say(N_("請選擇承辦人")))
    if form.validate_on_submit():
        with refused(form):
            assigning.acknowledge(session(), act(), item_id, form.officer_id.data, form.version.data)
            tell(N_("已簽收。"))
            return back_to(item_id)
    return step_page("actions/acknowledge.html", item_id, form)


@blueprint.route("/<int:item_id>/progress", methods=["GET", "POST"])
@requires(Permission.Action.REPORT_PROGRESS)
def report_progress(item_id: int) -> Any:
    """File what a department has done."""
    item = item_for(item_id, Step.REPORT_PROGRESS)
    parts = rights.parts_for(act(), item, Step.REPORT_PROGRESS)
    form = ProgressForm(percent=parts[0].percent if parts else None)
    form.offer_parts(part_choices(parts))
    form.offer_periods(_period_choices(item, parts))
    if form.validate_on_submit():
        with refused(form):
            filing, quota = wiring().filing(), wiring().evidence_quota()
            update = reporting.submit_progress(
                session(), act(), item_id, form.value(), form.files, form.chosen_part(), filing, quota
            )
            tell(
                N_("已送出辦理情形，等候單位主管核可。")
                if update.approved is None
                else N_("已送出辦理情形。")
            )
            return back_to(item_id)
    return step_page("actions/report_progress.html", item_id, form, latest=_latest_update(item, parts))


@blueprint.route("/progress/<int:update_id>", methods=["GET", "POST"])
@requires(Permission.Action.REVIEW_PROGRESS)
def review_progress(update_id: int) -> Any:
    """Approve what an officer reported, or return it."""
    update = queries.get_update(session(), act().by, update_id)
    item_id = whole_item(update.item_id).id
    if not rights.may_review(act(), update):
        raise Forbidden
    if request.method != "POST" and update.approved is not None:
        raise StepNotAllowed
    form = ReviewForm()
    if form.validate_on_submit():
        with refused(form):
            review = form.value()
            reporting.review_progress(session(), act(), update_id, review, form.version.data)
            tell(N_("已核可辦理情形。") if review.approve else N_("已退回辦理情形，並通知填報人。"))
            return back_to(item_id)
    update = queries.get_update(session(), act().by, update_id)
    files = [shown_file(each) for each in update.evidence]
    return step_page("actions/review_progress.html", item_id, form, update=update, files=files)


def _period_choices(item: ActionItem, parts: Sequence[Part]) -> list[tuple[str, str]]:
    if not parts:
        return []
    offered = reporting.periods_for(act(), item, parts[0], wiring().filing())
    return [(each.code, period_name(each.code)) for each in offered]


def _latest_update(item: ActionItem, parts: Sequence[Part]) -> Any:
    mine = {part.id for part in parts}
    return next((each for each in reversed(item.updates) if each.part_id in mine), None)
