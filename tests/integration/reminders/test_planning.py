from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from tests.support.counting import count_queries
from tracker.actions.models import ActionItem, Part, PostCheck
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.foundation.database import Database
from tracker.foundation.language import translator
from tracker.foundation.mailing import Outcome, OutcomeKind
from tracker.people.models import Delegation, OfficeDay, User
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.ledger import reminders_of_item
from tracker.reminders.models import LetterState, Notice, OutboxLetter, Planned, PlannedReminder
from tracker.reminders.planning import lock_planning, plan_reminders
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason

TUESDAY = date(2026, 6, 30)
TAIPEI = ZoneInfo("Asia/Taipei")


@pytest.fixture
def day(office, database, at, mailer):
    """Live through one morning: plan, deliver, and return the addresses that got a letter."""

    def live(moment: str) -> list[str]:
        at(moment)
        before = len(mailer.delivered)
        plan_reminders(office, database)
        deliver_outbox(office, database)
        return sorted(each.recipient.split("@")[0] for each in mailer.delivered[before:])

    return live


def letters(database: Database) -> list[OutboxLetter]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)))


def reminders(database: Database, **wanted: object) -> list[PlannedReminder]:
    with database.reading() as session:
        return list(session.scalars(select(PlannedReminder).filter_by(**wanted).order_by(PlannedReminder.id)))


class TestADay:
    def test_the_officer_and_the_head_hear_the_day_before(self, day, make_item) -> None:
        make_item(TUESDAY)
        assert day("2026-06-29 09:00") == ["head", "officer"]

    def test_a_second_run_adds_nothing(self, day, make_item, database) -> None:
        make_item(TUESDAY)
        day("2026-06-29 09:00")
        assert day("2026-06-29 09:30") == []
        assert len(letters(database)) == 2

    @pytest.mark.parametrize("moment", ["2026-06-29 08:59", "2026-06-29 18:00", "2026-06-27 09:00"])
    def test_nothing_is_written_outside_the_slot(self, day, make_item, moment) -> None:
        make_item(TUESDAY)
        assert day(moment) == []

    def test_several_items_make_one_letter(self, day, make_item, database) -> None:
        for _ in range(3):
            make_item(TUESDAY)
        day("2026-06-29 09:00")
        assert [letter.subject for letter in letters(database)] == ["[列管追蹤] 列管事項 3 件"] * 2

    def test_missed_days_heal_with_todays_facts(self, day, make_item, database) -> None:
        make_item(TUESDAY)
        assert day("2026-07-06 11:00") == ["head", "officer"]
        sent = {each.stage for each in reminders(database, outcome=Planned.SENT)}
        merged = {each.stage for each in reminders(database, reason=Reason.LATER_STAGE)}
        assert sent == {"late+3"}
        assert merged == {"due-30", "due-14", "due-7", "due-1", "late+1"}

    def test_a_reminder_to_acknowledge_does_not_swallow_the_one_of_lateness(
        self, day, make_item, database
    ) -> None:
        make_item(date(2026, 6, 24), assigned_on=date(2026, 6, 22), status=Status.ASSIGNED)
        assert day("2026-06-29 09:00") == ["head", "officer"]
        sent = {each.stage for each in reminders(database, outcome=Planned.SENT)}
        assert sent == {"unacknowledged+5", "late+3"}

    def test_a_quiet_tick_opens_no_writing_transaction(self, day, make_item, database, office) -> None:
        make_item(TUESDAY)
        day("2026-06-29 09:00")
        with count_queries(database) as statements:
            plan_reminders(office, database)
        assert not [each for each in statements if "pg_try_advisory" in each or not each.startswith("SELECT")]

    def test_an_empty_day_writes_no_letter(self, day, make_item, database) -> None:
        make_item(date(2026, 12, 31))
        assert day("2026-06-29 09:00") == []
        assert letters(database) == []

    def test_a_typhoon_day_moves_the_stage_back(self, day, make_item, database) -> None:
        with database.transaction() as session:
            session.add(OfficeDay(day=date(2026, 6, 29), is_workday=False, note="颱風"))
        make_item(TUESDAY)
        assert day("2026-06-26 09:00") == ["head", "officer"]
        assert day("2026-06-29 09:00") == []

    def test_without_an_officer_the_head_is_asked_to_name_one(self, day, make_item, database) -> None:
        item = make_item(TUESDAY)
        with database.transaction() as session:
            session.execute(update(Part).where(Part.item_id == item).values(officer_id=None))
        assert day("2026-06-29 09:00") == ["head"]
        with database.reading() as session:
            assert "請您：指派承辦人" in session.scalars(select(OutboxLetter.text)).one()

    def test_a_deputy_hears_too(self, day, make_item, database, city) -> None:
        with database.transaction() as session:
            session.add(
                Delegation(
                    person_id=city.officer,
                    deputy_id=city.director,
                    starts_on=date(2026, 6, 1),
                    ends_on=TUESDAY,
                )
            )
        make_item(TUESDAY)
        assert day("2026-06-29 09:00") == ["director", "head", "officer"]
        text = next(letter for letter in letters(database) if letter.recipient_id == city.director)
        with database.reading() as session:
            assert "您是林雅婷（承辦人）的職務代理人。" in session.get_one(OutboxLetter, text.id).text

    def test_two_months_of_mornings_never_bring_two_letters_on_a_day(
        self, office, database, at, mailer, make_item, clock
    ) -> None:
        for offset in (0, 1, 7, 40):
            make_item(date(2026, 3, 2) + timedelta(days=offset))
        today = date(2026, 2, 23)
        while today < date(2026, 4, 20):
            for hour in ("09:00", "13:30"):
                at(f"{today} {hour}")
                plan_reminders(office, database)
                deliver_outbox(office, database)
            today += timedelta(days=1)
        days = [
            (
                each.recipient,
                message_from_bytes(each.data, policy=default)["Date"].datetime.astimezone(TAIPEI).date(),
            )
            for each in mailer.delivered
        ]
        assert len(days) == len(set(days))
        assert len(days) > 15


class TestWhatChanges:
    def test_a_closed_item_is_not_reminded_of(self, day, make_item, database) -> None:
        item = make_item(TUESDAY)
        with database.transaction() as session:
            session.get_one(ActionItem, item).status = Status.CLOSED_IMPLEMENTED
        assert day("2026-06-29 09:00") == []

    def test_a_new_due_date_arms_the_ladder_again(self, day, make_item, database) -> None:
        item = make_item(TUESDAY)
        day("2026-06-29 09:00")
        with database.transaction() as session:
            session.get_one(ActionItem, item).due_on = date(2026, 9, 30)
        assert day("2026-06-30 09:00") == []
        assert day("2026-08-31 09:00") == ["officer"]

    def test_closing_at_the_last_moment_holds_the_letter_back(
        self, office, database, at, mailer, make_item, note_act
    ) -> None:
        item = make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        with database.transaction() as session:
            session.get_one(ActionItem, item).status = Status.WITHDRAWN
            note_act(session)
        assert deliver_outbox(office, database) == 0
        assert {letter.state for letter in letters(database)} == {LetterState.CANCELLED}
        plan_reminders(office, database)
        assert {each.reason for each in reminders(database, outcome=Planned.SUPPRESSED)} >= {Reason.ENDED}
        assert mailer.delivered == []

    def test_one_ended_item_of_two_leaves_a_letter_about_the_other(
        self, office, database, at, mailer, make_item, note_act
    ) -> None:
        ended, kept = make_item(TUESDAY), make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        with database.transaction() as session:
            session.get_one(ActionItem, ended).status = Status.WITHDRAWN
            note_act(session)
        deliver_outbox(office, database)
        plan_reminders(office, database)
        deliver_outbox(office, database)
        assert len(mailer.delivered) == 2
        with database.reading() as session:
            number = session.get_one(ActionItem, kept).item_no
        assert all(
            number in letter.subject for letter in letters(database) if letter.state is LetterState.ACCEPTED
        )

    def test_another_officer_is_not_written_to_in_the_place_of_the_first(
        self, office, database, at, mailer, make_item, city, note_act
    ) -> None:
        item = make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        with database.transaction() as session:
            session.execute(update(Part).where(Part.item_id == item).values(officer_id=city.head))
            note_act(session)
        deliver_outbox(office, database)
        assert [each.recipient for each in mailer.delivered] == ["head@city.example"]

    def test_a_person_who_left_gets_nothing(self, office, database, at, mailer, make_item, city) -> None:
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        with database.transaction() as session:
            session.get_one(User, city.officer).is_active = False
        deliver_outbox(office, database)
        assert [each.recipient for each in mailer.delivered] == ["head@city.example"]


class TestCheckAfterClosing:
    @pytest.fixture
    def released(self, database, make_item, city) -> int:
        item_id = make_item(date(2026, 6, 30))
        with database.transaction() as session:
            item = session.get_one(ActionItem, item_id)
            item.status, item.closed_on = Status.CLOSED_IMPLEMENTED, date(2026, 6, 30)
            item.lead.status = PartStatus.RELEASED
            item.checks = [PostCheck(due_on=date(2027, 6, 30), narrative="", note="")]
        return item_id

    def test_is_asked_of_officer_and_head_on_its_day_and_then_every_monday(
        self, day, released, database
    ) -> None:
        assert day("2027-06-29 09:00") == []
        assert day("2027-06-30 09:00") == ["head", "officer"]
        assert day("2027-07-02 09:00") == []
        assert day("2027-07-05 09:00") == ["head", "officer"]
        assert {each.stage for each in reminders(database)} == {"check+0", "check-weekly"}

    def test_says_what_is_asked(self, day, released, database) -> None:
        day("2027-06-30 09:00")
        with database.reading() as session:
            text = session.scalars(select(OutboxLetter.text)).first()
        assert "已解列事項的續查" in text
        assert "答覆目前的採行情形" in text

    def test_is_over_once_it_was_answered(self, day, released, database) -> None:
        day("2027-06-30 09:00")
        with database.transaction() as session:
            (check,) = session.get_one(ActionItem, released).checks
            check.answered_at = datetime(2027, 7, 1, tzinfo=UTC)
        assert day("2027-07-05 09:00") == []


class TestWhileSomebodyElsePlans:
    def test_no_letter_is_written_without_what_has_come_due(
        self, office, database, at, make_item, city
    ) -> None:
        if database.has_one_writer:
            pytest.skip("a writing transaction on SQLite is alone")
        make_item(TUESDAY)
        at("2026-06-29 09:00")
        with database.transaction() as session:
            news = {"kind": NoticeKind.PROGRESS_ASKED, "created_at": office.clock.now() - timedelta(hours=12)}
            item_id = session.scalars(select(ActionItem.id)).one()
            session.add(Notice(person_id=city.officer, item_id=item_id, mail=Planned.PLANNED, **news))
        with database.transaction() as session:
            lock_planning(session)
            assert plan_reminders(office, database) == 0
        assert letters(database) == []
        assert plan_reminders(office, database) == 2
        with database.reading() as session:
            live = select(PlannedReminder.letter_id).where(PlannedReminder.outcome == Planned.PLANNED)
            assert None not in session.scalars(live).all()


class TestAfterAnOutage:
    def test_an_unsent_letter_is_superseded_by_the_next_day(
        self, office, database, at, mailer, make_item
    ) -> None:
        make_item(TUESDAY)
        mailer.answers += [Outcome(OutcomeKind.CHANNEL, None, "connection refused")] * 2
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        deliver_outbox(office, database)
        at("2026-07-01 09:00")
        plan_reminders(office, database)
        mailer.answers.clear()
        deliver_outbox(office, database)
        states = [(letter.state, letter.reason) for letter in letters(database)]
        assert states.count((LetterState.CANCELLED, Reason.SUPERSEDED)) == 2
        assert len(mailer.delivered) == 2

    def test_a_letter_of_yesterday_does_not_leave_before_today_is_planned(
        self, office, database, at, mailer, make_item
    ) -> None:
        make_item(TUESDAY)
        mailer.answers += [Outcome(OutcomeKind.CHANNEL, None, "connection refused")] * 2
        at("2026-06-29 09:00")
        plan_reminders(office, database)
        deliver_outbox(office, database)
        mailer.answers.clear()
        at("2026-06-30 09:00")
        assert deliver_outbox(office, database) == 0
        plan_reminders(office, database)
        assert deliver_outbox(office, database) == 2
        with database.reading() as session:
            left = select(OutboxLetter.text).where(OutboxLetter.state == LetterState.ACCEPTED)
            assert all("今日到期" in text for text in session.scalars(left))

    @pytest.mark.parametrize("delivers_first", [True, False])
    def test_what_could_not_leave_before_a_row_of_holidays_is_told_after_them(
        self, office, database, at, mailer, make_item, delivers_first
    ) -> None:
        make_item(date(2026, 2, 16), filed_until=None)
        mailer.answers += [Outcome(OutcomeKind.TEMPORARY, 452, "mailbox full")] * 2
        at("2026-02-13 17:30")
        plan_reminders(office, database)
        deliver_outbox(office, database)
        assert {each.state for each in letters(database)} == {LetterState.QUEUED}
        mailer.answers.clear()
        at("2026-02-23 09:00")
        if delivers_first:
            deliver_outbox(office, database)
        plan_reminders(office, database)
        assert deliver_outbox(office, database) == 2
        with database.reading() as session:
            outcomes = session.scalars(select(PlannedReminder.outcome)).all()
        assert Planned.FAILED not in outcomes

    def test_a_letter_that_may_have_arrived_is_sent_again_and_the_next_waits(
        self, office, database, at, mailer, make_item, city
    ) -> None:
        make_item(TUESDAY)
        mailer.answers += [Outcome(OutcomeKind.UNKNOWN, None, "connection lost")] * 2
        at("2026-06-29 17:59")
        plan_reminders(office, database)
        deliver_outbox(office, database)
        at("2026-07-01 09:00")
        plan_reminders(office, database)
        deliver_outbox(office, database)
        plan_reminders(office, database)
        deliver_outbox(office, database)
        assert len(mailer.delivered) == 2
        assert {letter.local_date for letter in letters(database)} == {date(2026, 6, 29)}
        at("2026-07-02 09:00")
        plan_reminders(office, database)
        assert date(2026, 7, 2) in {letter.local_date for letter in letters(database)}

    def test_letters_wait_through_the_night(self, office, database, at, mailer, make_item) -> None:
        make_item(TUESDAY)
        at("2026-06-29 17:59")
        plan_reminders(office, database)
        at("2026-06-29 18:01")
        assert deliver_outbox(office, database) == 0


class TestLedger:
    def test_tells_who_was_reminded_and_who_not_and_why(self, day, make_item, database) -> None:
        item = make_item(TUESDAY)
        day("2026-07-06 11:00")
        with database.reading() as session:
            entries = reminders_of_item(session, item, TAIPEI)
        sent = [
            (translator("zh-Hant")(each.words[0]) % each.words[1], each.person, each.capacity)
            for each in entries
            if each.outcome is Planned.SENT
        ]
        assert ("逾期 3 個工作日", "林雅婷", "承辦人") in sent
        assert ("逾期 3 個工作日", "周志豪", "單位主管") in sent
        assert {each.reason for each in entries if each.outcome is Planned.SUPPRESSED} == {
            "併入較後階段的提醒"
        }
        assert all(
            each.sent_at == datetime(2026, 7, 6, 11, 0, tzinfo=TAIPEI) for each in entries if each.sent_at
        )
