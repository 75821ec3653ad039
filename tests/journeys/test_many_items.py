"""A coordinator gives several items to another department at once, and that department hears of all of them once."""

from playwright.sync_api import Page, expect

from tests.factories.city import PASSWORD, City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site


def sign_in(page: Page, site: Site, city: City, key: str) -> None:
    page.goto(f"{site.address}/sign-in")
    page.get_by_label("電子郵件").fill(city.email(key))
    page.get_by_label("密碼", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登入").click()


class TestManyItems:
    def test_go_to_another_department_after_a_look_at_what_would_happen(
        self, page: Page, site: Site, town: City
    ) -> None:
        for _ in range(4):
            town.give_action()
        sign_in(page, site, town, "coordinator")
        page.goto(f"{site.address}/actions/")
        boxes = page.get_by_role("checkbox", name="選取 ")
        expect(boxes).to_have_count(4)
        for number in range(3):
            boxes.nth(number).check()
        page.get_by_label("批次處理勾選的事項").select_option(label="分案或改分")
        photograph(page, "many_items_chosen")
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_text("選了 3 件列管事項。")).to_be_visible()
        page.get_by_label("主辦機關").select_option(label="　國際教育科")
        page.get_by_label("改分說明").fill("出國業務改由教育局統籌。")
        page.get_by_role("button", name="預覽").click()
        preview = page.locator("#preview")
        expect(preview).to_contain_text("將處理 3 件。還沒有任何變更。")
        expect(preview).to_contain_text("樂知微")
        assert_accessible(page)
        keep_picture(photograph(page, "many_items_preview"), "many-items")
        page.set_viewport_size({"width": 390, "height": 844})
        photograph(page, "many_items_preview_phone")
        page.get_by_role("button", name="確認執行 3 件").click()
        expect(page.get_by_text("已處理 3 件。")).to_be_visible()
        page.context.clear_cookies()
        page.set_viewport_size({"width": 1440, "height": 900})
        sign_in(page, site, town, "other_head")
        expect(page.get_by_text("有 3 件等您處理")).to_be_visible()
        page.wait_for_load_state("networkidle")
