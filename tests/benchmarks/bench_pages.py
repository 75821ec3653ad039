"""Pages over five thousand items, against a signed-in page that shows nothing of them."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import func, insert, select

from tests.factories.city import City, build_city
from tests.support.benchmark import Benchmark
from tests.support.client import Visitor, visitor
from tests.support.databases import migrate, sqlite_url
from tests.support.site import settings_for
from tracker.actions.models import ActionItem, Part
from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.wiring import wire

ITEMS = 5_000
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_folder = tempfile.TemporaryDirectory()


@cache
def reader() -> Visitor:
    """Return a coordinator of a city with thousands of items, all but one copied from the first."""
    url = sqlite_url(Path(_folder.name) / "tracker.db")
    migrate(url)
    wiring = wire(settings_for(Path(_folder.name), url), FixedClock(NOW))
    city = build_city(wiring.database, FixedClock(NOW))
    multiply(city, city.give_action())
    return visitor(create_app(wiring), city, "coordinator")


def multiply(city: City, item_id: int) -> None:
    """Copy an item and its leading part, with due dates spread over a year around today."""
    items, parts = ActionItem.__table__, Part.__table__
    with city.database.engine.begin() as connection:
        item = dict(connection.execute(select(items).where(items.c.id == item_id)).mappings().one())
        part = dict(connection.execute(select(parts).where(parts.c.item_id == item_id)).mappings().one())
        first_part = connection.scalar(select(func.max(parts.c.id))) or 0
        numbers = range(1, ITEMS)
        days = [city.today() + timedelta(days=number % 365 - 90) for number in numbers]
        copies = [
            item
            | {"id": item_id + n, "item_no": f"{item['item_no']}-{n}", "due_on": day, "original_due_on": day}
            for n, day in zip(numbers, days, strict=True)
        ]
        connection.execute(insert(items), copies)
        connection.execute(
            insert(parts), [part | {"id": first_part + n, "item_id": item_id + n} for n in numbers]
        )


def opening(path: str) -> Callable[[], object]:
    """Return the work of opening a page."""

    def open_page() -> None:
        assert reader().get(path).status_code == 200

    return open_page


BENCHMARKS = [
    Benchmark(
        f"{name}, {ITEMS:,} items, against an empty page", opening(path), opening("/notices"), limit, rounds=5
    )
    for name, path, limit in (
        ("dashboard", "/dashboard", 3),
        ("my work", "/", 20),
    )
]
