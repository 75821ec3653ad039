"""The coordinating office's dashboard: who filed for which period, and which decisions wait."""

from dataclasses import dataclass

from flask import g, render_template

from tracker.access import Permission
from tracker.actions.queries import ActionFilter, Filed, Filing, Group, count_by_group
from tracker.actions.rules.filing import Period
from tracker.dashboards.filing import FilingOfPeriod, filing_by_period
from tracker.dashboards.remembering import view_of
from tracker.web.actions import lists
from tracker.web.actions.telling import period_name
from tracker.web.dashboards.blueprint import blueprint
from tracker.web.dashboards.tiles import tile_of
from tracker.web.session import act, requires, session, standards, today, wiring

WAITING = (Group.MINE, Group.AWAITING_DECISION, Group.EXTENSION_ASKED, Group.CLOSING_PREPARED, Group.TO_CHECK)


@dataclass(frozen=True)
class Line:
    """A period, its numbers, and the lists behind them."""

    told: FilingOfPeriod
    name: str
    addresses: dict[str, str]


@blueprint.get("/dashboard/filing")
@requires(Permission.Dashboard.READ)
def show_filing() -> str:
    """Show what was filed, filed late and is missing by period, and the decisions that wait."""
    asked = (session(), act().by, ActionFilter(), today(), standards())
    question = ("filing", view_of(act().by), today(), standards())
    found = wiring().figures.remembered(session(), question, lambda: filing_by_period(*asked))
    mine = ("waiting", act().by.person_id, act().by.grants, today(), standards(), g.language)
    counts = wiring().figures.remembered(session(), mine, lambda: count_by_group(*asked, WAITING))
    return render_template(
        "dashboards/show_filing.html",
        lines=[Line(each, period_name(each.period.code), _addresses(each.period)) for each in found],
        tiles=[tile_of(group, counts[group], ActionFilter()) for group in WAITING],
    )


def _addresses(period: Period) -> dict[str, str]:
    return {
        each.value: lists.address_of(ActionFilter(group=Group.ALL, filing=Filing(each, period)))
        for each in Filed
    }
