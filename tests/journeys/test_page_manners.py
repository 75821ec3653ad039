"""What the scripts of the pages promise, tried in a real browser on the site that shows every component."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import assert_accessible, expect_no_wider, photograph
from tests.support.loopback import free_port
from tests.support.site import served_at
from tests.web.style_site import PAGES, SOURCE, candidates, make_app

WIDTHS = (1440, 768, 390)
# Selects the words between two marks of the text, wherever they lie in the page.
SELECT = """
([first, last]) => {
  const find = (words) => {
    const walker = document.createTreeWalker(document.querySelector("[data-source]"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const at = walker.currentNode.data.indexOf(words);
      if (at >= 0) return [walker.currentNode, at];
    }
    throw new Error(`not found: ${words}`);
  };
  const [from, start] = find(first);
  const [to, end] = find(last);
  document.getSelection().setBaseAndExtent(from, start, to, end + last.length);
}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the site that shows every component."""
    with served_at(make_app(), "127.0.0.1", free_port()) as address:
        yield address


@pytest.mark.parametrize("name", [*PAGES, "gate", "errors/404", "errors/500"])
class TestLooks:
    def test_fits_every_width(self, page: Page, site: str, name: str) -> None:
        page.goto(f"{site}/{name}?theme=light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            expect_no_wider(page, width)
        photograph(page, f"style-{name.replace('/', '-')}")

    @pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
    def test_is_accessible(self, page: Page, site: str, name: str, theme: str, width: int) -> None:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site}/{name}?theme={theme}")
        assert_accessible(page)


class TestWithoutScripts:
    @pytest.mark.parametrize("name", PAGES)
    def test_shows_the_page(self, browser: Browser, site: str, name: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/{name}")
        expect(page.locator("h1")).to_be_visible()
        context.close()

    def test_shows_the_table_of_a_chart(self, browser: Browser, site: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site}/dashboard")
        expect(page.locator(".chart__table table")).to_be_visible()
        context.close()


class TestKeys:
    def test_slash_goes_to_the_search(self, page: Page, site: str) -> None:
        page.goto(f"{site}/list")
        page.keyboard.press("/")
        expect(page.locator("#quick-search")).to_be_focused()

    def test_j_and_k_move_in_a_list_and_enter_opens(self, page: Page, site: str) -> None:
        page.goto(f"{site}/list")
        for key in ("j", "j", "k"):
            page.keyboard.press(key)
        expect(page.locator("tbody tr").nth(0).locator("a[data-row-link]")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/item")

    def test_letters_stay_letters_in_a_field(self, page: Page, site: str) -> None:
        page.goto(f"{site}/form")
        page.locator("#narrative").press_sequentially("j?/k")
        expect(page.locator("#narrative")).to_have_value("j?/k")

    def test_question_mark_shows_the_keys(self, page: Page, site: str) -> None:
        page.goto(f"{site}/list")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="鍵盤操作")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


class TestTheme:
    def test_changes_at_once_and_back(self, page: Page, site: str) -> None:
        page.goto(f"{site}/dashboard")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="深色").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        page.get_by_role("button", name="自動").click()
        expect(page.locator("html")).not_to_have_attribute("data-bs-theme", "dark")


class TestConfirmation:
    def test_asks_in_a_dialog_and_can_be_cancelled(self, page: Page, site: str) -> None:
        page.goto(f"{site}/item")
        page.locator("summary", has_text="撤銷管制").click()
        dialog = page.get_by_role("dialog", name="要撤銷這個事項的管制嗎？")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="取消").click()
        expect(dialog).to_be_hidden()

    def test_sends_what_the_form_holds(self, page: Page, site: str) -> None:
        page.goto(f"{site}/item")
        page.locator("summary", has_text="撤銷管制").click()
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("dialog").get_by_role("button", name="撤銷管制").click()
        assert "version=3" in str(sent.value.post_data)


class TestDrafts:
    def test_typed_words_come_back(self, page: Page, site: str) -> None:
        page.goto(f"{site}/form")
        page.locator("#narrative").fill("已召開協調會議。")
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{site}/work")
        page.goto(f"{site}/form")
        expect(page.locator("#narrative")).to_have_value("已召開協調會議。")
        page.get_by_role("button", name="捨棄還原的內容").click()
        expect(page.locator("#narrative")).to_have_value("")

    def test_survive_a_failed_form_and_a_lapsed_sign_in(self, page: Page, site: str) -> None:
        page.goto(f"{site}/form")
        page.locator("#narrative").fill("已召開協調會議。")
        page.route(f"{site}/form*", lambda route: route.fulfill(status=303, headers={"Location": "/gate"}))
        page.get_by_role("button", name="送出辦理情形").click()
        page.wait_for_url("**/gate")
        page.unroute_all()
        page.goto(f"{site}/form")
        expect(page.locator("#narrative")).to_have_value("已召開協調會議。")

    def test_are_gone_once_the_form_was_taken(self, page: Page, site: str) -> None:
        page.goto(f"{site}/form")
        page.locator("#narrative").fill("已召開協調會議。")
        page.route(f"{site}/form*", lambda route: route.fulfill(status=303, headers={"Location": "/states"}))
        page.get_by_role("button", name="送出辦理情形").click()
        page.wait_for_url("**/states")
        page.unroute_all()
        page.goto(f"{site}/form")
        expect(page.locator("#narrative")).to_have_value("")


class TestChart:
    def test_draws_a_picture_and_folds_its_table(self, page: Page, site: str) -> None:
        page.goto(f"{site}/dashboard")
        expect(page.locator(".chart__picture svg")).to_be_visible()
        expect(page.locator(".chart__table table")).to_be_hidden()

    def test_a_bar_leads_to_its_list(self, page: Page, site: str) -> None:
        page.goto(f"{site}/dashboard")
        box = page.locator(".chart__picture").bounding_box()
        assert box
        page.mouse.click(box["x"] + 150, box["y"] + 58)
        page.wait_for_url("**/list")


class TestReviewDesk:
    def select(self, page: Page, first: str, last: str) -> tuple[str, str]:
        """Select from the first words to the last and return the offsets offered."""
        page.evaluate(SELECT, [first, last])
        form = page.locator("[data-span-form]")
        expect(form).to_be_visible()
        return form.locator("[name=start]").input_value(), form.locator("[name=end]").input_value()

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("陸、", "建議"),
            ("，當地", "印象深刻"),
            ("週末市集", "自行營運"),
            ("公布成效", "研議於"),
            ("本次參訪", "（三）"),
        ],
    )
    def test_counts_code_points_of_the_source(self, page: Page, site: str, first: str, last: str) -> None:
        page.goto(f"{site}/desk")
        start, end = self.select(page, first, last)
        expected_start = SOURCE.index(first)
        assert (int(start), int(end)) == (expected_start, SOURCE.index(last) + len(last))

    def test_both_sides_lead_to_each_other(self, page: Page, site: str) -> None:
        page.goto(f"{site}/desk")
        second = candidates()[1].id
        page.locator(f"mark[data-candidate='{second}']").first.click()
        expect(page.locator(f"#candidate-{second}")).to_have_attribute("aria-current", "true")
        page.keyboard.press("j")
        page.keyboard.press("j")
        fourth = candidates()[3].id
        expect(page.locator(f"#candidate-{fourth}")).to_be_focused()
        expect(page.locator(f"mark[data-candidate='{fourth}'].is-current")).to_have_count(1)

    def test_a_key_opens_the_editor_of_the_current_candidate(self, page: Page, site: str) -> None:
        page.goto(f"{site}/desk")
        page.keyboard.press("e")
        expect(page.locator("article[aria-current] input[name=words]")).to_be_focused()
