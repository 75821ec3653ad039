"""The check after closing: the department's answer, and the coordinating office's note of it."""

from typing import Any

from flask import request

from tracker.access import Permission
from tracker.actions import post_checking, queries
from tracker.actions.rules.post_checking import CheckState
from tracker.foundation.errors import Forbidden, StepNotAllowed
from tracker.foundation.language import N_
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.forms import CheckForm, NoteForm
from tracker.web.actions.step_page import back_to, step_page
from tracker.web.session import act, refused, requires, session, tell, today


@blueprint.route("/checks/<int:check_id>", methods=["GET", "POST"])
@requires(Permission.Action.ANSWER_CHECK)
def answer_check(check_id: int) -> Any:
    """Say how things stand with an item that was released."""
    check = queries.get_check(session(), act().by, check_id)
    item_id = check.item_id
    if not post_checking.may_answer(act(), check.item):
        raise Forbidden
    if request.method != "POST" and check.state_on(today()) is not CheckState.WAITING:
        raise StepNotAllowed
    form = CheckForm()
    if form.validate_on_submit():
        with refused(form):
            post_checking.answer_check(session(), act(), check_id, form.value())
            tell(N_("已送出續查答覆，等候研考備查。"))
            return back_to(item_id)
    return step_page("actions/answer_check.html", item_id, form)


@blueprint.route("/checks/<int:check_id>/note", methods=["GET", "POST"])
@requires(Permission.Action.NOTE_CHECK)
def note_check(check_id: int) -> Any:
    """Take note of the answer."""
    check = queries.get_check(session(), act().by, check_id)
    item_id = check.item_id
    if not post_checking.may_note(act(), check):
        raise Forbidden
    if request.method != "POST" and check.state_on(today()) is not CheckState.ANSWERED:
        raise StepNotAllowed
    form = NoteForm()
    if form.validate_on_submit():
        with refused(form):
            adopted = bool(form.record_adoption.data)
            post_checking.note_check(
                session(), act(), check_id, form.note.data or "", record_adoption=adopted
            )
            tell(N_("已備查。"))
            return back_to(item_id)
    check = queries.get_check(session(), act().by, check_id)
    return step_page("actions/note_check.html", item_id, form, check=check)
