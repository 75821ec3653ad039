"""A closing request on its way through the head of the unit, by the pages, in both languages."""

from collections.abc import Callable

import pytest

from tests.factories.actions import RESULT, bring_to, prepare_closing, return_closing, status_of
from tests.factories.city import City
from tests.support.client import Visitor

Visit = Callable[..., Visitor]
WAITS = "等候單位主管轉送的解除列管申請"
FORM = {"result": RESULT, "completed_on": "115/3/2", "outcome": "implemented"}


class TestPreparing:
    def test_leads_back_to_the_item_which_says_for_whom_it_waits(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        officer = visit("officer")
        page = officer.get(f"/actions/{item_id}").text
        assert WAITS in page
        assert RESULT in page
        assert "撤回申請" in page
        assert f'href="/actions/{item_id}/closing"' not in page

    def test_says_beforehand_that_the_head_forwards_it(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        assert "先由單位主管轉送研考" in visit("officer").get(f"/actions/{item_id}/closing").text
        assert "先由單位主管轉送研考" not in visit("unit_head").get(f"/actions/{item_id}/closing").text

    def test_is_taken_back_by_its_requester(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        closing_id = prepare_closing(city, item_id)
        officer = visit("officer")
        assert officer.post(f"/actions/closings/{closing_id}/take-back", {}).status_code == 302
        assert WAITS not in officer.get(f"/actions/{item_id}").text

    def test_is_asked_by_the_form(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        answer = visit("officer").post(f"/actions/{item_id}/closing", {**FORM, "result": "做完了"})
        assert answer.status_code == 422
        assert "做完了" in answer.text


class TestForwarding:
    def test_stands_first_on_the_heads_page_and_among_their_work(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        closing_id = prepare_closing(city, item_id)
        head = visit("unit_head")
        assert "轉送解除列管申請" in head.get("/").text
        assert f"/actions/closings/{closing_id}/forward" in head.get(f"/actions/{item_id}").text

    def test_sends_it_to_the_coordinating_office(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/closings/{prepare_closing(city, item_id)}/forward"
        assert visit("unit_head").post(path, {"forward": "yes"}).status_code == 302
        assert status_of(city, item_id) == "close_requested"
        page = visit("coordinator").get(f"/actions/{item_id}").text
        assert "單位主管轉送" in page
        assert "審查解除列管" in page

    def test_returning_without_a_note_comes_back(self, city: City, visit: Visit) -> None:
        path = f"/actions/closings/{prepare_closing(city, bring_to(city, 'in_progress'))}/forward"
        answer = visit("unit_head").post(path, {"forward": "no"})
        assert answer.status_code == 422
        assert "退回時請說明要補充什麼。" in answer.text

    def test_returning_tells_the_story(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        return_closing(city, prepare_closing(city, item_id), note="請附驗收紀錄。")
        page = visit("officer").get(f"/actions/{item_id}").text
        assert "簡立群（運輸規劃科）退回運輸規劃科的解除列管申請" in page
        assert "請附驗收紀錄。" in page

    @pytest.mark.parametrize("key", ["officer", "agency_head", "coordinator"])
    def test_is_the_heads_alone(self, city: City, visit: Visit, key: str) -> None:
        path = f"/actions/closings/{prepare_closing(city, bring_to(city, 'in_progress'))}/forward"
        assert visit(key).get(path).status_code == 403
        assert visit(key).post(path, {"forward": "yes"}).status_code == 403

    @pytest.mark.parametrize(
        ("language", "words"),
        [("zh-Hant", "轉送解除列管申請"), ("en", "Forward the closing request")],
    )
    def test_reads_in_both_languages(self, city: City, visit: Visit, language: str, words: str) -> None:
        path = f"/actions/closings/{prepare_closing(city, bring_to(city, 'in_progress'))}/forward"
        assert words in visit("unit_head", language=language).get(path).text
