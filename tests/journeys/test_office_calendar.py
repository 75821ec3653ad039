"""The office calendar of a year is brought in, and a typhoon closes the city for a day."""

from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.factories.city import PASSWORD, City
from tests.support.browser import assert_accessible, photograph
from tests.support.site import Site
from tracker.people.queries import calendars_around

TABLE = "西元日期,星期,是否放假,備註\n20260214,六,0,補行上班\n20260216,一,2,除夕\n20260411,六,0,補行上班\n"


class TestOfficeCalendar:
    def test_follows_the_published_table_and_the_typhoon(
        self, page: Page, site: Site, town: City, tmp_path: Path
    ) -> None:
        # Due on the Sunday after the make-up Saturday, the day before the typhoon, and the day after it.
        plans = {
            town.give_action(due_in_days=(date(2026, 4, due_on) - town.today()).days): days
            for due_on, days in {12: (11, 13), 20: (17, 22), 22: (20, 23)}.items()
        }
        table = tmp_path / "115.csv"
        table.write_bytes(TABLE.encode("cp950"))
        page.goto(f"{site.address}/sign-in")
        page.get_by_label("電子郵件").fill(town.email("coordinator"))
        page.get_by_label("密碼", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登入").click()
        page.get_by_text("溫如玉").first.click()
        page.get_by_role("link", name="辦公日曆").click()
        page.get_by_role("link", name="匯入年度日曆").click()
        page.get_by_label("日曆檔（CSV 或 ICS）").set_input_files(table)
        page.get_by_role("button", name="檢查檔案內容").click()
        expect(page.get_by_role("table", name="會變更的日子")).to_contain_text("補行上班")
        assert_accessible(page)
        photograph(page, "calendar_import")
        page.get_by_role("button", name="匯入", exact=True).click()
        expect(page.get_by_text("已匯入辦公日曆，2 日有變更。")).to_be_visible()
        page.get_by_label("日期").fill("2026-04-21")
        page.get_by_label("停止上班").check()
        page.get_by_label("備註").fill("颱風")
        page.get_by_role("button", name="登錄", exact=True).click()
        expect(page.get_by_role("table", name="匯入或登錄的日子")).to_contain_text("颱風")
        assert_accessible(page)
        photograph(page, "calendar")
        with site.wiring.database.reading() as session:
            calendar = calendars_around(session, "TW", date(2026, 4, 1)).everywhere
        assert calendar.is_working_day(date(2026, 2, 14))
        assert not calendar.is_working_day(date(2026, 4, 21))

        # The one before the due date stands on the make-up Saturday, or on the working day before the typhoon; the one
        # after it on the working day after.
        for item, (before, after) in plans.items():
            page.goto(f"{site.address}/actions/{item}")
            page.get_by_role("link", name="接下來的提醒").click()
            plan = page.get_by_role("table", name="接下來的提醒")
            expect(plan.get_by_role("row", name="到期前 1 日")).to_contain_text(f"115年4月{before}日")
            expect(plan.get_by_role("row", name="逾期 1 個工作日")).to_contain_text(f"115年4月{after}日")
        assert_accessible(page)
        photograph(page, "calendar_plan")
