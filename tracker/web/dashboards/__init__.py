"""Pages of figures: the start page, and the dashboards by role."""

from tracker.web.dashboards import departments, filing, overview, reports, start
from tracker.web.dashboards.blueprint import blueprint

__all__ = ["blueprint", "departments", "filing", "overview", "reports", "start"]
