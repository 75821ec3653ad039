"""Pages of the dashboards room."""

from flask import Blueprint, render_template

from tracker.access import Permission
from tracker.web.session import requires

blueprint = Blueprint("dashboards", __name__)


@blueprint.get("/")
@requires(Permission.Account.OWN)
def show_work() -> str:
    """Show what waits for the reader today, most urgent first."""
    return render_template("dashboards/show_work.html")


@blueprint.get("/dashboard")
@requires(Permission.Dashboard.READ)
def show_dashboard() -> str:
    """Show how many items are late, and whose."""
    return render_template("dashboards/show_dashboard.html")
