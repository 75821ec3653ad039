"""Asking for more time and deciding on it, by the pages, in both languages."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.factories.actions import after_days, ask_for_days, bring_to, grant, look
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.foundation import roc

Visit = Callable[..., Visitor]
REASON = "第一次招標流標，須重新上網公告。"


def due_of(city: City, item_id: int):
    return look(city, "coordinator", item_id, lambda _s, _a, item: item.due_on)


def form_for(city: City, item_id: int, days: int) -> dict[str, str]:
    day = due_of(city, item_id) + timedelta(days=days)
    return {"new_due_on": day.isoformat(), "reason_code": "procurement", "reason": REASON}


class TestAsking:
    def test_leads_back_to_the_item_which_says_what_waits(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        officer = visit("officer")
        answer = officer.post(f"/actions/{item_id}/extension", form_for(city, item_id, 10))
        assert answer.status_code == 302
        page = officer.get(f"/actions/{item_id}").text
        assert "等候核定的展延申請" in page
        assert REASON in page
        assert "撤回申請" in page

    def test_tells_the_levels_of_approval_before_one_asks(self, city: City, visit: Visit) -> None:
        page = visit("officer").get(f"/actions/{bring_to(city, 'in_progress')}/extension").text
        assert "累計 14 日內由單位主管核定，30 日內由機關首長核定" in page

    def test_comes_back_with_every_word_and_the_fields_to_mend(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        form = {**form_for(city, item_id, -3), "reason": "設備交期比預期長很多，無法如期。"}
        answer = visit("officer").post(f"/actions/{item_id}/extension", form)
        assert answer.status_code == 422
        assert "設備交期比預期長很多" in answer.text
        assert "展延後的日期必須晚於目前的預定完成日" in answer.text

    def test_after_the_due_date_says_that_it_stays_on_record(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=3)
        after_days(city, 6)
        assert "逾期後申請" in visit("officer").get(f"/actions/{item_id}/extension").text

    def test_says_when_three_were_granted_already(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        for _ in range(3):
            grant(city, ask_for_days(city, item_id, 4), "unit_head")
        assert "已展延 3 次" in visit("officer").get(f"/actions/{item_id}/extension").text

    def test_is_taken_back_by_its_requester(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 10)
        answer = visit("officer").post(f"/actions/extensions/{extension_id}/take-back", {})
        assert answer.status_code == 302
        assert "等候核定的展延申請" not in visit("officer").get(f"/actions/{item_id}").text


class TestDeciding:
    def test_moves_the_date_and_shows_both(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        before = due_of(city, item_id)
        extension_id = ask_for_days(city, item_id, 10)
        head = visit("unit_head")
        assert f"/actions/extensions/{extension_id}" in head.get(f"/actions/{item_id}").text
        answer = head.post(f"/actions/extensions/{extension_id}", {"agree": "yes", "decision": ""})
        assert answer.status_code == 302
        page = visit("officer").get(f"/actions/{item_id}").text
        assert roc.show(before) in page
        assert roc.show(before + timedelta(days=10)) in page
        assert "累計 10 日" in page

    def test_to_refuse_without_words_is_sent_back(self, city: City, visit: Visit) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        answer = visit("unit_head").post(f"/actions/extensions/{extension_id}", {"agree": "no"})
        assert answer.status_code == 422
        assert "退回展延申請必須說明理由" in answer.text

    def test_of_the_agency_head_on_many_days_hands_it_on(self, city: City, visit: Visit) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 45)
        page = visit("agency_head").get(f"/actions/extensions/{extension_id}").text
        assert "同意，轉請研考核定" in page

    def test_waits_among_the_work_of_whose_turn_it_is(self, city: City, visit: Visit) -> None:
        ask_for_days(city, bring_to(city, "in_progress"), 10)
        assert "核定展延" in visit("unit_head").get("/").text

    @pytest.mark.parametrize(
        ("language", "words"), [("zh-Hant", "核定展延"), ("en", "Decide on the extension")]
    )
    def test_reads_in_both_languages(self, city: City, visit: Visit, language: str, words: str) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        page = visit("unit_head", language=language).get(f"/actions/extensions/{extension_id}")
        assert words in page.text
