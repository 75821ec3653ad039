"""The dashboards in a browser: every size and theme, extremes that still read well, and numbers that are their lists."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories.actions import after_days, bring_to
from tests.factories.city import City
from tests.support.browser import WIDTHS, assert_accessible, expect_no_wider, keep_picture, photograph
from tests.support.townspeople import Desk, People
from tracker.people.models import Department
from tracker.reminders.heartbeats import beat
from tracker.worker import DELIVER

LONG_NAME = "海港城市政府交通局運輸規劃與轉運設施管理及候車資訊系統建置維護暨智慧路燈號誌整合推動第一科臨時任務編組工作小組專案辦公室"


def fits(page: Page) -> None:
    """Fail when a page is wider than its window, at any width."""
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        expect_no_wider(page, width)


def look(desk: Desk, path: str, name: str) -> None:
    """Open a page, judge it in light, dark and print, and photograph it."""
    for scheme in ("dark", "light"):
        desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        desk.open(path)
        expect(desk.page.locator("h1")).to_have_count(1)
        for width, height in WIDTHS.items():
            desk.page.set_viewport_size({"width": width, "height": height})
            expect_no_wider(desk.page, width)
            assert_accessible(desk.page, at_all=True)
    desk.page.emulate_media(media="print")
    for width, height in WIDTHS.items():
        desk.page.set_viewport_size({"width": width, "height": height})
        expect(desk.page.locator(".stat-tile").first).to_be_visible()
        assert_accessible(desk.page, at_all=True)
    desk.page.emulate_media(media="screen", color_scheme="light")
    fits(desk.page)
    keep_picture(photograph(desk.page, name), name)


def fill(town: City) -> None:
    """Give the city items of every kind, most of them late."""
    for status in ("assigned", "in_progress", "close_requested", "closed_implemented"):
        bring_to(town, status, due_in_days=20, support=())
    bring_to(town, "in_progress", due_in_days=300, support=("EDU-I",))
    town.give_action("EDU-I", officer=None, due_in_days=5)
    after_days(town, 40)
    beat(town.database, DELIVER, town.clock.now(), town.clock.now(), "")


class TestDashboards:
    def test_read_well_at_every_size_in_light_dark_and_print(self, people: People, town: City) -> None:
        fill(town)
        desk = people.come("coordinator")
        look(desk, "/dashboard", "manager-dashboard")
        look(desk, f"/dashboard/departments/{town.departments['TPT-P']}", "department-dashboard")
        look(desk, "/dashboard/reports/1", "report-dashboard")
        look(desk, "/dashboard/filing", "filing-dashboard")

    def test_of_an_empty_city_say_what_to_do(self, people: People, town: City) -> None:
        desk = people.come("coordinator")
        desk.open("/dashboard")
        expect(desk.page.get_by_text("還沒有列管事項")).to_be_visible()
        assert_accessible(desk.page, at_all=True)
        fits(desk.page)

    def test_of_one_late_item_of_a_department_with_a_long_name_fit_a_phone(
        self, people: People, town: City
    ) -> None:
        town.give_action(due_in_days=3)
        after_days(town, 9)
        with town.database.transaction() as session:
            session.get_one(Department, town.departments["TPT"]).name = LONG_NAME[:60]
            session.get_one(Department, town.departments["TPT-P"]).name = LONG_NAME[:60]
        desk = people.come("coordinator")
        desk.open("/dashboard")
        expect(desk.page.locator(".lead-line").first).to_contain_text("1 件逾期")
        expect(desk.page.get_by_text(LONG_NAME[:60]).first).to_be_visible()
        assert_accessible(desk.page, at_all=True)
        fits(desk.page)

    @pytest.mark.parametrize("key", ["officer", "agency_head", "coordinator"])
    def test_numbers_on_tiles_are_the_lengths_of_their_lists(
        self, people: People, town: City, key: str
    ) -> None:
        fill(town)
        desk = people.come(key)
        desk.open("/dashboard")
        tiles = desk.page.locator(".stat-tile:not(:has(small))")
        numbers = [
            (tile.get_attribute("href") or "", tile.locator(".stat-tile__number").inner_text())
            for tile in tiles.all()
        ]
        assert len(numbers) >= 8
        for address, number in numbers:
            if not re.fullmatch(r"[\d,]+", number):
                continue
            desk.open(address)
            assert desk.page.locator("a.item-number").count() == int(number), address

    def test_of_a_past_day_tell_of_that_day_and_lead_back(self, people: People, town: City) -> None:
        fill(town)
        desk = people.come("coordinator")
        desk.open(f"/dashboard?as_at={town.today().replace(day=1).isoformat()}")
        desk.page.get_by_role("link", name="回到今天").click()
        expect(desk.page.get_by_label("截至（留空為今天）")).to_have_value("")
