"""Ten thousand items out, edited, and in again: everything arrives, nothing else moves, and memory stays flat."""

import time
import tracemalloc
from collections import Counter
from tempfile import TemporaryFile

import pytest
from sqlalchemy import func, select

from tests.factories.city import ZONE, City
from tests.factories.crowd import crowd
from tests.integration.conftest import city
from tests.support.exchanging import COLUMNS, bring_in, edit, facts_of, take_out
from tracker import audit
from tracker.actions import searched
from tracker.actions.exchange import exporting
from tracker.actions.exchange.exporting import Order
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.lines import LineOutcome
from tracker.actions.rules.workflow import Status
from tracker.audit.models import AuditEvent
from tracker.foundation.jobs import JobState
from tracker.foundation.sheets import Kind

__all__ = ["city"]
pytestmark = pytest.mark.proof
ITEMS = 10_000


class TestRoundTrip:
    def test_of_ten_thousand_items_changes_exactly_what_was_edited(self, city: City) -> None:
        crowd(city, ITEMS)
        took: dict[str, float] = {}
        started = time.monotonic()

        def tell(step: str) -> None:
            took[step] = time.monotonic() - started - sum(took.values())

        data = take_out(city)
        tell("exported")
        assert bring_in(city, data, apply=False).counts == {LineOutcome.SAME: ITEMS}
        tell("brought in again unedited")
        edited, expected = edit(data, seed=20260302, every=1)
        outcome = bring_in(city, edited, tell=tell)
        assert outcome.applied
        assert outcome.applied.state is JobState.DONE
        assert Counter(outcome.counts) == {
            LineOutcome.CHANGED: len(expected),
            LineOutcome.SAME: ITEMS - len(expected),
        }
        assert facts_of(city, list(expected)) == expected
        with city.database.reading() as session:
            edits = session.scalar(select(func.count()).where(AuditEvent.action == "edit"))
            assert edits == len(expected)
            assert session.scalar(select(func.count(ActionItem.id))) == ITEMS
            assert audit.verify(session) is None
            assert searched.outdated_items(session) == []
        again = take_out(city)
        assert bring_in(city, again, apply=False).counts == {LineOutcome.SAME: ITEMS}
        told = ", ".join(f"{step} {seconds:.0f} s" for step, seconds in took.items())
        print(f"\n{city.database.engine.dialect.name}: {ITEMS} items, {len(expected)} edited: {told}")

    def test_export_takes_no_more_memory_for_many_times_the_items(self, city: City) -> None:
        if city.database.engine.dialect.name == "postgresql":
            pytest.skip("memory is that of this process, whatever the database")
        crowd(city, ITEMS)
        few, all_of_them = ActionFilter(status=Status.IN_PROGRESS), ActionFilter(group=Group.ALL)
        for kind in Kind:
            write_out(city, kind, few)
            (rows, small), (many, large) = (write_out(city, kind, wanted) for wanted in (few, all_of_them))
            print(f"\n{kind}: peak of {rows} items {small >> 10} KiB, of {many} items {large >> 10} KiB")
            assert large < 1.3 * small


def write_out(city: City, kind: Kind, wanted: ActionFilter) -> tuple[int, int]:
    """Write a list to a file on the disk and return its number of items and the most memory that it took."""
    with city.database.snapshot() as session, TemporaryFile() as file:
        act = city.act("coordinator", session)
        tracemalloc.start()
        rows = exporting.write_list(
            session, act, Order(wanted, COLUMNS, kind, "zh-Hant"), file, ZONE, Standards()
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return rows, peak
