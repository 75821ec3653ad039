"""A further item, opened for a recommendation long after its report was reviewed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.actions import do, look
from tests.factories.city import City
from tracker.actions.assigning import Assignment, open_confirmed, open_further
from tracker.actions.models import ActionItem
from tracker.foundation.errors import Conflict, Forbidden, Invalid
from tracker.reports.confirming import decide_adoption
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.rules.adoption import OPENS_ITEMS, Adoption


def facts_of(city: City, item_id: int) -> tuple[int, str, str]:
    """Return an item's recommendation, number and status."""
    return look(
        city,
        "coordinator",
        item_id,
        lambda _session, _act, item: (item.recommendation_id, item.item_no, item.status.value),
    )


def assignment(city: City, due_in_days: int = 60) -> Assignment:
    return Assignment(city.departments["EDU-I"], city.today() + timedelta(days=due_in_days))


def further(city: City, first_id: int, key: str = "coordinator", due_in_days: int = 60, **more: Any) -> int:
    """Open one more item for the recommendation of an item, and return its id."""
    recommendation_id, _, _ = facts_of(city, first_id)
    wanted = assignment(city, due_in_days)
    item: ActionItem = do(city, key, open_further, recommendation_id, "試辦第二處看板", wanted, **more)
    return item.id


class TestOpenFurther:
    def test_bears_the_next_number_of_its_report(self, city: City) -> None:
        first = city.give_action()
        number = facts_of(city, first)[1]
        further_ones = [further(city, first), further(city, first)]
        assert number.endswith("-01")
        numbers = [facts_of(city, each)[1] for each in (first, *further_ones)]
        assert numbers == [number, f"{number[:-2]}02", f"{number[:-2]}03"]

    def test_goes_to_its_department_at_once(self, city: City) -> None:
        item_id = further(city, city.give_action())
        assert look(city, "other_officer", item_id, lambda _s, _a, item: item.status) == "assigned"

    def test_may_be_kept_as_a_draft(self, city: City) -> None:
        assert facts_of(city, further(city, city.give_action(), as_draft=True))[2] == "draft"

    @pytest.mark.parametrize("adoption", sorted(set(Adoption) - OPENS_ITEMS))
    def test_is_refused_where_the_adoption_opens_no_items(self, city: City, adoption: Adoption) -> None:
        first = city.give_action()
        do(city, "coordinator", decide_adoption, facts_of(city, first)[0], adoption, "無可行場地")
        with pytest.raises(Conflict):
            further(city, first)

    def test_does_not_begin_late(self, city: City) -> None:
        with pytest.raises(Invalid) as refused:
            further(city, city.give_action(), due_in_days=-1)
        assert list(refused.value.fields) == ["due_on"]

    def test_is_the_coordinators_right(self, city: City) -> None:
        with pytest.raises(Forbidden):
            further(city, city.give_action(), "unit_head")

    def test_does_not_stop_a_later_confirmation_whose_number_it_took(self, city: City) -> None:
        first = city.give_action()
        recommendation_id, number, _ = facts_of(city, further(city, first))
        with city.database.transaction() as session:
            confirmed = RecommendationConfirmed(
                recommendation_id=recommendation_id,
                act=city.act("coordinator", session),
                item_no=number,
                title="公布試辦成果",
                expected_result="",
                lead_department_id=city.departments["EDU-I"],
                support_department_ids=(),
                officer_id=None,
                due_on=city.today() + timedelta(days=60),
            )
            open_confirmed(session, confirmed)
            opened = session.query(ActionItem).order_by(ActionItem.id.desc()).first()
            assert opened is not None
            assert opened.item_no == f"{number[:-2]}03"
