"""Pages of the reports room."""

from flask import Blueprint, render_template

from tracker.access import Permission
from tracker.web.session import requires

blueprint = Blueprint("reports", __name__)


@blueprint.get("/")
@requires(Permission.Report.READ)
def list_reports() -> str:
    """Show the reports that the reader may see."""
    return render_template("reports/list_reports.html")


@blueprint.get("/new")
@requires(Permission.Report.IMPORT)
def upload_report() -> str:
    """Take report files."""
    return render_template("reports/upload_report.html")


@blueprint.get("/imports")
@requires(Permission.Report.IMPORT)
def list_imports() -> str:
    """Show the reader's imports."""
    return render_template("reports/list_imports.html")


@blueprint.get("/<int:report_id>")
@requires(Permission.Report.READ)
def show_report(report_id: int) -> str:
    """Show one report."""
    return render_template("reports/show_report.html", report_id=report_id)


@blueprint.get("/<int:report_id>/source")
@requires(Permission.Report.READ)
def show_source(report_id: int) -> str:
    """Show a report's whole text."""
    return render_template("reports/show_source.html", report_id=report_id)


@blueprint.get("/<int:report_id>/review")
@requires(Permission.Report.REVIEW)
def review_report(report_id: int) -> str:
    """Show the review desk."""
    return render_template("reports/review_report.html", report_id=report_id)
