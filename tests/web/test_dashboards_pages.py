"""The start page and the dashboard: the right answer first, and every number a door to a list of that length."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.factories.actions import after_days, ask, bring_to, do, report
from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.counting import count_queries
from tracker.dashboards.figures import Figure, Measure
from tracker.people.service import delegate

Visit = Callable[..., Visitor]
READERS = ("officer", "unit_head", "agency_head", "coordinator", "viewer", "other_officer")


def stand_in(city: City, person: str, deputy: str) -> None:
    """Name somebody's deputy for the ten days from today."""
    until = city.today() + timedelta(days=10)
    do(city, person, delegate, city.people[person], city.people[deputy], city.today(), until)


def tiles(page: str) -> list[tuple[str, int]]:
    """Return address and number of each tile that counts items; rates and days carry a unit."""
    found = re.findall(
        r'<a class="stat-tile[^"]*" href="([^"]*)">(?:(?!</a>).)*?stat-tile__number">([\d,]+)</span>',
        page,
        re.DOTALL,
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
        assert len(tiles(page)) == 8
        assert len(chart_numbers(page)) >= 3
        for address, number in numbers:
            assert length(visitor.get(address).text) == number, address

    def test_names_departments_in_the_readers_language(self, busy: City, visit: Visit) -> None:
        page = visit("coordinator", language="en").get("/dashboard").text
        assert "Transport Bureau" in page
        assert "Transport Planning Section" in page
        assert "交通局" not in page

    @pytest.mark.parametrize("key", ["unit_head", "coordinator", "viewer"])
    def test_every_number_of_a_past_day_leads_to_the_list_of_that_day(
        self, busy: City, visit: Visit, key: str
    ) -> None:
        day = busy.today() - timedelta(days=3)
        after_days(busy, 2)
        visitor = visit(key)
        page = visitor.get(f"/dashboard?as_at={day}").text
        assert "回到今天" in page
        numbers = [(a, n) for a, n in tiles(page) + chart_numbers(page) if "as_at" in a]
        assert len(numbers) > 20
        for address, number in numbers:
            assert length(visitor.get(address).text) == number, address

    def test_of_a_past_day_shows_items_as_they_stood(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=10)
        day = city.today()
        after_days(city, 3)
        ask(city, item_id)
        page = visit("coordinator").get(f"/actions/?group=open&as_at={day}").text
        assert "辦理中" in page.split("</thead>")[1]
        assert "待解列" not in page.split("</thead>")[1]

    def test_keeps_to_today_when_asked_for_a_day_to_come(self, city: City, visit: Visit) -> None:
        city.give_action()
        page = visit("coordinator").get("/dashboard?as_at=2999-01-01").text
        assert "回到今天" not in page

    def test_defines_every_number_on_the_page(self, busy: City, visit: Visit) -> None:
        page = visit("coordinator").get("/dashboard").text
        for each in (*Measure, *Figure):
            if each is not Measure.MINE:
                assert html.unescape(each.definition) % {"days": 30} in html.unescape(page), each

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
        assert re.search(r'href="/actions/\d+/acknowledge">簽收<', visit("officer").get("/").text)
        assert re.search(r'href="/actions/closings/\d+">審查解除列管<', visit("coordinator").get("/").text)

    def test_groups_by_why_an_item_waits_in_the_order_of_the_letter(self, city: City, visit: Visit) -> None:
        city.give_action()
        for days in (1, 20, 90):
            bring_to(city, "in_progress", due_in_days=days)
        reported = bring_to(city, "in_progress", due_in_days=90)
        after_days(city, 4)
        report(city, reported)
        headings = re.findall(r"<h2>([^<]+)</h2>", visit("officer").get("/").text)
        assert headings == [
            "逾期，請儘速辦理",
            "尚未簽收",
            "期限將屆",
            "本期尚未填報",
            "其他辦理中",
            "整體情形",
        ]

    def test_folds_what_is_late_below_a_head_under_what_the_head_decides(
        self, city: City, visit: Visit
    ) -> None:
        bring_to(city, "in_progress", due_in_days=1)
        report(city, bring_to(city, "in_progress", due_in_days=90))
        after_days(city, 4)
        own, fold = visit("unit_head").get("/").text.split('<details class="fold">')
        assert "等待您核可辦理情形" in own
        assert "逾期，請儘速辦理" in fold
        assert "有 1 件等您處理，沒有逾期。" in own
        assert "所屬機關逾期事項" in visit("agency_head").get("/").text

    @pytest.mark.parametrize(("language", "words"), [("zh-Hant", "代理 簡立群"), ("en", "acting for 簡立群")])
    def test_says_in_whose_place_a_deputy_acts(
        self, city: City, visit: Visit, language: str, words: str
    ) -> None:
        report(city, bring_to(city, "in_progress", due_in_days=90))
        stand_in(city, "unit_head", "other_head")
        assert words in visit("other_head", language=language).get("/").text
        assert words not in visit("unit_head", language=language).get("/").text
        after_days(city, 30)
        assert words not in visit("other_head", language=language).get("/").text

    @pytest.mark.parametrize("key", READERS)
    def test_takes_at_most_twelve_statements(self, busy: City, visit: Visit, key: str) -> None:
        visitor = visit(key)
        visitor.get("/")
        with count_queries(busy.database) as seen:
            visitor.get("/")
        assert len(seen) <= 12

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
