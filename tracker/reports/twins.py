"""Recommendations of other reports that say the same: found by the index of sketches, judged by their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Integer, Select, column, func, select, values

from tracker.access import Principal
from tracker.foundation.database import Session
from tracker.foundation.likeness import bigrams, likeness
from tracker.reports.models import Recommendation, RecommendationMark, Report
from tracker.reports.queries import visible_to
from tracker.reports.rules.sketches import sketch_of_quote
from tracker.reports.sketching import LEAST_SHARED

SAYS_THE_SAME: Final = 0.6
"""From this likeness on a recommendation is pointed out beside another one."""
MOST_SHOWN: Final = 3
_MOST_ASKED: Final = 11
"""So many numbers of a sketch are asked for; the smaller ones are a sketch of their own."""
_MOST_JUDGED: Final = 8
"""Of so many that share most of a quote's sketch the words are read."""


@dataclass(frozen=True)
class Twin:
    """A known recommendation that says much the same, from 0 to 1."""

    recommendation_id: int
    seq_no: int
    quote: str
    report_id: int
    report_title: str
    likeness: float


def recommendations_like(quote: str) -> Select[int]:
    """Return the query for the recommendations of any report that may say what a quote says; their words decide."""
    return (
        select(RecommendationMark.recommendation_id)
        .where(RecommendationMark.mark.in_(_asked(quote)))
        .group_by(RecommendationMark.recommendation_id)
        .having(func.count() >= LEAST_SHARED)
    )


def find_twins(
    session: Session, principal: Principal, report_id: int, quotes: Mapping[int, str]
) -> Mapping[int, Sequence[Twin]]:
    """Return the likest recommendations of other reports by the key of each quote, with one statement for all."""
    marks = [(key, mark) for key, quote in quotes.items() for mark in _asked(quote)]
    if not marks:
        return {}
    asked = values(column("key", Integer), column("mark", Integer), name="asked").data(marks).cte()
    found_id, shared = RecommendationMark.recommendation_id, func.count().label("shared")
    rank = func.row_number().over(partition_by=asked.c.key, order_by=(shared.desc(), found_id)).label("rank")
    hits = (
        select(asked.c.key, found_id, shared, rank)
        .join(RecommendationMark, RecommendationMark.mark == asked.c.mark)
        .where(found_id.not_in(select(Recommendation.id).where(Recommendation.report_id == report_id)))
        .group_by(asked.c.key, found_id)
        .having(shared >= LEAST_SHARED)
        .subquery()
    )
    rows = session.execute(
        select(
            hits.c.key,
            Recommendation.id,
            Recommendation.seq_no,
            Recommendation.verbatim_quote,
            Report.id,
            Report.title,
        )
        .join(Recommendation, Recommendation.id == hits.c.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
        .where(hits.c.rank <= _MOST_JUDGED, visible_to(principal))
        .order_by(hits.c.shared.desc(), Recommendation.id)
    ).all()
    grams = {key: bigrams(quote) for key, quote in quotes.items()}
    found: dict[int, list[Twin]] = {}
    for key, recommendation_id, seq_no, quote, other_id, title in rows:
        like = likeness(grams[key], bigrams(quote))
        twin = Twin(recommendation_id, seq_no, quote, other_id, title, like)
        if twin.likeness >= SAYS_THE_SAME:
            found.setdefault(key, []).append(twin)
    return {key: sorted(twins, key=lambda twin: -twin.likeness)[:MOST_SHOWN] for key, twins in found.items()}


def _asked(quote: str) -> Sequence[int]:
    return sorted(sketch_of_quote(quote))[:_MOST_ASKED]
