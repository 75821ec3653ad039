"""Editing an item by its page: what is shown, and the choice between mine and theirs when two edit at once."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.test import TestResponse

from tests.factories.actions import acknowledge, bring_to, do, look, version_of
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions import editing
from tracker.actions.editing import ItemChanges, edit_action
from tracker.web.actions.forms import EditForm

Visit = Callable[..., Visitor]
TYPED = {"title": "試辦候車資訊看板", "expected_result": "", "tracking_level": "city", "tags": ""}


def facts(city: City, item_id: int) -> dict[str, Any]:
    return look(city, "coordinator", item_id, lambda _s, _a, item: editing.facts_of(item))


def hidden(page: str) -> dict[str, str]:
    """Return what a form carries unseen of the version that it was shown with."""
    inputs = re.findall(
        r'<input id="(?:version|seen|shown)" name="(\w+)" type="hidden" value="([^"]*)">', page
    )
    return {name: html.unescape(value) for name, value in inputs}


def chosen(page: str) -> dict[str, str]:
    """Return which of the two versions stands chosen, for each field that is compared."""
    names = re.findall(r'name="merge-(\w+)" value="theirs"', page)
    ticked = dict(re.findall(r'name="merge-(\w+)" value="(\w+)" checked', page))
    return {name: ticked.get(name, "") for name in names}


class TestEditing:
    def test_is_offered_to_the_coordinator_only(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        assert f"/actions/{item_id}/edit" in visit("coordinator").get(f"/actions/{item_id}").text
        assert f"/actions/{item_id}/edit" not in visit("officer").get(f"/actions/{item_id}").text

    def test_leads_back_to_the_item_which_shows_its_marks(self, city: City, visit: Visit) -> None:
        item_id = city.give_action()
        coordinator = visit("coordinator")
        form = {**TYPED, "tracking_level": "agency", "is_priority": "y", "tags": "重大、跨局處"}
        assert coordinator.post(f"/actions/{item_id}/edit", form).status_code == 302
        page = coordinator.get(f"/actions/{item_id}").text
        for words in ("自行列管", "優先", "修改事項內容", "府列管 → 自行列管"):
            assert words in page
        assert 'href="/actions/?tag=%E9%87%8D%E5%A4%A7&amp;group=all"' in page

    def test_comes_back_with_every_word_when_something_is_wrong(self, city: City, visit: Visit) -> None:
        form = {**TYPED, "title": "", "expected_result": "兩處看板啟用", "tags": "長" * 21}
        answer = visit("coordinator").post(f"/actions/{city.give_action()}/edit", form)
        assert answer.status_code == 422
        assert "兩處看板啟用" in answer.text
        assert "請填寫列管事項的名稱" in answer.text

    def test_a_mistake_of_ones_own_does_not_hide_what_changed_meanwhile(
        self, city: City, visit: Visit
    ) -> None:
        item_id = city.give_action()
        coordinator = visit("coordinator")
        form = {**TYPED, **hidden(coordinator.get(f"/actions/{item_id}/edit").text), "title": ""}
        do(city, "second_coordinator", edit_action, item_id, ItemChanges(title="他人的名稱"))
        page = coordinator.post(f"/actions/{item_id}/edit", form).text
        answer = coordinator.post(f"/actions/{item_id}/edit", {**TYPED, **hidden(page), "title": "我的名稱"})
        assert answer.status_code == 409
        assert facts(city, item_id)["title"] == "他人的名稱"

    def test_shows_the_words_of_the_version_that_it_carries(self, app: Flask) -> None:
        shown = {**TYPED, "title": "新的名稱", "is_priority": False}
        with app.test_request_context():
            g.language = "zh-Hant"
            form = EditForm(**{**shown, "title": "剛才的名稱"})
            form.prepare(shown, 7)
            assert (form.title.data, form.version.data) == ("新的名稱", 7)


class TestTwoWhoEdit:
    @pytest.fixture
    def item_id(self, city: City) -> int:
        return city.give_action()

    @pytest.fixture
    def address(self, item_id: int) -> str:
        return f"/actions/{item_id}/edit"

    @pytest.fixture
    def late(self, city: City, visit: Visit, item_id: int, address: str) -> Callable[..., TestResponse]:
        """Send a form that was opened before a colleague saved: `late(theirs, **mine)`."""

        def send(theirs: ItemChanges, **mine: str) -> TestResponse:
            coordinator = visit("coordinator")
            opened = hidden(coordinator.get(address).text)
            do(city, "second_coordinator", edit_action, item_id, theirs)
            return coordinator.post(address, {**TYPED, **opened, **mine})

        return send

    def again(self, visit: Visit, address: str, page: str, **sent: str) -> TestResponse:
        return visit("coordinator").post(address, {**TYPED, **hidden(page), **sent})

    def test_nothing_is_overwritten(self, city: City, late, item_id: int) -> None:
        assert late(ItemChanges(title="他人的名稱"), title="我的名稱").status_code == 409
        assert facts(city, item_id)["title"] == "他人的名稱"

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_the_second_is_shown_mine_theirs_and_before(
        self, city: City, visit: Visit, item_id: int, address: str, language: str
    ) -> None:
        coordinator = visit("coordinator", language)
        opened = hidden(coordinator.get(address).text)
        do(city, "second_coordinator", edit_action, item_id, ItemChanges(title="他人的名稱"))
        page = coordinator.post(address, {**TYPED, **opened, "title": "我的名稱"}).text
        compared = page[
            page.index('id="comparison"') : page.index("</section>", page.index('id="comparison"'))
        ]
        for words in ("試辦候車資訊看板", "他人的名稱", "我的名稱", "方正平"):
            assert words in compared
        assert 'value="我的名稱"' in page

    def test_what_one_of_them_changed_is_chosen_already(self, late) -> None:
        theirs = ItemChanges(title="他人的名稱", tags=("重大",), is_priority=True)
        page = late(theirs, title="我的名稱", expected_result="兩處看板啟用").text
        assert chosen(page) == {
            "title": "",
            "expected_result": "mine",
            "is_priority": "theirs",
            "tags": "theirs",
        }

    def test_what_both_changed_alike_is_not_asked(self, late) -> None:
        assert chosen(late(ItemChanges(title="同一個名稱"), title="同一個名稱").text) == {}

    def test_the_chosen_versions_are_stored_together(
        self, city: City, visit: Visit, late, item_id: int, address: str
    ) -> None:
        typed = {"title": "我的名稱", "expected_result": "兩處看板啟用"}
        page = late(ItemChanges(title="他人的名稱", tags=("重大",)), **typed).text
        choices = {"merge-title": "theirs", "merge-expected_result": "mine", "merge-tags": "theirs"}
        assert self.again(visit, address, page, **typed, **choices).status_code == 302
        stored = facts(city, item_id)
        assert (stored["title"], stored["expected_result"], stored["tags"]) == (
            "他人的名稱",
            "兩處看板啟用",
            ["重大"],
        )

    def test_mine_can_be_kept_knowingly(
        self, city: City, visit: Visit, late, item_id: int, address: str
    ) -> None:
        page = late(ItemChanges(title="他人的名稱"), title="我的名稱").text
        sent = {"title": "我的名稱", "merge-title": "mine"}
        assert self.again(visit, address, page, **sent).status_code == 302
        assert facts(city, item_id)["title"] == "我的名稱"

    def test_what_both_changed_has_to_be_chosen(
        self, city: City, visit: Visit, late, item_id: int, address: str
    ) -> None:
        page = late(ItemChanges(title="他人的名稱"), title="我的名稱").text
        answer = self.again(visit, address, page, title="我的名稱")
        assert answer.status_code == 422
        assert "請選擇要保留我的，或採用對方的" in answer.text
        assert chosen(answer.text) == {"title": ""}
        assert facts(city, item_id)["title"] == "他人的名稱"

    def test_a_mistake_elsewhere_keeps_choice_and_words(self, visit: Visit, late, address: str) -> None:
        typed = {"title": "我的名稱", "tags": "長" * 21}
        page = late(ItemChanges(title="他人的名稱"), **typed).text
        answer = self.again(visit, address, page, **typed, **{"merge-title": "theirs"})
        assert answer.status_code == 422
        assert chosen(answer.text)["title"] == "theirs"
        assert 'value="我的名稱"' in answer.text

    def test_a_third_change_is_compared_anew(
        self, city: City, visit: Visit, late, item_id: int, address: str
    ) -> None:
        page = late(ItemChanges(title="他人的名稱"), title="我的名稱").text
        do(city, "second_coordinator", edit_action, item_id, ItemChanges(title="再改的名稱"))
        answer = self.again(visit, address, page, title="我的名稱", **{"merge-title": "mine"})
        assert answer.status_code == 409
        assert "再改的名稱" in answer.text
        assert facts(city, item_id)["title"] == "再改的名稱"

    def test_a_step_that_changed_no_field_asks_only_to_send_again(
        self, city: City, visit: Visit, item_id: int, address: str
    ) -> None:
        coordinator = visit("coordinator")
        opened = hidden(coordinator.get(address).text)
        acknowledge(city, item_id)
        answer = coordinator.post(address, {**TYPED, **opened})
        assert answer.status_code == 409
        assert "沒有衝突" in answer.text
        assert self.again(visit, address, answer.text).status_code == 302

    @pytest.mark.parametrize(
        "nonsense", ["", "{", "[1]", '{"before": 3}', '{"theirs": {"title": 7}}', "null"]
    )
    def test_a_form_that_was_tampered_with_breaks_nothing(
        self, city: City, visit: Visit, item_id: int, address: str, nonsense: str
    ) -> None:
        form = {**TYPED, "title": "我的名稱", "shown": nonsense, "version": str(version_of(city, item_id))}
        assert visit("coordinator").post(address, form).status_code in (302, 422)


class TestChangingTheOfficer:
    def test_is_offered_to_the_head_for_the_own_part_alone(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        assert visit("unit_head").get(f"/actions/{item_id}").text.count("/officer") == 1
        assert visit("coordinator").get(f"/actions/{item_id}").text.count("/officer") == 2
        assert "/officer" not in visit("officer").get(f"/actions/{item_id}").text

    def test_names_the_new_one(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        part = look(city, "coordinator", item_id, lambda _s, _a, item: item.lead.id)
        head = visit("unit_head")
        assert "何語安" in head.get(f"/actions/parts/{part}/officer").text
        form = {"officer_id": str(city.people["unit_head"]), "reason": "長期請假"}
        assert head.post(f"/actions/parts/{part}/officer", form).status_code == 302
        page = head.get(f"/actions/{item_id}").text
        assert "承辦人由何語安改為簡立群" in page

    def test_asks_for_a_name(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        part = look(city, "coordinator", item_id, lambda _s, _a, item: item.lead.id)
        answer = visit("unit_head").post(
            f"/actions/parts/{part}/officer", {"officer_id": "", "reason": "長期請假"}
        )
        assert answer.status_code == 422
        assert "請選擇承辦人" in answer.text
        assert "長期請假" in answer.text
