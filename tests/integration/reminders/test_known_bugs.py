"""Faults of other trackers' reminders that no other story here tells of; docs/mail-bugs.md lists them all."""

from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select

from tracker.actions.asking import ask_for_progress
from tracker.actions.editing import change_officer
from tracker.actions.models import Part
from tracker.people.models import OfficeDay, User
from tracker.reminders.models import Notice, OutboxLetter, PlannedReminder
from tracker.reminders.rules.digest import NoticeKind

TUESDAY = date(2026, 6, 30)


def text_of(mailer, address: str) -> str:
    data = next(each.data for each in mailer.delivered if each.recipient == f"{address}@city.example")
    return message_from_bytes(data, policy=default).get_body(("plain",)).get_content()


class TestTwice:
    def test_an_item_that_goes_back_and_forth_makes_one_letter(
        self, house, acting, make_item, morning, at, city
    ) -> None:
        at("2026-06-26 12:00")
        item = make_item(date(2026, 12, 31))
        for officer in (city.head, city.officer, city.head, city.officer):
            with house.transaction() as session:
                part_id = session.scalars(select(Part.id).where(Part.item_id == item)).one()
                change_officer(session, acting(city.director), part_id, officer, reason="職務調整")
        assert morning("2026-06-29 09:00") == ["head", "officer"]
        assert morning("2026-06-30 09:00") == []

    def test_a_question_by_hand_and_the_reminder_share_a_letter(
        self, house, acting, make_item, morning, at, city, mailer
    ) -> None:
        at("2026-06-26 12:00")
        item = make_item(TUESDAY)
        with house.transaction() as session:
            ask_for_progress(session, acting(city.coordinator), item, "請於週五前填報。")
        assert morning("2026-06-29 09:00") == ["head", "officer"]
        assert "請於週五前填報。" in text_of(mailer, "officer")
        assert morning("2026-06-30 09:00") == []


class TestNotAtAll:
    def test_the_weekly_overview_goes_on(self, make_item, morning) -> None:
        make_item(date(2026, 6, 1))
        mondays = [date(2026, 7, 6) + timedelta(weeks=each) for each in range(5)]
        assert ["officer" in morning(f"{day} 09:00") for day in mondays] == [True] * 5

    def test_a_run_that_begins_earlier_than_yesterday_leaves_no_day_out(self, make_item, morning) -> None:
        make_item(TUESDAY)
        make_item(date(2026, 7, 1))
        assert "officer" in morning("2026-06-29 10:05")
        assert "officer" in morning("2026-06-30 10:01")

    def test_after_a_month_of_silence_everything_goes_on(self, make_item, morning) -> None:
        make_item(TUESDAY)
        assert "officer" in morning("2026-06-29 09:00")
        assert "officer" in morning("2026-07-30 11:17")
        assert "officer" in morning("2026-08-03 09:00")

    def test_two_notices_of_one_moment_both_stand_in_the_letter(
        self, database, make_item, morning, at, city, office, mailer
    ) -> None:
        at("2026-06-26 12:00")
        items = [make_item(date(2026, 12, 31), title=title) for title in ("設置候船看板", "增設自行車道")]
        with database.transaction() as session:
            session.add_all(
                Notice(
                    person_id=city.officer,
                    kind=NoticeKind.RETURNED,
                    item_id=item,
                    actor_name="蔡佩珊",
                    created_at=office.clock.now(),
                    mail="planned",
                )
                for item in items
            )
        assert morning("2026-06-29 09:00") == ["officer"]
        text = text_of(mailer, "officer")
        assert "設置候船看板" in text
        assert "增設自行車道" in text


class TestWrong:
    @pytest.mark.parametrize("moment", ["2026-06-29 00:10", "2026-06-29 07:59", "2026-06-29 23:50"])
    def test_a_deadline_is_the_same_day_just_after_midnight(self, at, office, moment: str) -> None:
        at(moment)  # By the clock of Greenwich some of these moments lie on the day before.
        assert office.today() == date(2026, 6, 29)

    def test_each_reader_is_written_to_in_their_own_language(
        self, database, make_item, morning, city, mailer
    ) -> None:
        with database.transaction() as session:
            session.get_one(User, city.officer).language = "en"
        make_item(TUESDAY)
        assert morning("2026-06-29 09:00") == ["head", "officer"]
        assert "Due date" in text_of(mailer, "officer")
        assert "預定完成日" in text_of(mailer, "head")


class TestDangerous:
    def test_a_changed_calendar_tells_nothing_again(self, database, make_item, morning) -> None:
        make_item(TUESDAY)
        assert morning("2026-06-29 09:00") == ["head", "officer"]
        with database.transaction() as session:
            session.add(OfficeDay(day=date(2026, 6, 27), is_workday=True, note="補行上班"))
            session.add(OfficeDay(day=date(2026, 6, 26), is_workday=False, note="調整放假"))
        assert morning("2026-06-29 13:00") == []
        assert morning("2026-06-30 09:00") == []
        with database.reading() as session:
            assert len(session.scalars(select(OutboxLetter)).all()) == 2
            steps = session.execute(select(PlannedReminder.step, PlannedReminder.recipient_id)).all()
        assert len(steps) == len(set(steps))
