"""The rules of reminding on their pages: edited, seen, saved; looking ahead; the ledger."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.web.test_reminders_pages import give_notice
from tracker.reminders.ladder_changes import list_ladders
from tracker.reminders.models import LargeRun, Notice, OutboxLetter, Planned
from tracker.reminders.planning import plan_reminders
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.stages import SHIPPED
from tracker.reports.rules.drafts import Confidentiality

RULE = {
    "name": "到期前五日",
    "target": "city:",
    "is_enabled": "y",
    "accepts_silence": "y",
    "stages-0-anchor": "due",
    "stages-0-side": "before",
    "stages-0-days": "5",
    "stages-0-unit": "calendar",
    "stages-0-audience": "officer",
}


def ladders(city):
    with city.database.reading() as session:
        return [(each.name, [stage.code for stage in each.stages]) for each in list_ladders(session)]


def seen_in(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]


class TestRules:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    @pytest.mark.parametrize("key", ["coordinator", "administrator"])
    def test_are_shown_with_the_shipped_ones(self, city, visit, key, language) -> None:
        page = visit(key, language=language).get("/reminders/ladders")
        assert page.status_code == 200
        assert ("到期前 30 日" if language == "zh-Hant" else "30-day warning before due") in page.text

    def test_are_the_one_section_that_is_marked_as_current(self, city, visit) -> None:
        for address, name in (("/reminders/ladders", "提醒規則"), ("/outbox", "寄件匣")):
            page = visit("administrator").get(address).text
            marked = re.findall(
                r'<a [^>]*aria-current="[^"]*"[^>]*>(.*?)</a>', page[: page.index("<main")], re.DOTALL
            )
            assert [re.sub(r"<.*?>", "", each).strip() for each in marked] == [name]

    def test_an_administrator_is_offered_no_change(self, city, visit) -> None:
        page = visit("administrator").get("/reminders/ladders").text
        assert "/reminders/ladders/new" not in page

    def test_a_change_shows_who_is_added_and_dropped_before_it_is_saved(self, city, visit) -> None:
        city.give_action(due_in_days=20)
        coordinator = visit("coordinator")
        page = coordinator.post("/reminders/ladders/new", RULE)
        assert page.status_code == 200
        assert "新增的提醒" in page.text
        assert "取消的提醒" in page.text
        assert "何語安" in page.text
        assert ladders(city) == []
        answer = coordinator.post("/reminders/ladders/new", RULE | {"seen": seen_in(page.text)})
        assert answer.status_code == 302
        assert ladders(city) == [("到期前五日", ["due-5"])]

    def test_what_changed_after_looking_is_shown_again(self, city, visit) -> None:
        coordinator = visit("coordinator")
        seen = seen_in(coordinator.post("/reminders/ladders/new", RULE).text)
        page = coordinator.post("/reminders/ladders/new", RULE | {"stages-0-days": "6", "seen": seen})
        assert page.status_code == 200
        assert ladders(city) == []

    def test_silence_must_be_accepted(self, city, visit) -> None:
        quiet = {name: value for name, value in RULE.items() if name != "accepts_silence"}
        page = visit("coordinator").post("/reminders/ladders/new", quiet)
        assert page.status_code == 422
        assert "不再催辦" in page.text

    @pytest.mark.parametrize("days", ["0", "abc", "99999", "400"])
    def test_nonsense_is_refused_with_everything_kept(self, city, visit, days) -> None:
        page = visit("coordinator").post("/reminders/ladders/new", RULE | {"stages-0-days": days})
        assert page.status_code == 422
        assert f'value="{days}"' in page.text

    def test_the_shipped_stages_stand_ready(self, city, visit) -> None:
        page = visit("coordinator").get("/reminders/ladders/new").text
        assert len(re.findall(r'name="stages-\d+-days"', page)) == len(SHIPPED) + 3

    def test_one_can_be_changed_back_and_deleted(self, city, visit) -> None:
        coordinator = visit("coordinator")
        seen = seen_in(coordinator.post("/reminders/ladders/new", RULE).text)
        coordinator.post("/reminders/ladders/new", RULE | {"seen": seen})
        assert "30" in coordinator.get("/reminders/ladders/1/edit?from=shipped").text
        page = coordinator.get("/reminders/ladders/1/delete")
        assert "這個變更的影響" in page.text
        answer = coordinator.post("/reminders/ladders/1/delete", {"version": "1"})
        assert answer.status_code == 302
        assert ladders(city) == []

    def test_a_change_over_another_is_a_conflict(self, city, visit) -> None:
        coordinator = visit("coordinator")
        seen = seen_in(coordinator.post("/reminders/ladders/new", RULE).text)
        coordinator.post("/reminders/ladders/new", RULE | {"seen": seen})
        changed = RULE | {"stages-0-days": "8", "version": "1"}
        seen = seen_in(coordinator.post("/reminders/ladders/1/edit", changed).text)
        assert coordinator.post("/reminders/ladders/1/edit", changed | {"seen": seen}).status_code == 302
        assert coordinator.post("/reminders/ladders/1/edit", changed | {"seen": seen}).status_code == 409


class TestPreview:
    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_shows_the_letters_of_a_day_in_full(self, city, visit, language) -> None:
        city.give_action(due_in_days=2)
        tomorrow = city.today() + timedelta(days=1)
        page = visit("coordinator", language=language).get(f"/reminders/preview?on={tomorrow}")
        assert page.status_code == 200
        assert "何語安" in page.text
        assert "試辦候車資訊看板" in page.text

    @pytest.mark.parametrize(("key", "reads"), [("coordinator", True), ("administrator", False)])
    def test_shows_a_letter_about_a_restricted_report_to_who_may_read_that(
        self, city, visit, key, reads
    ) -> None:
        city.give_action(due_in_days=2, confidentiality=Confidentiality.RESTRICTED)
        page = visit(key).get(f"/reminders/preview?on={city.today() + timedelta(days=1)}").text
        assert "何語安" in page
        assert ("試辦候車資訊看板" in page, "限閱報告" in page) == (reads, not reads)

    def test_writes_nothing(self, city, visit) -> None:
        city.give_action(due_in_days=2)
        visit("coordinator").get(f"/reminders/preview?on={city.today() + timedelta(days=1)}")
        with city.database.reading() as session:
            assert session.scalars(select(OutboxLetter)).all() == []

    def test_refuses_a_day_that_is_past(self, city, visit) -> None:
        yesterday = city.today() - timedelta(days=1)
        page = visit("coordinator").get(f"/reminders/preview?on={yesterday}")
        assert page.status_code == 422
        assert "60 日" in page.text

    def test_a_large_run_is_let_go_here(self, city, visit) -> None:
        with city.database.transaction() as session:
            session.add(LargeRun(day=city.today(), letters=900, held_at=city.clock.now()))
        administrator = visit("administrator")
        assert "900" in administrator.get("/outbox").text
        assert 'name="seen" value="900"' in administrator.get("/reminders/preview").text
        assert administrator.post("/reminders/runs/release", {"seen": "900"}).status_code == 302
        with city.database.reading() as session:
            run = session.get(LargeRun, city.today())
            assert run.released_by_id == city.people["administrator"]
        assert administrator.post("/reminders/runs/release", {"seen": "900"}).status_code == 409

    @pytest.mark.parametrize("seen", ["500", "", "many"])
    def test_a_run_that_has_grown_since_is_asked_about_again(self, city, visit, seen) -> None:
        with city.database.transaction() as session:
            session.add(LargeRun(day=city.today(), letters=900, held_at=city.clock.now()))
        coordinator = visit("coordinator")
        answer = coordinator.post("/reminders/runs/release", {"seen": seen})
        assert answer.headers["Location"].endswith("/reminders/preview")
        assert "提醒已增加為 900 封" in coordinator.get("/reminders/preview").text
        with city.database.reading() as session:
            assert session.get(LargeRun, city.today()).released_at is None

    def test_a_large_run_is_not_let_go_after_the_last_letter_of_the_day(self, city, visit) -> None:
        with city.database.transaction() as session:
            session.add(LargeRun(day=city.today(), letters=900, held_at=city.clock.now()))
        city.clock.set(datetime.combine(city.today(), time(18, 30), ZoneInfo("Asia/Taipei")))
        coordinator = visit("coordinator")
        page = coordinator.get("/reminders/preview").text
        assert "今天的寄送時段已結束" in page
        assert 'name="seen"' not in page
        refused = coordinator.post("/reminders/runs/release", {"seen": "900"})
        assert refused.status_code == 409
        assert "今天的寄送時段已結束" in refused.text

    def test_sends_a_test_letter_to_whoever_asks(self, city, visit) -> None:
        visit("coordinator").post("/reminders/test-letter", {})
        with city.database.reading() as session:
            letter = session.scalars(select(OutboxLetter)).one()
        assert letter.address == city.email("coordinator")


class TestLedger:
    def test_tells_a_person_why_they_got_mail(self, city, visit, wiring) -> None:
        city.give_action(due_in_days=1)
        plan_reminders(wiring.office, wiring.database)
        page = visit("officer").get("/reminders/ledger")
        assert "提醒紀錄" in page.text
        assert "併入下一個工作日的信" in page.text

    def test_is_open_to_administrators_without_the_items(self, city, visit, wiring) -> None:
        item = city.give_action(due_in_days=1)
        plan_reminders(wiring.office, wiring.database)
        page = visit("administrator").get(f"/reminders/ledger?person={city.people['officer']}")
        assert page.status_code == 200
        assert "試辦候車資訊看板" not in page.text
        assert f"/actions/{item}" not in page.text

    def test_of_others_is_closed(self, city, visit) -> None:
        for key in ("coordinator", "unit_head"):
            answer = visit(key).get(f"/reminders/ledger?person={city.people['officer']}")
            assert answer.status_code == 403

    def test_shows_what_was_suppressed_and_why(self, city, visit) -> None:
        notice_id = give_notice(city, "officer")
        with city.database.transaction() as session:
            notice = session.get_one(Notice, notice_id)
            notice.mail, notice.reason = Planned.SUPPRESSED, Reason.EXPIRED
        assert "超過寄送期限" in visit("officer").get("/reminders/ledger").text


class TestItemPage:
    def test_tells_what_comes_next_and_to_whom(self, city, visit) -> None:
        item = city.give_action(due_in_days=40)
        assert f"/reminders/items/{item}" in visit("officer").get(f"/actions/{item}").text
        page = visit("officer").get(f"/reminders/items/{item}").text
        assert "何語安" in page
        assert "到期前 30 日" in page
