"""The start page, which shows what waits for its reader."""

from dataclasses import replace

from flask import render_template

from tracker.access import Permission, Role
from tracker.actions import queries as action_queries
from tracker.actions.queries import ActionFilter, Group, count_by_group
from tracker.reminders.work import work_of
from tracker.reports.queries import count_waiting_reports
from tracker.web.actions import lists
from tracker.web.actions.columns import OF_OTHERS, OF_WORK
from tracker.web.dashboards.blueprint import blueprint
from tracker.web.dashboards.tiles import Tile
from tracker.web.session import act, requires, session, standards, today, wiring
from tracker.web.work import shelves_of, urgency_of

WORK_SHOWN = 50
GROUPS = {
    Group.OVERDUE: "overdue",
    Group.DUE_SOON: "attention",
    Group.OPEN: None,
    Group.AWAITING_DECISION: None,
    Group.CLOSED: None,
}


@blueprint.get("/")
@requires(Permission.Account.OWN)
def show_work() -> str:
    """Show what waits for the reader today, most urgent first, under the headings of their letter."""
    principal = act().by
    piles = work_of(wiring().office, session(), principal, today(), WORK_SHOWN)
    return render_template(
        "dashboards/show_work.html",
        own=shelves_of(piles, overseen=False),
        below=shelves_of(piles, overseen=True),
        urgency=urgency_of(piles),
        columns=OF_OTHERS,
        own_columns=OF_WORK,
        checks=action_queries.checks_waiting_for(session(), principal, today()),
        waiting_reports=count_waiting_reports(session(), principal),
        tiles=_own_tiles(),
    )


def _own_tiles() -> list[Tile]:
    """Return the tiles of the start page: an officer's own items, everybody else's whole field of view."""
    principal = act().by
    if not principal.may(Permission.Action.READ):
        return []
    only_officer = set(principal.roles) <= {Role.OFFICER, Role.ADMINISTRATOR}
    wanted = ActionFilter(officer_id=principal.person_id if only_officer else None)
    counts = count_by_group(session(), principal, wanted, today(), standards(), tuple(GROUPS))
    if not (counts[Group.OPEN] or counts[Group.CLOSED]):
        return []
    return [
        Tile(
            counts[group],
            lists.group_name(group),
            lists.address_of(replace(wanted, group=group)),
            level if counts[group] else None,
        )
        for group, level in GROUPS.items()
    ]
