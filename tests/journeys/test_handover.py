"""An officer leaves: what they hold is listed and goes to a colleague before the account is closed."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site
from tests.support.smtp import plain_text
from tests.support.townspeople import Desk, People
from tracker.worker import tick


class TestHandover:
    def test_nothing_stays_with_whoever_leaves(self, site: Site, town: City, people: People) -> None:
        held = [actions.bring_to(town, "in_progress", due_in_days=days) for days in (40, 60)]
        leaving = people.come("officer")
        administrator = people.come("administrator")
        hand_over(administrator, town.people["officer"], "簡立群")

        leaving.open("/")
        expect(leaving.page.get_by_role("heading", level=1)).to_have_text("登入")
        people.sign_in(leaving, "officer")
        expect(leaving.page.get_by_role("heading", level=1)).to_have_text("登入")

        successor = people.come("unit_head")
        shelf = successor.page.locator("section.sheet").filter(has_text="改由您承辦")
        expect(shelf.locator("tbody tr")).to_have_count(len(held))
        photograph(successor.page, "successors-work")
        successor.open(f"/actions/{held[0]}")
        expect(successor.page.locator(".story")).to_contain_text("簡立群")
        site.clock.advance(timedelta(days=1))
        tick(site.wiring)
        (letter,) = site.postbox.letters_to(town.email("unit_head"))
        assert "【改由您承辦】" in plain_text(letter)


def hand_over(desk: Desk, person_id: int, successor: str) -> None:
    """Let a person out; everything they hold goes to one colleague."""
    desk.open(f"/people/{person_id}/deactivate")
    expect(desk.page.get_by_text("承辦 2 件列管中的事項，移交後才能停用。")).to_be_visible()
    desk.page.get_by_role("button", name="移交並停用帳號").click()
    expect(desk.page.locator("[data-error-summary]")).to_be_visible()
    choice = desk.page.get_by_label("全部移交給")
    choice.select_option(value=choice.locator("option", has_text=successor).get_attribute("value"))
    desk.page.get_by_label("移交原因").fill("退休")
    assert_accessible(desk.page)
    keep_picture(photograph(desk.page, "handover"), "handover")
    desk.page.get_by_role("button", name="移交並停用帳號").click()
    expect(desk.page.get_by_text("帳號已停用，所有裝置都已登出。")).to_be_visible()
