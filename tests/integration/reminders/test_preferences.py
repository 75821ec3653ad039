from datetime import date

import pytest
from sqlalchemy import delete, select, update

from tracker.access import Role
from tracker.actions.models import ActionItem
from tracker.foundation.errors import Invalid
from tracker.people.models import Delegation, OfficeDay, RoleGrant, User
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import why_waiting
from tracker.reminders.models import LetterPreference, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.preferences import choose
from tracker.reminders.previewing import preview_day
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.preferences import Preferences

TUESDAY = date(2026, 6, 30)


@pytest.fixture
def chooses(database, office, acting):
    """Let a person choose: `chooses(city.officer, hour=14)`."""

    def choose_as(person_id: int, **chosen: object) -> None:
        with database.transaction() as session:
            choose(session, office, acting(person_id), Preferences(**chosen))

    return choose_as


def outcomes(database, person_id: int) -> dict[str, tuple[Planned, Reason | None]]:
    with database.reading() as session:
        rows = session.scalars(select(PlannedReminder).where(PlannedReminder.recipient_id == person_id))
        return {each.stage: (each.outcome, each.reason) for each in rows}


class TestHour:
    def test_the_letter_waits_for_the_hour_that_was_chosen(
        self, morning, make_item, chooses, city, at
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, hour=14)
        make_item(TUESDAY)
        assert morning("2026-06-29 09:00") == ["head"]
        assert morning("2026-06-29 13:59") == []
        assert morning("2026-06-29 14:00") == ["officer"]
        assert morning("2026-06-29 17:30") == []

    def test_a_later_hour_chosen_after_the_letter_brings_no_second(
        self, morning, make_item, chooses, city
    ) -> None:
        make_item(TUESDAY)
        assert morning("2026-06-29 09:00") == ["head", "officer"]
        chooses(city.officer, hour=14)
        make_item(TUESDAY)
        assert morning("2026-06-29 14:00") == []

    def test_an_earlier_hour_chosen_in_the_middle_of_the_day_brings_the_letter_at_once(
        self, morning, make_item, chooses, city, at
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, hour=16)
        make_item(TUESDAY)
        assert morning("2026-06-29 11:00") == ["head"]
        chooses(city.officer, hour=10)
        assert morning("2026-06-29 11:01") == ["officer"]
        assert morning("2026-06-29 16:00") == []

    def test_a_letter_of_yesterday_leaves_at_the_hour_too(
        self, morning, make_item, chooses, city, at, office, database, mailer
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, hour=14)
        make_item(TUESDAY)
        at("2026-06-29 14:00")
        with database.transaction() as session:
            letter = OutboxLetter(
                key="old",
                message_id="00000000@city.example",
                kind="reminder_digest",
                recipient_id=city.officer,
                address="officer@city.example",
                subject="",
                text="",
                payload=b"",
                local_date=date(2026, 6, 26),
                created_at=office.clock.now(),
                next_at=office.clock.now(),
                deliver_by=office.clock.now().replace(year=2027),
                ambiguous=1,
            )
            session.add(letter)
        at("2026-06-30 09:00")
        deliver_outbox(office, database)
        assert mailer.delivered == []
        at("2026-06-30 14:00")
        deliver_outbox(office, database)
        assert [each.recipient for each in mailer.delivered] == ["officer@city.example"]

    def test_the_ledger_says_what_is_waited_for(
        self, morning, make_item, chooses, city, at, database, office
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, hour=14)
        make_item(TUESDAY)
        morning("2026-06-29 09:00")
        with database.reading() as session:
            assert why_waiting(session, office, city.officer) == "等候本人選定的時間"

    def test_the_preview_shows_the_letter_of_the_later_hour(
        self, make_item, chooses, city, at, database, office
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, hour=14)
        make_item(TUESDAY)
        shown = preview_day(office, database, date(2026, 6, 29))
        assert {each.person_id for each in shown.letters} == {city.officer, city.head}

    @pytest.mark.parametrize("hour", [8, 18, -1])
    def test_must_lie_in_office_hours(self, chooses, city, hour: int) -> None:
        with pytest.raises(Invalid):
            chooses(city.officer, hour=hour)


class TestWeekday:
    def test_the_overview_comes_on_the_day_that_was_chosen_and_once(
        self, morning, make_item, chooses, city, at
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.director, weekday=3)
        make_item(date(2026, 6, 16))
        assert "director" not in morning("2026-06-30 09:00")
        assert "director" not in morning("2026-07-01 09:00")
        assert "director" in morning("2026-07-02 09:00")
        assert "director" not in morning("2026-07-03 09:00")

    @pytest.mark.parametrize("was_deactivated", [False, True])
    def test_a_new_head_hears_what_waited_for_the_one_before(
        self, morning, make_item, chooses, city, at, database, newcomer, was_deactivated: bool
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.director, weekday=3)
        make_item(date(2026, 6, 16))
        assert "director" not in morning("2026-07-01 09:00")
        newcomer((Role.AGENCY_HEAD, city.agency))
        with database.transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.person_id == city.director))
            if was_deactivated:
                session.execute(update(User).where(User.id == city.director).values(is_active=False))
        told = [each for day in (2, 3, 6, 7, 8) for each in morning(f"2026-07-{day:02d} 09:00")]
        assert "director" not in told
        assert told.count("new") == 1

    def test_a_deputy_hears_what_waited_for_a_head_who_is_away(
        self, morning, make_item, chooses, city, at, database, newcomer
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.director, weekday=3)
        make_item(date(2026, 6, 16))
        assert "director" not in morning("2026-07-01 09:00")
        deputy, days = newcomer(), {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 10)}
        with database.transaction() as session:
            session.add(Delegation(person_id=city.director, deputy_id=deputy, **days))
        told = [each for day in (2, 3, 6, 7, 8) for each in morning(f"2026-07-{day:02d} 09:00")]
        assert told.count("new") == 1

    def test_on_a_day_off_it_comes_on_the_next_working_day(
        self, morning, make_item, chooses, city, at, database
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.director, weekday=3)
        make_item(date(2026, 6, 16))
        with database.transaction() as session:
            session.add(OfficeDay(day=date(2026, 7, 2), is_workday=False, note="颱風"))
        assert morning("2026-07-02 09:00") == []
        assert "director" in morning("2026-07-03 09:00")

    def test_the_ledger_says_what_is_waited_for(
        self, morning, make_item, chooses, city, at, database, office
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.director, weekday=3)
        make_item(date(2026, 6, 16))
        morning("2026-07-01 09:00")
        with database.reading() as session:
            assert why_waiting(session, office, city.director) == "等候每週一次的彙整"


class TestDuties:
    def test_an_early_reminder_that_is_switched_off_stands_in_the_ledger_with_its_reason(
        self, morning, make_item, chooses, city, at, database
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, only_duties=True)
        make_item(date(2026, 7, 13))
        assert morning("2026-06-29 09:00") == []
        stage = outcomes(database, city.officer)
        assert stage["due-14"] == (Planned.SUPPRESSED, Reason.SWITCHED_OFF)

    def test_the_last_word_before_the_deadline_and_what_is_late_come_all_the_same(
        self, morning, make_item, chooses, city, at, database
    ) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, only_duties=True)
        item = make_item(TUESDAY)
        assert morning("2026-06-29 09:00") == ["head", "officer"]
        assert "officer" in morning("2026-07-01 09:00")
        with database.reading() as session:
            assert session.get_one(ActionItem, item).due_on == TUESDAY

    def test_switched_on_again_the_next_one_comes(self, morning, make_item, chooses, city, at) -> None:
        at("2026-06-26 12:00")
        chooses(city.officer, only_duties=True)
        make_item(date(2026, 7, 13))
        morning("2026-06-29 09:00")
        chooses(city.officer)
        assert "officer" in morning("2026-07-06 09:00")


class TestChoosing:
    def test_is_kept_and_stands_in_the_record(self, chooses, city, database) -> None:
        chooses(city.officer, hour=10, weekday=2, only_duties=True)
        chooses(city.officer, hour=11)
        with database.reading() as session:
            (row,) = session.scalars(select(LetterPreference))
            assert row.chosen == Preferences(hour=11)
