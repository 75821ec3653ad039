"""The nightly comparison, tried with rows that somebody took away or changed behind the program's back."""

from datetime import date

import pytest
from sqlalchemy import delete, select, update

from tracker.access import Role
from tracker.actions.models import Part
from tracker.people.models import Delegation, RoleGrant
from tracker.reminders.comparing import compare, compare_tonight
from tracker.reminders.ledger import upcoming_of_item
from tracker.reminders.letter_queries import outbox_health
from tracker.reminders.models import (
    DeliveryAttempt,
    LetterState,
    OutboxLetter,
    Planned,
    PlannedReminder,
)
from tracker.reminders.planning import plan_reminders
from tracker.reminders.watching import Trouble, look

TUESDAY = date(2026, 6, 30)
EVENING = "2026-06-29 19:00"


@pytest.fixture
def tonight(office, database, at):
    """Compare on an evening: `tonight()`."""

    def compare(moment: str = EVENING):
        at(moment)
        return compare_tonight(office, database)

    return compare


@pytest.fixture
def told(morning, make_item) -> int:
    """The officer and the head of the unit were reminded on Monday of what is due on Tuesday."""
    item = make_item(TUESDAY)
    assert morning("2026-06-29 09:00") == ["head", "officer"]
    return item


def rows(database, person_id: int) -> list[PlannedReminder]:
    with database.reading() as session:
        mine = select(PlannedReminder).where(PlannedReminder.recipient_id == person_id)
        return list(session.scalars(mine.order_by(PlannedReminder.id)))


class TestAnOrdinaryNight:
    def test_finds_nothing_and_says_so(self, told, tonight, database, clock) -> None:
        assert tonight().is_sound
        with database.reading() as session:
            found = outbox_health(session, clock.now()).compared
        assert (found.day, found.expected, found.differences) == (date(2026, 6, 29), 2, 0)

    def test_is_compared_once(self, told, tonight) -> None:
        assert tonight() is not None
        assert tonight("2026-06-29 23:00") is None

    @pytest.mark.parametrize("moment", ["2026-06-29 09:30", "2026-06-29 17:59"])
    def test_begins_when_the_day_is_over(self, told, tonight, moment: str) -> None:
        assert tonight(moment) is None

    def test_of_a_day_off_expects_nothing(self, told, tonight) -> None:
        assert tonight("2026-06-27 19:00").expected == 0


class TestAnEveningAfterChangesOfPeople:
    """Who took over during the day was told of that; the reminder of the morning went to the one before."""

    def test_another_officer_is_not_missing(self, told, tonight, database, city, newcomer) -> None:
        taker = newcomer((Role.OFFICER, city.unit))
        with database.transaction() as session:
            session.execute(update(Part).values(officer_id=taker))
        assert tonight().is_sound

    def test_another_head_is_not_missing(self, told, tonight, database, city, newcomer) -> None:
        newcomer((Role.UNIT_HEAD, city.unit))
        with database.transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.person_id == city.head))
        assert tonight().is_sound

    def test_a_deputy_named_since_is_not_missing(self, told, tonight, database, city, newcomer) -> None:
        deputy = newcomer((Role.OFFICER, city.unit))
        days = {"starts_on": date(2026, 6, 29), "ends_on": date(2026, 7, 3)}
        with database.transaction() as session:
            session.add(Delegation(person_id=city.officer, deputy_id=deputy, **days))
        assert tonight().is_sound

    def test_who_was_to_be_told_beside_them_is_missing(self, told, tonight, database, city, newcomer) -> None:
        taker = newcomer((Role.OFFICER, city.unit))
        with database.transaction() as session:
            session.execute(update(Part).values(officer_id=taker))
            session.execute(delete(PlannedReminder).where(PlannedReminder.recipient_id == city.head))
        assert len(tonight().missing) == 1


class TestTheEveningAfterTheNewYear:
    @pytest.fixture
    def back(self, morning, make_item) -> int:
        """An item is long late; two Mondays were days off, and one letter of 23 February stands for both."""
        item = make_item(date(2025, 12, 1), assigned_on=date(2025, 6, 2), filed_until=date(2026, 12, 31))
        assert morning("2026-02-09 09:00") == ["coordinator", "director", "head", "officer"]
        assert morning("2026-02-23 09:00") == ["officer"]
        return item

    def test_nothing_is_missing(self, back, tonight) -> None:
        found = tonight("2026-02-23 19:00")
        assert found.missing == []
        assert found.is_sound

    def test_nobody_is_reminded_again_the_next_day(self, back, tonight, morning) -> None:
        tonight("2026-02-23 19:00")
        assert morning("2026-02-24 09:00") == []

    def test_the_item_says_the_same_beforehand(self, back, at, office, database) -> None:
        at("2026-02-20 12:00")
        with database.reading() as session:
            days = [each.occurs_on for each in upcoming_of_item(session, office, back)]
        assert len(days) == len(set(days))


class TestARowThatIsGone:
    def test_of_one_of_two_people_is_planned_again_and_told_by_the_next_letter(
        self, told, tonight, database, city, morning
    ) -> None:
        with database.transaction() as session:
            session.execute(
                delete(PlannedReminder).where(
                    PlannedReminder.recipient_id == city.head, PlannedReminder.stage == "due-1"
                )
            )
        assert [each.person.person_id for each in tonight().missing] == [city.head]
        assert "due-1" in {each.stage for each in rows(database, city.head)}
        assert "head" in morning("2026-06-30 09:00")

    def test_is_a_repair_that_everybody_in_charge_hears_of(
        self, told, tonight, database, city, office
    ) -> None:
        with database.transaction() as session:
            session.execute(delete(PlannedReminder).where(PlannedReminder.recipient_id == city.head))
        tonight()
        with database.reading() as session:
            assert Trouble.PLAN_DIFFERS in look(session, office, office.clock.now()).troubles

    def test_once_repaired_waits_for_the_next_day_and_lacks_no_letter_of_this_one(
        self, told, tonight, database, city, office
    ) -> None:
        with database.transaction() as session:
            session.execute(delete(PlannedReminder).where(PlannedReminder.recipient_id == city.head))
            session.execute(delete(DeliveryAttempt))
            session.execute(delete(OutboxLetter).where(OutboxLetter.recipient_id == city.head))
        assert tonight().missing
        with database.reading() as session:
            assert compare(session, office, date(2026, 6, 29)).is_sound

    def test_of_everybody_is_planned_again_too(self, told, tonight, database) -> None:
        with database.transaction() as session:
            session.execute(delete(PlannedReminder))
        assert len(tonight().missing) == 2


class TestALetterThatIsGone:
    def test_leaves_a_reminder_that_was_sent_in_no_letter(self, told, tonight, database, city) -> None:
        with database.transaction() as session:
            session.execute(update(PlannedReminder).values(letter_id=None))
            session.execute(delete(DeliveryAttempt))
            session.execute(delete(OutboxLetter))
        found = tonight()
        assert {each.stage for each in found.unexplained} == {"due-1"}
        assert found.missing == []

    def test_before_it_left_is_written_again(
        self, make_item, tonight, database, city, office, at, morning
    ) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        with database.transaction() as session:
            session.execute(update(PlannedReminder).values(letter_id=None))
            session.execute(delete(OutboxLetter))
        assert tonight().unwritten == [city.officer, city.head]
        assert morning("2026-06-30 09:00") == ["head", "officer"]


class TestAReminderThatContradictsItsLetter:
    def test_is_put_right(self, told, tonight, database, city) -> None:
        with database.transaction() as session:
            session.execute(update(PlannedReminder).values(outcome=Planned.PLANNED))
        tonight()
        assert Planned.SENT in {each.outcome for each in rows(database, city.officer)}

    def test_waits_for_another_where_the_letter_was_taken_back(
        self, told, tonight, database, city, morning
    ) -> None:
        with database.transaction() as session:
            session.execute(update(PlannedReminder).values(outcome=Planned.PLANNED))
            session.execute(update(OutboxLetter).values(state=LetterState.CANCELLED, accepted_at=None))
        tonight()
        assert {each.letter_id for each in rows(database, city.officer)} == {None}
        assert "officer" in morning("2026-06-30 09:00")
