"""Looking ahead, large runs, dry runs, and a test letter to oneself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.support.rows import all_rows
from tracker.access import Act, Grant, Principal, Role
from tracker.audit.models import AuditEvent
from tracker.foundation.errors import Forbidden, Invalid, StepNotAllowed, VersionConflict
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.models import LetterKind, Notice, OutboxLetter, PlannedReminder
from tracker.reminders.planning import plan_reminders
from tracker.reminders.previewing import preview_day, send_test_letter
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.runs import find_held_run, release_run
from tracker.reminders.watching import Trouble, look

TUESDAY = date(2026, 6, 30)
MONDAY = date(2026, 6, 29)


def letters(database) -> dict[int, OutboxLetter]:
    with database.reading() as session:
        found = session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)).all()
        return {each.recipient_id: (each.subject, each.text) for each in found}


def count(database, kind) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind))


@pytest.fixture
def act(office, city):
    """Act as somebody in a role, at the moment of the clock."""

    def make(person: str = "coordinator", role: Role = Role.COORDINATOR) -> Act:
        who = Principal(getattr(city, person), "某人", (Grant(role),))
        return Act(who, office.clock.now(), office.today())

    return make


@pytest.fixture
def tell(office, database):
    """Leave a notice for somebody that waits for their next letter."""

    def make(person_id: int) -> None:
        earlier = office.clock.now() - timedelta(hours=1)
        with database.transaction() as session:
            session.add(
                Notice(person_id=person_id, kind=NoticeKind.DECIDED, created_at=earlier, mail="planned")
            )

    return make


class TestPreview:
    def test_says_letter_for_letter_what_is_then_written(self, office, database, make_item, at) -> None:
        for offset in (0, 1, 7):
            make_item(TUESDAY + timedelta(days=offset))
        at("2026-06-29 08:00")
        preview = preview_day(office, database, MONDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        foreseen = {each.person_id: (each.subject, each.text) for each in preview.letters}
        assert foreseen == letters(database)
        assert preview.people == len(foreseen) == 2

    def test_of_a_later_day_lives_through_the_days_between(
        self, office, database, make_item, at, mailer
    ) -> None:
        for offset in (0, 3, 9):
            make_item(TUESDAY + timedelta(days=offset))
        at("2026-06-15 08:00")
        preview = preview_day(office, database, MONDAY)
        for number in range(15, 29):
            at(f"2026-06-{number} 09:00")
            plan_reminders(office, database)
            deliver_outbox(office, database)
        before = set(letters(database))
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        with database.reading() as session:
            written = session.scalars(select(OutboxLetter).where(OutboxLetter.local_date == MONDAY)).all()
            told = {each.recipient_id: (each.subject, each.text) for each in written}
        assert {each.person_id: (each.subject, each.text) for each in preview.letters} == told
        assert before

    def test_leaves_nothing_behind(self, office, database, make_item, at) -> None:
        make_item(TUESDAY)
        at("2026-06-26 08:00")
        before = all_rows(database)
        preview_day(office, database, MONDAY)
        assert all_rows(database) == before

    def test_may_be_of_one_person(self, office, database, make_item, at, city) -> None:
        make_item(TUESDAY)
        at("2026-06-29 08:00")
        preview = preview_day(office, database, MONDAY, city.head)
        assert [each.person_id for each in preview.letters] == [city.head]

    def test_of_a_day_off_says_so(self, office, database, make_item, at) -> None:
        make_item(TUESDAY)
        at("2026-06-26 08:00")
        preview = preview_day(office, database, date(2026, 6, 27))
        assert (preview.is_working_day, preview.letters) == (False, ())

    @pytest.mark.parametrize("day", [date(2026, 6, 25), date(2026, 9, 1)])
    def test_refuses_days_that_are_past_or_too_far(self, office, database, at, day) -> None:
        at("2026-06-26 08:00")
        with pytest.raises(Invalid):
            preview_day(office, database, day)


class TestLargeRun:
    def test_waits_for_a_person(self, office, database, make_item, at, act) -> None:
        make_item(TUESDAY)
        small = replace(office, largest_run=1)
        at("2026-06-29 09:00")
        assert plan_reminders(small, database) == 0
        assert plan_reminders(small, database) == 0
        with database.transaction() as session:
            assert find_held_run(session, MONDAY).letters == 2
            assert look(session, small, small.clock.now()).troubles[-1] is Trouble.RUN_HELD
            release_run(session, small, act(), seen=2)
        assert plan_reminders(small, database) == 2
        with database.reading() as session:
            assert find_held_run(session, MONDAY) is None
            assert Trouble.RUN_HELD not in look(session, small, small.clock.now()).troubles

    def test_is_told_to_administrators_and_coordinators_once(
        self, office, database, make_item, at, city
    ) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        for _ in range(2):
            plan_reminders(replace(office, largest_run=1), database)
        with database.reading() as session:
            told = session.scalars(select(Notice.person_id).where(Notice.kind == NoticeKind.RUN_HELD)).all()
        assert sorted(told) == sorted([city.coordinator, city.administrator])

    def test_cannot_pass_in_small_ones(self, office, database, make_item, at, city, tell) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(replace(office, largest_run=2), database)
        tell(city.director)
        assert plan_reminders(replace(office, largest_run=2), database) == 0

    def test_that_waited_overnight_is_looked_at_anew(self, office, database, make_item, at) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(replace(office, largest_run=1), database)
        at("2026-06-30 09:00")
        assert plan_reminders(office, database) == 2

    def test_is_released_by_a_coordinator_or_administrator_only(self, office, database, at, act) -> None:
        at("2026-06-29 09:00")
        with pytest.raises(Forbidden), database.transaction() as session:
            release_run(session, office, act("officer", Role.OFFICER), seen=2)
        with pytest.raises(StepNotAllowed), database.transaction() as session:
            release_run(session, office, act(), seen=2)

    def test_is_counted_anew_while_it_waits(self, office, database, make_item, at, city, act, tell) -> None:
        make_item(TUESDAY)
        small = replace(office, largest_run=1)
        at("2026-06-29 09:00")
        plan_reminders(small, database)
        tell(city.director)
        at("2026-06-29 09:01")
        plan_reminders(small, database)
        with pytest.raises(VersionConflict), database.transaction() as session:
            release_run(session, small, act(), seen=2)
        with database.transaction() as session:
            assert release_run(session, small, act(), seen=3).letters == 3
            (noted,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "release_run"))
            assert noted.after["letters"] == 3
        assert plan_reminders(small, database) == 3

    def test_that_was_let_go_is_held_again_once_it_has_grown_by_more_than_the_limit(
        self, office, database, make_item, at, city, act, tell
    ) -> None:
        make_item(TUESDAY)
        small = replace(office, largest_run=1)
        at("2026-06-29 09:00")
        plan_reminders(small, database)
        with database.transaction() as session:
            release_run(session, small, act(), seen=2)
        tell(city.director)
        tell(city.coordinator)
        at("2026-06-29 09:02")
        assert plan_reminders(small, database) == 0
        assert plan_reminders(small, database) == 0
        with database.reading() as session:
            assert find_held_run(session, MONDAY).letters == 4
            held = select(func.count()).where(Notice.kind == NoticeKind.RUN_HELD)
            assert session.scalar(held.where(Notice.person_id == city.coordinator)) == 2

    def test_that_was_let_go_may_grow_a_little(
        self, office, database, make_item, at, city, act, tell
    ) -> None:
        make_item(TUESDAY)
        small = replace(office, largest_run=1)
        at("2026-06-29 09:00")
        plan_reminders(small, database)
        with database.transaction() as session:
            release_run(session, small, act(), seen=2)
        tell(city.director)
        at("2026-06-29 09:02")
        assert plan_reminders(small, database) == 3

    def test_is_not_let_go_once_no_letter_leaves_any_more(self, office, database, make_item, at, act) -> None:
        make_item(TUESDAY)
        small = replace(office, largest_run=1)
        at("2026-06-29 17:30")
        plan_reminders(small, database)
        at("2026-06-29 18:30")
        with pytest.raises(StepNotAllowed, match="寄送時段"), database.transaction() as session:
            release_run(session, small, act(), seen=2)


class TestDryRun:
    def test_records_and_sends_nothing(self, office, database, make_item, at, mailer) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        dry = replace(office, is_dry=True)
        assert plan_reminders(dry, database) == 0
        assert deliver_outbox(dry, database) == 0
        assert count(database, PlannedReminder) == count(database, OutboxLetter) == 0

    def test_holds_back_what_was_written_before(self, office, database, make_item, at, mailer) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        assert deliver_outbox(replace(office, is_dry=True), database) == 0
        assert mailer.delivered == []

    def test_can_still_be_previewed(self, office, database, make_item, at) -> None:
        make_item(TUESDAY)
        at("2026-06-29 08:00")
        assert len(preview_day(replace(office, is_dry=True), database, MONDAY).letters) == 2


class TestTestLetter:
    def test_shows_the_present_digest_and_counts_for_nothing(
        self, office, database, make_item, at, act, city, mailer
    ) -> None:
        make_item(TUESDAY)
        at("2026-06-29 20:00")
        with database.transaction() as session:
            send_test_letter(session, office, act("head", Role.ADMINISTRATOR))
        deliver_outbox(office, database)
        assert len(mailer.delivered) == 1
        assert "測試" in letters(database)[city.head][0]
        assert "這是您自己要求的測試信件" in letters(database)[city.head][1]
        assert count(database, PlannedReminder) == 0
        at("2026-06-30 09:00")
        plan_reminders(office, database)
        deliver_outbox(office, database)
        assert len(mailer.delivered) == 3

    def test_does_not_take_the_slot_of_the_day(self, office, database, make_item, at, act, mailer) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        with database.transaction() as session:
            send_test_letter(session, office, act("head", Role.ADMINISTRATOR))
        plan_reminders(office, database)
        deliver_outbox(office, database)
        assert len(mailer.delivered) == 3

    def test_says_that_nothing_waits(self, office, database, at, act, city) -> None:
        at("2026-06-29 09:00")
        with database.transaction() as session:
            send_test_letter(session, office, act())
        assert "目前沒有要提醒您的事項。" in letters(database)[city.coordinator][1]

    def test_is_not_sent_twice_within_a_minute(self, office, database, at, act) -> None:
        at("2026-06-29 09:00")
        for _ in range(2):
            with database.transaction() as session:
                send_test_letter(session, office, act())
        with database.reading() as session:
            kinds = session.scalars(select(OutboxLetter.kind)).all()
        assert kinds == [LetterKind.TEST_LETTER]

    def test_is_not_for_everybody(self, office, database, at, act) -> None:
        with pytest.raises(Forbidden), database.transaction() as session:
            send_test_letter(session, office, act("officer", Role.OFFICER))
