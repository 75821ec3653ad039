"""Action items: the list with its filters, and one item by its number."""

from flask import Blueprint
from spectree import Response

from tracker.access import Permission
from tracker.actions import queries
from tracker.actions.queries import ActionFilter, Order
from tracker.api.contract import contract, problem
from tracker.api.departments import department_id_of
from tracker.api.problems import Problem
from tracker.api.shapes import ActionItemPage, ActionItemQuery, ActionItemShape
from tracker.api.tokens import act, session, token_with, wiring
from tracker.foundation.errors import NotFound
from tracker.foundation.paging import Key, Place

blueprint = Blueprint("api_actions", __name__)


@blueprint.get("/action-items")
@token_with(Permission.Action.READ)
@contract.validate(
    query=ActionItemQuery,
    resp=Response(
        HTTP_200=ActionItemPage, HTTP_400=Problem, HTTP_401=Problem, HTTP_403=Problem, HTTP_422=Problem
    ),
    before=problem,
    tags=["action items"],
    operation_id="listActionItems",
    force_resp_serialize=True,
)
def list_action_items(query: ActionItemQuery) -> ActionItemPage:
    """List the action items that the token's owner may see, soonest due first."""
    today, standards = act().today, wiring().standards()
    is_past = query.as_at is not None and query.as_at < today and query.group in queries.OF_PAST_DAYS
    wanted = ActionFilter(
        group=query.group,
        status=query.status,
        department_id=department_id_of(query.department),
        theme=query.theme or "",
        adoption=query.adoption,
        signal=query.signal,
        report_no=query.report or "",
        trip_category=query.trip_category or "",
        tag=query.tag or "",
        level=query.tracking_level,
        only_priority=query.only_priority,
        words=query.q or "",
        due_from=query.due_from,
        due_until=query.due_until,
        as_at=query.as_at if is_past else None,
    )
    day = wanted.as_at or today
    place = Place(_key(query.after), _key(query.before))
    found = queries.list_actions(session(), act().by, wanted, today, standards, place, query.per_page)
    items = queries.as_they_stood(session(), found.rows, day) if is_past else found.rows
    return ActionItemPage(
        as_at=day,
        total=queries.count_actions(session(), act().by, wanted, today, standards),
        items=[ActionItemShape.of(item, day, standards, address_of(item.id)) for item in items],
        next=queries.write_key(found.on) if found.on else None,
        previous=queries.write_key(found.back) if found.back else None,
    )


@blueprint.get("/action-items/<string:item_no>")
@token_with(Permission.Action.READ)
@contract.validate(
    resp=Response(
        HTTP_200=ActionItemShape, HTTP_400=Problem, HTTP_401=Problem, HTTP_403=Problem, HTTP_404=Problem
    ),
    tags=["action items"],
    operation_id="getActionItem",
    path_parameter_descriptions={"item_no": "Such as 108-TPE-003-02."},
    force_resp_serialize=True,
)
def get_action_item(item_no: str) -> ActionItemShape:
    """Get one action item by its number."""
    found = queries.find_action_by_number(session(), act().by, item_no)
    if found is None:
        raise NotFound
    item = queries.get_action(session(), act().by, found.id)
    return ActionItemShape.of(item, act().today, wiring().standards(), address_of(item.id))


def address_of(item_id: int) -> str:
    """Return the address of an item's page."""
    return f"{wiring().settings.site.address.rstrip('/')}/actions/{item_id}"


def _key(written: str | None) -> Key | None:
    return queries.read_key(Order.DUE, written) if written else None
