"""Many reports at once, in a browser: chosen, sent, watched until the last one ended, with a bad one passed over."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.city import PASSWORD, City
from tests.support.browser import assert_accessible, photograph
from tests.support.report_stories import TRAM
from tests.support.site import Site
from tracker.foundation.jobs import run_next


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """Six files, of which one is empty."""
    folder = tmp_path / "papers"
    folder.mkdir()
    paths = [folder / f"考察報告{number}.txt" for number in range(1, 7)]
    for number, path in enumerate(paths, 1):
        path.write_text("" if number == 4 else f"{TRAM}\n第 {number} 份。\n", encoding="utf-8")
    return paths


@pytest.fixture
def worker(site: Site) -> Iterator[threading.Event]:
    """Do one waiting file each time that the event is set, until the end of the test."""
    go, over = threading.Event(), threading.Event()

    def work() -> None:
        while not over.is_set():
            if go.wait(0.05):
                go.clear()
                run_next(site.wiring.database, site.wiring.handlers(), site.clock)

    thread = threading.Thread(target=work)
    thread.start()
    yield go
    over.set()
    thread.join(30)


def sign_in(page: Page, site: Site, town: City) -> None:
    page.goto(f"{site.address}/sign-in")
    page.get_by_label("電子郵件").fill(town.email("coordinator"))
    page.get_by_label("密碼", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def choose(page: Page, site: Site, papers: list[Path]) -> None:
    page.goto(f"{site.address}/reports/new")
    page.get_by_label("報告檔案").set_input_files(papers)


class TestManyReports:
    def test_come_in_by_one_upload_and_the_bad_one_is_told(
        self, page: Page, site: Site, town: City, papers: list[Path], worker: threading.Event
    ) -> None:
        sign_in(page, site, town)
        choose(page, site, papers)
        expect(page.locator("#chosen-files")).to_contain_text("已選擇 6 個檔案")
        assert_accessible(page)
        photograph(page, "upload-many")
        page.get_by_role("button", name="匯入", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("整批匯入：6 個檔案")
        expect(page.get_by_text("已處理 1／6 個檔案。")).to_be_visible()
        for done in range(2, 4):
            worker.set()
            # The page tells by itself: nobody loads it anew.
            expect(page.get_by_text(f"已處理 {done}／6 個檔案。")).to_be_visible()
        assert_accessible(page)
        photograph(page, "batch-going-on")
        for _ in range(3):
            worker.set()
            page.wait_for_timeout(1500)
        expect(page.get_by_text("全部處理完畢。")).to_be_visible()
        expect(page.get_by_text("已匯入 5 個、未匯入 1 個。")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="考察報告4.txt")).to_contain_text("檔案是空的")
        assert_accessible(page)
        photograph(page, "batch-over")
        page.get_by_role("link", name="前往待審報告").click()
        expect(page.get_by_role("row").filter(has_text="赴瀨灣市考察")).to_have_count(5)
        page.get_by_role("link", name="匯入紀錄").click()
        photograph(page, "imports")

    def test_come_in_without_scripts_too(
        self, browser: Browser, site: Site, town: City, papers: list[Path]
    ) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        sign_in(page, site, town)
        choose(page, site, papers)
        page.get_by_role("button", name="匯入", exact=True).click()
        expect(page.get_by_text("已處理 1／6 個檔案。")).to_be_visible()
        while run_next(site.wiring.database, site.wiring.handlers(), site.clock):
            pass
        page.reload()
        expect(page.get_by_text("已匯入 5 個、未匯入 1 個。")).to_be_visible()
        context.close()

    def test_that_are_too_many_are_told_before_they_are_sent(
        self, page: Page, site: Site, town: City, tmp_path: Path
    ) -> None:
        sign_in(page, site, town)
        papers = [tmp_path / f"{number}.txt" for number in range(301)]
        for paper in papers:
            paper.write_text("x")
        choose(page, site, papers)
        expect(page.locator("#chosen-files")).to_contain_text("超過一次的檔案數")
