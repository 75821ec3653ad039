"""Many drafts: found by agency, age and sureness, given to a reviewer, and the sure ones confirmed together."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_both
from tests.support.townspeople import People
from tracker.reports.models import Report

REPORTS = (
    # title, lead agency, days since import, and its drafts with how sure extraction was
    (
        "赴海港城考察候車資訊 出國報告",
        "TPT",
        2,
        (
            ("建請交通局於轉運站試辦候車資訊看板。", 0.95),
            ("建請交通局檢討公車路線班次。", 0.9),
            ("公車候車亭的照明宜再改善。", 0.4),
        ),
    ),
    ("赴青嶼市參訪港區接駁 出國報告", "TPT", 12, (("建請交通局規劃港區公車接駁路線。", 0.92),)),
    (
        "赴瀨灣市拜會姊妹校 出國報告",
        "EDU",
        45,
        (("建議教育局與當地高中每年辦理學生互訪。", 0.88), ("學校圖書館的夜間開放值得參考。", 0.65)),
    ),
)
ROWS = "table input[name=draft]"


@pytest.fixture
def queue(town: City) -> City:
    """The city with drafts of two agencies that wait, of several ages and surenesses."""
    for title, agency, days, drafts in REPORTS:
        report_id = town.give_report(tuple(quote for quote, _ in drafts), agency)
        with town.database.transaction() as session:
            report = session.get_one(Report, report_id)
            report.title = title
            report.imported_at = town.clock.now() - timedelta(days=days)
            for draft, (_, confidence) in zip(report.drafts, drafts, strict=True):
                draft.confidence = confidence
                draft.lead_department_id = town.departments[agency]
    return town


def count_of(page: Page, filter_label: str, option: str) -> int:
    """Return how many drafts an option of a filter promises."""
    text = page.get_by_label(filter_label).locator("option", has_text=option).inner_text()
    found = re.search(r"（(\d+)）", text)
    assert found, text
    return int(found[1])


def choose(page: Page, filter_label: str, option: str) -> None:
    """Narrow the queue by an option of a filter."""
    label = page.get_by_label(filter_label).locator("option", has_text=option).inner_text()
    page.get_by_label(filter_label).select_option(label=label)
    page.locator("form.filter-bar").get_by_role("button", name="套用").click()


class TestWorkbench:
    @pytest.mark.parametrize(
        ("filter_label", "option", "count"),
        [("主辦機關", "教育局", 2), ("匯入至今", "一週到一個月", 1), ("把握程度", "很有把握", 4)],
    )
    def test_lists_as_many_drafts_as_a_choice_promises(
        self, people: People, queue: City, filter_label: str, option: str, count: int
    ) -> None:
        desk = people.come("coordinator")
        desk.open("/reports/workbench")
        expect(desk.page.locator(ROWS)).to_have_count(6)
        assert count_of(desk.page, filter_label, option) == count
        choose(desk.page, filter_label, option)
        expect(desk.page.locator(ROWS)).to_have_count(count)
        expect(desk.page.locator(".lead-line")).to_have_text(f"{count} 則候選等候審閱。")

    def test_gives_chosen_drafts_to_a_reviewer_who_finds_them(self, people: People, queue: City) -> None:
        desk = people.come("coordinator")
        page = desk.page
        desk.open("/reports/workbench?agency=" + str(queue.departments["EDU"]))
        for box in page.locator(ROWS).all():
            box.check()
        page.get_by_label("指派給").select_option(str(queue.people["second_coordinator"]))
        page.get_by_role("button", name="指派選取的候選").click()
        expect(page.get_by_text("已指派 2 則候選。")).to_be_visible()
        desk.open("/reports/workbench")
        expect(page.locator("tr", has_text="方正平")).to_have_count(2)
        assert_accessible(page)
        keep_both(page, "workbench")
        theirs = people.come("second_coordinator")
        theirs.open("/notices")
        theirs.page.get_by_role("link", name="指派給我").first.click()
        expect(theirs.page.locator(ROWS)).to_have_count(2)

    def test_confirms_the_sure_ones_together_after_a_sample(self, people: People, queue: City) -> None:
        desk = people.come("coordinator")
        page = desk.page
        desk.open("/reports/workbench")
        page.get_by_role("link", name="一次確認有把握的候選").click()
        expect(page.get_by_role("heading", name=re.compile("先看 . 則樣本"))).to_be_visible()
        expect(page.locator("blockquote")).to_have_count(3)
        expect(page.get_by_text("報告可能是已匯入報告的另一版，尚未決定：1 則")).to_be_visible()
        assert_accessible(page)
        keep_both(page, "confirm-sure")
        page.locator("summary", has_text="確認這 3 則").click()
        page.locator("dialog[open]").get_by_role("button", name="確認這 3 則").click()
        expect(page.get_by_text("已確認 3 項建議事項。")).to_be_visible()
        expect(page.locator(ROWS)).to_have_count(3)
        desk.open("/actions")
        expect(page.locator("tbody tr")).to_have_count(3)
