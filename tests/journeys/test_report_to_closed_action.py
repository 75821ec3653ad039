"""The whole story, in a browser: a report comes in, is reviewed, chased, reported on, and released."""

import re
from datetime import datetime
from pathlib import Path

from playwright.sync_api import expect

from tests.factories.city import ZONE, City
from tests.support.browser import assert_accessible, photograph
from tests.support.by_page import (
    acknowledge,
    ask_for_closing,
    forward_closing,
    release,
    report_progress,
)
from tests.support.site import Site
from tests.support.townspeople import Desk, People
from tracker.worker import tick

REPORT = """\
局長赴海港城出席第九屆友善交通論壇

- 一、計畫緣起
- 二、過程
- 三、心得與建議

計畫緣起

海港城邀請青嶼市政府交通局出席第九屆友善交通論壇，代表團於115年1月19日至23日出訪，並於會前拜會港區管理處。

過程

時間	內容
115年1月19日(星期一)	啟程，夜抵海港城
115年1月20日(星期二)	論壇開幕，聽取無人接駁車專題
115年1月23日(星期五)	返程

心得

學生交流：海港城教育處盼雙方中學互訪，會後本府將與該處保持聯繫，初步敲定於九月下旬由該處率學生來本市交流。

建議

交通建設：參考海港城無人接駁車之營運經驗，請交通局於115年6月30日前完成環港路無人接駁車道路測試之可行性評估。

智慧運輸：渡口候船資訊整合之做法，可做為本市渡輪站改善之參考。
"""
QUOTE = "參考海港城無人接駁車之營運經驗，請交通局於115年6月30日前完成環港路無人接駁車道路測試之可行性評估。"
DUE_TUESDAY = "115年6月30日（二）"
LAST_WORKING_DAY_BEFORE = datetime(2026, 6, 29, 9, 0, tzinfo=ZONE)


class TestReportToClosedAction:
    def test_a_report_becomes_a_released_item(
        self, site: Site, people: People, town: City, tmp_path: Path
    ) -> None:
        coordinator = people.come("coordinator")
        upload_and_review(coordinator, site, tmp_path)
        choose_agency(coordinator)
        item_path = confirm_and_assign(coordinator)
        assert coordinator.figure("列管中") == 1

        officer = people.come("officer")
        acknowledge(officer, item_path)

        site.clock.set(LAST_WORKING_DAY_BEFORE)
        tick(site.wiring)
        (letter,) = site.postbox.letters_to(town.email("officer"))
        text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        number = re.search(r"\d+-TPT-\d+-\d+", text)
        assert number, text
        assert QUOTE in text.replace("\n", "")
        assert DUE_TUESDAY in text

        officer = people.come("officer")
        report_progress(officer, item_path)
        ask_for_closing(officer, item_path, "2026-06-29", tmp_path)
        forward_closing(people.come("unit_head"), item_path)

        coordinator = people.come("coordinator")
        release(coordinator, item_path)
        assert coordinator.figure("列管中") == 0
        assert coordinator.figure("已解列") == 1


def upload_and_review(desk: Desk, site: Site, tmp_path: Path) -> None:
    """Upload the report and wait for its desk."""
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    desk.open("/reports/new")
    desk.page.locator("input[type=file]").set_input_files(file)
    desk.page.get_by_role("button", name="匯入").click()
    tick(site.wiring)
    desk.page.wait_for_url("**/review*")
    candidates = desk.page.locator("article.candidate")
    expect(candidates.filter(has_text="無人接駁車道路測試")).to_have_count(1)
    expect(desk.page.locator(".candidates-more").filter(has_text="學生來本市交流")).to_have_count(1)
    assert_accessible(desk.page)
    photograph(desk.page, "review-desk")


def choose_agency(desk: Desk) -> None:
    """Name the agency that the report does not: it has no cover, as the first of the real ones has none."""
    desk.page.get_by_role("link", name="選定主辦機關").click()
    desk.page.get_by_label("主辦機關").select_option(label="交通局")
    desk.page.get_by_role("button", name="儲存").click()
    desk.page.wait_for_url("**/review*")


def confirm_and_assign(desk: Desk) -> str:
    """Accept one candidate with department, officer and adoption, reject the other, confirm; return the item's path."""
    wanted = desk.page.locator("article.candidate").filter(has_text="無人接駁車道路測試")
    wanted.get_by_text("修改").click()
    wanted.get_by_label("主辦機關").select_option(label="　運輸規劃科")
    officer = wanted.get_by_label("承辦人")
    officer.select_option(
        value=officer.locator("option", has_text="何語安").first.get_attribute("value") or ""
    )
    wanted.get_by_label("採行情形").select_option(label="採行")
    expect(wanted.get_by_label("預定完成日")).to_have_value(re.compile("2026-06-30|115"))
    wanted.locator("[data-panel] form").get_by_role("button", name="採用").click()
    weak = desk.page.locator("article.candidate").filter(has_text="渡口候船資訊整合")
    weak.get_by_text("剔除", exact=False).first.click()
    weak.get_by_label("剔除說明").fill("僅供參考，無具體作為。")
    weak.get_by_role("button", name="剔除這一則").click()
    desk.page.get_by_text("確認 1 項建議").first.click()
    desk.page.get_by_role("button", name="確認").last.click()
    link = desk.page.get_by_role("link", name=re.compile(r"\d+-TPT-\d+-\d+")).first
    path = link.get_attribute("href")
    assert path
    return path
