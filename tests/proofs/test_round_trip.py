"""Ten thousand items out, edited, and in again: everything arrives, nothing else moves, and memory stays flat."""

import time
import tracemalloc
from collections import Counter

import pytest
from sqlalchemy import func, select

from tests.factories.city import City
from tests.factories.crowd import crowd
from tests.integration.conftest import city
from tests.support.exchanging import bring_in, edit, facts_of, take_out
from tracker import audit
from tracker.actions import searched
from tracker.actions.models import ActionItem
from tracker.actions.rules.lines import LineOutcome
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

    @pytest.mark.parametrize("kind", Kind)
    def test_export_takes_no_more_memory_for_ten_times_the_items(self, city: City, kind: Kind) -> None:
        if city.database.engine.dialect.name == "postgresql":
            pytest.skip("memory is that of this process, whatever the database")
        peaks = []
        for number in (ITEMS // 10, ITEMS):
            crowd(city, number - (ITEMS // 10 if peaks else 0))
            take_out(city, kind)
            tracemalloc.start()
            size = len(take_out(city, kind))
            peaks.append(tracemalloc.get_traced_memory()[1] - size)
            tracemalloc.stop()
        print(f"\n{kind}: peak without the file itself {peaks[0] >> 10} KiB, {peaks[1] >> 10} KiB")
        assert peaks[1] < 1.5 * peaks[0] + 2**20
