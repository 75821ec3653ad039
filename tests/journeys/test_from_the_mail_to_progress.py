"""On a phone: from the address in the mail to 辦理情形, in at most six taps after signing in."""

import re
from datetime import datetime

from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import ZONE, City
from tests.support.browser import SCREENSHOTS, assert_accessible, expect_no_wider, keep_picture
from tests.support.site import Site
from tests.support.smtp import plain_text
from tests.support.townspeople import PHONE_WIDTH, Desk, People
from tracker.worker import tick

MOST_TAPS = 6
NARRATIVE = "已完成三處轉運站的現場勘查，看板樣式送請審議。"
THE_DAY_BEFORE = datetime(2026, 3, 6, 9, 0, tzinfo=ZONE)


def address_in_letter(site: Site, town: City, key: str) -> str:
    """Return the one address of the only letter that came to a person, as its plain text has it."""
    (letter,) = site.postbox.letters_to(town.email(key))
    (address,) = set(re.findall(r"https?://\S+", plain_text(letter)))
    return str(address)


class TestFromTheMailToProgress:
    def test_takes_at_most_six_taps(self, site: Site, town: City, people: People) -> None:
        for days in (5, 40):
            actions.bring_to(town, "in_progress", due_in_days=days)
        site.clock.set(THE_DAY_BEFORE)
        tick(site.wiring)
        address = address_in_letter(site, town, "officer")

        phone = Desk(people.come("officer", PHONE_WIDTH).page, site)
        phone.page.goto(address)
        first = phone.page.locator("section.sheet").first
        expect(first.get_by_role("heading")).to_have_text("即將到期，請於期限前完成")
        photograph_phone(phone, "work")
        number = first.locator(".item-number").first.inner_text()
        phone.tap(first.get_by_role("link", name="填報辦理情形").first)
        phone.page.get_by_label("辦理情形").fill(NARRATIVE)
        phone.page.get_by_label("進度").fill("60")
        photograph_phone(phone, "progress")
        assert_accessible(phone.page)
        phone.tap(phone.page.get_by_role("button", name="送出辦理情形"))

        expect(phone.page.get_by_text(number).first).to_be_visible()
        expect(phone.page.get_by_text(NARRATIVE).first).to_be_visible()
        photograph_phone(phone, "item")
        expect_no_wider(phone.page, PHONE_WIDTH)
        assert phone.taps <= MOST_TAPS


def photograph_phone(desk: Desk, name: str) -> None:
    """Store what the phone shows, whole."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"phone-{name}.png"
    desk.page.screenshot(path=path, full_page=True)
    keep_picture({PHONE_WIDTH: path}, f"phone-{name}", PHONE_WIDTH)
