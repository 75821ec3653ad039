"""The index of sketches: written whenever a report or a recommendation is, asked for those of much the same words."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import delete, func, insert, select

from tracker.foundation.database import Session
from tracker.reports.models import Recommendation, RecommendationMark, Report, ReportMark
from tracker.reports.rules.sketches import Sketch, sketch_of_quote, sketch_of_report

LEAST_SHARED: Final = 3
"""With fewer numbers in common two sketches say nothing."""
MOST_FOUND: Final = 12


def mark_report(session: Session, report: Report) -> None:
    """Write the sketch of a stored report, in place of a former one."""
    session.execute(delete(ReportMark).where(ReportMark.report_id == report.id))
    sketch = sketch_of_report(report.title, report.text)
    if sketch:
        session.execute(
            insert(ReportMark), [{"mark": mark, "report_id": report.id} for mark in sorted(sketch)]
        )


def mark_recommendations(session: Session, recommendations: Iterable[Recommendation]) -> None:
    """Write the sketches of recommendations that were just stored; their words never change."""
    rows = [
        {"mark": mark, "recommendation_id": each.id}
        for each in recommendations
        for mark in sorted(sketch_of_quote(each.verbatim_quote))
    ]
    if rows:
        session.execute(insert(RecommendationMark), rows)


def sketches_of(session: Session, report_ids: Collection[int]) -> Mapping[int, Sketch]:
    """Return the stored sketches of reports."""
    found: dict[int, set[int]] = {each: set() for each in report_ids}
    query = select(ReportMark.report_id, ReportMark.mark).where(ReportMark.report_id.in_(report_ids))
    for report_id, mark in session.execute(query):
        found[report_id].add(mark)
    return {report_id: frozenset(marks) for report_id, marks in found.items()}


def find_like_reports(session: Session, report_id: int) -> list[int]:
    """Return the reports that share most of a report's sketch, most first."""
    own = select(ReportMark.mark).where(ReportMark.report_id == report_id)
    shared = func.count().label("shared")
    query = (
        select(ReportMark.report_id)
        .where(ReportMark.mark.in_(own), ReportMark.report_id != report_id)
        .group_by(ReportMark.report_id)
        .having(shared >= LEAST_SHARED)
        .order_by(shared.desc(), ReportMark.report_id.desc())
        .limit(MOST_FOUND)
    )
    return list(session.scalars(query))
