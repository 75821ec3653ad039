"""A department's dashboard: its numbers, what it has to do next, and what was returned to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import render_template, url_for

from tracker.access import Permission
from tracker.actions.queries import ActionFilter, Group, count_actions
from tracker.dashboards.departments import KINDS, Returned, returned_to
from tracker.dashboards.figures import LongOpen
from tracker.dashboards.queries import standing_items
from tracker.dashboards.remembering import view_of
from tracker.foundation.errors import NotFound
from tracker.foundation.language import N_
from tracker.people.queries import get_department
from tracker.web.actions import lists
from tracker.web.dashboards.blueprint import blueprint
from tracker.web.dashboards.overview import overview_of
from tracker.web.dashboards.tiles import Tile, tiles_of
from tracker.web.session import act, requires, say, session, standards, today, wiring


@blueprint.get("/dashboard/departments/<int:department_id>")
@requires(Permission.Dashboard.READ)
def show_department(department_id: int) -> str:
    """Show how a department stands; raises NotFound outside of what the reader oversees."""
    if not act().by.scope(Permission.Dashboard.READ).covers(department_id):
        raise NotFound
    department = get_department(session(), department_id)
    wanted = ActionFilter(department_id=department_id)
    told = overview_of(wanted)
    question = ("department", view_of(act().by), department_id, today(), standards())
    known = wiring().figures.remembered(session(), question, lambda: _work_of(department_id))
    supported = ActionFilter(group=Group.OPEN, support_id=department_id)
    support = Tile(
        known.supported,
        say(N_("協辦中")),
        lists.address_of(supported),
        definition=say(N_("列管中，且由本機關或所屬單位協辦、協辦部分還沒解列的事項。")),
    )
    return render_template(
        "dashboards/show_department.html",
        department=department,
        told=told,
        tiles=[*tiles_of(told.tiles(), wanted, told.releases.year), support],
        next_due=known.next_due,
        next_address=lists.address_of(replace(wanted, group=Group.OPEN, due_from=today())),
        labels={kind: say(label) for kind, label in KINDS.items()},
        returned=known.returned,
        dashboard=url_for("dashboards.show_dashboard", department=department_id),
    )


@dataclass(frozen=True)
class Work:
    """What a department has before it: how many items it supports, what falls due next, what came back."""

    supported: int
    next_due: Sequence[LongOpen]
    returned: Sequence[Returned]


def _work_of(department_id: int) -> Work:
    asked = (session(), act().by)
    supported = ActionFilter(group=Group.OPEN, support_id=department_id)
    coming = ActionFilter(department_id=department_id, group=Group.OPEN, due_from=today())
    return Work(
        count_actions(*asked, supported, today(), standards()),
        standing_items(*asked, coming, today(), standards()),
        returned_to(*asked, department_id),
    )
