"""A real browser for the journeys; what it complains about fails the journey."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories.city import City, build_city
from tests.support import browser as chromium
from tests.support.site import Site, served, settings_with_mail
from tests.support.smtp import Postbox
from tests.support.townspeople import People
from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.reminders.heartbeats import beat
from tracker.wiring import wire
from tracker.worker import DELIVER


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, started once; skips loudly where there is none."""
    executable = chromium.find_chromium()
    if executable is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        running = chromium.launch(playwright, executable)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page with no cookies, in Taipei and in Chinese; console errors fail the journey at its end."""
    # A page that outlives its server asks it in vain, and complains: the site must be there first, to be ended last.
    if "site" in request.fixturenames:
        request.getfixturevalue("site")
    context = browser.new_context(
        locale="zh-TW", timezone_id="Asia/Taipei", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(10_000)
    watcher = chromium.Watcher()
    opened = context.new_page()
    watcher.watch(opened)
    yield opened
    context.close()
    assert not watcher.complaints, "\n".join(watcher.complaints)


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str, postbox: Postbox, clock: FixedClock) -> Iterator[Site]:
    """An empty installation, served on the loopback, whose letters go to a real mail server."""
    settings = settings_with_mail(tmp_path, sqlite_url, postbox)
    wired = wire(settings, clock)
    with served(create_app(wired), settings) as address:
        yield Site(address, wired, clock, postbox)
    wired.database.close()


@pytest.fixture
def town(site: Site) -> City:
    """The small city on the served site, whose worker was there a moment ago."""
    built = build_city(site.wiring.database, site.clock)
    beat(site.wiring.database, DELIVER, site.clock.now(), site.clock.now(), "")
    return built


@pytest.fixture
def people(browser: Browser, site: Site, town: City) -> Iterator[People]:
    """The city's people, each with a browser of their own."""
    townspeople = People(browser, site, town)
    yield townspeople
    townspeople.leave()
