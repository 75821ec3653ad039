"""Two coordinators edit the same item: the second sees mine, theirs and before, chooses, and loses no word."""

from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.townspeople import Desk, People

MINE, THEIRS = "試辦候車資訊看板，先設五處", "試辦候車資訊看板與語音播報"
RESULT = "五處看板啟用，並公布使用人數。"


def start_editing(desk: Desk, item_id: int) -> None:
    """Open the form that changes what an item says."""
    desk.open(f"/actions/{item_id}")
    desk.page.get_by_role("link", name="修改事項").click()
    expect(desk.page.get_by_label("列管事項", exact=True)).to_be_visible()


class TestTwoEditors:
    def test_the_second_is_shown_mine_theirs_and_before_and_keeps_their_text(
        self, town: City, people: People
    ) -> None:
        item_id = actions.bring_to(town, "in_progress")
        first, second = people.come("coordinator"), people.come("second_coordinator")
        start_editing(first, item_id)
        start_editing(second, item_id)
        first.page.get_by_label("列管事項", exact=True).fill(THEIRS)
        first.page.get_by_role("button", name="儲存").click()
        expect(first.page.get_by_role("heading", level=1)).to_contain_text(THEIRS)

        second.page.get_by_label("列管事項", exact=True).fill(MINE)
        second.page.get_by_label("預期成果").fill(RESULT)
        second.page.get_by_role("button", name="儲存").click()
        comparison = second.page.locator("#comparison")
        expect(comparison).to_contain_text("在您修改的期間，別人已先儲存")
        for words in (MINE, THEIRS):
            expect(comparison).to_contain_text(words)
        expect(second.page.get_by_label("預期成果")).to_have_value(RESULT)
        assert_accessible(second.page)
        keep_picture(photograph(second.page, "mine_theirs_before"), "two-editors")

        comparison.get_by_role("group", name="列管事項").get_by_label("保留我的").check()
        second.page.get_by_role("button", name="儲存").click()
        expect(second.page.get_by_role("heading", level=1)).to_contain_text(MINE)
        story = second.page.locator(".story")
        for words in (THEIRS, MINE, RESULT):
            expect(story).to_contain_text(words)
