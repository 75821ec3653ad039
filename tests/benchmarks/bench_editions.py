"""Matching a new report against 20,000 known recommendations, against one indexed search among as many items.

Ours finds the edition before, pairs its recommendations with those of the new report, and finds what says the same in
any other report. The yardstick is the bare SQL of one search: its page of rows with the counts of its tabs.
"""

import os
from collections.abc import Callable
from functools import cache

from sqlalchemy import select

from tests.benchmarks.bench_lists import ENGINES, Place, places, search_among
from tests.support.benchmark import Benchmark
from tracker.access import Grant, Principal, Role
from tracker.foundation.likeness import bigrams, likeness
from tracker.reports import sketching
from tracker.reports.comparing import known_of
from tracker.reports.models import Recommendation, RecommendationMark, Report
from tracker.reports.rules.editions import Passage, match
from tracker.reports.twins import find_twins

KNOWN = int(os.environ.get("BENCH_KNOWN", "20000"))
DRAFTS = 10
LIMIT = 10


@cache
def place(engine: str) -> Place:
    """Return a database with so many recommendations, their sketches among them."""
    found = places(KNOWN)[engine]
    with found.database.transaction() as session:
        marked = select(RecommendationMark.recommendation_id)
        unmarked = select(Recommendation).where(Recommendation.id.not_in(marked))
        sketching.mark_recommendations(session, session.scalars(unmarked))
        for report in session.scalars(select(Report)):
            sketching.mark_report(session, report)
    return found


def matching(engine: str) -> Callable[[], object]:
    """Return the work of matching a report that says ten known things in other words."""
    by = Principal(None, "coordinator", (Grant(Role.COORDINATOR),))

    def match_report() -> None:
        with place(engine).database.reading() as session:
            report_id, quotes = sample(engine)
            (former_id, *_) = sketching.find_like_reports(session, report_id) or [report_id]
            known = known_of(session, by, former_id)
            found = [Passage(key, quote, bigrams(quote)) for key, quote in quotes.items()]
            before = [Passage(key, each.quote, bigrams(each.quote)) for key, each in known.items()]
            match(before, found, likeness)
            assert find_twins(session, by, 0, quotes)

    return match_report


@cache
def sample(engine: str) -> tuple[int, dict[int, str]]:
    """Return a report and ten quotes, each with some words changed, from all over the known ones."""
    with place(engine).database.reading() as session:
        report_id = session.scalars(select(Report.id).order_by(Report.id.desc())).first() or 0
        ids = range(2, KNOWN, KNOWN // DRAFTS)
        quotes = session.scalars(
            select(Recommendation.verbatim_quote).where(Recommendation.id.in_(list(ids)))
        )
        return report_id, {key: f"{quote}並於年底前提報成果。" for key, quote in enumerate(quotes)}


BENCHMARKS = [
    Benchmark(
        f"a new report against {KNOWN:,} known recommendations, {engine}, against one search",
        matching(engine),
        search_among(engine, KNOWN),
        LIMIT,
        rounds=5,
    )
    for engine in ENGINES
]
