"""A request for release is refused (持續列管); the second round ends with the release."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import City
from tests.support.browser import assert_accessible, expect_no_wider, photograph
from tests.support.by_page import ask_for_closing, forward_closing, release, report_progress
from tests.support.site import Site
from tests.support.townspeople import PHONE_WIDTH, Desk, People

REFUSAL = "尚缺啟用後一個月的使用人次，請補充後再申請。"
IN_THE_SECOND_ROUND = "已彙整啟用後一個月的使用人次，平均每日三千人。"


class TestSecondRound:
    def test_an_item_is_kept_and_released_the_next_time(
        self, site: Site, town: City, people: People, tmp_path: Path
    ) -> None:
        item_path = f"/actions/{actions.bring_to(town, 'in_progress')}"
        ask_for_closing(people.come("officer"), item_path, "2026-03-02", tmp_path)
        forward_closing(people.come("unit_head"), item_path)
        keep_tracking(people.come("coordinator"), item_path)

        site.clock.advance(timedelta(days=30))
        officer = people.come("officer")
        expect(officer.page.locator("section.sheet").first).to_contain_text("退回或重新列管")
        officer.open(item_path)
        expect(officer.page.locator(".story")).to_contain_text(REFUSAL)
        report_progress(officer, item_path, IN_THE_SECOND_ROUND)
        ask_for_closing(officer, item_path, "2026-04-01", tmp_path)
        forward_closing(people.come("unit_head"), item_path)
        coordinator = people.come("coordinator")
        release(coordinator, item_path)

        expect(coordinator.page.locator(".story__round")).to_have_text(["第 2 輪"])
        assert_accessible(coordinator.page)
        photograph(coordinator.page, "second-round")
        coordinator.page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
        expect_no_wider(coordinator.page, PHONE_WIDTH)


def keep_tracking(desk: Desk, item_path: str) -> None:
    """Refuse the release."""
    desk.open(item_path)
    desk.page.get_by_role("link", name="審查解除列管").click()
    desk.page.get_by_label("持續列管").check()
    desk.page.get_by_label("決定說明").fill(REFUSAL)
    desk.page.get_by_role("button", name="送出決定").click()
    expect(desk.page.get_by_text("辦理中").first).to_be_visible()
