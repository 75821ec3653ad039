"""Bringing in a table of people or departments: upload, look at the plan, confirm.

The table travels along inside the page until it is confirmed, so nothing of it is stored before, and confirming
needs no second upload.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from flask import Response, g, redirect, render_template, url_for
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from tracker.access import ROLE_LABELS, Permission
from tracker.foundation.language import N_, translator
from tracker.people import importing, queries
from tracker.people.importing import CHANGE_LABELS, Change, Plan
from tracker.people.rules import import_table
from tracker.people.rules.import_table import MAX_BYTES, Column
from tracker.people.rules.naming import department_name
from tracker.web.forms import Form
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell


class ImportForm(Form):
    """A table, fresh from the disk or kept in the page, and what to do with it."""

    file = FileField(N_("CSV 檔"))
    kept = HiddenField()
    skip = BooleanField(N_("略過有問題的列，匯入其餘的列"))
    invite = BooleanField(N_("寄邀請信給新增的人員"))

    def validate_file(self, chosen: FileField) -> None:
        """Ask for a file where none is kept."""
        if not chosen.data and not self.kept.data:
            raise ValidationError(say(N_("請選擇 CSV 檔。")))

    @property
    def table(self) -> bytes:
        """Return the bytes of the table; one chosen now goes before one kept."""
        if self.file.data:
            content: bytes = self.file.data.stream.read(MAX_BYTES + 1)
            return content
        try:
            return base64.urlsafe_b64decode(self.kept.data or "")
        except (binascii.Error, ValueError):
            return b""

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the plan was seen: then no file is chosen, and one is kept."""
        return not self.file.data and bool(self.kept.data)


@blueprint.route("/people/import", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def import_people() -> Any:
    """Bring in people from a table."""
    form, plan = ImportForm(), None
    if form.validate_on_submit():
        with refused(form):
            data = form.table
            plan = importing.plan_people(session(), data)
            if form.is_confirmed:
                importing.import_people(session(), act(), data, skip=form.skip.data, invite=form.invite.data)
                _tell_outcome(plan)
                return redirect(url_for("people.list_people"))
            _keep(form, data)
    return _page("people/import_people.html", form, plan, import_table.PEOPLE_COLUMNS)


@blueprint.route("/departments/import", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def import_departments() -> Any:
    """Bring in departments from a table."""
    form, plan = ImportForm(), None
    if form.validate_on_submit():
        with refused(form):
            data = form.table
            plan = importing.plan_departments(session(), data)
            if form.is_confirmed:
                importing.import_departments(session(), act(), data, skip=form.skip.data)
                _tell_outcome(plan)
                return redirect(url_for("people.list_departments"))
            _keep(form, data)
    return _page("people/import_departments.html", form, plan, import_table.DEPARTMENT_COLUMNS)


@blueprint.get("/people/import/sample.csv")
@requires(Permission.People.MANAGE)
def people_sample() -> Response:
    """Give a table of people to fill in."""
    return _sample("people.csv", import_table.PEOPLE_COLUMNS)


@blueprint.get("/departments/import/sample.csv")
@requires(Permission.People.MANAGE)
def departments_sample() -> Response:
    """Give a table of departments to fill in."""
    return _sample("departments.csv", import_table.DEPARTMENT_COLUMNS)


def _keep(form: ImportForm, data: bytes) -> None:
    form.kept.data = base64.urlsafe_b64encode(data).decode("ascii")
    form.invite.data = True


def _tell_outcome(plan: Plan[Any]) -> None:
    tell(
        N_("匯入完成：新增 %(added)s 筆，更新 %(updated)s 筆，沒有變更 %(same)s 筆，略過 %(skipped)s 列。"),
        added=plan.count(Change.ADD),
        updated=plan.count(Change.UPDATE),
        same=plan.count(Change.NONE),
        skipped=len({problem.line for problem in plan.problems}),
    )


def _page(template: str, form: ImportForm, plan: Plan[Any] | None, columns: Sequence[Column]) -> Any:
    translate = translator(g.language)
    page = render_template(
        template,
        form=form,
        plan=plan,
        columns=columns,
        problems=[(problem.line, problem.text(translate)) for problem in plan.problems] if plan else [],
        changes=[(change, say(label), plan.count(change)) for change, label in CHANGE_LABELS.items()]
        if plan
        else [],
        change_labels=CHANGE_LABELS,
        role_labels=ROLE_LABELS,
        departments={
            each.id: department_name(each, g.language) for each in queries.list_departments(session())
        },
    )
    return page, form.answer_status


def _sample(name: str, columns: Sequence[Column]) -> Response:
    response = Response(import_table.sample(columns, translator(g.language)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
