"""Asking the coordinating office for re-routing, withdrawal or merging, and the answers, by the pages."""

from collections.abc import Callable

import pytest

from tests.factories.actions import bring_to, look, petition, status_of
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions.petitioning import PetitionRequest
from tracker.actions.rules.petitioning import PetitionKind

Visit = Callable[..., Visitor]
WHY = "本案屬學生交流業務，非本科權責。"


class TestAsking:
    def test_each_kind_is_offered_to_the_head_alone(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        for kind in PetitionKind:
            address = f"/actions/{item_id}/petition/{kind}"
            assert address in visit("unit_head").get(f"/actions/{item_id}").text
            assert address not in visit("officer").get(f"/actions/{item_id}").text
            assert visit("unit_head").get(address).status_code == 200

    def test_proposes_a_department_and_the_item_says_so(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        head = visit("unit_head")
        form = {"department_id": city.departments["EDU-I"], "reason": WHY}
        assert head.post(f"/actions/{item_id}/petition/reassign", form).status_code == 302
        page = head.get(f"/actions/{item_id}").text
        assert "簡立群（運輸規劃科）申請改分，建議由國際教育科主辦。" in page
        assert WHY in page
        assert "撤回申請" in page

    def test_comes_back_with_every_word(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        answer = visit("unit_head").post(f"/actions/{item_id}/petition/withdraw", {"reason": WHY})
        assert answer.status_code == 422
        assert WHY in answer.text
        assert "請選擇撤銷的原因。" in answer.text

    def test_no_other_lead_is_offered_while_the_release_is_decided(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "close_requested")
        head = visit("unit_head")
        assert f"/actions/{item_id}/petition/reassign" not in head.get(f"/actions/{item_id}").text
        assert head.get(f"/actions/{item_id}/petition/reassign").status_code == 409

    def test_is_taken_back(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/petitions/{petition(city, item_id)}/take-back"
        assert visit("unit_head").post(path, {}).status_code == 302
        assert look(city, "officer", item_id, lambda _s, _a, item: item.waiting_petition) is None


class TestDeciding:
    def test_stands_among_the_coordinators_work(self, city: City, visit: Visit) -> None:
        petition(city, bring_to(city, "in_progress"))
        assert "決定改分、撤銷管制或併案" in visit("coordinator").get("/").text

    def test_a_withdrawal_is_granted_with_the_higher_approval(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/petitions/{petition(city, item_id)}"
        coordinator = visit("coordinator")
        assert path in coordinator.get(f"/actions/{item_id}").text
        form = {"agree": "yes", "decision": "政策已調整。", "reason_code": "policy_changed"}
        answer = coordinator.post(path, form)
        assert answer.status_code == 422
        assert "請填寫核准的層級與文號。" in answer.text
        assert coordinator.post(path, {**form, "approval": "秘書長核准"}).status_code == 302
        assert status_of(city, item_id) == "withdrawn"

    def test_the_proposed_department_is_filled_in_and_another_may_be_chosen(
        self, city: City, visit: Visit
    ) -> None:
        item_id = bring_to(city, "in_progress")
        proposed = PetitionRequest(PetitionKind.REASSIGN, WHY, department_id=city.departments["EDU-I"])
        path = f"/actions/petitions/{petition(city, item_id, request=proposed)}"
        coordinator = visit("coordinator")
        assert f'<option selected value="{city.departments["EDU-I"]}">' in coordinator.get(path).text
        form = {"agree": "yes", "decision": "由局本部統籌。", "lead_department_id": city.departments["EDU"]}
        assert coordinator.post(path, form).status_code == 302
        lead = look(city, "coordinator", item_id, lambda _s, _a, item: item.lead.department.code)
        assert lead == "EDU"

    def test_a_merger_is_granted(self, city: City, visit: Visit) -> None:
        item_id, other = bring_to(city, "in_progress"), city.give_action()
        number = look(city, "coordinator", other, lambda _s, _a, item: item.item_no)
        asked = PetitionRequest(PetitionKind.MERGE, WHY, into_item_no=number)
        path = f"/actions/petitions/{petition(city, item_id, request=asked)}"
        form = {"agree": "yes", "decision": "內容相同。", "into_item_no": number, "approval": "秘書長核准"}
        assert visit("coordinator").post(path, form).status_code == 302
        assert status_of(city, item_id) == "merged"

    def test_a_refusal_needs_words_and_tells_them(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        path = f"/actions/petitions/{petition(city, item_id)}"
        coordinator = visit("coordinator")
        assert coordinator.post(path, {"agree": "no"}).status_code == 422
        assert coordinator.post(path, {"agree": "no", "decision": "請先函報市府。"}).status_code == 302
        assert "請先函報市府。" in visit("unit_head").get(f"/actions/{item_id}").text

    def test_a_decided_one_is_shown_no_more(self, city: City, visit: Visit) -> None:
        path = f"/actions/petitions/{petition(city, bring_to(city, 'in_progress'))}"
        coordinator = visit("coordinator")
        coordinator.post(path, {"agree": "no", "decision": "請先函報市府。"})
        assert coordinator.get(path).status_code == 409

    @pytest.mark.parametrize(
        ("language", "words"),
        [("zh-Hant", "決定撤銷管制的申請"), ("en", "Decide on the request to withdraw")],
    )
    def test_reads_in_both_languages(self, city: City, visit: Visit, language: str, words: str) -> None:
        path = f"/actions/petitions/{petition(city, bring_to(city, 'in_progress'))}"
        assert words in visit("coordinator", language=language).get(path).text
