"""Editing an item without taking a step, and giving a department's part of it to another officer."""

from typing import Any

from tracker.access import Permission
from tracker.actions import editing, queries, rights
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Forbidden
from tracker.foundation.language import N_
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import EditForm, OfficerForm
from tracker.web.actions.step_page import back_to, item_for, people_below, step_page
from tracker.web.session import act, refused, requires, say, session, tell


@blueprint.route("/<int:item_id>/edit", methods=["GET", "POST"])
@requires(Permission.Action.EDIT)
def edit_action(item_id: int) -> Any:
    """Change what the item says of itself."""
    item = item_for(item_id, Step.EDIT)
    form = EditForm(**EditForm.facts_of(item))
    if form.validate_on_submit():
        with refused(form):
            editing.edit_action(session(), act(), item_id, form.value(), form.version.data)
            tell(N_("已儲存事項內容。"))
            return back_to(item_id)
    suggestions = queries.list_suggestions(session(), act().by)
    return step_page("actions/edit_action.html", item_id, form, suggestions=suggestions)


@blueprint.route("/parts/<int:part_id>/officer", methods=["GET", "POST"])
@requires(Permission.Action.CHANGE_OFFICER)
def change_officer(part_id: int) -> Any:
    """Let another person of the department answer for its part."""
    part = queries.get_part(session(), act().by, part_id)
    item = item_for(part.item_id, Step.CHANGE_OFFICER)
    if part not in rights.parts_for(act(), item, Step.CHANGE_OFFICER):
        raise Forbidden
    form = OfficerForm(officer_id=None)
    people = people_below(part.department_id)
    form.officer_id.offer(people, say(N_("請選擇承辦人")))
    if form.validate_on_submit():
        with refused(form):
            editing.change_officer(
                session(), act(), part_id, form.officer_id.data, form.version.data, form.reason.data or ""
            )
            tell(N_("已更換承辦人，並通知兩位同仁。"))
            return back_to(item.id)
    part = queries.get_part(session(), act().by, part_id)
    return step_page("actions/change_officer.html", item.id, form, part=part)
