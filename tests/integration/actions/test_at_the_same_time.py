"""Two people at the same moment: nobody's step is decided on what another has just changed."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from tests.factories.actions import acknowledge, bring_to, do, look, status_of
from tests.factories.city import City
from tests.support.races import Race, all_races, run
from tracker.actions import assigning, ending, queries, reporting
from tracker.actions.reporting import Progress
from tracker.actions.rules.workflow import WithdrawalReason
from tracker.foundation.errors import StepNotAllowed

A_MOMENT = 0.3
EVERY = 9
"""So many pairs of steps stand for one that is tried here; `make prove` tries all of them."""


def number_of(city: City, item_id: int) -> str:
    return look(city, "coordinator", item_id, lambda _session, _act, item: item.item_no)


class TestAtTheSameTime:
    def test_two_items_are_not_merged_into_each_other(self, city: City) -> None:
        one, other = city.give_action(), city.give_action()
        numbers = {each: number_of(city, each) for each in (one, other)}
        with ThreadPoolExecutor() as colleague:
            with city.database.transaction() as session:
                act = city.act("coordinator", session)
                ending.merge(session, act, one, numbers[other], "內容相同", "秘書長核准")
                late = colleague.submit(
                    do,
                    city,
                    "second_coordinator",
                    ending.merge,
                    other,
                    numbers[one],
                    "內容相同",
                    "秘書長核准",
                )
                sleep(A_MOMENT)
            assert late.exception() is not None
        assert (status_of(city, one), status_of(city, other)) == ("merged", "assigned")

    def test_what_was_shown_before_is_not_what_is_decided_on(self, city: City) -> None:
        if city.database.url.startswith("sqlite"):
            pytest.skip("SQLite lets one writer in at a time; nobody changes what a writing session has read")
        item_id = bring_to(city, "in_progress")

        def report_on_what_was_withdrawn() -> None:
            with city.database.transaction() as session:
                act = city.act("officer", session)
                queries.get_action(session, act.by, item_id)
                reason = WithdrawalReason.POLICY_CHANGED
                do(city, "coordinator", ending.withdraw, item_id, reason, "政策調整", "秘書長核准")
                reporting.submit_progress(session, act, item_id, Progress("已完成現場勘查與設計。", 40))

        with pytest.raises(StepNotAllowed):
            report_on_what_was_withdrawn()

    def test_an_item_is_taken_once(self, city: City) -> None:
        item_id = city.give_action()
        with ThreadPoolExecutor() as colleague:
            with city.database.transaction() as session:
                assigning.acknowledge(session, city.act("officer", session), item_id)
                late = colleague.submit(acknowledge, city, item_id, "unit_head")
                sleep(A_MOMENT)
            assert isinstance(late.exception(), StepNotAllowed)


class TestPairs:
    @pytest.mark.parametrize("race", list(all_races())[::EVERY], ids=str)
    def test_ends_as_if_one_had_come_after_the_other(self, city: City, race: Race) -> None:
        ending, serial = run(city, race)
        assert ending in serial
