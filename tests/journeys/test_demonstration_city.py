"""A visitor walks through the demonstration city: every page in both languages, photographed at three widths.

With UPDATE_PICTURES=1 the pictures of the README are taken anew.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Watcher, assert_accessible, keep_picture, photograph
from tests.support.loopback import free_port
from tests.support.site import served, settings_for
from tracker.app import create_app
from tracker.demo.city import load_city
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database
from tracker.foundation.migrating import migrate
from tracker.wiring import wire

MORNING = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)  # Monday, half past nine in Taipei
PASSWORD = "kfmt-7q2x-w9pr-ndbh"
COORDINATOR, OFFICER, ADMINISTRATOR = "shuyi.wei", "bochen.ni", "admin"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a loaded and served demonstration city."""
    folder, port = tmp_path_factory.mktemp("demonstration"), free_port()
    settings = settings_for(
        folder, "", {"TRACKER_WEB__PORT": str(port), "TRACKER_SITE__ADDRESS": f"http://127.0.0.1:{port}"}
    )
    database = Database(settings.storage.database_url)
    migrate(database)
    database.close()
    load_city(settings, PASSWORD, folder / "letters", FixedClock(MORNING))
    wiring = wire(settings, FixedClock(MORNING))
    with served(create_app(wiring), settings) as running:
        yield running
    wiring.database.close()


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator["Visitor"]:
    """Somebody who looks around; what the browser complains about fails the walk."""
    context = browser.new_context(
        locale="zh-TW", timezone_id="Asia/Taipei", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(10_000)
    watcher = Watcher()
    page = context.new_page()
    watcher.watch(page)
    yield Visitor(page, address)
    context.close()
    assert not watcher.complaints, "\n".join(watcher.complaints)


class Visitor:
    """A browser in the demonstration city."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address

    def come(self, name: str) -> None:
        """Sign in with a printed name and the printed password."""
        self.page.goto(f"{self._address}/sign-in")
        self.page.locator("input[name=email]").fill(f"{name}@city.example")
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form:has(input[name=password]) button[type=submit]").click()
        expect(self.page).to_have_url(f"{self._address}/")

    def look(self, path: str, name: str) -> dict[int, Path]:
        """Open a page, judge its accessibility, and photograph it."""
        self.page.goto(f"{self._address}{path}")
        expect(self.page.locator("h1")).to_have_count(1)
        assert_accessible(self.page)
        return photograph(self.page, name)

    def speak_english(self) -> None:
        """Switch the language as the menu does."""
        self.page.goto(f"{self._address}/")
        self.page.locator("[data-menu] summary").click()
        self.page.get_by_role("button", name="English").click()
        expect(self.page.locator("html")).to_have_attribute("lang", "en")


class TestCoordinator:
    def test_walks_through_every_page(self, visitor: Visitor) -> None:
        visitor.come(COORDINATOR)
        visitor.look("/", "work")
        keep_picture(visitor.look("/dashboard", "dashboard"), "dashboard")
        visitor.look("/actions/", "actions")
        visitor.look("/reports/", "reports")
        visitor.look("/reports/new", "upload")
        visitor.look("/notices", "notices")
        visitor.look("/me", "settings")
        visitor.page.goto(visitor.page.url.replace("/me", "/actions/?group=overdue"))
        visitor.page.locator("td a.item-number, td a").first.click()
        photograph(visitor.page, "overdue-item")

    def test_sees_source_and_candidates_side_by_side(self, visitor: Visitor) -> None:
        visitor.come(COORDINATOR)
        visitor.page.get_by_role("link", name="前往審閱").click()
        visitor.page.locator("td a[href*='/review']").first.click()
        expect(visitor.page.locator("article.candidate").first).to_be_visible()
        assert_accessible(visitor.page)
        keep_picture(photograph(visitor.page, "review-desk-city"), "review-desk")

    def test_finds_a_second_edition_to_compare_and_its_pages_as_printed(self, visitor: Visitor) -> None:
        visitor.come(COORDINATOR)
        page = visitor.page
        page.get_by_role("link", name="前往審閱").click()
        page.locator("tr", has_text="富山").locator("a[href*='/review']").first.click()
        page.locator("article[aria-current] a[data-page-link]").click()
        expect(page.locator(".page-mark.is-current rect").first).to_be_attached()
        page.wait_for_function("() => document.querySelector('.page-view img').naturalWidth > 0")
        assert_accessible(page)
        photograph(page, "second-edition-page")
        page.get_by_role("link", name="比對後決定").click()
        expect(page.get_by_text("等您決定")).to_be_visible()
        expect(page.locator("#reworded ins").first).to_contain_text("五")
        assert_accessible(page)
        photograph(page, "second-edition-city")

    def test_reads_the_dashboard_in_english(self, visitor: Visitor) -> None:
        visitor.come(COORDINATOR)
        visitor.speak_english()
        visitor.look("/dashboard", "dashboard-english")
        expect(visitor.page.locator("h1")).to_have_text("Dashboard")


class TestOfficer:
    def test_sees_the_own_work_first(self, visitor: Visitor) -> None:
        visitor.come(OFFICER)
        visitor.look("/", "officer-work")
        assert visitor.page.locator("table tbody tr").count() > 0


class TestAdministrator:
    def test_walks_through_every_page(self, visitor: Visitor) -> None:
        visitor.come(ADMINISTRATOR)
        visitor.look("/people", "people")
        visitor.look("/departments", "departments")
        visitor.look("/people/import", "import")
        visitor.look("/outbox", "outbox")
