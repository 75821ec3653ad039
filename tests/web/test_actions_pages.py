"""The list and the page of an item: who sees what, with which numbers and buttons, in both languages."""

import re
from collections.abc import Callable

import pytest

from tests.factories import actions
from tests.factories.actions import after_days, agree, ask, bring_to, refuse, report
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.reports.rules.drafts import Confidentiality
from tracker.wiring import Wiring

Visit = Callable[..., Visitor]
READERS = ("officer", "unit_head", "agency_head", "coordinator", "viewer")
STRANGERS = ("other_officer", "other_head")


def rows(page: str) -> list[str]:
    """Return the item numbers of a list, in its order."""
    return re.findall(r'class="item-number" href="[^"]*"[^>]*>([^<]+)<', page)


def tabs(page: str) -> dict[str, tuple[str, int]]:
    """Return address and number of each tab."""
    found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]+?) <span class="tabs__count">([\d,]+)<', page)
    return {label: (address.replace("&amp;", "&"), int(number)) for address, label, number in found}


class TestPages:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    @pytest.mark.parametrize("key", READERS)
    def test_open_for_every_reader(self, city: City, visit: Visit, key: str, language: str) -> None:
        item_id = city.give_action(support=("EDU-I",), due_in_days=-3)
        visitor = visit(key, language)
        for path in ("/", "/dashboard", "/actions/", "/actions/?q=看板", f"/actions/{item_id}"):
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            assert answer.text.count("<h1") == 1
            assert "%(" not in answer.text

    def test_ask_strangers_to_sign_in(self, visit: Visit) -> None:
        for path in ("/", "/dashboard", "/actions/", "/actions/1", "/actions/evidence/1"):
            answer = visit().get(path)
            assert answer.status_code == 302
            assert "/sign-in" in answer.location

    def test_are_closed_to_the_administrator(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        for path in ("/dashboard", "/actions/", f"/actions/{item_id}"):
            assert visit("administrator").get(path).status_code == 403


class TestList:
    def test_every_tab_counts_the_rows_behind_it(self, city: City, visit: Visit) -> None:
        for status in (
            "assigned",
            "in_progress",
            "close_requested",
            "closed_implemented",
            "withdrawn",
            "void",
        ):
            bring_to(city, status, due_in_days=1)
        bring_to(city, "in_progress", due_in_days=300)
        after_days(city, 5)
        for key in READERS:
            visitor = visit(key)
            found = tabs(visitor.get("/actions/").text)
            assert set(found) == {
                "列管中",
                "30 日內到期",
                "逾期",
                "待解列",
                "申請展延中",
                "待轉送解列",
                "待續查",
                "已解列",
                "全部",
            }
            for address, number in found.values():
                assert len(rows(visitor.get(address).text)) == number

    def test_shows_nothing_of_other_departments(self, city: City, visit: Visit) -> None:
        city.give_action(confidentiality=Confidentiality.RESTRICTED)
        for key in STRANGERS:
            page = visit(key).get("/actions/?group=all").text
            assert rows(page) == []
            assert "沒有符合條件的列管事項" in page
            assert "候車資訊" not in page

    def test_narrows_by_everything_the_address_says(self, city: City, visit: Visit) -> None:
        city.give_action()
        city.give_action("EDU", officer=None)
        visitor = visit("coordinator")
        edu, tpt = city.departments["EDU"], city.departments["TPT"]
        for query, number in (
            (f"department={edu}", 1),
            (f"department={tpt}", 1),
            (f"department={tpt}&units=0", 0),
            (f"officer={city.people['officer']}", 1),
            ("status=assigned", 2),
            ("status=in_progress", 0),
            ("adoption=pending", 2),
            ("adoption=adopted", 0),
            ("theme=交通運輸", 2),
            ("theme=國際交流", 0),
            ("due_from=2026-05-01&due_until=115/5/1", 2),
            ("due_until=2026-04-30", 0),
            ("q=教育局", 1),
            ("report=999999", 0),
        ):
            assert len(rows(visitor.get(f"/actions/?{query}").text)) == number, query

    @pytest.mark.parametrize(
        "query",
        [
            "page=0",
            "page=999",
            "page=x",
            "department=99999999999999",
            "group=?",
            "sort=;--",
            "due_from=x",
            "status=x",
        ],
    )
    def test_takes_any_address(self, city: City, visit: Visit, query: str) -> None:
        city.give_action()
        assert visit("coordinator").get(f"/actions/?{query}").status_code == 200

    def test_sorts_and_turns_round(self, city: City, visit: Visit) -> None:
        for days in (30, 10, 20):
            city.give_action(due_in_days=days)
        visitor = visit("coordinator")
        by_date = rows(visitor.get("/actions/").text)
        assert rows(visitor.get("/actions/?sort=-due_on").text) == by_date[::-1]
        by_number = rows(visitor.get("/actions/?sort=item_no").text)
        assert by_number == sorted(by_number) != by_date


class TestItem:
    def test_offers_each_reader_the_one_step_that_waits(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        assert "btn btn-primary" in visit("officer").get(f"/actions/{item_id}").text
        assert f"/actions/{item_id}/acknowledge" in visit("unit_head").get(f"/actions/{item_id}").text
        for key in ("viewer", "coordinator"):
            page = visit(key).get(f"/actions/{item_id}").text
            assert "btn btn-primary" not in page
            assert "acknowledge" not in page

    def test_does_not_exist_for_another_department(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        for key in STRANGERS:
            for path in ("", "/progress", "/closing", "/acknowledge"):
                answer = visit(key).get(f"/actions/{item_id}{path}")
                assert answer.status_code == 404, path
                assert "候車資訊" not in answer.text
            assert visit(key).get("/actions/999999").status_code == 404

    def test_leads_to_the_place_in_the_report_only_who_may_read_it(self, city: City, visit: Visit) -> None:
        item_id = city.give_action(support=("EDU-I",))
        assert "/source#place-" in visit("officer").get(f"/actions/{item_id}").text
        assert "建請交通局於轉運站試辦" in visit("officer").get(f"/actions/{item_id}").text

    def test_tells_its_story_in_order_with_rounds(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id)
        refuse(city, ask(city, item_id))
        agree(city, ask(city, item_id))
        page = visit("officer").get(f"/actions/{item_id}").text
        story = page[page.index('class="story"') :]
        sentences = re.findall(r'story__sentence">([^<]+)<', story)
        assert [re.sub(r"^[^）]*）", "", sentence)[:6] for sentence in sentences[1:]] == [
            "簽收，承辦人",
            "填報運輸規劃",
            "為運輸規劃科",
            "將運輸規劃科",
            "決定持續列管",
            "為運輸規劃科",
            "將運輸規劃科",
            "同意解除列管",
        ]
        assert story.count("story__round") == 1
        assert "何語安（運輸規劃科）" in sentences[1]

    def test_warns_the_decider_of_a_promise_and_nobody_else(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        ask(city, item_id, result="將於明年納入計畫辦理，目前研議中。")
        warning = "辦理結果像是還沒完成"
        assert warning in visit("coordinator").get(f"/actions/{item_id}").text
        assert warning not in visit("officer").get(f"/actions/{item_id}").text

    def test_leads_on_from_a_merged_item(self, city: City, visit: Visit) -> None:
        assert "已併入另一個事項" in visit("officer").get(f"/actions/{bring_to(city, 'merged')}").text

    def test_counts_lateness_only_where_it_counts(self, city: City, visit: Visit) -> None:
        late = bring_to(city, "in_progress", due_in_days=1)
        asked = bring_to(city, "close_requested", due_in_days=1)
        after_days(city, 13)
        assert "逾期 12 日" in visit("officer").get(f"/actions/{late}").text
        assert "逾期 12 日" not in visit("officer").get(f"/actions/{asked}").text


class TestEvidence:
    def test_comes_as_a_download_that_nothing_runs(self, city: City, visit: Visit, wiring: Wiring) -> None:
        item_id = bring_to(city, "in_progress")
        stored = wiring.files.put(b"%PDF-1.7 done", '成果 "一".pdf')
        report(city, item_id, files=(stored,))
        (address,) = set(
            re.findall(r"/actions/evidence/\d+", visit("officer").get(f"/actions/{item_id}").text)
        )
        answer = visit("viewer").get(address)
        assert answer.data == b"%PDF-1.7 done"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E6%88%90")
        assert visit("other_officer").get(address).status_code == 404
        assert visit("officer").get("/actions/evidence/999").status_code == 404


class TestHidden:
    def test_a_closing_request_of_others_does_not_exist(self, city: City, visit: Visit) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"), files=(actions.REPORT,))
        assert visit("officer").get(f"/actions/closings/{closing_id}").status_code == 403
        assert visit("agency_head").get(f"/actions/closings/{closing_id}").status_code == 403
        assert visit("coordinator").get(f"/actions/closings/{closing_id}").status_code == 200
        assert visit("coordinator").get("/actions/closings/999").status_code == 404
