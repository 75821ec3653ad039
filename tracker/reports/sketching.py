"""The index of sketches: written whenever a report or a recommendation is, asked for those of much the same words."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import undefer

from tracker.foundation.database import Session
from tracker.reports.models import Recommendation, RecommendationMark, Report, ReportMark
from tracker.reports.rules.sketches import Sketch, sketch_of_quote, sketch_of_report

LEAST_SHARED: Final = 3
"""With fewer numbers in common two sketches say nothing."""
MOST_FOUND: Final = 12
_BATCH: Final = 200


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


def outdated(session: Session) -> int:
    """Return of how many reports and recommendations the index keeps another sketch than their words have."""
    wrong = 0
    for reports in _reports(session):
        stored = sketches_of(session, [each.id for each in reports])
        wrong += sum(stored[each.id] != sketch_of_report(each.title, each.text) for each in reports)
    for recommendations in _recommendations(session):
        kept = _sketches_of_quotes(session, [each.id for each in recommendations])
        wrong += sum(kept[each.id] != sketch_of_quote(each.verbatim_quote) for each in recommendations)
    return wrong


def rebuild(session: Session) -> None:
    """Write all sketches anew."""
    session.execute(delete(RecommendationMark))
    for reports in _reports(session):
        for each in reports:
            mark_report(session, each)
    for recommendations in _recommendations(session):
        mark_recommendations(session, recommendations)


def count_missing(session: Session) -> int:
    """Return how many reports and recommendations should have a sketch and have none; cheap, as few lack one."""
    reports = session.execute(
        select(Report.title, Report.text).where(Report.id.not_in(select(ReportMark.report_id)))
    )
    quotes = session.scalars(
        select(Recommendation.verbatim_quote).where(
            Recommendation.id.not_in(select(RecommendationMark.recommendation_id))
        )
    )
    of_reports = sum(bool(sketch_of_report(title, text)) for title, text in reports)
    return of_reports + sum(bool(sketch_of_quote(quote)) for quote in quotes)


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


def _reports(session: Session) -> Iterator[Sequence[Report]]:
    ids = session.scalars(select(Report.id).order_by(Report.id)).all()
    for first in range(0, len(ids), _BATCH):
        query = select(Report).where(Report.id.in_(ids[first : first + _BATCH])).options(undefer(Report.text))
        yield session.scalars(query).all()


def _recommendations(session: Session) -> Iterator[Sequence[Recommendation]]:
    ids = session.scalars(select(Recommendation.id).order_by(Recommendation.id)).all()
    for first in range(0, len(ids), _BATCH):
        chosen = Recommendation.id.in_(ids[first : first + _BATCH])
        yield session.scalars(select(Recommendation).where(chosen)).all()


def _sketches_of_quotes(session: Session, ids: Collection[int]) -> Mapping[int, Sketch]:
    found: dict[int, set[int]] = {each: set() for each in ids}
    query = select(RecommendationMark.recommendation_id, RecommendationMark.mark)
    for key, mark in session.execute(query.where(RecommendationMark.recommendation_id.in_(ids))):
        found[key].add(mark)
    return {key: frozenset(marks) for key, marks in found.items()}
