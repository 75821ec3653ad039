"""Departments, as the administrator keeps them: the tree, and each one's names and mailbox."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField

from tracker.access import Permission
from tracker.foundation.errors import VersionConflict
from tracker.foundation.language import N_
from tracker.people import organization, queries
from tracker.people.models import Department
from tracker.people.organization import DepartmentFields
from tracker.people.rules.import_table import split_aliases
from tracker.people.rules.naming import department_name
from tracker.web.forms import DepartmentChoice, Form, Words, required
from tracker.web.numbers import number_of
from tracker.web.people.administration import Version, conflict_told
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell


class DepartmentForm(Form):
    """A department: its names, its place in the tree, its mailbox."""

    code = Words(N_("機關代碼"), [required()])
    name = Words(N_("機關名稱"), [required()])
    english_name = Words(N_("英文名稱"))
    aliases = Words(N_("別名"))
    parent_id = DepartmentChoice(N_("上級機關"))
    mailbox = Words(N_("公用信箱"))
    is_coordinating = BooleanField(N_("這是研考單位"))
    version = Version()

    def value(self) -> DepartmentFields:
        """Return what was entered."""
        return DepartmentFields(
            self.code.data or "",
            self.name.data or "",
            self.english_name.data or "",
            split_aliases(self.aliases.data or ""),
            self.parent_id.data,
            self.mailbox.data or "",
            self.is_coordinating.data,
        )


@blueprint.get("/departments")
@requires(Permission.People.MANAGE)
def list_departments() -> str:
    """Show the tree of departments."""
    return render_template(
        "people/list_departments.html",
        departments=queries.list_departments(session()),
        depths=queries.department_depths(session()),
        people=queries.count_people_by_department(session()),
    )


@blueprint.route("/departments/new", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def add_department() -> Any:
    """Add a department."""
    form = DepartmentForm(data={"parent_id": number_of(request.args.get("parent"))})
    _offer(form)
    if form.validate_on_submit():
        with refused(form):
            department = organization.add_department(session(), act(), form.value())
            tell(N_("已新增%(name)s。"), name=department_name(department, g.language))
            return redirect(url_for("people.list_departments"))
    return render_template("people/add_department.html", form=form), form.answer_status


@blueprint.route("/departments/<int:department_id>/edit", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def edit_department(department_id: int) -> Any:
    """Change a department."""
    department = queries.get_department(session(), department_id)
    form = DepartmentForm(data=_shown(department))
    _offer(form, department)
    if form.validate_on_submit():
        with refused(form):
            organization.edit_department(session(), act(), department_id, form.value(), form.version.data)
            tell(N_("已儲存%(name)s的資料。"), name=department_name(department, g.language))
            return redirect(url_for("people.list_departments"))
    department = queries.get_department(session(), department_id)
    conflict = isinstance(form.refusal, VersionConflict)
    form.version.data = department.version
    return render_template(
        "people/edit_department.html", form=form, department=department, conflict=conflict
    ), form.answer_status


def _offer(form: DepartmentForm, department: Department | None = None) -> None:
    offered = [
        each
        for each in queries.list_departments(session())
        if each.is_active or (department is not None and each.id == department.parent_id)
    ]
    form.parent_id.offer(offered, queries.department_depths(session()), say(N_("無（一級機關）")))


def _shown(department: Department) -> dict[str, Any]:
    return {
        "code": department.code,
        "name": department.name,
        "english_name": department.english_name,
        "aliases": "、".join(department.aliases),
        "parent_id": department.parent_id,
        "mailbox": department.mailbox,
        "is_coordinating": department.is_coordinating,
        "version": department.version,
    }


@blueprint.post("/departments/<int:department_id>/deactivate")
@requires(Permission.People.MANAGE)
def deactivate_department(department_id: int) -> Response:
    """Take a department out of use."""
    with conflict_told():
        organization.deactivate_department(session(), act(), department_id)
        tell(N_("機關已停用，既有的紀錄都保留。"))
    return redirect(url_for("people.edit_department", department_id=department_id))


@blueprint.post("/departments/<int:department_id>/reactivate")
@requires(Permission.People.MANAGE)
def reactivate_department(department_id: int) -> Response:
    """Take a department into use again."""
    organization.reactivate_department(session(), act(), department_id)
    tell(N_("機關已恢復使用。"))
    return redirect(url_for("people.edit_department", department_id=department_id))
