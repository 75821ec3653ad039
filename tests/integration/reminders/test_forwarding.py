"""Who is told and chased while a closing request waits for the head of the unit; on both databases."""

from datetime import date

import pytest
from sqlalchemy import select

from tracker.actions import releasing
from tracker.actions.releasing import ClosingRequest, ClosingReview
from tracker.foundation.database import Database
from tracker.foundation.filing import StoredFile
from tracker.people.models import User
from tracker.reminders.models import Notice, OutboxLetter
from tracker.reminders.rules.digest import NoticeKind

DUE = date(2026, 6, 30)
EVIDENCE = StoredFile("0" * 64, 3, "驗收紀錄.pdf")
REQUEST = ClosingRequest("測試道路已啟用，並完成第三方驗收。", date(2026, 6, 16))


@pytest.fixture
def closing_id(house, acting, make_item, city, at) -> int:
    """A request that an officer prepared on the day after the reminders of 14 days before had gone out."""
    at("2026-06-17 14:00")
    item_id = make_item(DUE)
    with house.transaction() as session:
        return releasing.request_closing(session, acting(city.officer), item_id, REQUEST, [EVIDENCE]).id


def review(house, acting, person_id: int, closing_id: int, *, forward: bool) -> None:
    with house.transaction() as session:
        words = ClosingReview(forward, "請補驗收照片。")
        releasing.review_closing(session, acting(person_id), closing_id, words)


def notices(database: Database) -> list[tuple[NoticeKind, int]]:
    with database.reading() as session:
        return [(row.kind, row.person_id) for row in session.scalars(select(Notice).order_by(Notice.id))]


def letter_to(database: Database, person_id: int) -> str:
    with database.reading() as session:
        query = select(OutboxLetter.text).where(OutboxLetter.recipient_id == person_id)
        return session.scalars(query.order_by(OutboxLetter.id)).all()[-1]


class TestNotices:
    def test_the_head_is_told_of_what_was_prepared(self, database, closing_id, city) -> None:
        assert notices(database) == [(NoticeKind.CLOSING_PREPARED, city.head)]

    def test_the_decider_is_told_once_it_was_forwarded(
        self, house, acting, database, closing_id, city
    ) -> None:
        review(house, acting, city.head, closing_id, forward=True)
        assert notices(database)[1:] == [(NoticeKind.CLOSING_REQUESTED, city.coordinator)]

    def test_the_officer_is_told_of_what_was_returned_and_by_mail(
        self, house, acting, database, closing_id, city, morning
    ) -> None:
        review(house, acting, city.head, closing_id, forward=False)
        assert notices(database)[1:] == [(NoticeKind.CLOSING_RETURNED, city.officer)]
        assert "officer" in morning("2026-06-18 09:00")
        assert "退回解除列管申請：請補驗收照片。" in letter_to(database, city.officer)


class TestChasing:
    def test_the_head_is_chased_and_not_the_officer(self, database, closing_id, city, morning) -> None:
        assert morning("2026-06-23 09:00") == ["head"]
        assert "將解除列管申請轉送研考，或退回並說明要補正什麼。" in letter_to(database, city.head)

    def test_five_working_days_later_it_is_asked_for_by_name(
        self, database, closing_id, city, morning
    ) -> None:
        assert morning("2026-06-25 09:00") == ["head"]
        assert "等待您轉送解除列管申請" in letter_to(database, city.head)

    def test_the_head_hears_that_it_became_late(self, database, closing_id, city, morning) -> None:
        assert morning("2026-07-01 09:00") == ["head"]
        assert "逾期 1 日" in letter_to(database, city.head)

    def test_the_owner_is_spared_once_it_was_forwarded(
        self, house, acting, closing_id, city, morning
    ) -> None:
        review(house, acting, city.head, closing_id, forward=True)
        assert morning("2026-07-01 09:00") == ["coordinator"]

    def test_the_officer_hears_again_once_it_was_returned(
        self, house, acting, closing_id, city, morning, at
    ) -> None:
        review(house, acting, city.head, closing_id, forward=False)
        morning("2026-06-18 09:00")
        assert morning("2026-06-29 09:00") == ["head", "officer"]

    def test_when_the_head_has_left_the_officer_hears_again(self, house, closing_id, city, morning) -> None:
        with house.transaction() as session:
            session.get_one(User, city.head).is_active = False
        assert "officer" in morning("2026-06-29 09:00")
