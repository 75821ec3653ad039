"""One step on many items by the pages: choose, see what would happen and who is told, do it."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.factories.actions import bring_to, do, look, status_of
from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions import bulk
from tracker.actions.asking import ask_for_progress
from tracker.actions.bulk import Chosen
from tracker.reminders.queries import unread_notices

Visit = Callable[..., Visitor]


def address(do_what: str, *item_ids: int) -> str:
    return f"/actions/bulk?do={do_what}&group=all&" + "&".join(f"id={each}" for each in item_ids)


def mark_in(page: str) -> str:
    """Return the mark of what was seen that a rehearsal leaves in its form."""
    found = re.search(r'name="mark" value="([^"]*)"', page)
    assert found, page
    return found[1]


def notices_of(city: City, key: str) -> int:
    with city.database.reading() as session:
        return session.scalar(select(unread_notices(city.people[key]))) or 0


class TestChoosing:
    def test_offers_each_reader_what_they_may_do_with_many(self, city: City, visit: Visit) -> None:
        bring_to(city, "in_progress")
        offered = {
            "officer": {"extend"},
            "unit_head": {"officer", "extend", "ask"},
            "agency_head": {"officer", "ask"},
            "coordinator": {"assign", "officer", "tag", "ask"},
            "viewer": set(),
        }
        for key, codes in offered.items():
            page = visit(key).get("/actions/").text
            shown = set(re.findall(r'<option value="(assign|officer|extend|tag|ask)"', page))
            assert shown == codes, key
            assert ('type="checkbox" name="id"' in page) == bool(codes), key

    def test_takes_everything_that_a_filter_holds(self, city: City, visit: Visit) -> None:
        for _ in range(3):
            bring_to(city, "in_progress")
        bring_to(city, "closed_implemented")
        page = visit("coordinator").get("/actions/bulk?do=ask&group=open&everything=1").text
        assert "選了 3 件列管事項" in page

    def test_says_when_nothing_was_chosen_or_too_much(
        self, city: City, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ids = [bring_to(city, "in_progress") for _ in range(3)]
        assert "沒有選取任何事項" in visit("coordinator").get("/actions/bulk?do=ask").text
        monkeypatch.setattr(bulk, "MOST_ITEMS", 2)
        assert "一次最多處理 2 件" in visit("coordinator").get(address("ask", *ids)).text
        page = visit("coordinator").get("/actions/bulk?do=ask&group=open&everything=1").text
        assert "一次最多處理 2 件" in page

    def test_hides_what_the_reader_may_not_see(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        page = visit("other_head").get(address("ask", item_id)).text
        assert "沒有選取任何事項" in page
        assert "候車資訊看板" not in page

    def test_refuses_who_may_not(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        assert visit("officer").get(address("tag", item_id)).status_code == 403
        assert visit("coordinator").get(address("nonsense", item_id)).status_code == 404


class TestRehearsal:
    def test_shows_what_would_happen_and_who_is_told_and_changes_nothing(
        self, city: City, visit: Visit
    ) -> None:
        opened, closed = bring_to(city, "in_progress"), bring_to(city, "closed_implemented")
        visitor, before = visit("coordinator"), notices_of(city, "officer")
        page = visitor.post(address("ask", opened, closed), {"message": "請於週五前填報。"}).text
        assert "將處理 1 件，1 件不能處理。還沒有任何變更。" in page
        assert "目前的狀態不能執行這個動作。" in page
        assert "何語安" in page
        assert "併入當日的一封信" in page
        assert notices_of(city, "officer") == before

    def test_of_a_quiet_change_shows_that_nobody_is_told(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        page = visit("coordinator").post(address("ask", item_id), {"quiet": "y"}).text
        assert "不會通知任何人。" in page

    def test_asks_for_what_is_missing(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        for what, sentence in {"tag": "請填寫要加上或移除的標籤。", "officer": "請指定承辦人。"}.items():
            answer = visit("coordinator").post(address(what, item_id), {})
            assert answer.status_code == 422
            assert sentence in answer.text


class TestConfirming:
    def test_makes_exactly_what_was_seen(self, city: City, visit: Visit) -> None:
        ids = [bring_to(city, "in_progress") for _ in range(2)]
        visitor = visit("coordinator")
        form = {"lead_department_id": str(city.departments["EDU-I"]), "officer_id": "", "reason": "業務調整"}
        seen = visitor.post(address("assign", *ids), form).text
        answer = visitor.post(address("assign", *ids), {**form, "mark": mark_in(seen), "agreed": "1"})
        assert answer.status_code == 302
        assert {status_of(city, each) for each in ids} == {"assigned"}
        leads = {
            look(city, "coordinator", each, lambda _s, _a, item: item.lead.department.code) for each in ids
        }
        assert leads == {"EDU-I"}
        assert notices_of(city, "other_head") == 2

    def test_tells_nobody_when_it_is_quiet(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        visitor, form = visit("coordinator"), {"message": "", "quiet": "y"}
        before = notices_of(city, "officer")
        seen = visitor.post(address("ask", item_id), form).text
        visitor.post(address("ask", item_id), {**form, "mark": mark_in(seen), "agreed": "1"})
        assert notices_of(city, "officer") == before
        kinds = look(city, "coordinator", item_id, lambda _s, _a, item: item.version)
        assert kinds

    def test_shows_another_preview_when_the_words_changed_after_the_first(
        self, city: City, visit: Visit
    ) -> None:
        item_id = bring_to(city, "in_progress")
        visitor = visit("coordinator")
        seen = visitor.post(address("tag", item_id), {"add": "議會"}).text
        answer = visitor.post(address("tag", item_id), {"add": "預算", "mark": mark_in(seen), "agreed": "1"})
        assert "內容有變更，請再確認一次預覽。" in answer.text
        assert look(city, "coordinator", item_id, lambda _s, _a, item: list(item.tags)) == []

    def test_takes_nobody_elses_preview_for_ones_own(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        seen = visit("coordinator").post(address("ask", item_id), {"message": ""}).text
        answer = visit("second_coordinator").post(
            address("ask", item_id), {"message": "", "mark": mark_in(seen), "agreed": "1"}
        )
        assert "還沒有任何變更" in answer.text

    def test_leaves_out_an_item_that_changed_meanwhile_and_says_so(self, city: City, visit: Visit) -> None:
        ids = [bring_to(city, "in_progress") for _ in range(2)]
        visitor = visit("coordinator")
        seen = visitor.post(address("ask", *ids), {"message": ""}).text
        do(city, "unit_head", ask_for_progress, ids[0])
        with city.database.transaction() as session:
            chosen = [Chosen(ids[0], "", "", look(city, "coordinator", ids[0], lambda _s, _a, i: i.version))]
            bulk.change_many(session, city.act("coordinator", session), chosen, bulk.Tag(("議會",), ()))
        answer = visitor.post(address("ask", *ids), {"message": "", "mark": mark_in(seen), "agreed": "1"})
        assert "已處理 1 件，1 件沒有處理。" in answer.text
        assert "別人已先修改了這筆資料" in answer.text

    def test_speaks_english(self, city: City, visit: Visit) -> None:
        item_id = bring_to(city, "in_progress")
        page = visit("coordinator", language="en").post(address("ask", item_id), {"message": ""}).text
        assert "Nothing has been changed yet." in page
