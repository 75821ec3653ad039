"""The dashboards, warm, against an empty signed-in page, and counted anew against the bare SQL, on both databases.

Warm is a page while nothing changed since somebody with the same view looked. The bare SQL counts the open items once by
department with the sums that the page shows; counting anew asks for all figures of the page.
"""

from collections.abc import Callable
from functools import partial

from tests.benchmarks.bench_lists import COUNTS, ENGINES, ITEMS, OPEN, SOON, TODAY, places
from tests.support.benchmark import Benchmark
from tracker.actions.queries import ActionFilter
from tracker.actions.rules.deadlines import Standards
from tracker.dashboards.queries import overview
from tracker.people.queries import get_user, principal_of

SIZES = sorted({10_000, ITEMS})
PAGES = (
    ("dashboard", "/dashboard"),
    ("dashboard of a past day", "/dashboard?as_at=2026-01-15"),
)


def opening(engine: str, items: int, path: str) -> Callable[[], object]:
    """Return the work of opening a page."""

    def open_page() -> None:
        assert places(items)[engine].visitor.get(path).status_code == 200

    return open_page


def counting(engine: str, items: int) -> None:
    """Count all figures of the manager's dashboard anew."""
    place = places(items)[engine]
    with place.database.reading() as session:
        principal = principal_of(session, get_user(session, place.coordinator), TODAY)
        overview(session, principal, ActionFilter(), TODAY, Standards(), by_agency=True)


def bare(engine: str, items: int) -> None:
    """Count by hand what the tiles show, once by department."""
    joined = " FROM action_item i JOIN part p ON p.item_id = i.id AND p.role = 'lead'"
    statement = f"{COUNTS}, p.department_id{joined} WHERE {OPEN} GROUP BY p.department_id"
    places(items)[engine].ask(statement, today=TODAY, soon=SOON)


BENCHMARKS = [
    *(
        Benchmark(
            f"{name}, warm, {items:,} items, {engine}, against an empty page",
            opening(engine, items, path),
            opening(engine, items, "/notices"),
            3,
        )
        for items in SIZES
        for engine in ENGINES
        for name, path in PAGES
    ),
    *(
        Benchmark(
            f"dashboard, counted anew, {items:,} items, {engine}, against bare SQL",
            partial(counting, engine, items),
            partial(bare, engine, items),
            100,
            rounds=3,
        )
        for items in SIZES
        for engine in ENGINES
    ),
]
