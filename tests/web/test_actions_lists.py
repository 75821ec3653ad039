"""The list of items: its conditions, columns and places in the address, and the filters that people save."""

import re
from collections.abc import Callable

import pytest

from tests.factories.city import City
from tests.support.client import Visitor
from tests.support.counting import count_queries
from tracker.actions import saving
from tracker.actions.queries import Order
from tracker.actions.saving import FilterFields
from tracker.web.actions import lists

Visit = Callable[..., Visitor]
MOST_STATEMENTS = 12
KEYS = ("officer", "unit_head", "agency_head", "coordinator", "viewer")
EVERYTHING = (
    "group=all&status=assigned&department=3&units=0&officer=1&signal=normal&report=115-TPT-001&theme=交通運輸"
    "&trip=考察&adoption=adopted&q=看板 轉運&occasion=opened&period=2026-1&due_from=2026-01-01"
    "&due_until=2027-01-01&tag=跨局處&level=city&priority=1&sort=-department&columns=signal,support,report,tags"
)


def rows(page: str) -> list[str]:
    """Return the item numbers of a list, in its order."""
    return re.findall(r'class="item-number" href="[^"]*"[^>]*>([^<]+)<', page)


def heads(page: str) -> list[str]:
    """Return the heads of the list's columns, without that of the boxes to tick."""
    found = re.findall(r"<th [^>]*>(.*?)</th>", page, re.DOTALL)
    return [head for each in found if (head := re.sub(r"<[^>]*>", "", each).strip()) != "選取"]


def link(page: str, relation: str) -> str | None:
    """Return the address of the stretch before or after this one."""
    found = re.search(rf'<a rel="{relation}" href="([^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else None


class TestConditions:
    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ("signal=normal", 1),
            ("signal=attention", 1),
            ("signal=overdue", 0),
            ("trip=考察", 0),
            ("occasion=opened&period=2026-1", 2),
            ("occasion=opened&period=2026-2", 0),
            ("occasion=due&period=2026", 2),
            ("occasion=due&period=2026-2", 0),
            ("occasion=closed&period=2026", 0),
            ("period=2020", 2),
            ("occasion=due", 2),
            ("period=2026-3&occasion=due", 2),
            ("report=115-XXX-999", 0),
            ("level=city", 2),
            ("level=agency", 0),
            ("level=nonsense", 2),
            ("tag=跨局處", 0),
            ("priority=1", 0),
            ("after=nonsense&before=~", 2),
            ("after=9999-99-99~1", 2),
            ("after=2026-03-02~99999999999999", 2),
            ("sort=opened_at&after=0001-01-01T00:00~1", 2),
            ("sort=status&after=77777777777777777777777~1", None),
            ("sort=percent&after=77777777777777777777777~1", 0),
            ("sort=percent&after=-7777777777777777777777~1", 2),
            ("sort=updated_on&after=nonsense~1", 2),
            ("sort=-officer&after=~1", None),
        ],
    )
    def test_narrow_the_list_and_nothing_breaks_it(
        self, city: City, visit: Visit, query: str, number: int | None
    ) -> None:
        city.give_action(due_in_days=60)
        city.give_action(due_in_days=3)
        answer = visit("coordinator").get(f"/actions/?group=all&{query}")
        assert answer.status_code == 200
        assert number is None or len(rows(answer.text)) == number

    def test_come_back_as_they_were_asked(self, city: City, visit: Visit) -> None:
        city.give_action()
        page = visit("coordinator").get(f"/actions/?{EVERYTHING}").text
        for chosen in ("normal", "115-TPT-001", "考察", "adopted", "opened", "2026-1"):
            assert re.search(rf'value="{chosen}"( selected)?', page)
        assert '<details class="filter-bar__more" open>' in page


class TestOrder:
    @pytest.mark.parametrize("order", [each.value for each in Order])
    def test_can_be_chosen_at_the_head_of_its_column(self, city: City, visit: Visit, order: str) -> None:
        city.give_action()
        city.give_action()
        visitor = visit("coordinator")
        page = visitor.get(f"/actions/?group=all&columns={order}").text
        assert re.search(rf'href="[^"]*sort=-?{order}', page)
        there, back = (
            rows(visitor.get(f"/actions/?group=all&sort={sign}{order}").text) for sign in ("", "-")
        )
        assert there == back[::-1]


class TestColumns:
    def test_are_the_usual_ones_unless_chosen(self, city: City, visit: Visit) -> None:
        city.give_action(support=("EDU-I",))
        visitor = visit("coordinator")
        assert len(heads(visitor.get("/actions/?group=all").text)) == 8
        page = visitor.get("/actions/?group=all&column=support&column=report").text
        assert heads(page) == ["列管編號", "列管事項", "協辦機關", "來源報告"]
        assert "國際教育科" in page

    def test_stay_chosen_on_the_way_on(self, city: City, visit: Visit) -> None:
        city.give_action()
        page = visit("coordinator").get("/actions/?group=all&column=report").text
        assert "columns=report" in page

    def test_can_all_be_shown(self, city: City, visit: Visit) -> None:
        city.give_action(due_in_days=-3)
        visitor = visit("coordinator")
        every = re.findall(r'name="column" value="([a-z_]+)"', visitor.get("/actions/?group=all").text)
        page = visitor.get(f"/actions/?group=all&columns={','.join(every)}").text
        assert len(heads(page)) == len(every) + 2


class TestStretches:
    def test_lead_on_and_back_through_everything(
        self, city: City, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lists, "SIZE", 2)
        for days in range(5):
            city.give_action(due_in_days=days)
        visitor = visit("coordinator")
        page = visitor.get("/actions/?group=all&sort=-item_no").text
        seen = rows(page)
        assert link(page, "prev") is None
        while following := link(page, "next"):
            page = visitor.get(following).text
            assert "共 5 筆" in page
            seen += rows(page)
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 5
        back = visitor.get(link(page, "prev") or "").text
        assert rows(back) == seen[2:4]


class TestSavedFilters:
    def test_are_saved_from_the_list_and_opened_again(self, city: City, visit: Visit) -> None:
        city.give_action()
        visitor = visit("officer")
        form = visitor.get(f"/actions/filters/new?{EVERYTHING}").text
        question = re.search(r'name="question"[^>]*value="([^"]*)"', form)
        assert question
        sent = {"name": "我的檢視", "question": question[1].replace("&amp;", "&")}
        answer = visitor.post("/actions/filters/new", sent)
        assert answer.status_code == 302
        page = visitor.get(answer.location).text
        assert re.search(r'aria-current="page"[^>]*>(<svg.*?</svg>)?我的檢視', page, re.DOTALL)
        assert "columns=signal" in answer.location

    def test_keep_what_was_typed_when_the_name_is_taken(self, city: City, visit: Visit) -> None:
        visitor = visit("officer")
        sent = {"name": "我的檢視", "question": "group=overdue", "is_shared": "y"}
        assert visitor.post("/actions/filters/new", sent).status_code == 302
        again = visitor.post("/actions/filters/new", sent)
        assert again.status_code == 422
        assert 'value="我的檢視"' in again.text
        assert 'value="group=overdue"' in again.text

    def test_open_the_list_of_whom_they_are_the_default_for(self, city: City, visit: Visit) -> None:
        visitor = visit("officer")
        visitor.post("/actions/filters/new", {"name": "逾期", "question": "group=overdue", "is_default": "y"})
        assert visitor.get("/actions/").location.endswith("/actions/?group=overdue")
        assert visitor.get("/actions/?group=open").status_code == 200
        assert visit("coordinator").get("/actions/").status_code == 200
        page = visitor.get("/actions/filters").text
        assert "我的預設清單" in page
        visitor.post("/actions/filters/default", {"filter_id": ""})
        assert visitor.get("/actions/").status_code == 200

    def test_are_renamed_and_deleted(self, city: City, visit: Visit) -> None:
        visitor = visit("officer")
        visitor.post("/actions/filters/new", {"name": "逾期", "question": "group=overdue"})
        (number,) = re.findall(r"/actions/filters/(\d+)\"", visitor.get("/actions/filters").text)
        shown = visitor.get(f"/actions/filters/{number}").text
        assert 'value="逾期"' in shown
        answer = visitor.post(
            f"/actions/filters/{number}", {"name": "晚了的", "version": "1", "is_shared": "y"}
        )
        assert answer.status_code == 302
        assert "晚了的" in visit("coordinator").get("/actions/filters").text
        stale = visitor.post(f"/actions/filters/{number}", {"name": "舊頁", "version": "1"})
        assert stale.status_code == 409
        visitor.post(f"/actions/filters/{number}/delete")
        assert "晚了的" not in visitor.get("/actions/filters").text

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_show_nothing_but_the_question(self, city: City, visit: Visit, language: str) -> None:
        city.give_action()
        with city.database.transaction() as session:
            fields = FilterFields("全市的", is_shared=True)
            saving.save_filter(session, city.act("coordinator", session), {"group": "all"}, fields)
        for path in ("/actions/", "/actions/filters", "/actions/?group=all"):
            page = visit("other_officer", language).get(path).text
            assert "全市的" in page
            assert rows(page) == []


class TestStatements:
    @pytest.mark.parametrize("key", KEYS)
    @pytest.mark.parametrize("query", ["", "?group=all&q=看板", f"?{EVERYTHING}"])
    def test_are_twelve_at_most(self, city: City, visit: Visit, key: str, query: str) -> None:
        for days in range(3):
            city.give_action(support=("EDU-I",), due_in_days=days)
        visitor = visit(key)
        visitor.get(f"/actions/{query}")
        with count_queries(city.database) as statements:
            assert visitor.get(f"/actions/{query}").status_code == 200
        assert len(statements) <= MOST_STATEMENTS
