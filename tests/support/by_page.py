"""What people do on the pages of an item, one call a step."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import photograph
from tests.support.townspeople import Desk

NARRATIVE = "已完成環港路場勘，並與營運單位議定測試路線。"
RESULT = "可行性評估報告已完成並簽奉核定。"


def acknowledge(desk: Desk, item_path: str) -> None:
    """Take the item."""
    desk.open(item_path)
    desk.page.get_by_role("link", name="簽收").click()
    desk.page.get_by_role("button", name="簽收").click()
    expect(desk.page.get_by_text("辦理中").first).to_be_visible()


def report_progress(desk: Desk, item_path: str, narrative: str = NARRATIVE) -> None:
    """Report progress."""
    desk.open(item_path)
    desk.page.get_by_role("link", name="填報辦理情形").first.click()
    desk.page.get_by_label("辦理情形").fill(narrative)
    desk.page.get_by_label("進度").fill("90")
    desk.page.get_by_role("button", name="送出辦理情形").click()
    expect(desk.page.get_by_text(narrative).first).to_be_visible()


def ask_for_closing(desk: Desk, item_path: str, completed_on: str, tmp_path: Path) -> None:
    """Ask for release, with evidence."""
    evidence = tmp_path / "評估報告.txt"
    evidence.write_text("可行性評估報告：路線、號誌、保險。", encoding="utf-8")
    desk.open(item_path)
    desk.page.get_by_role("link", name="申請解除列管").first.click()
    desk.page.get_by_label("辦理結果", exact=False).first.fill(RESULT)
    desk.page.get_by_label("實際完成日").fill(completed_on)
    desk.page.locator("input[type=file]").set_input_files(evidence)
    desk.page.get_by_role("button", name="申請解除列管").click()
    expect(desk.page.get_by_text("等候單位主管轉送的解除列管申請").first).to_be_visible()


def forward_closing(desk: Desk, item_path: str) -> None:
    """Forward the request to the coordinating office."""
    desk.open(item_path)
    desk.page.get_by_role("link", name="轉送解除列管申請").click()
    desk.page.get_by_label("轉送研考").check()
    desk.page.get_by_role("button", name="送出決定").click()
    expect(desk.page.get_by_text("待解列").first).to_be_visible()


def release(desk: Desk, item_path: str) -> None:
    """Agree to the release."""
    desk.open(item_path)
    desk.page.get_by_role("link", name=re.compile("解除列管")).first.click()
    desk.page.get_by_label("同意解除列管").check()
    desk.page.get_by_label("決定說明").fill("評估報告完整，同意解除列管。")
    desk.page.get_by_role("button", name="送出決定").click()
    expect(desk.page.get_by_text("已解列（完成）").first).to_be_visible()
    photograph(desk.page, "item")
