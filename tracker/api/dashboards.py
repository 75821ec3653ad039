"""The figures of the dashboard: the same queries, so the same numbers."""

from dataclasses import asdict

from flask import Blueprint
from spectree import Response

from tracker.access import Permission
from tracker.actions.queries import ActionFilter
from tracker.api.contract import contract, problem
from tracker.api.departments import department_id_of
from tracker.api.problems import Problem
from tracker.api.shapes import DepartmentFigures, DepartmentShape, Figures, FiguresQuery
from tracker.api.tokens import act, session, token_with, wiring
from tracker.dashboards import queries
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
    wanted = ActionFilter(department_id=department_id_of(query.department))
    today, standards = act().today, wiring().standards()
    tiles = queries.count_tiles(session(), act().by, wanted, today, standards)
    loads = queries.load_by_department(session(), act().by, wanted, today, standards, by_agency=True)
    departments = {each.id: each for each in list_departments(session())}
    return Figures(
        as_at=today,
        **asdict(tiles),
        by_department=[
            DepartmentFigures(
                department=DepartmentShape.of(departments[load.department_id]),
                open=load.open,
                due_soon=load.due_soon,
                overdue=load.overdue,
            )
            for load in loads
        ],
    )
