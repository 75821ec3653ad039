"""A scan on its way in, in a browser: told to be one, read page by page, compared with the page, and confirmed."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import assert_accessible, keep_both
from tests.support.printed import printed_report, scanned
from tests.support.scans import tesseract
from tests.support.site import Site
from tests.support.townspeople import People
from tracker.worker import tick


class TestScannedReport:
    def test_goes_from_upload_to_confirmed_items(self, people: People, site: Site, tmp_path: Path) -> None:
        tesseract()
        desk = people.come("coordinator")
        page = desk.page
        desk.open("/reports/new")
        file = tmp_path / "掃描的出國報告.pdf"
        file.write_bytes(scanned(printed_report()))
        page.get_by_label("報告檔案").set_input_files(file)
        page.get_by_role("button", name="匯入", exact=True).click()
        expect(page).to_have_url(re.compile(r"/imports/"))
        tick(site.wiring)
        expect(page.get_by_text("這份 PDF 是掃描影像")).to_be_visible()
        assert_accessible(page)
        keep_both(page, "scan-offer")
        page.get_by_role("button", name="辨識文字並匯入").click()
        expect(page.get_by_role("button", name="停止辨識")).to_be_visible()
        tick(site.wiring)
        expect(page).to_have_url(re.compile(r"/reports/\d+/review"), timeout=30_000)
        page.locator("a[data-page-link]").first.click()
        expect(page.locator(".page-mark.is-current rect").first).to_be_attached()
        expect(page.get_by_text("這是掃描影像")).to_be_visible()
        page.wait_for_function("() => document.querySelector('.page-view img').naturalWidth > 0")
        assert_accessible(page)
        keep_both(page, "scan-desk")
        for _ in range(2):
            with page.expect_navigation():
                page.keyboard.press("a")
        page.keyboard.press("c")
        with page.expect_navigation():
            page.locator("dialog[open] button[type=submit]").click()
        expect(page.locator("article[id^='recommendation-']")).to_have_count(2)
        expect(page.locator("a[href^='/actions/']").first).to_be_visible()
