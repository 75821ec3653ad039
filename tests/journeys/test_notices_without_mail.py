"""通知: what happened is told inside the system at once, with read marks, also where no mail server is set."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import assert_accessible, photograph
from tests.support.site import Site, served, settings_with_mail
from tests.support.smtp import Postbox
from tests.support.townspeople import People
from tracker.app import create_app
from tracker.foundation.clock import FixedClock
from tracker.settings import load_settings
from tracker.wiring import wire
from tracker.worker import tick


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str, postbox: Postbox, clock: FixedClock) -> Iterator[Site]:
    """An empty installation, served on the loopback, that knows no mail server."""
    known = settings_with_mail(tmp_path, sqlite_url, postbox)
    settings = load_settings(
        {
            "TRACKER_STORAGE__DIRECTORY": str(tmp_path / "var"),
            "TRACKER_STORAGE__DATABASE": sqlite_url,
            "TRACKER_SITE__ADDRESS": known.site.address,
            "TRACKER_WEB__PORT": str(known.web.port),
        },
        tmp_path / "nothing.toml",
    )
    wired = wire(settings, clock)
    with served(create_app(wired), settings) as address:
        yield Site(address, wired, clock, postbox)
    wired.database.close()


class TestNotices:
    def test_are_read_one_by_one_and_all_at_once_without_any_mail(
        self, site: Site, town, people: People
    ) -> None:
        for _ in range(3):
            town.give_action()
        officer = people.come("officer")
        officer.page.get_by_role("link", name="通知").first.click()
        expect(officer.page.get_by_text("3 則未讀")).to_be_visible()
        expect(officer.page.get_by_role("table", name="通知")).to_contain_text("分案通知")
        assert_accessible(officer.page)
        photograph(officer.page, "notices")
        officer.page.get_by_role("button", name="標為已讀", exact=True).first.click()
        expect(officer.page.get_by_text("2 則未讀")).to_be_visible()
        officer.page.get_by_role("button", name="全部標為已讀").click()
        expect(officer.page.get_by_text("沒有未讀的通知。")).to_be_visible()
        photograph(officer.page, "notices-read")

        site.clock.advance(timedelta(days=1))
        tick(site.wiring)
        assert site.postbox.letters == []
