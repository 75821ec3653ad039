"""Recommendations of other reports that say the same: found by the index of sketches, judged by their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Integer, column, func, select, values

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
_MOST_JUDGED: Final = 200


@dataclass(frozen=True)
class Twin:
    """A known recommendation that says much the same, from 0 to 1."""

    recommendation_id: int
    seq_no: int
    quote: str
    report_id: int
    report_title: str
    likeness: float


def find_twins(
    session: Session, principal: Principal, report_id: int, quotes: Mapping[int, str]
) -> Mapping[int, Sequence[Twin]]:
    """Return the likest recommendations of other reports by the key of each quote, with one statement for all."""
    marks = [(key, mark) for key, quote in quotes.items() for mark in sorted(sketch_of_quote(quote))]
    if not marks:
        return {}
    asked = values(column("key", Integer), column("mark", Integer), name="asked").data(marks).cte()
    shared = func.count().label("shared")
    hits = (
        select(asked.c.key, RecommendationMark.recommendation_id, shared)
        .join(RecommendationMark, RecommendationMark.mark == asked.c.mark)
        .group_by(asked.c.key, RecommendationMark.recommendation_id)
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
        .where(Report.id != report_id, visible_to(principal))
        .order_by(hits.c.shared.desc(), Recommendation.id)
        .limit(_MOST_JUDGED)
    ).all()
    grams = {key: bigrams(quote) for key, quote in quotes.items()}
    found: dict[int, list[Twin]] = {}
    for key, recommendation_id, seq_no, quote, other_id, title in rows:
        like = likeness(grams[key], bigrams(quote))
        twin = Twin(recommendation_id, seq_no, quote, other_id, title, like)
        if twin.likeness >= SAYS_THE_SAME:
            found.setdefault(key, []).append(twin)
    return {key: sorted(twins, key=lambda twin: -twin.likeness)[:MOST_SHOWN] for key, twins in found.items()}
