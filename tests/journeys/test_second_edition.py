"""A report that comes in again a year later, from the upload to the last decision; and two items that say the same."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.factories.city import PASSWORD, City
from tests.support import editions as story
from tests.support.browser import assert_accessible, keep_both
from tests.support.editions import ADDED, FIRST, REWORDED, SECOND
from tests.support.report_stories import work
from tests.support.site import Site

OTHER = f"赴北原市研習號誌管理 出國報告\n服務機關：教育局\n\n建議\n（一）{REWORDED}\n（二）{ADDED}\n"


def sign_in(page: Page, site: Site, town: City) -> None:
    page.goto(f"{site.address}/sign-in")
    page.get_by_label("電子郵件").fill(town.email("coordinator"))
    page.get_by_label("密碼", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def upload(page: Page, site: Site, path: Path) -> None:
    """Bring a file in, and wait until the review desk opens."""
    page.goto(f"{site.address}/reports/new")
    page.get_by_label("報告檔案").set_input_files(path)
    page.get_by_role("button", name="匯入", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("匯入：")
    work(site.wiring)
    expect(page.locator("[data-desk]")).to_be_visible()


def confirm(page: Page, button: str, again: str | None = None) -> None:
    """Answer a question that unfolds or opens as a dialog."""
    page.locator("summary", has_text=button).first.click()
    page.locator("form.confirm__form:visible, dialog[open]").get_by_role(
        "button", name=again or button
    ).first.click()


class TestSecondEdition:
    def test_goes_from_the_upload_to_the_last_decision(
        self, page: Page, site: Site, town: City, tmp_path: Path
    ) -> None:
        story.confirm_all(town, story.bring(town, story.report_text(FIRST)))
        sign_in(page, site, town)
        later = tmp_path / "115年考察報告.txt"
        later.write_text(story.report_text(SECOND, 115), encoding="utf-8")
        upload(page, site, later)
        expect(page.get_by_text("這份報告看來是另一份報告的新版本")).to_be_visible()
        page.get_by_role("link", name="比對後決定").click()
        expect(page.get_by_text("等您決定")).to_be_visible()
        assert_accessible(page)
        confirm(page, "視為新版本")
        expect(page.get_by_text("已視為新版本", exact=True)).to_be_visible()
        expect(page.locator("#reworded ins").first).to_contain_text("五")
        expect(page.locator("#reworded del").first).to_contain_text("三")
        assert_accessible(page)
        keep_both(page, "editions")
        page.get_by_role("button", name="是同一項，沿用").click()
        expect(page.get_by_text("沒有等您確認的改寫。")).to_be_visible()
        confirm(page, "沿用相同的 1 項")
        expect(page.get_by_text("沒有等您確認的相同建議。")).to_be_visible()
        page.get_by_role("button", name="仍照原決定辦理").click()
        expect(page.get_by_text("已記錄：新版本未再提出")).to_be_visible()
        page.locator("#new a").first.click()
        page.locator(".candidate.is-pending").get_by_role("button", name="採用").click()
        expect(page.get_by_text("候選都處理完了，請確認採用的建議。")).to_be_visible()
        confirm(page, "確認 1 項建議")
        expect(page.get_by_role("heading", name="沿用的建議")).to_be_visible()
        page.get_by_role("link", name="建議 1", exact=False).first.click()
        expect(page.get_by_text("後來的版本：")).to_be_visible()


class TestRejectedBefore:
    def test_is_pointed_out_beside_what_was_carried_on_and_rejected_again(
        self, page: Page, site: Site, town: City
    ) -> None:
        later = story.edition_after_rejection(town, "只是當地的做法，與本市無關。")
        sign_in(page, site, town)
        page.goto(f"{site.address}/reports/{later}/edition")
        confirm(page, "視為新版本")
        confirm(page, "沿用相同的 1 項")
        expect(page.get_by_text("沒有等您確認的相同建議。")).to_be_visible()
        page.goto(f"{site.address}/reports/{later}/review")
        card = page.locator("article.candidate", has_text="前一版已剔除這一段")
        expect(card).to_have_count(1)
        expect(page.locator("mark.is-carried")).to_have_count(1)
        expect(page.locator("mark.is-set-aside")).to_have_count(1)
        assert_accessible(page)
        keep_both(page, "rejected-before")
        page.set_viewport_size({"width": 1440, "height": 900})
        card.get_by_role("button", name="照前一版剔除").click()
        expect(page.locator("article.is-rejected")).to_contain_text("只是當地的做法，與本市無關。")
        page.goto(f"{site.address}/reports/{later}/source")
        expect(page.locator("mark.is-carried")).to_have_count(1)
        assert_accessible(page)


class TestNearDuplicate:
    def test_is_seen_on_the_item_and_merged(self, page: Page, site: Site, town: City) -> None:
        story.confirm_all(town, story.bring(town, story.report_text(FIRST)))
        story.confirm_all(town, story.bring(town, OTHER))
        sign_in(page, site, town)
        page.goto(f"{site.address}/actions/4")
        expect(page.get_by_role("heading", name="說法相近的列管事項")).to_be_visible()
        assert_accessible(page)
        keep_both(page, "near-duplicate")
        page.locator("#twins").get_by_role("link", name="併入").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("併案")
        page.get_by_label("說明").fill("兩份報告提出同一件事。")
        page.get_by_label("核准").fill("秘書長核准")
        page.get_by_role("button", name="併案", exact=True).click()
        expect(page.get_by_text("已併入另一個事項")).to_be_visible()
