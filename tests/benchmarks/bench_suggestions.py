"""Suggestions with 20,000 decided recommendations known, against one indexed search among as many items.

Ours is what the desk asks: the words of all departments, the nearest earlier decisions with their quotes, and what they
and the duties propose; for one draft, and for all drafts of a report at once.
"""

import os
from collections.abc import Callable
from functools import cache

from sqlalchemy import func, select

from tests.benchmarks.bench_lists import ENGINES, NOW, Place, places, search_among
from tests.factories.city import City
from tests.support.benchmark import Benchmark
from tests.support.made_recommendations import Made, made_recommendations
from tests.support.taught import confirmed, decided, found_departments
from tracker.access import Grant, Principal, Role
from tracker.foundation.clock import FixedClock
from tracker.people.models import Department
from tracker.reports.duties import read_words, words_by_department
from tracker.reports.models import Precedent
from tracker.reports.precedents import learn_all
from tracker.reports.suggesting import Asked, suggest_for

KNOWN = int(os.environ.get("BENCH_KNOWN", "20000"))
OF_REPORT = 20
DRAFTS = 10
LIMIT = 10


@cache
def place(engine: str) -> Place:
    """Return a database that remembers so many decisions, half of them about things that came up later."""
    found = places(KNOWN)[engine]
    early = made_recommendations(7, KNOWN // 2, later=False)
    late = made_recommendations(8, KNOWN - KNOWN // 2, later=True)
    made = [*early, *late]
    with found.database.reading() as session:
        codes = {each.code: each.id for each in session.scalars(select(Department))}
    city = City(found.database, FixedClock(NOW), codes, found.people)
    departments = found_departments(city)
    with found.database.transaction() as session:
        ids: list[int] = []
        for first in range(0, KNOWN, OF_REPORT):
            ids += confirmed(city, session, made[first : first + OF_REPORT])
        learn_all(session, decided(departments, made, ids))
    with found.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Precedent)) == KNOWN
    return found


@cache
def drafts() -> list[Made]:
    """Return recommendations of a new report, with words of their own."""
    made = made_recommendations(9, 2 * DRAFTS, later=True)
    return [each for each in made if not each.is_without_clue][:DRAFTS]


def suggesting(engine: str, number: int) -> Callable[[], object]:
    """Return the work of proposing for so many drafts of a report."""
    by = Principal(None, "coordinator", (Grant(Role.COORDINATOR),))
    asked = [Asked("建議", each.quote, None) for each in drafts()[:number]]

    def propose() -> None:
        with place(engine).database.reading() as session:
            words = words_by_department(read_words(session))
            proposed = suggest_for(session, by, asked, words)
            assert all(department.nearest for each in proposed for department in each.departments[:1])

    return propose


BENCHMARKS = [
    Benchmark(
        f"suggestions for {number} of a report with {KNOWN:,} known, {engine}, against one search",
        suggesting(engine, number),
        search_among(engine, KNOWN),
        LIMIT,
        rounds=5,
    )
    for engine in ENGINES
    for number in (1, DRAFTS)
]
