"""The right department already proposed: taken, overruled and counted, and taught by the words of duties."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_both
from tests.support.decided import BUSES, LIKE_BUSES, NOTHING, decide
from tests.support.editions import bring, report_text
from tests.support.townspeople import Desk, People

SCHOOL_BUSES = "宜在轉運站設置接送學童的公車候車資訊看板。"
WITH_YEARS = "宜比照當地，在轉運站設置公車候車資訊看板，並逐年擴充。"
BY_SUMMER = "建請於轉運站試辦電動公車候車資訊看板，於年底前完成路線班次檢討。"
WITHOUT_GROUND = "善用手寫筆記留存心得。"
SCOOTERS = "建議比照當地訂定電動滑板車停放規定。"
NOTHING_SIMILAR = "沒有相近的先例，不建議主辦機關。"


def review(desk: Desk, report_id: int) -> Page:
    """Open the review desk of a report, and wait until it listens."""
    desk.open(f"/reports/{report_id}/review")
    expect(desk.page.locator("article[aria-current]")).to_be_visible()
    return desk.page


def adopt(card: Locator) -> None:
    """Adopt a draft as it stands."""
    card.locator(".candidate__buttons").get_by_role("button", name="採用", exact=False).first.click()
    expect(card).to_contain_text("已採用，待確認")


def confirm(page: Page, count: int) -> None:
    """Confirm what was adopted."""
    page.locator("summary", has_text=f"確認 {count} 項建議").click()
    page.locator("dialog[open]").get_by_role("button", name=f"確認 {count} 項建議").click()
    page.wait_for_url(re.compile(r"/reports/\d+$"))


class TestSuggestedDepartments:
    def test_are_shown_with_the_earlier_decision_taken_overruled_and_counted(
        self, people: People, town: City
    ) -> None:
        for quote, department in ((BUSES, "EDU-I"), (LIKE_BUSES, "TPT-P"), (SCHOOL_BUSES, "EDU")):
            decide(town, quote, department)
        report_id = bring(town, report_text((WITH_YEARS, BY_SUMMER, WITHOUT_GROUND)))
        page = review(people.come("coordinator"), report_id)
        taken, overruled, groundless = (page.locator("article.candidate").nth(place) for place in range(3))
        for card in (taken, overruled):
            expect(card.locator(".suggestion__list li")).to_have_count(3)
            expect(card.locator(".suggestion__ground q").first).to_be_visible()
        expect(groundless).to_contain_text(NOTHING_SIMILAR)
        assert_accessible(page)
        keep_both(page, "suggestions")
        taken.get_by_role("button", name="運輸規劃科").click()
        expect(page.locator(".desk__last")).to_contain_text("已採用系統的建議")
        expect(taken.locator(".candidate__outcome")).to_contain_text("運輸規劃科")
        adopt(taken)
        overruled.get_by_role("link", name="修改").click()
        overruled.get_by_label("主辦機關").select_option(str(town.departments["RDC-1"]))
        overruled.locator(".panel").get_by_role("button", name="採用").click()
        expect(overruled).to_contain_text("已採用，待確認")
        confirm(page, 2)
        administrator = people.come("administrator")
        administrator.open("/reports/suggestions")
        rows = administrator.page.locator("tbody tr")
        expect(rows.filter(has_text="運輸規劃科").locator("td[data-label=第一順位]")).to_have_text("1")
        expect(rows.filter(has_text="管制考核組").locator("td[data-label=未採納]")).to_have_text("1")

    def test_are_counted_on_a_page_of_the_administrators(self, people: People, town: City) -> None:
        decide(town, BUSES, "TPT-P")
        decide(town, LIKE_BUSES, "TPT-P")
        decide(town, SCHOOL_BUSES, "EDU-I")
        decide(town, NOTHING, "EDU-I")
        desk = people.come("administrator")
        desk.open("/reports/suggestions")
        expect(desk.page.locator(".lead-line")).to_have_text(
            "已確認 4 項，其中 3 項有建議：2 項採第一順位，1 項未採納。"
        )
        expect(desk.page.get_by_role("navigation", name="所在位置")).to_contain_text("報告")
        assert_accessible(desk.page)
        keep_both(desk.page, "suggestion-counts")

    def test_go_by_the_words_that_the_administrator_wrote(self, people: People, town: City) -> None:
        report_id = town.give_report((SCOOTERS,))
        coordinator = people.come("coordinator")
        card = review(coordinator, report_id).locator("article.candidate").first
        expect(card.get_by_role("button", name="教育局")).to_have_count(0)
        desk = people.come("administrator")
        desk.open("/departments")
        desk.page.get_by_role("link", name="業務職掌").click()
        desk.page.get_by_role("link", name="教育局", exact=True).click()
        words = desk.page.get_by_label("業務職掌")
        words.fill(f"{words.input_value()}\n電動滑板車")
        assert_accessible(desk.page)
        keep_both(desk.page, "duties-form")
        desk.page.get_by_role("button", name="儲存").click()
        expect(desk.page.get_by_text("已儲存業務職掌。")).to_be_visible()
        expect(desk.page.locator("tr", has_text="教育局").first).to_contain_text("電動滑板車")
        assert_accessible(desk.page)
        keep_both(desk.page, "duties")
        card = review(coordinator, report_id).locator("article.candidate").first
        expect(card.locator("li", has_text="教育局")).to_contain_text("業務職掌：電動滑板車")
