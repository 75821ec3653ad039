"""People of the small city, each with a browser of their own, who sign in by the page."""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.factories.city import PASSWORD, City
from tests.support.browser import Watcher
from tests.support.site import Site

DESK_WIDTH, PHONE_WIDTH = 1440, 390
HEIGHTS = {DESK_WIDTH: 900, PHONE_WIDTH: 844}


@dataclass
class Desk:
    """One person's browser; `taps` counts what they tapped, typing aside."""

    page: Page
    site: Site
    taps: int = 0

    def open(self, path: str) -> None:
        """Go to a page of the site."""
        self.page.goto(f"{self.site.address}{path}")

    def tap(self, target: Locator) -> None:
        """Tap something, and count it."""
        target.click()
        self.taps += 1

    def open_tab(self) -> "Desk":
        """Open a second tab of the same browser."""
        return Desk(self.page.context.new_page(), self.site)

    def figure(self, label: str) -> int:
        """Read a tile of the dashboard."""
        self.open("/dashboard")
        number = self.page.locator(".stat-tile").filter(has_text=label).locator(".stat-tile__number").first
        found = re.search(r"\d+", number.inner_text())
        assert found, number.inner_text()
        return int(found.group())


class People:
    """Everybody who has a part in a story."""

    def __init__(self, browser: Browser, site: Site, town: City) -> None:
        self._browser, self._site, self._town = browser, site, town
        self._contexts: list[BrowserContext] = []
        self._watcher = Watcher()

    def come(self, key: str, width: int = DESK_WIDTH) -> Desk:
        """Open a browser and sign in."""
        desk = Desk(self._open_browser(width), self._site)
        desk.open("/sign-in")
        self.sign_in(desk, key)
        expect(desk.page.get_by_role("heading", level=1)).to_contain_text("我的工作")
        return desk

    def sign_in(self, desk: Desk, key: str) -> None:
        """Fill in the page of signing in, wherever it leads."""
        desk.page.get_by_label("電子郵件").fill(self._town.email(key))
        desk.page.get_by_label("密碼", exact=True).fill(PASSWORD)
        desk.page.get_by_role("button", name="登入").click()

    def leave(self) -> None:
        """Close every browser; what one complained about fails the story."""
        for context in self._contexts:
            context.close()
        assert not self._watcher.complaints, "\n".join(self._watcher.complaints)

    def _open_browser(self, width: int) -> Page:
        is_phone = width == PHONE_WIDTH
        context = self._browser.new_context(
            locale="zh-TW",
            timezone_id="Asia/Taipei",
            viewport={"width": width, "height": HEIGHTS[width]},
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        context.on("page", self._watcher.watch)
        return context.new_page()
