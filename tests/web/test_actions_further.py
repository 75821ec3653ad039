"""The page that opens one more item for a recommendation, and the way to it from the report."""

from collections.abc import Callable

from tests.factories.actions import look
from tests.factories.city import City
from tests.support.client import Visitor

Visit = Callable[..., Visitor]
FORM = {"title": "試辦第二處看板", "due_on": "115/6/30", "expected_result": "第二處看板啟用"}


def places(city: City) -> tuple[int, str]:
    """Return the report of a new item, and the address that opens a further one."""
    recommendation = look(
        city, "coordinator", city.give_action(), lambda _session, _act, item: item.recommendation
    )
    return recommendation.report_id, f"/actions/new?recommendation={recommendation.id}"


class TestSplitOff:
    def test_is_offered_to_the_coordinator_and_leads_to_the_new_item(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        coordinator = visit("coordinator")
        assert f"/actions/{item_id}/split" in coordinator.get(f"/actions/{item_id}").text
        assert f"/actions/{item_id}/split" not in visit("officer").get(f"/actions/{item_id}").text
        form = {**FORM, "lead_department_id": city.departments["EDU-I"], "reason": "分別辦理"}
        answer = coordinator.post(f"/actions/{item_id}/split", form)
        assert answer.status_code == 302
        assert f'/actions/{item_id}"' in coordinator.get(answer.location).text
        assert f'{answer.location}"' in coordinator.get(f"/actions/{item_id}").text

    def test_comes_back_with_every_word_when_something_is_missing(self, city: City, visit: Visit) -> None:
        form = {**FORM, "lead_department_id": city.departments["EDU-I"], "reason": ""}
        answer = visit("coordinator").post(f"/actions/{city.give_action()}/split", form)
        assert answer.status_code == 422
        assert "第二處看板啟用" in answer.text


class TestOpenFurther:
    def test_is_offered_to_the_coordinator_on_the_report(self, city: City, visit: Visit) -> None:
        report_id, address = places(city)
        assert address in visit("coordinator").get(f"/reports/{report_id}").text
        assert "/actions/new" not in visit("officer").get(f"/reports/{report_id}").text

    def test_shows_the_words_of_the_report(self, city: City, visit: Visit) -> None:
        _, address = places(city)
        assert "建請交通局於轉運站試辦候車資訊看板。" in visit("coordinator").get(address).text

    def test_opens_the_item_and_leads_to_it(self, city: City, visit: Visit) -> None:
        _, address = places(city)
        coordinator = visit("coordinator")
        answer = coordinator.post(address, {**FORM, "lead_department_id": city.departments["EDU-I"]})
        assert answer.status_code == 302
        page = coordinator.get(answer.location).text
        for words in ("試辦第二處看板", "第二處看板啟用", "國際教育科"):
            assert words in page

    def test_keeps_a_draft_that_can_be_assigned_later(self, city: City, visit: Visit) -> None:
        _, address = places(city)
        coordinator = visit("coordinator")
        form = {**FORM, "lead_department_id": city.departments["EDU-I"], "as_draft": "y"}
        answer = coordinator.post(address, form)
        assert f"{answer.location}/assign" in coordinator.get(answer.location).text
        assert visit("other_officer").get(answer.location).status_code == 404

    def test_comes_back_with_every_word_when_something_is_missing(self, city: City, visit: Visit) -> None:
        _, address = places(city)
        answer = visit("coordinator").post(address, {**FORM, "lead_department_id": "", "due_on": ""})
        assert answer.status_code == 422
        assert "第二處看板啟用" in answer.text
        assert "請選擇主辦機關。" in answer.text

    def test_knows_no_recommendation_that_is_not_there(self, city: City, visit: Visit) -> None:
        for address in ("/actions/new", "/actions/new?recommendation=x", "/actions/new?recommendation=99999"):
            assert visit("coordinator").get(address).status_code == 404
