"""What an official has typed outlives a lapsed sign-in, a conflict, a closed tab and a lost connection."""

from datetime import timedelta

import pytest
from playwright.sync_api import Error, expect

from tests.factories import actions
from tests.factories.city import City
from tests.support.browser import photograph
from tests.support.site import Site
from tests.support.townspeople import Desk, People

TYPED = "已與三處轉運站的管理單位議定看板位置，並完成電力勘查。"
RESTORED = "已還原您上次尚未送出的內容。"


@pytest.fixture
def item_id(town: City) -> int:
    """An item in progress."""
    return actions.bring_to(town, "in_progress")


def begin_progress(desk: Desk, item_id: int) -> None:
    """Open the form of progress and fill it in."""
    desk.open(f"/actions/{item_id}/progress")
    desk.page.get_by_label("辦理情形").fill(TYPED)
    desk.page.get_by_label("進度").fill("35")


def send(desk: Desk) -> None:
    desk.page.get_by_role("button", name="送出辦理情形").click()


def expect_typed(desk: Desk) -> None:
    """Expect what was typed to stand in the form."""
    expect(desk.page.get_by_label("辦理情形")).to_have_value(TYPED)
    expect(desk.page.get_by_label("進度")).to_have_value("35")


def expect_sent(desk: Desk, item_id: int) -> None:
    """Send the form; expect progress on the item's page, once, and an empty form for the next time."""
    send(desk)
    desk.page.wait_for_url(f"**/actions/{item_id}")
    expect(desk.page.locator(".story").get_by_text(TYPED)).to_have_count(1)
    desk.open(f"/actions/{item_id}/progress")
    expect(desk.page.get_by_label("辦理情形")).to_have_value("")


class TestADraftSurvives:
    def test_a_lapsed_sign_in(self, site: Site, town: City, people: People, item_id: int) -> None:
        officer = people.come("officer")
        begin_progress(officer, item_id)
        site.clock.advance(timedelta(hours=1))
        send(officer)
        expect(officer.page.get_by_text("您輸入的內容仍保留在瀏覽器裡")).to_be_visible()
        photograph(officer.page, "lapsed-sign-in")
        people.sign_in(officer, "officer")
        officer.page.wait_for_url(f"**/actions/{item_id}/progress")
        expect(officer.page.get_by_text(RESTORED)).to_be_visible()
        expect_typed(officer)
        photograph(officer.page, "draft-restored")
        expect_sent(officer, item_id)

    def test_a_conflict(self, town: City, people: People, item_id: int) -> None:
        officer = people.come("officer")
        begin_progress(officer, item_id)
        closing_id = actions.ask(town, item_id, "unit_head")
        send(officer)
        expect(officer.page.get_by_text("別人已先處理了這個事項")).to_be_visible()
        expect_typed(officer)
        photograph(officer.page, "conflict")
        actions.refuse(town, closing_id)
        expect_sent(officer, item_id)

    def test_a_closed_tab(self, people: People, item_id: int) -> None:
        officer = people.come("officer")
        tab = officer.open_tab()
        begin_progress(tab, item_id)
        tab.page.close()
        again = officer.open_tab()
        again.open(f"/actions/{item_id}/progress")
        expect(again.page.get_by_text(RESTORED)).to_be_visible()
        expect_typed(again)
        expect_sent(again, item_id)

    def test_a_lost_connection(self, people: People, item_id: int) -> None:
        officer = people.come("officer")
        begin_progress(officer, item_id)
        officer.page.context.set_offline(True)
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"), officer.page.expect_navigation():
            send(officer)
        officer.page.context.set_offline(False)
        officer.open("/")
        officer.open(f"/actions/{item_id}/progress")
        expect_typed(officer)
        expect_sent(officer, item_id)

    def test_but_not_another_persons_sign_in(self, people: People, item_id: int) -> None:
        officer = people.come("officer")
        begin_progress(officer, item_id)
        officer.page.context.clear_cookies()
        officer.open("/sign-in")
        people.sign_in(officer, "unit_head")
        officer.page.wait_for_url("**/")
        officer.open(f"/actions/{item_id}/progress")
        expect(officer.page.get_by_label("辦理情形")).to_have_value("")
