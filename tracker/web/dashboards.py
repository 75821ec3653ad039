"""The start page, which shows what waits for its reader, and the dashboard, which says how many are late, and whose."""

from dataclasses import dataclass, replace

from flask import Blueprint, g, render_template, request

from tracker.access import Permission, Role
from tracker.actions import queries as action_queries
from tracker.actions.queries import ActionFilter, Group
from tracker.dashboards import charts, queries
from tracker.dashboards.figures import DepartmentLoad, Tiles
from tracker.foundation.language import N_
from tracker.people.rules.naming import department_name
from tracker.reminders.work import work_of
from tracker.reports.queries import count_waiting_reports
from tracker.web.actions import lists
from tracker.web.actions.columns import OF_OTHERS, OF_WORK, USUAL
from tracker.web.session import act, requires, say, session, standards, today, wiring
from tracker.web.work import shelves_of, urgency_of

blueprint = Blueprint("dashboards", __name__)

LONGEST_SHOWN = 10
WORK_SHOWN = 50


@dataclass(frozen=True)
class _Tile:
    """One tile: a number, what it counts, and the list behind it."""

    number: int
    label: str
    address: str
    level: str | None = None


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


@blueprint.get("/dashboard")
@requires(Permission.Dashboard.READ)
def show_dashboard() -> str:
    """Show how many items are late, and whose."""
    department_id = lists.filter_of(request.args).department_id
    wanted = ActionFilter(department_id=department_id)
    whole_city = act().by.scope(Permission.Dashboard.READ).city
    tiles = queries.count_tiles(session(), act().by, wanted, today(), standards())
    loads = queries.load_by_department(
        session(), act().by, wanted, today(), standards(), by_agency=whole_city and department_id is None
    )
    overdue = replace(wanted, group=Group.OVERDUE)
    longest = action_queries.list_actions(
        session(), act().by, overdue, today(), standards(), size=LONGEST_SHOWN
    )
    return render_template(
        "dashboards/show_dashboard.html",
        tiles=_tiles(tiles, wanted),
        figures=tiles,
        answer=_answer(tiles, loads),
        chart_answer=_chart_answer(loads),
        data=charts.by_department(loads, say(N_("件")), lists.group_name, lists.address_of, g.language),
        lines=lists.lines_of(longest.rows),
        columns=USUAL,
        overdue_address=lists.address_of(overdue),
        past_original_address=lists.address_of(replace(wanted, group=Group.PAST_ORIGINAL)),
        department_id=department_id,
        departments=lists.department_options(session()) if whole_city else [],
    )


def _tiles(tiles: Tiles, wanted: ActionFilter) -> list[_Tile]:
    shown = (
        (tiles.overdue, Group.OVERDUE, "overdue"),
        (tiles.due_soon, Group.DUE_SOON, "attention"),
        (tiles.open, Group.OPEN, None),
        (tiles.awaiting_decision, Group.AWAITING_DECISION, None),
        (tiles.closed, Group.CLOSED, None),
    )
    return [
        _Tile(
            number,
            lists.group_name(group),
            lists.address_of(replace(wanted, group=group)),
            level if number else None,
        )
        for number, group, level in shown
    ]


def _own_tiles() -> list[_Tile]:
    """Return the tiles of the start page: an officer's own items, everybody else's whole field of view."""
    principal = act().by
    if not principal.may(Permission.Action.READ):
        return []
    only_officer = set(principal.roles) <= {Role.OFFICER, Role.ADMINISTRATOR}
    wanted = ActionFilter(officer_id=principal.person_id if only_officer else None)
    tiles = queries.count_tiles(session(), principal, wanted, today(), standards())
    return _tiles(tiles, wanted) if tiles.open or tiles.closed else []


def _answer(tiles: Tiles, loads: list[DepartmentLoad]) -> str:
    if not tiles.open and not tiles.closed:
        return say(N_("目前沒有列管事項。"))
    if not tiles.overdue:
        return say(N_("列管中 %(open)s 件，沒有逾期。"), open=tiles.open)
    first = loads[0]
    if first.overdue == tiles.overdue:
        return say(
            N_("列管中 %(open)s 件，%(overdue)s 件逾期，都在%(department)s。"),
            open=tiles.open,
            overdue=tiles.overdue,
            department=department_name(first, g.language),
        )
    if _is_tied(loads):
        return say(
            N_("列管中 %(open)s 件，%(overdue)s 件逾期，分散在 %(departments)s 個機關。"),
            open=tiles.open,
            overdue=tiles.overdue,
            departments=sum(1 for load in loads if load.overdue),
        )
    return say(
        N_("列管中 %(open)s 件，%(overdue)s 件逾期，其中%(department)s %(most)s 件最多。"),
        open=tiles.open,
        overdue=tiles.overdue,
        department=department_name(first, g.language),
        most=first.overdue,
    )


def _is_tied(loads: list[DepartmentLoad]) -> bool:
    """Tell whether no single department is the most overdue one, so that none is named."""
    return len(loads) > 1 and loads[0].overdue == loads[1].overdue


def _chart_answer(loads: list[DepartmentLoad]) -> str:
    late = [load for load in loads if load.overdue]
    if not late:
        return say(N_("沒有機關逾期。"))
    if len(late) == 1:
        return say(
            N_("只有%(department)s有逾期，%(count)s 件。"),
            department=department_name(late[0], g.language),
            count=late[0].overdue,
        )
    if _is_tied(loads):
        return say(
            N_("%(departments)s 個機關有逾期，最多的各 %(count)s 件。"),
            departments=len(late),
            count=late[0].overdue,
        )
    return say(
        N_("%(departments)s 個機關有逾期，%(department)s最多，%(count)s 件。"),
        departments=len(late),
        department=department_name(late[0], g.language),
        count=late[0].overdue,
    )
