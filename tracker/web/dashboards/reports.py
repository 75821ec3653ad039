"""A report's dashboard: what was recommended, what was adopted, and how far the items have come."""

from dataclasses import dataclass

from flask import render_template

from tracker.access import Permission
from tracker.actions.queries import ActionFilter, Group, count_by_group, items_of_recommendations
from tracker.reports.models import Recommendation
from tracker.reports.queries import get_report
from tracker.web.actions import lists
from tracker.web.actions.columns import USUAL
from tracker.web.actions.lists import ActionLine
from tracker.web.dashboards.blueprint import blueprint
from tracker.web.dashboards.tiles import tile_of
from tracker.web.session import act, requires, session, standards, today

GROUPS = {Group.OPEN: None, Group.OVERDUE: "overdue", Group.DUE_SOON: "attention", Group.CLOSED: None}


@dataclass(frozen=True)
class Outgrowth:
    """A recommendation, and the items that grew out of it."""

    recommendation: Recommendation
    lines: list[ActionLine]


@blueprint.get("/dashboard/reports/<int:report_id>")
@requires(Permission.Dashboard.READ)
def show_report(report_id: int) -> str:
    """Show what became of a report's recommendations."""
    report = get_report(session(), act().by, report_id)
    ids = [each.id for each in report.recommendations]
    items = items_of_recommendations(session(), act().by, ids)
    outgrowths = [Outgrowth(each, lists.lines_of(items.get(each.id, ()))) for each in report.recommendations]
    wanted = ActionFilter(report_no=report.report_no or "")
    counts = count_by_group(session(), act().by, wanted, today(), standards(), tuple(GROUPS)) if ids else {}
    tiles = [
        tile_of(group, counts[group], wanted, level) for group, level in GROUPS.items() if group in counts
    ]
    return render_template(
        "dashboards/show_report.html",
        report=report,
        outgrowths=outgrowths,
        tiles=tiles,
        columns=USUAL,
        adopted=sum(1 for each in report.recommendations if items.get(each.id)),
    )
