"""A deputy acts for an officer on leave: on the page, in the story of the item and by mail, and for those days only."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import City
from tests.support.browser import assert_accessible, photograph
from tests.support.by_page import report_progress
from tests.support.site import Site
from tests.support.smtp import plain_text
from tests.support.townspeople import Desk, People
from tracker.worker import tick

REPORTED = "廠商已交付看板樣品，並於現場試掛。"


class TestADeputy:
    def test_acts_in_the_place_of_an_officer_for_the_days_named(
        self, site: Site, town: City, people: People
    ) -> None:
        item_id = actions.bring_to(town, "in_progress", due_in_days=3)
        officer = people.come("officer")
        name_deputy(officer, "白若水", "2026-03-02", "2026-03-04")

        deputy = people.come("other_officer")
        expect(deputy.page.locator("section.sheet").first).to_contain_text("代理 何語安")
        photograph(deputy.page, "deputys-work")
        report_progress(deputy, f"/actions/{item_id}", REPORTED)
        officer.open(f"/actions/{item_id}")
        told = officer.page.locator(".story").get_by_text("白若水（國際教育科）代理何語安")
        expect(told).to_be_visible()
        assert_accessible(officer.page)
        photograph(officer.page, "deputys-story")

        site.clock.advance(timedelta(days=2))
        tick(site.wiring)
        (letter,) = site.postbox.letters_to(town.email("other_officer"))
        assert "您是何語安（承辦人）的職務代理人。" in plain_text(letter)

        site.clock.advance(timedelta(days=1))
        deputy = people.come("other_officer")
        expect(deputy.page.get_by_text("目前沒有等您處理的事項。")).to_be_visible()
        deputy.open(f"/actions/{item_id}")
        expect(deputy.page.get_by_role("heading", level=1)).to_contain_text("找不到")
        tick(site.wiring)
        assert site.postbox.letters_to(town.email("other_officer")) == [letter]


def name_deputy(desk: Desk, name: str, first: str, last: str) -> None:
    """Name one's own deputy in the settings."""
    desk.open("/me")
    choice = desk.page.get_by_role("combobox", name="職務代理人")
    option = choice.locator("option", has_text=name).get_attribute("value")
    choice.select_option(value=option)
    desk.page.get_by_label("開始日期").fill(first)
    desk.page.get_by_label("結束日期").fill(last)
    desk.page.get_by_role("button", name="設定職務代理人").click()
    expect(desk.page.get_by_role("table", name="我的職務代理人")).to_contain_text(name)
    photograph(desk.page, "settings-deputy")
