"""List, search and item page over a hundred thousand items, each against the bare SQL that it needs, on both databases.

The yardstick asks for the same rows and counts, written by hand: no rights, no forms, no choices, no page. An item's
rows are read in less than a millisecond, so the ratio of its page says what drawing it costs, and little of SQL.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.factories.city import City, build_city
from tests.factories.crowd import crowd
from tests.support.benchmark import Benchmark
from tests.support.client import Visitor, visitor
from tests.support.databases import migrate, sqlite_url
from tests.support.postgres import MISSING, find_binaries, throwaway_postgres
from tests.support.site import settings_for
from tracker import audit
from tracker.access import Act, Principal
from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database
from tracker.wiring import wire

ITEMS = int(os.environ.get("BENCH_ITEMS", "100000"))
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLOSED_TOO = min(ITEMS, 100_000)
"""So many closed items come on top, where it is to be shown that they cost nothing."""
TODAY, SOON = date(2026, 3, 2), date(2026, 4, 1)
ENGINES = ("SQLite", "PostgreSQL") if find_binaries() else ("SQLite",)
OPEN = "i.status IN ('assigned', 'in_progress', 'close_requested')"
LATE = (
    f"{OPEN} AND i.due_on < :today AND NOT (i.status = 'close_requested' AND EXISTS (SELECT 1 FROM closing c"
    " JOIN part p ON p.id = c.part_id WHERE c.item_id = i.id AND p.role = 'lead' AND c.decided_at IS NULL"
    " AND c.requested_on <= i.due_on))"
)
SOON_DUE = f"{OPEN} AND i.due_on BETWEEN :today AND :soon"
GROUPS = (
    OPEN,
    SOON_DUE,
    LATE,
    "i.status = 'close_requested'",
    "i.status IN ('closed_implemented', 'closed_partial', 'closed_not_implemented')",
    f"{OPEN} AND NOT ({LATE}) AND NOT ({SOON_DUE})",
    f"{OPEN} AND i.original_due_on < :today",
    f"{OPEN} AND EXISTS (SELECT 1 FROM extension e WHERE e.item_id = i.id AND e.decided_at IS NULL)",
)
ROWS = (
    "SELECT i.*, p.percent, d.name, o.name, q.theme, r.title FROM action_item i"
    " JOIN part p ON p.item_id = i.id AND p.role = 'lead' JOIN department d ON d.id = p.department_id"
    " LEFT JOIN person o ON o.id = p.officer_id JOIN recommendation q ON q.id = i.recommendation_id"
    " JOIN report r ON r.id = q.report_id WHERE i.id IN (SELECT i.id FROM action_item i WHERE {condition}"
    " ORDER BY i.due_on, i.id LIMIT 26) ORDER BY i.due_on, i.id"
)
COUNTS = f"SELECT count(*), {', '.join(f'sum(CASE WHEN {group} THEN 1 ELSE 0 END)' for group in GROUPS)}"
SEARCHED: Mapping[str, str] = {
    "SQLite": "i.id IN (SELECT rowid FROM searched_item_index WHERE searched_item_index MATCH :grams)",
    "PostgreSQL": "i.id IN (SELECT item_id FROM searched_item WHERE grams @@ CAST(:grams AS tsquery))",
}
PARTS_OF_AN_ITEM = (
    (
        "SELECT * FROM action_item i JOIN recommendation q ON q.id = i.recommendation_id"
        " JOIN report r ON r.id = q.report_id WHERE i.id = :item"
    ),
    (
        "SELECT * FROM part p JOIN department d ON d.id = p.department_id"
        " LEFT JOIN person o ON o.id = p.officer_id WHERE p.item_id = :item"
    ),
    "SELECT * FROM progress_update u JOIN person o ON o.id = u.submitted_by_id WHERE u.item_id = :item",
    "SELECT * FROM closing WHERE item_id = :item",
    "SELECT * FROM extension WHERE item_id = :item",
    "SELECT * FROM evidence WHERE item_id = :item",
    "SELECT * FROM audit_event WHERE object_type = 'action_item' AND object_id = :item ORDER BY seq",
    "SELECT * FROM planned_reminder WHERE item_id = :item",
    "SELECT * FROM notice WHERE item_id = :item",
)
_open = ExitStack()


@dataclass(frozen=True)
class Place:
    """A database full of items, the people of its small city, and a signed-in coordinator."""

    database: Database
    visitor: Visitor
    people: Mapping[str, int] = field(hash=False)

    def change(self) -> None:
        """Record an act, so that nothing that was counted before it is told again."""
        with self.database.transaction() as session:
            person = Principal(self.people["coordinator"], "溫如玉")
            audit.record(session, Act(person, NOW, TODAY), "benchmarked", "benchmark", None, {}, {})

    def ask(self, *statements: str, **values: Any) -> None:
        """Run statements and read all that they give."""
        engine = self.database.engine.execution_options(only_reads=True)
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement), values).all()


def places(items: int = ITEMS, more_closed: int = 0) -> Mapping[str, Place]:
    """Return a full database of each kind, filled once."""
    return _places(items, more_closed)


@cache
def _places(items: int, more_closed: int) -> Mapping[str, Place]:
    """Fill the databases, side by side."""
    folder = Path(_open.enter_context(tempfile.TemporaryDirectory()))
    urls = {"SQLite": sqlite_url(folder / "tracker.db")}
    binaries = find_binaries()
    if binaries is None:
        print(MISSING)
    else:
        urls["PostgreSQL"] = _open.enter_context(throwaway_postgres(binaries)).create("crowd")
    with ProcessPoolExecutor() as workers:
        people = dict(
            zip(urls, workers.map(fill, urls.values(), repeat(items), repeat(more_closed)), strict=True)
        )
    return {engine: _place(folder, url, people[engine]) for engine, url in urls.items()}


def fill(url: str, items: int, more_closed: int = 0) -> Mapping[str, int]:
    """Fill a database, and return the people of its small city."""
    migrate(url)
    database = Database(url)
    city = build_city(database, FixedClock(NOW))
    city.give_action()
    crowd(city, items, more_closed=more_closed)
    database.close()
    return city.people


def _place(folder: Path, url: str, people: Mapping[str, int]) -> Place:
    wiring = wire(settings_for(folder, url), FixedClock(NOW))
    city = City(wiring.database, FixedClock(NOW), {}, people)
    return Place(wiring.database, visitor(create_app(wiring), city, "coordinator"), people)


def opening(engine: str, path: str) -> Callable[[], object]:
    """Return the work of opening a page."""

    def open_page() -> None:
        assert places()[engine].visitor.get(path).status_code == 200

    return open_page


def listing(engine: str) -> Callable[[], object]:
    """Return the bare SQL of the list of open items with the numbers of its tabs."""
    statements = (ROWS.format(condition=OPEN), f"{COUNTS} FROM action_item i WHERE i.status <> 'draft'")
    return lambda: places()[engine].ask(*statements, today=TODAY, soon=SOON)


def searching(engine: str, grams: Mapping[str, str], *read: str, items: int = ITEMS) -> Callable[[], object]:
    """Return the bare SQL of the same list for a search; some words have to be read for in the texts as well."""
    held = "".join(f" AND s.words LIKE '%{word}%'" for word in read)
    condition = SEARCHED[engine]
    if read:
        condition += f" AND EXISTS (SELECT 1 FROM searched_item s WHERE s.item_id = i.id{held})"
    statements = (ROWS.format(condition=condition), f"{COUNTS} FROM action_item i WHERE {condition}")
    return lambda: places(items)[engine].ask(*statements, today=TODAY, soon=SOON, grams=grams[engine])


def search_among(engine: str, items: int) -> Callable[[], object]:
    """Return the bare SQL of one search for 再生能源 among so many items: what other work is measured against."""
    return searching(engine, grams("再生", "生能", "能源"), "再生能源", items=items)


def reading(engine: str, item: int) -> Callable[[], object]:
    """Return the bare SQL of an item's page."""
    return lambda: places()[engine].ask(*PARTS_OF_AN_ITEM, item=item)


def grams(*words: str) -> Mapping[str, str]:
    """Return how each database is asked for some grams."""
    return {
        "SQLite": " AND ".join(f'"{word}"' for word in words),
        "PostgreSQL": " & ".join(f"'{word}'" for word in words),
    }


BENCHMARKS = [
    Benchmark(f"{name}, {ITEMS:,} items, {engine}, against bare SQL", ours, yardstick, limit, rounds=5)
    for engine in ENGINES
    for name, ours, yardstick, limit in (
        ("list of items", opening(engine, "/actions/"), listing(engine), 3),
        ("search 看板", opening(engine, "/actions/?q=看板"), searching(engine, grams("看板")), 3),
        (
            "search 再生能源 evaluation",
            opening(engine, "/actions/?q=再生能源 evaluation"),
            searching(engine, grams("再生", "生能", "能源", "eva", "val", "alu"), "再生能源", "evaluation"),
            3,
        ),
        (
            "page of an item",
            opening(engine, f"/actions/{ITEMS // 2 + 1}"),
            reading(engine, ITEMS // 2 + 1),
            150,
        ),
    )
]
