"""Deputies whom a head names for the own people, or the administrator for anybody."""

from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from tracker.access import Permission
from tracker.foundation.language import N_
from tracker.people import queries, service
from tracker.web.forms import PersonChoice
from tracker.web.people.blueprint import blueprint
from tracker.web.people.settings import DeputyForm
from tracker.web.session import act, refused, requires, say, session, tell, today


class NamedDeputyForm(DeputyForm):
    """For whom, who stands in, from when until when."""

    person_id = PersonChoice(N_("請假或出缺的同仁"))

    def validate_person_id(self, chosen: PersonChoice) -> None:
        """Ask for a person."""
        if chosen.data is None:
            raise ValidationError(say(N_("請選擇同仁。")))


@blueprint.route("/deputies", methods=["GET", "POST"])
@requires(Permission.People.NAME_DEPUTY)
def list_deputies() -> Any:
    """Show who stands in for whom among the reader's people, and name another deputy."""
    people = queries.list_people_to_stand_in_for(session(), act().by)
    form = NamedDeputyForm()
    form.person_id.offer(people, say(N_("請選擇")))
    form.deputy_id.offer(queries.list_active_people(session()), say(N_("請選擇")))
    if form.validate_on_submit():
        assert form.person_id.data is not None
        with refused(form):
            deputy_id, starts_on, ends_on = form.chosen()
            service.delegate(session(), act(), form.person_id.data, deputy_id, starts_on, ends_on)
            tell(N_("職務代理人已設定，並通知雙方。"))
            return redirect(url_for("people.list_deputies"))
    delegations = queries.list_delegations_of(session(), [each.id for each in people], today())
    page = render_template("people/list_deputies.html", form=form, people=people, delegations=delegations)
    return page, form.answer_status


@blueprint.post("/people/<int:person_id>/deputies/<int:delegation_id>/end")
@requires(Permission.People.NAME_DEPUTY)
def end_deputy_of(person_id: int, delegation_id: int) -> Response:
    """End another person's delegation at once."""
    service.end_delegation(session(), act(), person_id, delegation_id)
    tell(N_("職務代理已結束。"))
    return redirect(url_for("people.list_deputies"))
