"""An extension: refused with a reason, asked for again, granted by the right level; mail follows the new date."""

from datetime import datetime

from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import ZONE, City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site
from tests.support.smtp import plain_text
from tests.support.townspeople import Desk, People
from tracker.worker import tick

DUE_IN_DAYS = 18
FIRST_DUE, NEW_DUE = "115年3月20日（五）", "115年4月9日（四）"
DAY_BEFORE_FIRST = datetime(2026, 3, 19, 9, 0, tzinfo=ZONE)
DAY_BEFORE_NEW = datetime(2026, 4, 8, 9, 0, tzinfo=ZONE)
REASON = "設備標流標，須修正規格後重新上網公告。"
REFUSAL = "請先說明已增派的人力，再提申請。"
DUE_SOON = "【即將到期，請於期限前完成】"


class TestMoreTime:
    def test_is_granted_by_the_right_level_and_the_mail_follows(
        self, site: Site, town: City, people: People
    ) -> None:
        item_id = actions.bring_to(town, "in_progress", due_in_days=DUE_IN_DAYS)
        ask_until(people.come("officer"), item_id, "2026-03-30")
        decide(people.come("unit_head"), agree=False, words=REFUSAL)

        officer = people.come("officer")
        expect(officer.page.locator("section.sheet").first).to_contain_text("退回或重新列管")
        ask_until(officer, item_id, "2026-04-09")
        expect(people.come("unit_head").page.get_by_role("link", name="核定展延")).to_have_count(0)
        head = people.come("agency_head")
        decide(head, agree=True, words="同意。")
        expect(head.page.get_by_text("原定").first).to_contain_text(FIRST_DUE)
        expect(head.page.locator(".story")).to_contain_text(REFUSAL)
        assert_accessible(head.page)
        keep_picture(photograph(head.page, "extended-item"), "extended-item")

        assert DUE_SOON not in letters_of_the_day(site, town, DAY_BEFORE_FIRST)
        text = letters_of_the_day(site, town, DAY_BEFORE_NEW)
        assert DUE_SOON in text
        assert NEW_DUE in text


def ask_until(desk: Desk, item_id: int, day: str) -> None:
    """Ask for more time."""
    desk.open(f"/actions/{item_id}")
    desk.page.get_by_role("link", name="申請展延").click()
    desk.page.get_by_label("展延後的預定完成日").fill(day)
    desk.page.get_by_label("展延原因").select_option(label="採購或招標延誤")
    desk.page.get_by_label("理由", exact=False).last.fill(REASON)
    desk.page.get_by_role("button", name="申請展延").click()
    expect(desk.page.get_by_text("已申請展延，核定前預定完成日不變。")).to_be_visible()


def decide(desk: Desk, *, agree: bool, words: str) -> None:
    """Decide on the request that waits on the start page."""
    desk.page.get_by_role("link", name="核定展延").click()
    desk.page.get_by_label("核准展延" if agree else "退回").first.check()
    desk.page.get_by_label("決定說明").fill(words)
    if agree:
        keep_picture(photograph(desk.page, "decide-extension"), "decide-extension")
    desk.page.get_by_role("button", name="送出決定").click()
    desk.page.wait_for_url("**/actions/*")


def letters_of_the_day(site: Site, town: City, moment: datetime) -> str:
    """Let the morning of a day come, and return what the officer's new letters say."""
    before = len(site.postbox.letters_to(town.email("officer")))
    site.clock.set(moment)
    tick(site.wiring)
    letters = site.postbox.letters_to(town.email("officer"))[before:]
    assert len(letters) <= 1
    return "\n".join(plain_text(letter) for letter in letters)
