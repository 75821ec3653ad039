"""The dashboards against an empty signed-in page of the same server and against the bare SQL, on both databases.

Warm is a page while nothing changed since somebody with the same view looked; after a change it counts everything anew.
The bare SQL is what the page shows, asked for by hand: no rights, no marks, no page. `BENCH_ITEMS` sets the larger size.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from sqlalchemy import text

from tests.benchmarks.bench_lists import CLOSED_TOO, ENGINES, GROUPS, ITEMS, OPEN, SOON, TODAY, Place, places
from tests.support.benchmark import Benchmark

SIZES = sorted({10_000, ITEMS})
PAST = date(2026, 1, 15)
_AGENCY = "A00"
_WAITED_IN_TIME = "i.status = 'close_requested' AND i.asked_on <= i.due_on"
_NOW = (
    "action_item i JOIN part p ON p.item_id = i.id AND p.role = 'lead'"
    " JOIN recommendation q ON q.id = i.recommendation_id"
)
_THEN = "item_period i JOIN action_item a ON a.id = i.item_id"
_MONTHS = [date(2025 + (3 + n) // 12, (3 + n) % 12 + 1, 1) for n in range(12)]


def _sums(*conditions: str) -> str:
    return ", ".join(f"sum(CASE WHEN {each} THEN 1 ELSE 0 END)" for each in conditions)


def _held(day: date) -> str:
    return f"i.from_on <= '{day}' AND (i.until_on IS NULL OR i.until_on > '{day}')"


def _late(day: date) -> str:
    return f"{OPEN} AND i.due_on < '{day}' AND NOT ({_WAITED_IN_TIME})"


def figures(facts: str, department: str, theme: str, groups: tuple[str, ...], where: str) -> list[str]:
    """Return the statements behind a dashboard: numbers, due dates, releases, trend, the longest and the latest."""
    first = f"{facts} WHERE {where}"
    months = [f"BETWEEN '{month}' AND '{month.replace(day=28)}'" for month in _MONTHS]
    closed = "i.status LIKE 'closed%'"
    late = _sums(*(f"{_held(month)} AND {_late(month)}" for month in _MONTHS))
    return [
        f"SELECT {department}, {theme}, count(*), {_sums(*groups)} FROM {first} AND {OPEN} GROUP BY 1, 2",
        f"SELECT i.due_on, count(*) FROM {first} AND {OPEN} GROUP BY i.due_on",
        f"SELECT i.start_on, i.closed_on, count(*) FROM {first} AND {closed} AND i.closed_on >= :year GROUP BY 1, 2",
        f"SELECT {_sums(*(f'i.start_on {month}' for month in months))} FROM {first}",
        f"SELECT {_sums(*(f'i.closed_on {month}' for month in months))} FROM {first} AND {closed}",
        f"SELECT {late} FROM item_period i WHERE {OPEN} AND i.from_on <= '{_MONTHS[-1]}'",
        f"SELECT i.* FROM {first} AND {OPEN} ORDER BY i.start_on LIMIT 10",
        f"SELECT i.* FROM {first} AND {OPEN} AND i.due_on < :today ORDER BY i.due_on LIMIT 10",
    ]


def filing() -> list[str]:
    """Return the statements behind the page of filings: each of the last periods, and the decisions that wait."""
    conditions = []
    for month in _MONTHS[-6:]:
        told = f"SELECT u.item_id FROM progress_update u WHERE u.period = '{month:%Y-%m}'"
        owed = f"o.status = 'open' AND o.reports_from <= '{month}' AND coalesce(o.filed_until, '1900-01-01') < '{month}'"
        conditions += [
            f"i.id IN ({told} AND u.approved IS NOT FALSE)",
            f"i.id IN ({told} AND u.late)",
            f"i.status IN ('assigned', 'in_progress') AND EXISTS (SELECT 1 FROM part o WHERE o.item_id = i.id AND {owed})",
        ]
    return [f"SELECT {_sums(*conditions)} FROM action_item i", f"SELECT {_sums(*GROUPS)} FROM action_item i"]


def report(number: int) -> list[str]:
    """Return the statements behind the page of a report."""
    return [
        f"SELECT * FROM report WHERE id = {number}",
        f"SELECT * FROM recommendation WHERE report_id = {number}",
        f"SELECT i.*, p.percent FROM {_NOW} WHERE q.report_id = {number}",
        f"SELECT {_sums(*GROUPS)} FROM {_NOW} WHERE q.report_id = {number}",
    ]


_GROUPS_THEN = (_late(PAST), f"i.due_on BETWEEN '{PAST}' AND '2026-02-14'", f"i.original_due_on < '{PAST}'")
_PLACE_OF = f"p.department_id IN (SELECT id FROM department WHERE code LIKE '{_AGENCY}%')"
_BARE: dict[str, Callable[[Place], list[str]]] = {
    "dashboard": lambda _place: figures(_NOW, "p.department_id", "q.theme", GROUPS, "1 = 1"),
    "dashboard of a past day": lambda _place: figures(
        _THEN, "i.department_id", "i.theme", _GROUPS_THEN, _held(PAST)
    ),
    "department": lambda _place: figures(_NOW, "p.department_id", "q.theme", GROUPS, _PLACE_OF),
    "report": lambda place: report(_number(place, "SELECT max(id) FROM report")),
    "filing": lambda _place: filing(),
}
_WARM_LIMITS = {
    "dashboard": 3,
    "dashboard of a past day": 3,
    "department": 5,
    "report": 8,
    "filing": 5,
}
_BARE_LIMITS = {"report": (500, 500)}
"""Warm, and after a change. A report's few rows are read in a fraction of a millisecond: what costs is the page."""


@cache
def _number(place: Place, statement: str) -> int:
    with place.database.engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def path_of(page: str, place: Place) -> str:
    """Return the address of a page."""
    match page:
        case "dashboard of a past day":
            return f"/dashboard?as_at={PAST}"
        case "department":
            number = _number(place, f"SELECT id FROM department WHERE code = '{_AGENCY}'")
            return f"/dashboard/departments/{number}"
        case "report":
            return f"/dashboard/reports/{_number(place, 'SELECT max(id) FROM report')}"
        case "filing":
            return "/dashboard/filing"
    return "/dashboard"


def opening(engine: str, items: int, page: str = "", more_closed: int = 0) -> Callable[[], object]:
    """Return the work of opening a page, or an empty one."""

    def open_page() -> None:
        place = places(items, more_closed)[engine]
        path = path_of(page, place) if page else "/notices"
        assert place.visitor.get(path).status_code == 200

    return open_page


def opening_after_a_change(engine: str, items: int, page: str) -> Callable[[], object]:
    """Return the work of opening a page when something was changed since it was last looked at."""
    opened = opening(engine, items, page)

    def change_and_open() -> None:
        places(items)[engine].change()
        opened()

    return change_and_open


def bare(engine: str, items: int, page: str) -> Callable[[], object]:
    """Return the work of asking for what a page shows by hand."""

    def ask() -> None:
        place = places(items)[engine]
        place.ask(*_BARE[page](place), today=TODAY, soon=SOON, year=date(2026, 1, 1))

    return ask


def benchmarks_of(engine: str, items: int) -> Iterator[Benchmark]:
    """Yield what is measured on one database of one size."""
    for page, limit in _WARM_LIMITS.items():
        what = f"{page}, {items:,} items, {engine}"
        known, anew = _BARE_LIMITS.get(page, (3, 15))
        yield Benchmark(
            f"{what}, warm, against an empty page",
            opening(engine, items, page),
            opening(engine, items),
            limit,
        )
        yield Benchmark(
            f"{what}, warm, against bare SQL",
            opening(engine, items, page),
            bare(engine, items, page),
            known,
            rounds=3,
        )
        yield Benchmark(
            f"{what}, after a change, against bare SQL",
            opening_after_a_change(engine, items, page),
            bare(engine, items, page),
            anew,
            rounds=2,
        )


BENCHMARKS = [
    *(each for items in SIZES for engine in ENGINES for each in benchmarks_of(engine, items)),
    *(
        Benchmark(
            f"dashboard, warm, 10,000 items and {CLOSED_TOO:,} closed ones, {engine}, against 10,000 items",
            opening(engine, 10_000, "dashboard", CLOSED_TOO),
            opening(engine, 10_000, "dashboard"),
            1.5,
        )
        for engine in ENGINES
    ),
]
