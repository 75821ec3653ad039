"""Where does this come from? From the desk, from the item and from the dashboard it is one click to the printed page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import assert_accessible, keep_both
from tests.support.printed import QUOTES, printed_report
from tests.support.site import Site
from tests.support.townspeople import Desk, People
from tracker.worker import tick


def marked_as_current(page: Page) -> None:
    """Wait until the image is there and the passage that was asked for is marked on it, within the page."""
    image = page.locator(".page-view img")
    expect(image).to_be_visible()
    page.wait_for_function("() => document.querySelector('.page-view img').naturalWidth > 0")
    mark = page.locator(".page-mark.is-current rect").first
    expect(mark).to_be_attached()
    paper, place = image.bounding_box(), mark.bounding_box()
    assert paper is not None
    assert place is not None
    assert paper["x"] < place["x"] < paper["x"] + paper["width"]
    assert paper["y"] < place["y"] < paper["y"] + paper["height"]


@pytest.fixture
def desk(people: People, site: Site, tmp_path: Path) -> Desk:
    """The coordinator's review desk with a printed report that was just uploaded."""
    desk = people.come("coordinator")
    desk.open("/reports/new")
    file = tmp_path / "赴瀨灣市考察.pdf"
    file.write_bytes(printed_report())
    desk.page.get_by_label("報告檔案").set_input_files(file)
    desk.page.get_by_role("button", name="匯入", exact=True).click()
    expect(desk.page).to_have_url(re.compile(r"/imports/"))
    tick(site.wiring)
    # Until the page has loaded, nothing there listens to a key.
    desk.page.wait_for_url(re.compile(r"/reports/\d+/review"))
    return desk


def confirm_everything(desk: Desk) -> None:
    """Accept each candidate by its key and confirm them."""
    page = desk.page
    for _ in QUOTES:
        with page.expect_navigation():
            page.keyboard.press("a")
    page.keyboard.press("c")
    with page.expect_navigation():
        page.locator("dialog[open] button[type=submit]").click()


class TestPageBesideTheText:
    def test_opens_beside_the_source_and_follows_the_candidate_at_hand(self, desk: Desk) -> None:
        page = desk.page
        page.locator("article[aria-current]").get_by_role("link", name="第 2 頁").click()
        marked_as_current(page)
        expect(page.locator("[data-source]")).to_be_visible()
        assert_accessible(page)
        keep_both(page, "page-beside-text")
        page.get_by_role("link", name="200%").click()
        expect(page.locator(".page-view__paper.is-zoom-200")).to_be_visible()
        first = page.locator(".page-mark.is-current").get_attribute("data-passage")
        page.keyboard.press("j")
        expect(page.locator(f'.page-mark.is-current:not([data-passage="{first}"])')).to_be_attached()
        expect(page.locator(".page-view__paper.is-zoom-200")).to_be_visible()
        page.get_by_role("link", name="上一頁").click()
        expect(page.get_by_text("第 1 頁，共 2 頁")).to_be_visible()
        page.get_by_role("button", name="關閉原頁").click()
        expect(page.locator("[data-page-view]")).to_have_count(0)

    def test_is_one_click_from_the_item_and_from_the_dashboards_report(self, desk: Desk) -> None:
        page = desk.page
        confirm_everything(desk)
        page.get_by_role("link", name="採行與進度").click()
        page.get_by_role("link", name="看原頁：第 2 頁").first.click()
        marked_as_current(page)
        assert_accessible(page)
        keep_both(page, "page-of-dashboard")
        page.locator("a[href^='/actions/']").filter(has_text="TPT").first.click()
        page.get_by_role("link", name="看原頁：第 2 頁").click()
        marked_as_current(page)
        keep_both(page, "page-of-item")

    def test_is_a_page_of_its_own_without_scripts(self, desk: Desk, browser: Browser, site: Site) -> None:
        path = desk.page.locator("a[data-page-link]").first.get_attribute("href")
        context = browser.new_context(
            java_script_enabled=False, locale="zh-TW", storage_state=desk.page.context.storage_state()
        )
        page = context.new_page()
        page.goto(f"{site.address}{path}")
        expect(page.locator(".page-mark.is-current rect")).to_have_count(1)
        page.get_by_role("link", name="150%").click()
        expect(page.locator(".page-view__paper.is-zoom-150")).to_be_visible()
        page.get_by_role("link", name="上一頁").click()
        expect(page.get_by_text("第 1 頁，共 2 頁")).to_be_visible()
        page.get_by_role("link", name="下一頁").click()
        page.get_by_role("link", name="回審閱台").first.click()
        expect(page).to_have_url(re.compile(r"/review#candidate-"))
        context.close()
