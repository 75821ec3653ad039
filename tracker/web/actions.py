"""Pages of the actions room."""

from flask import Blueprint, render_template

from tracker.access import Permission
from tracker.web.session import requires

blueprint = Blueprint("actions", __name__)


@blueprint.get("/")
@requires(Permission.Action.READ)
def list_actions() -> str:
    """Show the items that the reader sees, by the filter in the address."""
    return render_template("actions/list_actions.html")


@blueprint.get("/<int:item_id>")
@requires(Permission.Action.READ)
def show_action(item_id: int) -> str:
    """Show one item: what it is, what the reader can do now, and its story."""
    return render_template("actions/show_action.html", item_id=item_id)
