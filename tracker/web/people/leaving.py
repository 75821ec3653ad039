"""What a person holds goes to others: before they are let out, or before they leave a department."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from wtforms import SelectField, TextAreaField

from tracker.access import ROLE_LABELS, Permission
from tracker.actions import handing_over
from tracker.actions import queries as actions
from tracker.actions.handing_over import Handover, needs_officer
from tracker.actions.models import Part
from tracker.foundation.errors import StepNotAllowed
from tracker.foundation.language import N_
from tracker.people.models import User
from tracker.people.queries import get_user, list_users
from tracker.web.forms import Form, PersonChoice
from tracker.web.people.blueprint import blueprint
from tracker.web.session import act, refused, requires, say, session, tell, today

NOBODY = "none"
Offered = Mapping[int, Sequence[User]]


@dataclass(frozen=True)
class _Leaver:
    """A person with the parts that they hold, everybody else, and who of them may take what, by department."""

    user: User
    others: Sequence[User]
    parts: Sequence[Part]
    offered: Offered


class HandoverForm(Form):
    """To whom everything goes, and why; beside each part stands a choice of its own."""

    default_to = PersonChoice(N_("全部移交給"))
    filters_to = PersonChoice(N_("共用檢視移交給"))
    reason = TextAreaField(N_("移交原因"))

    def value(self, parts: Sequence[Part], offered: Offered) -> Handover:
        """Return who takes each part: whoever was chosen beside it, else the one for all where they may take it."""
        chosen = {part.id: self._successor(part, offered) for part in parts}
        successors = {
            part_id: None if successor == NOBODY else int(successor)
            for part_id, successor in chosen.items()
            if successor
        }
        return Handover(self.reason.data or "", successors, self.filters_to.data)

    def ask_for_missing(self, parts: Sequence[Part], offered: Offered) -> bool:
        """Put an error beside each part that nobody was chosen for, and tell whether there is none."""
        missing = [part for part in parts if not self._successor(part, offered)]
        for part in missing:
            self[f"successor_{part.id}"].errors = [say(N_("請選擇接辦人。"))]
        return not missing

    def _successor(self, part: Part, offered: Offered) -> str:
        own = str(self[f"successor_{part.id}"].data or "")
        may_take = self.default_to.data in {each.id for each in offered[part.department_id]}
        return own or (str(self.default_to.data) if may_take else "")


@blueprint.route("/people/<int:person_id>/handover", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def hand_over(person_id: int) -> Any:
    """Give what a person holds to others, who stay."""
    leaver = _read(person_id)
    form = _form(leaver)
    if form.validate_on_submit():
        with refused(form):
            moved = handing_over.hand_over(
                session(), act(), person_id, form.value(leaver.parts, leaver.offered)
            )
            tell(N_("已移交 %(count)s 件，並通知原承辦人與接辦人。"), count=moved)
            return redirect(url_for("people.edit_person", person_id=person_id))
    return _page("people/hand_over.html", leaver, form)


@blueprint.route("/people/<int:person_id>/deactivate", methods=["GET", "POST"])
@requires(Permission.People.MANAGE)
def deactivate_person(person_id: int) -> Any:
    """Let a person out at once, after everything they hold has gone to others."""
    leaver = _read(person_id)
    if not leaver.user.is_active:
        raise StepNotAllowed
    form = _form(leaver)
    if form.validate_on_submit() and form.ask_for_missing(leaver.parts, leaver.offered):
        with refused(form):
            handing_over.deactivate_person(
                session(), act(), person_id, form.value(leaver.parts, leaver.offered)
            )
            tell(N_("帳號已停用，所有裝置都已登出。"))
            return redirect(url_for("people.edit_person", person_id=person_id))
    return _page("people/deactivate_person.html", leaver, form)


def _read(person_id: int) -> _Leaver:
    user = get_user(session(), person_id)
    others = [each for each in list_users(session(), only_active=True) if each.id != person_id]
    parts = actions.open_parts_of(session(), person_id)
    return _Leaver(user, others, parts, actions.successors_for(session(), parts, others))


def _form(leaver: _Leaver) -> HandoverForm:
    choices = {
        f"successor_{part.id}": SelectField(
            N_("接辦人"), choices=_choices(part, leaver.offered[part.department_id]), default=""
        )
        for part in leaver.parts
    }
    form: HandoverForm = type("ChosenHandoverForm", (HandoverForm,), choices)()
    takers = {each.id: each for people in leaver.offered.values() for each in people}
    form.default_to.offer(sorted(takers.values(), key=lambda each: each.name), say(N_("逐件選擇")))
    form.filters_to.offer(leaver.others, say(N_("不移交")))
    return form


def _choices(part: Part, offered: Sequence[User]) -> dict[str, str]:
    nobody = {} if needs_officer(part) else {NOBODY: say(N_("暫不指定，由單位主管處理"))}
    people = {str(each.id): f"{each.name} {each.title}".strip() for each in offered}
    return {"": say(N_("同「全部移交給」")), **people, **nobody}


def _page(template: str, leaver: _Leaver, form: HandoverForm) -> Any:
    if form.refusal is not None:
        leaver = _read(leaver.user.id)
    page = render_template(
        template,
        user=leaver.user,
        form=form,
        holdings=actions.holdings_of(session(), leaver.user.id, leaver.parts, today()),
        without_successor=[part for part in leaver.parts if not leaver.offered[part.department_id]],
        needs_officer=needs_officer,
        readable=actions.readable_of(session(), act().by, [part.item_id for part in leaver.parts]),
        role_labels=ROLE_LABELS,
    )
    return page, form.answer_status
