"""Notices are one's own; the outbox shows the administrator every letter, its state and why it was written."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert, inspect, select

from tests.factories.city import City
from tests.support.client import Visitor
from tracker.actions.models import ActionItem
from tracker.foundation.mailing import OutcomeKind
from tracker.foundation.showing import show_moment
from tracker.reminders import letter_queries
from tracker.reminders.models import (
    DeliveryAttempt,
    LetterKind,
    LetterState,
    Notice,
    OutboxLetter,
    PlannedReminder,
    RefusedAddress,
)
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.stages import Capacity
from tracker.reports.rules.drafts import Confidentiality
from tracker.wiring import Wiring


def give_notice(
    city: City, key: str, kind: NoticeKind = NoticeKind.ASSIGNED, item_id: int | None = None
) -> int:
    """Leave a notice for a person and return its id."""
    with city.database.transaction() as session:
        notice = Notice(
            person_id=city.people[key],
            kind=kind,
            item_id=item_id,
            actor_name="溫如玉",
            detail="請於期限前完成",
            created_at=city.clock.now(),
        )
        session.add(notice)
        session.flush()
        return notice.id


def give_letter(
    city: City,
    key: str = "officer",
    state: LetterState = LetterState.QUEUED,
    text: str = "一、試辦候車資訊看板\n二、請填報",
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
) -> int:
    """Put a letter to a person into the outbox, with one reminder and one attempt, and return its id."""
    item_id = city.give_action(confidentiality=confidentiality)
    now = city.clock.now()
    with city.database.transaction() as session:
        letter = OutboxLetter(
            key=f"test|{key}|{item_id}",
            message_id=f"<{item_id}@city.example>",
            kind=LetterKind.REMINDER_DIGEST,
            recipient_id=city.people[key],
            address=city.email(key),
            subject="[列管追蹤] 1 件將到期",
            text=text,
            payload=b"",
            local_date=city.today(),
            state=state,
            created_at=now,
            next_at=now,
            deliver_by=now + timedelta(days=3),
            attempts=1,
        )
        letter.history.append(
            DeliveryAttempt(
                token="x", ended_at=now, outcome=OutcomeKind.TEMPORARY, code=450, text="mailbox busy"
            )
        )
        session.add(letter)
        session.flush()
        part_id = session.get_one(ActionItem, item_id).lead.id
        session.add(
            PlannedReminder(
                item_id=item_id,
                part_id=part_id,
                stage="due-30",
                step="due-30",
                cycle=city.today(),
                occurs_on=city.today(),
                recipient_id=city.people[key],
                capacity=Capacity.OFFICER,
                letter_id=letter.id,
                planned_at=now,
            )
        )
        return letter.id


class TestNotices:
    def test_are_counted_until_they_are_read(self, visit: Callable[..., Visitor], city: City) -> None:
        first = give_notice(city, "officer")
        give_notice(city, "officer")
        officer = visit("officer")
        assert "2 則未讀" in officer.get("/notices").text
        assert officer.post(f"/notices/{first}/read").location == "/notices"
        assert "1 則未讀" in officer.get("/notices").text
        shown = re.search(r'name="up_to" value="(\d+)"', officer.get("/notices").text)
        officer.post("/notices/read", {"up_to": shown[1]})
        assert "沒有未讀的通知" in officer.get("/notices").text

    def test_are_not_read_unseen(self, visit: Callable[..., Visitor], city: City) -> None:
        give_notice(city, "officer")
        officer = visit("officer")
        shown = re.search(r'name="up_to" value="(\d+)"', officer.get("/notices").text)
        give_notice(city, "officer")
        officer.post("/notices/read", {})
        assert "2 則未讀" in officer.get("/notices").text
        officer.post("/notices/read", {"up_to": shown[1]})
        assert "1 則未讀" in officer.get("/notices").text

    def test_name_no_title_of_an_item_that_the_reader_may_no_longer_see(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        item_id = city.give_action()
        with city.database.transaction() as session:
            number = session.get_one(ActionItem, item_id).item_no
            for about in ({"item_id": item_id}, {"item_ids": [item_id]}):
                session.add(
                    Notice(
                        person_id=city.people["other_officer"],
                        kind=NoticeKind.OFFICER_TAKEN,
                        created_at=city.clock.now(),
                        **about,
                    )
                )
        page = visit("other_officer").get("/notices").text
        assert page.count(number) == 2
        assert "試辦候車資訊看板" not in page
        assert f'href="/actions/{item_id}"' not in page

    def test_lead_to_their_item(self, visit: Callable[..., Visitor], city: City) -> None:
        item_id = city.give_action()
        give_notice(city, "officer", item_id=item_id)
        page = visit("officer").get("/notices").text
        assert f'href="/actions/{item_id}"' in page
        assert "試辦候車資訊看板" in page
        assert "溫如玉" in page

    def test_say_in_whose_place_one_hears(self, visit: Callable[..., Visitor], city: City) -> None:
        with city.database.transaction() as session:
            session.add(
                Notice(
                    person_id=city.people["other_officer"],
                    kind=NoticeKind.OFFICER_GIVEN,
                    capacity=Capacity.OFFICER,
                    deputy_for_id=city.people["officer"],
                    created_at=city.clock.now(),
                )
            )
        assert "（承辦人）的職務代理人。" in visit("other_officer").get("/notices").text

    def test_looking_marks_nothing(self, visit: Callable[..., Visitor], city: City) -> None:
        give_notice(city, "officer")
        officer = visit("officer")
        officer.get("/notices")
        assert "1 則未讀" in officer.get("/notices").text

    def test_are_nobody_else_s(self, visit: Callable[..., Visitor], city: City) -> None:
        notice_id = give_notice(city, "officer")
        other = visit("other_officer")
        assert "還沒有通知" in other.get("/notices").text
        assert other.post(f"/notices/{notice_id}/read").status_code == 404

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_of_each_kind_can_be_shown(
        self, visit: Callable[..., Visitor], city: City, language: str
    ) -> None:
        for kind in NoticeKind:
            give_notice(city, "officer", kind)
        assert visit("officer", language).get("/notices").status_code == 200


class TestOutbox:
    def test_lists_every_letter_with_its_state_and_reason(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        give_letter(city)
        page = visit("administrator").get("/outbox").text
        for words in ("1 件將到期", "等待寄送", "何語安", "到期前 30 日", "1 封信等待寄送"):
            assert words in page

    def test_is_filtered(self, visit: Callable[..., Visitor], city: City) -> None:
        give_letter(city)
        administrator = visit("administrator")
        for query in ("state=queued", "q=將到期", "q=officer@", f"person={city.people['officer']}"):
            assert "1 件將到期" in administrator.get(f"/outbox?{query}").text
        for query in ("state=failed", "q=無此信", f"person={city.people['viewer']}"):
            assert "1 件將到期" not in administrator.get(f"/outbox?{query}").text

    def test_says_that_no_mail_server_is_set(self, visit: Callable[..., Visitor]) -> None:
        assert "尚未設定郵件伺服器" in visit("administrator").get("/outbox").text

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_shows_a_letter_in_every_state(
        self, visit: Callable[..., Visitor], city: City, language: str
    ) -> None:
        administrator = visit("administrator", language)
        for state in LetterState:
            answer = administrator.get(f"/outbox/{give_letter(city, state=state)}")
            assert answer.status_code == 200
            assert len(re.findall("<h1>", answer.text)) == 1

    def test_shows_words_attempts_and_reason(self, visit: Callable[..., Visitor], city: City) -> None:
        page = visit("administrator").get(f"/outbox/{give_letter(city)}").text
        for words in ("二、請填報", "450", "mailbox busy", "暫時拒收", "到期前 30 日", "115-TPT-001-01"):
            assert words in page

    def test_leads_nobody_to_an_item_who_reads_none(self, visit: Callable[..., Visitor], city: City) -> None:
        letter_id = give_letter(city)
        administrator = visit("administrator")
        assert administrator.get("/actions/1").status_code == 403
        assert "/actions/1" not in administrator.get(f"/outbox/{letter_id}").text

    @pytest.mark.parametrize("confidentiality", list(Confidentiality))
    def test_keeps_a_letter_about_a_restricted_report_from_who_may_not_read_that(
        self, visit: Callable[..., Visitor], city: City, confidentiality: Confidentiality
    ) -> None:
        words = "115-TPT-001-01 試辦候車資訊看板"
        page = visit("administrator").get(
            f"/outbox/{give_letter(city, text=words, confidentiality=confidentiality)}"
        )
        is_restricted = confidentiality is Confidentiality.RESTRICTED
        assert ("試辦候車資訊看板" in page.text, "限閱報告" in page.text) == (
            not is_restricted,
            is_restricted,
        )

    def test_keeps_a_letter_with_a_one_time_link_to_itself(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        page = visit("administrator").get(f"/outbox/{give_letter(city, text='')}").text
        assert "為了安全不顯示內容" in page

    def test_a_letter_set_aside_goes_out_again_when_told_so(
        self, visit: Callable[..., Visitor], city: City
    ) -> None:
        letter_id = give_letter(city, state=LetterState.HELD)
        administrator = visit("administrator")
        assert "1 封信暫停寄送" in administrator.get("/outbox").text
        assert administrator.post(f"/outbox/{letter_id}/release").location == f"/outbox/{letter_id}"
        assert administrator.post(f"/outbox/{letter_id}/release").status_code == 409
        with city.database.reading() as session:
            assert letter_queries.get_letter(session, letter_id).state is LetterState.QUEUED

    def test_says_when_the_last_letter_will_have_left(
        self, visit: Callable[..., Visitor], city: City, wiring: Wiring
    ) -> None:
        give_letter(city)
        assert "最後一封於" not in visit("administrator").get("/outbox").text
        copies = range(wiring.office.letters_per_minute * 30)
        with city.database.transaction() as session:
            first = session.scalars(select(OutboxLetter)).one()
            values = {
                c.key: getattr(first, c.key) for c in inspect(OutboxLetter).column_attrs if c.key != "id"
            }
            session.execute(
                insert(OutboxLetter),
                [values | {"key": f"copy|{each}", "message_id": f"{each}@city.example"} for each in copies],
            )
        ends_at = city.clock.now() + timedelta(minutes=30)
        page = visit("administrator").get("/outbox").text
        assert f"最後一封於 {show_moment(ends_at, wiring.office.zone, 'zh-Hant')} 前寄出" in page

    def test_is_the_administrator_s_alone(self, visit: Callable[..., Visitor], city: City) -> None:
        letter_id = give_letter(city, state=LetterState.HELD)
        for key in ("officer", "coordinator", "viewer"):
            visitor = visit(key)
            assert visitor.get(f"/outbox/{letter_id}").status_code == 403
            assert visitor.post(f"/outbox/{letter_id}/release").status_code == 403


class TestRefusedAddress:
    @pytest.fixture
    def refused(self, city: City) -> None:
        with city.database.transaction() as session:
            session.add(
                RefusedAddress(
                    address=city.email("officer"), refused_at=city.clock.now(), text="550 no such mailbox"
                )
            )

    def test_is_marked_among_the_people(self, visit: Callable[..., Visitor], refused, city: City) -> None:
        administrator = visit("administrator")
        assert "郵件伺服器拒收" in administrator.get("/people").text
        page = administrator.get(f"/people/{city.people['officer']}/edit").text
        assert "550 no such mailbox" in page

    def test_is_let_in_again_by_the_administrator(self, visit: Callable[..., Visitor], refused) -> None:
        administrator = visit("administrator")
        page = administrator.get("/outbox").text
        assert "郵件伺服器拒收 1 個地址" in page
        (accept,) = re.findall(r'action="(/outbox/refused/\d+/accept)"', page)
        assert administrator.post(accept).location == "/outbox"
        assert "郵件伺服器拒收 1 個地址" not in administrator.get("/outbox").text

    def test_are_all_let_in_again_at_once(self, visit: Callable[..., Visitor], refused, city: City) -> None:
        administrator = visit("administrator")
        assert "全部地址已恢復" not in administrator.get("/outbox").text
        with city.database.transaction() as session:
            session.add(
                RefusedAddress(address="gone@city.example", refused_at=city.clock.now(), text="550 gone")
            )
        assert 'action="/outbox/refused/accept"' in administrator.get("/outbox").text
        assert administrator.post("/outbox/refused/accept").location == "/outbox"
        page = administrator.get("/outbox").text
        assert "已解除 2 個地址的註記" in page
        assert "gone@city.example" not in page
