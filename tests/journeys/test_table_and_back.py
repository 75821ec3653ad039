"""A list leaves as a table, is edited in a spreadsheet, comes back, and is looked through before anything changes."""

import csv
import io
from pathlib import Path

from playwright.sync_api import expect

from tests.factories.city import City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site
from tests.support.townspeople import Desk, People
from tracker.worker import tick

NEW_TITLE = "更新各站候車資訊看板"


def edited(data: bytes, **changes: str) -> bytes:
    """Change cells of the first row of an exported table, as somebody does in a spreadsheet."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for name, value in changes.items():
        rows[1][rows[0].index(name)] = value
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def take_out(desk: Desk) -> bytes:
    """Export the list as CSV, with the columns that can be edited."""
    desk.open("/actions/")
    desk.page.get_by_role("link", name="匯出").click()
    expect(desk.page.get_by_text("符合條件的 3 件，與清單完全相同。")).to_be_visible()
    desk.page.get_by_label("CSV").check()
    desk.page.get_by_label("加上可修改後再匯入的欄位").check()
    photograph(desk.page, "export_list")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("button", name="匯出").click()
    return Path(download.value.path()).read_bytes()


def bring_in(desk: Desk, site: Site, data: bytes) -> None:
    """Upload a table and have it looked through."""
    desk.open("/actions/import")
    desk.page.get_by_label("表格檔案").set_input_files(
        {"name": "清單.csv", "mimeType": "text/csv", "buffer": data}
    )
    desk.page.get_by_role("button", name="上傳檔案").click()
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("對應欄位")
    assert_accessible(desk.page)
    photograph(desk.page, "import_columns")
    desk.page.get_by_role("button", name="檢查內容").click()
    tick(site.wiring)
    desk.page.reload()


class TestTableAndBack:
    def test_shows_each_change_before_it_is_made_and_refuses_the_whole_when_a_row_is_wrong(
        self, site: Site, town: City, people: People
    ) -> None:
        for _ in range(3):
            town.give_action()
        desk = people.come("coordinator")
        data = take_out(desk)

        bring_in(desk, site, edited(data, 列管事項=NEW_TITLE, 承辦人="nobody@example.org"))
        expect(desk.page.get_by_text("還不能匯入")).to_be_visible()
        expect(desk.page.get_by_role("button", name="確認匯入")).to_have_count(0)
        photograph(desk.page, "import_refused")

        bring_in(desk, site, edited(data, 列管事項=NEW_TITLE))
        expect(desk.page.locator("ins").first).to_contain_text(NEW_TITLE)
        assert_accessible(desk.page)
        keep_picture(photograph(desk.page, "import_preview"), "import-preview")
        desk.page.get_by_role("button", name="確認匯入").click()
        tick(site.wiring)
        desk.page.reload()
        expect(desk.page.get_by_text("新增 0 件，變更 1 件。")).to_be_visible()
        desk.open("/actions/")
        expect(desk.page.get_by_role("cell", name=NEW_TITLE)).to_be_visible()
