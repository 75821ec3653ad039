"""What the pages of all steps share: the item, the form that knows what was seen, the way back."""

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import audit
from tracker.actions import queries, rights
from tracker.actions.models import ActionItem, Part
from tracker.actions.rules import story
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Conflict, StepNotAllowed
from tracker.people.models import User
from tracker.people.queries import list_people_below
from tracker.people.rules.naming import department_name
from tracker.web.actions import lists
from tracker.web.actions.forms import EditForm, EvidenceForm, StepForm
from tracker.web.actions.telling import entries, story_of
from tracker.web.session import act, session, wiring


def whole_item(item_id: int, *, anew: bool = False) -> ActionItem:
    """Return an item with all that its page shows, read once in a request unless it is wanted anew; raises NotFound."""
    read: dict[int, ActionItem] = g.setdefault("items", {})
    if anew or item_id not in read:
        read[item_id] = queries.get_action(session(), act().by, item_id)
    return read[item_id]


def item_for(item_id: int, step: Step) -> ActionItem:
    """Return the item on which a step is to be taken; raises NotFound, Forbidden or StepNotAllowed."""
    item = whole_item(item_id)
    try:
        rights.check_step(act(), item, step)
    except StepNotAllowed:
        # What was typed is not thrown away: the service refuses it, and the form comes back with every word.
        if request.method != "POST":
            raise
    return item


def step_page(template: str, item_id: int, form: StepForm, **values: Any) -> tuple[str, int]:
    """Show the page of a step; after a conflict it tells what happened meanwhile, and carries the new version."""
    item = whole_item(item_id, anew=form.refusal is not None)
    lines = story_of(item)
    meanwhile: Sequence[story.Line] = ()
    if isinstance(form.refusal, Conflict):
        meanwhile = [line for line in lines if line.seq > (form.seen.data or 0)]
    if isinstance(form, EditForm):
        form.prepare(form.facts_of(item), item.version, audit.history_of(session(), "action_item", item.id))
    # A form with mistakes of its own keeps what its reader saw: only who is told of a change may overwrite it.
    if not form.is_submitted() or form.version.data is None or isinstance(form.refusal, Conflict):
        form.version.show(item.version)
        form.seen.show(max((line.seq for line in lines), default=0))
    kept = form.kept() if isinstance(form, EvidenceForm) else []
    page = render_template(
        template,
        item=item,
        line=lists.lines_of([item])[0],
        form=form,
        kept=kept,
        meanwhile=entries(item, meanwhile),
        max_megabytes=wiring().settings.follow_up.max_evidence_megabytes,
        **values,
    )
    return page, form.answer_status


def part_choices(parts: Sequence[Part]) -> list[tuple[int, str]]:
    """Return the departments for which a person may act, to choose from."""
    return [(part.id, department_name(part.department, g.language)) for part in parts]


def back_to(item_id: int) -> Response:
    """Lead the reader back to the item, where the step has become part of its story."""
    return redirect(url_for("actions.show_action", item_id=item_id))


def people_below(department_id: int) -> Sequence[User]:
    """Return the active people of a department and of everything below it, who may be its officers."""
    return list_people_below(session(), department_id)
