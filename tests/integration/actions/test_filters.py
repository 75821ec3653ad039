"""Every condition that a list can be asked for, each telling one of two items from the other, for list and count alike."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.factories.actions import acknowledge, bring_to
from tests.factories.city import City
from tracker.actions import queries
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Signal, Standards
from tracker.actions.rules.periods import Occasion, Period
from tracker.actions.rules.workflow import Status
from tracker.reports.rules.adoption import Adoption

Asked = Callable[[City, ActionItem], Mapping[str, Any]]
CONDITIONS: Mapping[str, Asked] = {
    "group": lambda city, item: {"group": Group.DUE_SOON},
    "department": lambda city, item: {"department_id": city.departments["EDU-I"]},
    "department and what is below it": lambda city, item: {"department_id": city.departments["EDU"]},
    "officer": lambda city, item: {"officer_id": city.people["other_officer"]},
    "status": lambda city, item: {"status": Status.IN_PROGRESS},
    "adoption": lambda city, item: {"adoption": Adoption.PARTIALLY_ADOPTED},
    "signal": lambda city, item: {"signal": Signal.ATTENTION},
    "report": lambda city, item: {"report_no": item.recommendation.report.report_no},
    "theme": lambda city, item: {"theme": "智慧城市"},
    "trip category": lambda city, item: {"trip_category": "開會"},
    "period": lambda city, item: {
        "occasion": Occasion.DUE,
        "period": Period(item.due_on.year, 1 if item.due_on.month < 7 else 2),
    },
    "due from": lambda city, item: {"due_from": item.due_on, "due_until": item.due_on + timedelta(30)},
    "due until": lambda city, item: {"due_until": item.due_on},
    "text": lambda city, item: {"words": "夜市"},
    "item number": lambda city, item: {"words": item.item_no},
}


@pytest.fixture
def sought(city: City) -> int:
    """Two items that differ in everything that can be asked for; the id of the second one."""
    bring_to(city, "assigned", due_in_days=300)
    item_id = city.give_action(
        lead="EDU-I", officer="other_officer", quote="建請國際教育科舉辦夜市導覽。", due_in_days=9
    )
    acknowledge(city, item_id, key="other_officer")
    with city.database.transaction() as session:
        item = session.get_one(ActionItem, item_id)
        item.recommendation.theme = "智慧城市"
        item.recommendation.adoption = Adoption.PARTIALLY_ADOPTED
        item.recommendation.report.trip_category = "開會"
    return item_id


class TestFilter:
    @pytest.mark.parametrize("name", CONDITIONS)
    def test_finds_the_one_item_that_fits(self, city: City, sought: int, name: str) -> None:
        with city.database.reading() as session:
            principal = city.act("coordinator", session).by
            item = queries.get_action(session, principal, sought)
            wanted = ActionFilter(**CONDITIONS[name](city, item))
            arguments = (session, principal, wanted, city.today(), Standards())
            assert [each.id for each in queries.list_actions(*arguments).rows] == [sought]
            assert queries.count_actions(*arguments) == 1

    def test_without_conditions_holds_both(self, city: City, sought: int) -> None:
        with city.database.reading() as session:
            principal = city.act("coordinator", session).by
            assert queries.count_actions(session, principal, ActionFilter(), city.today(), Standards()) == 2
