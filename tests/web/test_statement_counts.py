"""A page asks its database a bounded number of questions, however many rows it shows."""

from collections.abc import Callable

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.counting import count_queries
from tracker.actions.assigning import acknowledge
from tracker.actions.reporting import Progress, submit_progress
from tracker.reports.queries import list_drafts
from tracker.reports.reviewing import accept_draft

FEW, MANY = 3, 9
FRAME = 6
"""So many statements find out who asks, with which rights, and how many notices wait."""
PEOPLE = ("officer", "unit_head", "agency_head", "coordinator")


def statements(city: City, visitor: Visitor, address: str) -> int:
    """Return how many statements a page takes, once everything that is kept between pages is there."""
    assert visitor.get(address).status_code == 200
    with count_queries(city.database) as seen:
        assert visitor.get(address).status_code == 200
    return len(seen)


def give(city: City, number: int) -> list[int]:
    return [city.give_action(support=("EDU-I",), due_in_days=each) for each in range(number)]


@pytest.mark.parametrize("key", PEOPLE)
@pytest.mark.parametrize("address", ["/", "/actions/", "/dashboard", "/reports/"])
class TestPageOfManyRows:
    def test_asks_no_more_for_nine_than_for_three(
        self, city: City, visit: Callable[..., Visitor], key: str, address: str
    ) -> None:
        give(city, FEW)
        visitor = visit(key)
        few = statements(city, visitor, address)
        give(city, MANY - FEW)
        assert statements(city, visitor, address) <= few


class TestItemPage:
    @pytest.mark.parametrize("key", PEOPLE)
    def test_asks_no_more_for_nine_reports_of_progress_than_for_three(
        self, city: City, visit: Callable[..., Visitor], key: str
    ) -> None:
        (item_id,) = give(city, 1)
        with city.database.transaction() as session:
            acknowledge(session, city.act("officer", session), item_id)
        visitor = visit(key)
        self.tell(city, item_id, FEW)
        few = statements(city, visitor, f"/actions/{item_id}")
        self.tell(city, item_id, MANY - FEW)
        assert statements(city, visitor, f"/actions/{item_id}") <= few

    def tell(self, city: City, item_id: int, times: int) -> None:
        for number in range(times):
            with city.database.transaction() as session:
                progress = Progress(f"第 {number} 次會勘已完成。", 10)
                submit_progress(session, city.act("officer", session), item_id, progress, [])


class TestReviewDesk:
    def test_asks_no_more_for_thirty_drafts_than_for_three(
        self, city: City, visit: Callable[..., Visitor]
    ) -> None:
        visitor = visit("coordinator")
        counts = []
        for number in (3, 30):
            report_id = city.give_report(
                tuple(f"建請交通局試辦第 {each:02d} 處看板。" for each in range(number))
            )
            with city.database.transaction() as session:
                first = list_drafts(session, report_id)[0]
                accept_draft(session, city.act("coordinator", session), first.id)
            counts.append(statements(city, visitor, f"/reports/{report_id}/review"))
        assert counts[1] <= counts[0] <= FRAME + 12
