"""Who is told and chased while the coordinating office has something to answer; on both databases."""

from datetime import date

import pytest
from sqlalchemy import select

from tracker.actions import petitioning
from tracker.actions.petitioning import PetitionDecision, PetitionRequest
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import WithdrawalReason
from tracker.foundation.database import Database
from tracker.reminders.models import Notice, OutboxLetter
from tracker.reminders.rules.digest import NoticeKind

DUE = date(2026, 12, 31)
POLICY = WithdrawalReason.POLICY_CHANGED
REQUEST = PetitionRequest(PetitionKind.WITHDRAW, "市政會議已決議改採其他方案。", reason_code=POLICY)
GRANTED = PetitionDecision(True, "政策已調整。", reason_code=POLICY, approval="秘書長核准")


@pytest.fixture
def petition_id(house, acting, make_item, city, at) -> int:
    """What a head asked for on a Wednesday afternoon."""
    at("2026-06-17 14:00")
    item_id = make_item(DUE)
    with house.transaction() as session:
        return petitioning.make_petition(session, acting(city.head), item_id, REQUEST).id


def notices(database: Database) -> list[tuple[NoticeKind, int]]:
    with database.reading() as session:
        return [(row.kind, row.person_id) for row in session.scalars(select(Notice).order_by(Notice.id))]


def decide(house, acting, city, petition_id: int, decision: PetitionDecision) -> None:
    with house.transaction() as session:
        petitioning.decide_petition(session, acting(city.coordinator), petition_id, decision)


class TestNotices:
    def test_who_decides_is_told_at_once(self, database, petition_id, city) -> None:
        assert notices(database) == [(NoticeKind.PETITION_MADE, city.coordinator)]

    def test_the_department_is_told_why_nothing_changes(
        self, house, acting, database, petition_id, city
    ) -> None:
        decide(house, acting, city, petition_id, PetitionDecision(agree=False, decision="請先函報市府。"))
        assert notices(database)[1:] == [
            (NoticeKind.PETITION_REFUSED, each) for each in (city.officer, city.head, city.director)
        ]

    def test_who_asked_is_told_that_it_was_granted_and_all_others_of_the_step(
        self, house, acting, database, petition_id, city
    ) -> None:
        decide(house, acting, city, petition_id, GRANTED)
        assert set(notices(database)[1:]) == {
            (NoticeKind.PETITION_GRANTED, city.head),
            (NoticeKind.ENDED, city.officer),
            (NoticeKind.ENDED, city.head),
        }


class TestChasing:
    def test_the_decider_is_chased_after_two_working_days(self, database, petition_id, city, morning) -> None:
        assert morning("2026-06-18 09:00") == []
        # The 19th is a holiday, so the second working day is the Monday after it.
        assert morning("2026-06-22 09:00") == ["coordinator"]
        with database.reading() as session:
            query = select(OutboxLetter.text).where(OutboxLetter.recipient_id == city.coordinator)
            text = session.scalars(query).one()
        assert "等待您決定改分、撤銷管制或併案" in text
        assert "撤銷管制；理由：市政會議已決議改採其他方案。" in text

    def test_and_every_monday_until_it_is_decided(self, house, acting, petition_id, city, morning) -> None:
        morning("2026-06-22 09:00")
        assert morning("2026-06-29 09:00") == ["coordinator"]
        decide(house, acting, city, petition_id, PetitionDecision(agree=False, decision="請先函報市府。"))
        assert "coordinator" not in morning("2026-07-06 09:00")
