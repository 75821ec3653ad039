"""Saved filters (常用檢視): keeping the list's present question under a name, renaming, sharing, forgetting it."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import redirect, render_template, request, url_for
from wtforms import BooleanField, HiddenField

from tracker.access import Permission
from tracker.actions import queries, saving
from tracker.actions.queries import ActionFilter
from tracker.actions.saving import FilterFields
from tracker.foundation.errors import Forbidden
from tracker.foundation.language import N_
from tracker.web.actions import lists
from tracker.web.actions.blueprint import blueprint
from tracker.web.actions.columns import Column, code_of, columns_of
from tracker.web.forms import Form, HiddenNumber, Words, required
from tracker.web.numbers import number_of
from tracker.web.session import act, refused, requires, session, tell


class FilterForm(Form):
    """The name of a saved filter, and for whom it is."""

    name = Words(N_("名稱"), validators=[required()])
    is_shared = BooleanField(N_("分享給所有人"))
    is_default = BooleanField(N_("設為我的預設清單"))
    version = HiddenNumber()

    def value(self) -> FilterFields:
        """Return what was sent."""
        return FilterFields(self.name.data or "", bool(self.is_shared.data), bool(self.is_default.data))


class NewFilterForm(FilterForm):
    """A filter to be saved, with the question that travels as the query of an address."""

    question = HiddenField()


def question_of(wanted: ActionFilter, columns: Iterable[Column]) -> dict[str, Any]:
    """Return what a list asks and shows, as the query of its address; the same questions are written the same."""
    query = lists.query_of(wanted)
    shown = code_of(columns)
    return {**query, "columns": shown} if shown else query


@blueprint.get("/filters")
@requires(Permission.Action.READ)
def list_filters() -> str:
    """Show one's own saved filters and those that others share."""
    saved = queries.list_saved_filters(session(), act().by)
    return render_template(
        "actions/list_filters.html",
        saved=saved,
        own=[each for each in saved if each.is_own],
        others=[each for each in saved if not each.is_own],
    )


@blueprint.route("/filters/new", methods=["GET", "POST"])
@requires(Permission.Action.READ)
def save_filter() -> Any:
    """Keep a question under a name."""
    form = NewFilterForm()
    question = _question(
        request.args if request.method == "GET" else dict(parse_qsl(form.question.data or ""))
    )
    form.question.data = urlencode(question)
    if form.validate_on_submit():
        with refused(form):
            saving.save_filter(session(), act(), question, form.value())
            tell(N_("已儲存檢視「%(name)s」。"), name=form.name.data)
            return redirect(url_for("actions.list_actions", **question))
    return render_template(
        "actions/save_filter.html",
        form=form,
        back=url_for("actions.list_actions", **question),
        address=url_for("actions.save_filter"),
    ), form.answer_status


@blueprint.route("/filters/<int:filter_id>", methods=["GET", "POST"])
@requires(Permission.Action.READ)
def edit_filter(filter_id: int) -> Any:
    """Rename one's own filter, share it or not."""
    saved = queries.get_saved_filter(session(), act().by, filter_id)
    if saved.owner_id != act().by.person_id:
        raise Forbidden
    form = FilterForm(
        name=saved.name,
        is_shared=saved.is_shared,
        is_default=queries.is_default_filter(session(), act().by, filter_id),
        version=saved.version,
    )
    if form.validate_on_submit():
        with refused(form):
            saving.change_filter(session(), act(), filter_id, form.value(), form.version.data)
            tell(N_("已更新檢視「%(name)s」。"), name=form.name.data)
            return redirect(url_for("actions.list_filters"))
    return render_template(
        "actions/save_filter.html",
        form=form,
        back=url_for("actions.list_filters"),
        address=url_for("actions.edit_filter", filter_id=filter_id),
        saved=saved,
    ), form.answer_status


@blueprint.post("/filters/<int:filter_id>/delete")
@requires(Permission.Action.READ)
def delete_filter(filter_id: int) -> Any:
    """Forget one's own filter."""
    saving.delete_filter(session(), act(), filter_id)
    tell(N_("已刪除檢視。"))
    return redirect(url_for("actions.list_filters"))


@blueprint.post("/filters/default")
@requires(Permission.Action.READ)
def choose_default_filter() -> Any:
    """Let one's list open with a filter, or with the usual one."""
    saving.choose_default(session(), act(), number_of(request.form.get("filter_id")))
    tell(N_("已更新預設清單。"))
    return redirect(url_for("actions.list_filters"))


def _question(query: Mapping[str, str]) -> dict[str, Any]:
    return question_of(lists.filter_of(query), columns_of([query.get("columns", "")]))
