"""The dashboards of a department, of a report and of the coordinating office: every number a door to its list."""

import re
from collections.abc import Callable

import pytest

from tests.factories.actions import (
    acknowledge,
    after_days,
    ask,
    ask_for_days,
    bring_to,
    deny,
    refuse,
    report,
    send_back,
)
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions.reporting import Filing

Visit = Callable[..., Visitor]
TILE = re.compile(
    r'<a class="stat-tile[^"]*" href="([^"]*)">(?:(?!</a>).)*?stat-tile__number">([\d,]+)</span>', re.DOTALL
)
CELL = re.compile(r'<td class="is-number[^>]*><a href="([^"]*)">([\d,]+)</a>')


def length(visitor: Visitor, address: str) -> int:
    """Return how many items a list shows."""
    return len(re.findall(r'class="item-number" href=', visitor.get(address.replace("&amp;", "&")).text))


@pytest.fixture
def busy(city: City) -> City:
    """A city with late, silent and released items, and a department that supports another."""
    for status in ("assigned", "in_progress", "close_requested", "closed_implemented"):
        bring_to(city, status, due_in_days=30, support=())
    item_id = bring_to(city, "in_progress", due_in_days=90, support=("EDU-I",))
    after_days(city, 36)
    report(city, item_id)
    return city


DEFINED = re.compile(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>")
LABEL = re.compile(r'stat-tile__label">(?:<span class="lamp.*?</svg></span>)?([^<]+)<', re.DOTALL)


class TestDefinitions:
    @pytest.mark.parametrize("path", ["/dashboard", "/dashboard/departments/{tpt}", "/dashboard/filing"])
    def test_every_tile_has_a_sentence_below_the_tiles(self, busy: City, visit: Visit, path: str) -> None:
        page = visit("coordinator").get(path.format(tpt=busy.departments["TPT"])).text
        self.check(page)

    def test_those_of_a_report_too(self, busy: City, visit: Visit) -> None:
        self.check(visit("coordinator").get("/dashboard/reports/1").text)

    def check(self, page: str) -> None:
        labels = [each.strip() for each in LABEL.findall(page)]
        assert labels
        assert [label for label, sentence in DEFINED.findall(page) if sentence.endswith("。")] == labels


class TestDepartment:
    @pytest.mark.parametrize("key", ["officer", "unit_head", "coordinator"])
    def test_numbers_are_the_lengths_of_their_lists(self, busy: City, visit: Visit, key: str) -> None:
        visitor = visit(key)
        page = visitor.get(f"/dashboard/departments/{busy.departments['TPT-P']}").text
        numbers = TILE.findall(page)
        assert len(numbers) >= 8
        for address, number in numbers:
            assert length(visitor, address) == int(number), address

    def test_counts_what_it_supports(self, busy: City, visit: Visit) -> None:
        visitor = visit("coordinator")
        page = visitor.get(f"/dashboard/departments/{busy.departments['EDU']}").text
        (number,) = [n for address, n in TILE.findall(page) if "support=" in address]
        assert number == "1"

    def test_shows_what_was_returned_with_its_words(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        send_back(city, report(city, item_id, filing=Filing(approval=True)), note="請補招標結果。")
        deny(city, ask_for_days(city, item_id, 7), "unit_head", "請先增派人力。")
        refuse(city, ask(city, item_id))
        page = visit("officer").get(f"/dashboard/departments/{city.departments['TPT-P']}").text
        for words in ("請補招標結果。", "請先增派人力。", "請補充成效數據。"):
            assert words in page

    def test_lists_what_falls_due_next(self, city: City, visit: Visit) -> None:
        late, soon = city.give_action(due_in_days=1), city.give_action(due_in_days=20)
        after_days(city, 5)
        page = visit("officer").get(f"/dashboard/departments/{city.departments['TPT-P']}").text
        assert f"/actions/{soon}" in page
        assert f'href="/actions/{late}"' not in page

    def test_is_hidden_from_those_who_do_not_oversee_it(self, city: City, visit: Visit) -> None:
        assert (
            visit("other_officer").get(f"/dashboard/departments/{city.departments['TPT']}").status_code == 404
        )


class TestReport:
    def test_shows_each_recommendation_with_its_adoption_and_items(self, busy: City, visit: Visit) -> None:
        visitor = visit("coordinator")
        page = visitor.get("/dashboard/reports/1").text
        assert "1 項建議，其中 1 項已列管。" in page
        assert 'href="/actions/1"' in page
        for address, number in TILE.findall(page):
            assert length(visitor, address) == int(number), address


class TestFiling:
    @pytest.mark.parametrize("key", ["unit_head", "coordinator", "viewer"])
    def test_numbers_are_the_lengths_of_their_lists(self, busy: City, visit: Visit, key: str) -> None:
        visitor = visit(key)
        page = visitor.get("/dashboard/filing").text
        numbers = TILE.findall(page) + CELL.findall(page)
        assert len(numbers) >= 5 + 3 * 6
        assert any(int(number) for address, number in numbers if "filing=missing" in address)
        for address, number in numbers:
            assert length(visitor, address) == int(number), address

    def test_counts_a_report_once_it_is_filed(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        acknowledge(city, item_id)
        after_days(city, 36)
        assert "還有 1 件沒有填報" in visit("coordinator").get("/dashboard/filing").text
