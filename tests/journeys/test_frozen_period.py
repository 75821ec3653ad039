"""A period is told of by mail, frozen, and compared with what came after: the same numbers each time."""

import hashlib
from dataclasses import replace
from datetime import datetime

from playwright.sync_api import Download, Page, expect

from tests.factories import actions
from tests.factories.city import ZONE, City
from tests.support.browser import assert_accessible, keep_picture, photograph
from tests.support.site import Site
from tests.support.smtp import plain_text
from tests.support.townspeople import People
from tracker.foundation.jobs import run_next
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.heartbeats import beat
from tracker.reminders.post_office import Monthly
from tracker.reminders.summaries import plan_summaries
from tracker.worker import DELIVER

AFTER_CLOSING = datetime(2026, 4, 7, 9, 0, tzinfo=ZONE)


class TestAFrozenPeriod:
    def test_says_what_the_letter_said_and_tells_what_changed_since(
        self, site: Site, town: City, people: People
    ) -> None:
        going = actions.bring_to(town, "in_progress")
        waiting = actions.bring_to(town, "close_requested")
        town.give_action(due_in_days=3)
        site.clock.set(AFTER_CLOSING)
        letter = letter_about_the_period(site, town)
        assert "列管中：3" in letter
        assert "逾期：1" in letter

        page = people.come("coordinator").page
        freeze_march(site, page)
        expect(page.locator("dl.facts")).to_contain_text("列管中")
        figures = page.locator("dl.facts div").all_inner_texts()
        assert [text.split()[-1] for text in figures if text.startswith(("列管中", "逾期"))] == ["1", "3"]
        beat(town.database, DELIVER, town.clock.now(), town.clock.now(), "")
        page.reload()
        assert_accessible(page)
        keep_picture(photograph(page, "frozen-period"), "frozen-period")
        link = page.get_by_role("link", name="ODS 列管事項明細")
        assert hash_of(page, link) == hash_of(page, link)

        agree_and_grant(town, going, waiting)
        town.give_action()
        page.get_by_role("link", name="與目前比較").click()
        tabs = page.get_by_role("navigation", name="變動")
        for name, number in (("新增", 1), ("離開列管", 1), ("轉為逾期", 0), ("展期", 1), ("重新列管", 0)):
            expect(tabs.get_by_role("link", name=f"{name} {number}", exact=True)).to_be_visible()
        tabs.get_by_role("link", name="展期 1").click()
        expect(page.get_by_role("heading", name="展期", exact=True)).to_be_visible()
        number = actions.look(town, "coordinator", going, lambda _s, _a, item: item.item_no)
        expect(page.locator("table.data-table")).to_contain_text(number)
        assert_accessible(page)
        keep_picture(photograph(page, "difference-report"), "difference-report")
        with page.expect_download() as begun:
            page.get_by_role("link", name="ODT", exact=True).click()
        assert begun.value.suggested_filename.endswith(".odt")


class TestTables:
    def test_are_chosen_looked_at_and_taken(self, town: City, people: People) -> None:
        actions.report(town, actions.bring_to(town, "in_progress"))
        page = people.come("coordinator").page
        page.get_by_role("link", name="提報表件").click()
        page.get_by_label("表件", exact=True).select_option(label="列管事項明細")
        page.get_by_role("button", name="套用").click()
        expect(page.get_by_text("列管事項明細，共 1 列。")).to_be_visible()
        assert_accessible(page)
        keep_picture(photograph(page, "tables"), "tables")
        page.get_by_label("XLSX（Excel）").check()
        with page.expect_download() as begun:
            page.get_by_role("button", name="產生檔案").click()
        assert begun.value.suggested_filename.startswith("列管事項明細-")

    def test_show_the_council_what_became_of_what_was_recommended(self, town: City, people: People) -> None:
        actions.report(town, actions.bring_to(town, "in_progress"))
        page = people.come("coordinator").page
        page.get_by_role("link", name="提報表件").click()
        page.get_by_label("表件", exact=True).select_option(value="council")
        page.get_by_role("button", name="套用").click()
        expect(page.locator("table.data-table")).to_contain_text("交通局")
        assert_accessible(page)
        keep_picture(photograph(page, "council-list"), "council-list")


def letter_about_the_period(site: Site, town: City) -> str:
    """Let the worker write of the period that closed, and return the coordinator's letter as it arrived."""
    wiring = site.wiring
    office = replace(wiring.office, monthly=Monthly(wiring.layouts, wiring.table_terms()))
    assert plan_summaries(office, wiring.database)
    assert deliver_outbox(office, wiring.database)
    own = town.email("coordinator")
    [letter] = [each for each in site.postbox.letters if each["To"].addresses[0].addr_spec == own]
    [attached] = letter.iter_attachments()
    assert attached.get_filename() == "tracking-2026-03.ods"
    return plain_text(letter)


def freeze_march(site: Site, page: Page) -> None:
    """Freeze March through the pages, and wait until it is."""
    page.get_by_role("link", name="提報表件").click()
    page.get_by_role("link", name="凍結的期別").click()
    page.get_by_label("填報期別").select_option(label="115年3月")
    page.get_by_role("button", name="凍結").click()
    expect(page.get_by_role("heading", name="凍結115年3月")).to_be_visible()
    assert run_next(site.wiring.database, site.wiring.handlers(), site.clock)
    page.get_by_role("link", name="看凍結的期別").click()
    expect(page.get_by_role("heading", name="115年3月", level=1)).to_be_visible()


def agree_and_grant(town: City, going: int, waiting: int) -> None:
    """Release one item and give the other ten days more."""
    closing = actions.look(town, "coordinator", waiting, lambda _s, _a, item: item.waiting_closing.id)
    actions.agree(town, closing)
    actions.grant(town, actions.ask_for_days(town, going, 10), "unit_head")


def hash_of(page: Page, link: object) -> str:
    """Download what a link leads to, and return the hash of it."""
    with page.expect_download() as begun:
        link.click()  # type: ignore[attr-defined]
    file: Download = begun.value
    return hashlib.sha256(file.path().read_bytes()).hexdigest()
