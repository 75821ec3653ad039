"""The figures of the dashboard: the same queries, so the same numbers."""

from dataclasses import asdict, replace

from flask import Blueprint
from spectree import Response

from tracker.access import Permission
from tracker.actions.queries import ActionFilter, Group, count_actions
from tracker.api.contract import contract, problem
from tracker.api.departments import department_id_of
from tracker.api.problems import Problem
from tracker.api.shapes import (
    AgeFigures,
    DepartmentFigures,
    DepartmentShape,
    Figures,
    FiguresQuery,
    MonthFigures,
    ThemeFigures,
)
from tracker.api.tokens import act, session, token_with, wiring
from tracker.people.queries import list_departments

blueprint = Blueprint("api_dashboards", __name__)


@blueprint.get("/figures")
@token_with(Permission.Dashboard.READ)
@contract.validate(
    query=FiguresQuery,
    resp=Response(HTTP_200=Figures, HTTP_400=Problem, HTTP_401=Problem, HTTP_403=Problem, HTTP_422=Problem),
    before=problem,
    tags=["figures"],
    operation_id="getFigures",
    force_resp_serialize=True,
)
def get_figures(query: FiguresQuery) -> Figures:
    """Get the numbers of the dashboard, over what the token's owner may see."""
    today, standards = act().today, wiring().standards()
    as_at = query.as_at if query.as_at and query.as_at < today else None
    wanted = ActionFilter(department_id=department_id_of(query.department), as_at=as_at)
    released = replace(wanted, group=Group.CLOSED)
    told = wiring().figures.overview(session(), act().by, wanted, today, standards, by_agency=True)
    departments = {each.id: each for each in list_departments(session())}
    departments = {each.id: each for each in list_departments(session())}
    tiles = asdict(told.tiles())
    return Figures(
        as_at=told.day,
        **{name: value for name, value in tiles.items() if name not in ("closed", "mine")},
        closed=count_actions(session(), act().by, released, today, standards),
        closed_this_year=told.releases.closed,
        by_department=[
            DepartmentFigures(
                department=DepartmentShape.of(departments[load.department_id]),
                open=load.counts.open,
                due_soon=load.counts.due_soon,
                overdue=load.counts.overdue,
            )
            for load in told.departments
        ],
        by_theme=[
            ThemeFigures(theme=each.theme, open=each.counts.open, overdue=each.counts.overdue)
            for each in told.themes
        ],
        ageing=[
            AgeFigures(from_days=each.from_days, until_days=each.until_days, items=each.number)
            for each in told.ageing
        ],
        trend=[
            MonthFigures(month=each.month.code, opened=each.opened, closed=each.closed, overdue=each.overdue)
            for each in told.trend
        ],
    )
