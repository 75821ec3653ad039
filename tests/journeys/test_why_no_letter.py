"""The ledger answers why a person did not get a letter: each reason, read on the page by whom it concerns."""

from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.factories import actions
from tests.factories.city import ZONE, City
from tests.support.browser import assert_accessible, photograph
from tests.support.site import Site
from tests.support.smtp import plain_text
from tests.support.townspeople import Desk, People
from tracker.people.models import Delegation, Department, OfficeDay
from tracker.worker import tick

THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)
MAILBOX = "transport@city.example"


def morning(site: Site, day: date, hour: int = 9, minute: int = 0) -> None:
    """Let the worker do what is due at a moment."""
    site.clock.set(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE))
    tick(site.wiring)


def read_ledger(desk: Desk, words: str, picture: str) -> None:
    """Find an answer in one's own ledger."""
    desk.open("/reminders/ledger")
    expect(desk.page.get_by_text(words).first).to_be_visible()
    assert_accessible(desk.page)
    photograph(desk.page, f"ledger-{picture}")


@pytest.fixture
def item(town: City) -> int:
    """An item in progress, due on Friday, of which officer and head hear on Thursday."""
    return actions.bring_to(town, "in_progress", due_in_days=4)


class TestWhyThereWasNoLetter:
    def test_a_day_off_in_one_department(self, site: Site, town: City, people: People, item: int) -> None:
        with town.database.transaction() as session:
            closed = OfficeDay(day=THURSDAY, is_workday=False, note="颱風")
            closed.department_id = town.departments["TPT"]
            session.add(closed)
        morning(site, THURSDAY)
        assert site.postbox.letters_to(town.email("officer")) == []
        read_ledger(people.come("officer"), "今天是休息日，下一個工作日再寄", "holiday")
        morning(site, FRIDAY)
        assert len(site.postbox.letters_to(town.email("officer"))) == 1

    def test_a_pause_and_then_the_digest_of_the_day(
        self, site: Site, town: City, people: People, item: int
    ) -> None:
        other = actions.bring_to(town, "in_progress", due_in_days=4)
        request = actions.ask_for_days(town, other, 7)
        morning(site, THURSDAY)
        (letter,) = site.postbox.letters_to(town.email("officer"))
        assert "明日到期" in plain_text(letter)
        officer = people.come("officer")
        officer.open(f"/actions/{other}")
        officer.page.get_by_role("link", name="接下來的提醒").click()
        expect(officer.page.get_by_text("未寄：已申請展延，暫停催辦").first).to_be_visible()
        photograph(officer.page, "ledger-paused")

        actions.deny(town, request, "unit_head")
        morning(site, THURSDAY, 11)
        assert site.postbox.letters_to(town.email("officer")) == [letter]
        read_ledger(people.come("officer"), "今天已有一封信，併入下一封", "digest")

    def test_a_deputy_who_took_over_and_is_one_no_more(
        self, site: Site, town: City, people: People, item: int
    ) -> None:
        with town.database.transaction() as session:
            session.add(
                Delegation(
                    person_id=town.people["officer"],
                    deputy_id=town.people["other_officer"],
                    starts_on=date(2026, 3, 2),
                    ends_on=THURSDAY,
                )
            )
            closed = OfficeDay(day=THURSDAY, is_workday=False, note="停水")
            closed.department_id = town.departments["EDU"]
            session.add(closed)
        morning(site, THURSDAY)
        officer = people.come("officer")
        officer.open(f"/actions/{item}")
        expect(officer.page.get_by_text("代理 何語安").first).to_be_visible()
        photograph(officer.page, "ledger-deputy")
        morning(site, FRIDAY)
        assert site.postbox.letters_to(town.email("other_officer")) == []
        read_ledger(people.come("other_officer"), "未寄：收件人已不負責這個事項", "deputy-over")

    def test_an_address_that_is_refused(self, site: Site, town: City, people: People, item: int) -> None:
        with town.database.transaction() as session:
            session.get_one(Department, town.departments["TPT"]).mailbox = MAILBOX
        site.postbox.refused[town.email("officer")] = "550 5.1.1 no such mailbox"
        morning(site, THURSDAY)
        officer = people.come("officer")
        read_ledger(officer, "未寄：郵件伺服器拒收這個地址", "refused")
        morning(site, THURSDAY, 9, 1)
        (letter,) = site.postbox.letters_to(MAILBOX)
        assert "這封信是給何語安的。" in plain_text(letter)
        read_ledger(officer, f"改寄公用信箱 {MAILBOX}", "mailbox")

        administrator = people.come("administrator")
        administrator.open("/people")
        expect(administrator.page.get_by_role("row", name="何語安")).to_contain_text("郵件伺服器拒收")
        photograph(administrator.page, "refused-people")
        administrator.open("/outbox")
        expect(administrator.page.get_by_text("550 5.1.1 no such mailbox").first).to_be_visible()
        assert_accessible(administrator.page)
        photograph(administrator.page, "refused-outbox")
        administrator.page.get_by_role("button", name="地址已恢復").click()
        expect(administrator.page.get_by_text("已解除註記")).to_be_visible()

        site.postbox.refused.clear()
        morning(site, date(2026, 3, 9))
        assert len(site.postbox.letters_to(town.email("officer"))) == 1


class TestPreferences:
    def test_are_kept_by_the_next_letters(self, site: Site, town: City, people: People) -> None:
        actions.bring_to(town, "in_progress", due_in_days=17)
        officer = people.come("officer")
        officer.open("/me")
        officer.page.get_by_label("每日提醒信的寄送時間").select_option(label="14:00")
        officer.page.get_by_label("不收自己承辦事項的早期提醒").check()
        photograph(officer.page, "settings-letters")
        officer.page.get_by_role("button", name="儲存提醒信設定").click()
        expect(officer.page.get_by_text("提醒信的設定已儲存")).to_be_visible()
        assert_accessible(officer.page)

        tuesday = town.today() + timedelta(days=1)
        morning(site, tuesday)
        assert len(site.postbox.letters_to(town.email("unit_head"))) == 1
        assert site.postbox.letters_to(town.email("officer")) == []
        morning(site, tuesday, 14)
        assert len(site.postbox.letters_to(town.email("officer"))) == 1

        morning(site, THURSDAY, 14)
        assert len(site.postbox.letters_to(town.email("officer"))) == 1
        read_ledger(people.come("officer"), "未寄：本人設定不收早期提醒", "switched-off")
