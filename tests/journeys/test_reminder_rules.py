"""A coordinator changes when reminders come, reads who that concerns, and looks at the letters before any leaves."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site
from tests.support.townspeople import People
from tracker.reminders.planning import plan_reminders


class TestReminderRules:
    def test_are_changed_after_a_look_at_who_is_concerned_and_the_letters_are_read(
        self, people: People, site: Site, town: City
    ) -> None:
        town.give_action(due_in_days=20)
        page = people.come("coordinator").page
        page.get_by_role("link", name="提醒規則").click()
        expect(page.get_by_role("heading", name="系統預設")).to_be_visible()
        assert_accessible(page)
        photograph(page, "reminder_rules")
        page.get_by_role("link", name="新增規則").click()
        page.get_by_label("名稱").fill("交通局提前五日提醒")
        page.get_by_label("適用對象").select_option(label="機關：交通局")
        last = page.locator("fieldset.ladder-row").last
        last.get_by_label("之前或之後").select_option(label="前")
        last.get_by_label("天數", exact=True).fill("5")
        last.get_by_label("單位", exact=True).select_option(label="日")
        last.get_by_label("承辦人").check()
        photograph(page, "reminder_rules_edited")
        page.get_by_role("button", name="預覽影響").click()
        impact = page.locator("#impact")
        expect(impact).to_contain_text("新增 1 則提醒，取消 0 則提醒。")
        expect(impact).to_contain_text("何語安")
        assert_accessible(page)
        keep_picture(photograph(page, "reminder_rules_impact"), "reminder-rules")
        page.get_by_role("button", name="確認並儲存").click()
        expect(page.get_by_text("已儲存提醒規則。")).to_be_visible()

        page.get_by_role("link", name="預覽", exact=True).click()
        page.get_by_label("日期").fill((town.today() + timedelta(days=15)).isoformat())
        page.get_by_role("button", name="套用").click()
        expect(page.get_by_text("候車資訊看板").first).to_be_visible()
        assert_accessible(page)
        photograph(page, "reminder_preview")

    def test_answer_why_somebody_got_a_letter_or_not(self, people: People, site: Site, town: City) -> None:
        item = town.give_action(due_in_days=9)
        for days in (2, 8):
            site.clock.advance(timedelta(days=days))
            plan_reminders(site.wiring.office, site.wiring.database)
        page = people.come("officer").page
        page.goto(f"{site.address}/reminders/ledger")
        expect(page.get_by_text("逾期 1 個工作日")).to_be_visible()
        assert_accessible(page)
        keep_picture(photograph(page, "reminder_ledger"), "reminder-ledger")
        page.goto(f"{site.address}/actions/{item}")
        page.get_by_role("link", name="接下來的提醒").click()
        expect(page.get_by_role("heading", name="接下來的提醒")).to_be_visible()
        photograph(page, "reminder_upcoming")
