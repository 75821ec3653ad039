"""A coordinator gives several items to another department at once, and that department hears of all of them once."""

from playwright.sync_api import expect

from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site
from tests.support.townspeople import People


class TestManyItems:
    def test_go_to_another_department_after_a_look_at_what_would_happen(
        self, people: People, site: Site, town: City
    ) -> None:
        for _ in range(4):
            town.give_action()
        page = people.come("coordinator").page
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
        page = people.come("other_head").page
        expect(page.get_by_text("有 3 件等您處理")).to_be_visible()
        page.wait_for_load_state("networkidle")
