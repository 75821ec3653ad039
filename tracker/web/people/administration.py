"""People, as the administrator keeps them: list, invite, change, let out and in again."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import FieldList, FormField, IntegerField, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from tracker.access import ROLE_LABELS, Permission, Role
from tracker.actions.handing_over import StillHolding, refuse_misplaced
from tracker.actions.queries import open_parts_of
from tracker.foundation.errors import Conflict, VersionConflict
from tracker.foundation.language import LANGUAGES, N_, SOURCE_LANGUAGE, translator
from tracker.people import queries, service
from tracker.people.events import RolesTaken
from tracker.people.models import User
from tracker.people.queries import PERSON_STATE_LABELS, PeopleFilter, PersonState
from tracker.people.rules.naming import indented_name
from tracker.people.service import PersonFields, RoleAssignment
from tracker.reminders.letter_queries import find_refused, list_refused
from tracker.web.forms import DepartmentChoice, Form, Words, required
from tracker.web.numbers import number_of, page_of
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell

EMPTY_ROLE_ROWS = 2
PAGE_SIZE = 50


class Version(IntegerField):
    """The version of a row as the page showed it; a value that is no number fits no row."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number."""
        text = valuelist[0] if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdigit() else -1

    def _value(self) -> str:
        return str(self.data)


class RoleRow(Form):
    """One role in one department."""

    class Meta(Form.Meta):
        """A part of a form needs no token of its own."""

        csrf = False

    role = SelectField(N_("角色"), default="")
    department = DepartmentChoice(N_("機關或單位"))


class PersonForm(Form):
    """A person and their roles."""

    email = Words(N_("電子郵件"), [required()])
    name = Words(N_("姓名"), [required()])
    title = Words(N_("職稱"))
    extension = Words(N_("分機"))
    language = SelectField(N_("語言"), choices=dict(LANGUAGES), default=SOURCE_LANGUAGE)
    roles = FieldList(FormField(RoleRow), N_("角色"), min_entries=EMPTY_ROLE_ROWS)
    version = Version()

    def offer(self) -> None:
        """Fill in the choices of every role row."""
        departments = queries.list_departments(session(), only_active=True)
        depths = queries.department_depths(session())
        for row in self.roles:
            roles = {role.value: say(label) for role, label in ROLE_LABELS.items()}
            row.form.role.choices = {"": say(N_("未指定")), **roles}
            row.form.department.offer(departments, depths, say(N_("未指定")))

    def validate_roles(self, rows: "FieldList[Any]") -> None:
        """Refuse a department without a role."""
        if any(row.form.department.data and not row.form.role.data for row in rows):
            raise ValidationError(say(N_("填了機關或單位，但沒有填角色。")))

    def value(self) -> PersonFields:
        """Return what was entered."""
        roles = (
            RoleAssignment(Role(row.form.role.data), row.form.department.data)
            for row in self.roles
            if row.form.role.data
        )
        return PersonFields(
            self.email.data or "",
            self.name.data or "",
            self.title.data or "",
            self.extension.data or "",
            self.language.data or SOURCE_LANGUAGE,
            tuple(dict.fromkeys(roles)),
        )


@blueprint.get("/people")
@requires(Permission.People.MANAGE)
def list_people() -> str:
    """Show everybody, by the filter in the address."""
    wanted = _filter()
    page = queries.search_users(session(), wanted, page_of(request.args), PAGE_SIZE)
    departments = queries.list_departments(session())
    depths = queries.department_depths(session())
    return render_template(
        "people/list_people.html",
        page=page,
        wanted=wanted,
        refused={each.address for each in list_refused(session())},
        departments=[(each.id, indented_name(each, depths[each.id], g.language)) for each in departments],
        states=[(state.value, say(label)) for state, label in PERSON_STATE_LABELS.items()],
        role_labels=ROLE_LABELS,
    )


def _filter() -> PeopleFilter:
    state = request.args.get("state", "")
    return PeopleFilter(
        request.args.get("q", ""),
        number_of(request.args.get("department")),
        PersonState(state) if state in list(PersonState) else None,
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def invite_person() -> Any:
    """Add a person and send the invitation."""
    form = PersonForm()
    form.offer()
    if form.validate_on_submit():
        with refused(form):
            user = service.invite_person(session(), act(), form.value())
            tell(N_("已新增%(name)s，邀請信會寄到 %(email)s。"), name=user.name, email=user.email)
            return redirect(url_for("people.list_people"))
    return render_template("people/invite_person.html", form=form), form.answer_status


@blueprint.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def edit_person(person_id: int) -> Any:
    """Change a person and their roles."""
    user = queries.get_user(session(), person_id)
    form = PersonForm(data=_shown(user))
    form.offer()
    if form.validate_on_submit():
        with refused(form):
            service.edit_person(session(), act(), person_id, form.value(), form.version.data)
            refuse_misplaced(session(), RolesTaken(person_id))
            tell(N_("已儲存%(name)s的資料。"), name=form.name.data)
            return redirect(url_for("people.list_people"))
    user = queries.get_user(session(), person_id)
    form.version.data = user.version
    page = render_template(
        "people/edit_person.html",
        form=form,
        user=user,
        conflict=isinstance(form.refusal, VersionConflict),
        still_holding=isinstance(form.refusal, StillHolding),
        holds=len(open_parts_of(session(), person_id)),
        refused=find_refused(session(), user.email),
        may_accept=act().by.may(Permission.Outbox.RELEASE),
        role_labels=ROLE_LABELS,
    )
    return page, form.answer_status


def _shown(user: User) -> dict[str, Any]:
    held = [{"role": grant.role.value, "department": grant.department_id} for grant in user.grants]
    return {
        "email": user.email,
        "name": user.name,
        "title": user.title,
        "extension": user.extension,
        "language": user.language,
        "version": user.version,
        "roles": [*held, *({"role": "", "department": None} for _ in range(EMPTY_ROLE_ROWS))],
    }


@blueprint.post("/people/<int:person_id>/reactivate")
@requires(Permission.People.MANAGE)
def reactivate_person(person_id: int) -> Response:
    """Let a person in again."""
    service.reactivate_person(session(), act(), person_id)
    tell(N_("帳號已恢復。"))
    return redirect(url_for("people.edit_person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/invite")
@requires(Permission.People.MANAGE)
def invite_again(person_id: int) -> Response:
    """Send a new invitation."""
    with conflict_told():
        service.invite_again(session(), act(), person_id)
        tell(N_("新的邀請信會寄出，先前的連結已失效。"))
    return redirect(url_for("people.edit_person", person_id=person_id))


@contextmanager
def conflict_told() -> Generator[None, None, None]:
    """Tell a conflict on the page that one came from, with nothing stored."""
    try:
        yield
    except Conflict as error:
        session().rollback()
        flash(error.text(translator(g.language)), "error")
