"""Each stored letter as a mail reader shows it: at phone and desktop width, with nothing fetched."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from tests.support.browser import WIDTHS, assert_accessible, expect_no_wider

LETTERS = Path(__file__).resolve().parents[1] / "letters"
PAGES = sorted(each.name for each in LETTERS.glob("*.html"))


@pytest.mark.parametrize("name", PAGES)
class TestLetters:
    def test_fit_phone_and_desktop_and_can_be_read_by_everybody(self, page: Page, name: str) -> None:
        page.goto((LETTERS / name).as_uri())
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            expect_no_wider(page, width)
            assert_accessible(page)

    def test_fetch_nothing(self, page: Page, name: str) -> None:
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        page.on("request", note)
        page.goto((LETTERS / name).as_uri())
        page.wait_for_load_state("networkidle")
        assert asked == [page.url]
