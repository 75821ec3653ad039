"""The start page and the dashboard: the right answer first, and every number a door to a list of that length."""

import html
import re
from collections.abc import Callable

import pytest

from tests.factories.actions import after_days, ask, bring_to
from tests.factories.city import City
from tests.support.client import Visitor

Visit = Callable[..., Visitor]
READERS = ("officer", "unit_head", "agency_head", "coordinator", "viewer", "other_officer")


def tiles(page: str) -> list[tuple[str, int]]:
    """Return address and number of each tile."""
    found = re.findall(
        r'<a class="stat-tile[^"]*" href="([^"]*)">.*?stat-tile__number">([\d,]+)<', page, re.DOTALL
    )
    return [(html.unescape(address), int(number)) for address, number in found]


def chart_numbers(page: str) -> list[tuple[str, int]]:
    """Return address and number of each cell of the chart's table."""
    found = re.findall(r'<td class="is-number"[^>]*><a href="([^"]*)">([\d,]+)</a>', page)
    return [(html.unescape(address), int(number)) for address, number in found]


def length(page: str) -> int:
    return len(re.findall(r'class="item-number" href=', page))


@pytest.fixture
def busy(city: City) -> City:
    """A city with items of every kind, some of them late."""
    for status in ("assigned", "in_progress", "close_requested", "closed_implemented", "withdrawn", "merged"):
        bring_to(city, status, due_in_days=2, support=())
    bring_to(city, "in_progress", due_in_days=300, support=("EDU-I",))
    city.give_action("EDU-I", officer=None, due_in_days=1)
    city.give_action("EDU", officer=None, due_in_days=20)
    after_days(city, 6)
    return city


class TestDashboard:
    @pytest.mark.parametrize("key", READERS)
    def test_every_number_leads_to_a_list_of_that_length(self, busy: City, visit: Visit, key: str) -> None:
        visitor = visit(key)
        page = visitor.get("/dashboard").text
        numbers = tiles(page) + chart_numbers(page)
        assert len(tiles(page)) == 5
        assert len(chart_numbers(page)) >= 3
        for address, number in numbers:
            assert length(visitor.get(address).text) == number, address

    def test_names_departments_in_the_readers_language(self, busy: City, visit: Visit) -> None:
        page = visit("coordinator", language="en").get("/dashboard").text
        assert "Transport Bureau" in page
        assert "Transport Planning Section" in page
        assert "交通局" not in page

    def test_says_how_many_are_late_and_whose(self, busy: City, visit: Visit) -> None:
        page = visit("coordinator").get("/dashboard").text
        assert "3 件逾期" in page
        assert "交通局" in re.search(r'class="lead-line">([^<]+)<', page)[1]

    def test_narrows_to_a_department_with_its_units(self, busy: City, visit: Visit) -> None:
        visitor = visit("viewer")
        page = visitor.get(f"/dashboard?department={busy.departments['EDU']}").text
        assert {number for _, number in tiles(page)} == {1, 2, 0}
        for address, number in tiles(page) + chart_numbers(page):
            assert length(visitor.get(address).text) == number, address

    def test_lists_the_longest_late_first(self, busy: City, visit: Visit) -> None:
        page = visit("coordinator").get("/dashboard").text
        late = [int(days) for days in re.findall(r"逾期 (\d+) 日", page)]
        assert late == sorted(late, reverse=True)
        assert len(late) == 3

    def test_says_what_to_do_when_there_is_nothing(self, city: City, visit: Visit) -> None:
        page = visit("coordinator").get("/dashboard").text
        assert "目前沒有列管事項。" in page
        assert "還沒有列管事項" in page

    def test_says_so_when_nothing_is_late(self, city: City, visit: Visit) -> None:
        city.give_action()
        assert "沒有逾期" in visit("coordinator").get("/dashboard").text


class TestWork:
    def test_shows_what_waits_most_urgent_first(self, city: City, visit: Visit) -> None:
        for days in (30, 3, 60):
            bring_to(city, "in_progress", due_in_days=days)
        after_days(city, 5)
        page = visit("officer").get("/").text
        assert "有 3 件等您處理，其中 1 件逾期，最久 2 日。" in page
        assert length(page) == 3
        assert page.index("逾期 2 日") < page.index("還有 25 日") < page.index("還有 55 日")

    def test_says_what_to_do_with_each(self, city: City, visit: Visit) -> None:
        city.give_action()
        ask(city, bring_to(city, "in_progress"))
        assert "<strong>簽收</strong>" in visit("officer").get("/").text
        assert "<strong>審查解除列管</strong>" in visit("coordinator").get("/").text

    def test_tells_a_coordinator_of_reports_to_review(self, city: City, visit: Visit) -> None:
        city.give_report()
        assert "1 份報告等候審閱" in visit("coordinator").get("/").text
        assert "等候審閱" not in visit("officer").get("/").text

    def test_is_calm_when_nothing_waits(self, city: City, visit: Visit) -> None:
        page = visit("officer").get("/").text
        assert "目前沒有等您處理的事項。" in page
        assert "都處理完了" in page

    def test_leads_the_administrator_on(self, city: City, visit: Visit) -> None:
        page = visit("administrator").get("/").text
        assert "系統管理" in page
        assert "/outbox" in page

    @pytest.mark.parametrize("key", READERS)
    def test_every_number_leads_to_a_list_of_that_length(self, busy: City, visit: Visit, key: str) -> None:
        visitor = visit(key)
        for address, number in tiles(visitor.get("/").text):
            assert length(visitor.get(address).text) == number, address
