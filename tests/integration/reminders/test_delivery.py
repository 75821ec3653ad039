import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.support.counting import count_queries
from tracker.adapters.smtp import SMTPMailer
from tracker.foundation.database import Database
from tracker.foundation.errors import DatabaseAway
from tracker.foundation.mailing import MemoryMailer, Outcome, OutcomeKind, Witness
from tracker.people.events import TokenIssued
from tracker.people.rules.tokens import Purpose
from tracker.reminders import outbox
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.letter_queries import outbox_health
from tracker.reminders.models import (
    DeliveryAttempt,
    LetterKind,
    LetterState,
    Notice,
    OutboxLetter,
    Planned,
    PlannedReminder,
    RefusedAddress,
)
from tracker.reminders.planning import plan_reminders
from tracker.reminders.post_office import PostOffice
from tracker.reminders.queries import list_waiting_reminders, load_directory
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.service import send_token_letter
from tracker.reminders.watching import look

LATE_IN_MAY = date(2026, 7, 1)  # the stage of this morning, 17 June, is for the officer alone
MORNING = "2026-06-17 09:00"


def through(office: PostOffice, port: int, **changes: object) -> PostOffice:
    """The same post office with a real mail server."""
    quick = {"connect_timeout_seconds": 0.5, "reply_timeout_seconds": 0.5, "final_timeout_seconds": 0.5}
    mail = replace(office.mail, port=port, **(quick | changes))
    return replace(office, mail=mail, mailer=SMTPMailer(mail))


def letter_of(database: Database) -> OutboxLetter:
    with database.reading() as session:
        letter = session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)).one()
        assert letter.payload is not None
        return letter


def attempts(database: Database) -> list[tuple[OutcomeKind, int | None]]:
    with database.reading() as session:
        rows = session.scalars(select(DeliveryAttempt).order_by(DeliveryAttempt.id))
        return [(row.outcome, row.code) for row in rows]


class Interrupted(MemoryMailer):
    """Lets something happen after so many letters."""

    def __init__(self, events: Mapping[int, Callable[[], None]]) -> None:
        super().__init__()
        self._events = events

    def deliver(self, data: bytes, recipient: str, witness: Witness) -> Outcome:
        outcome = super().deliver(data, recipient, witness)
        self._events.get(len(self.delivered), lambda: None)()
        return outcome


@pytest.fixture
def planned(office, database, at, make_item) -> None:
    """One letter waits in the outbox on a working morning."""
    make_item(LATE_IN_MAY, assigned_on=date(2026, 6, 10))
    at(MORNING)
    assert plan_reminders(office, database) == 1


@pytest.mark.usefixtures("planned")
class TestOneLetter:
    def test_the_server_gets_the_frozen_bytes(self, office, database, mailbox) -> None:
        payload = letter_of(database).payload
        assert deliver_outbox(through(office, mailbox.port), database) == 1
        assert [taken.data for taken in mailbox.taken] == [payload]

    def test_what_stood_in_it_counts_as_sent(self, office, database) -> None:
        deliver_outbox(office, database)
        letter = letter_of(database)
        assert (letter.state, letter.accepted_at) == (LetterState.ACCEPTED, office.clock.now())
        with database.reading() as session:
            assert set(session.scalars(select(PlannedReminder.outcome))) == {Planned.SENT}

    @pytest.mark.parametrize(
        ("faults", "state", "kind", "counted"),
        [
            ({"RCPT": ["450 later"]}, LetterState.QUEUED, OutcomeKind.TEMPORARY, 1),
            ({"dot": ["451 later"]}, LetterState.QUEUED, OutcomeKind.TEMPORARY, 1),
            ({"dot": ["drop"]}, LetterState.QUEUED, OutcomeKind.UNKNOWN, 1),
            ({"dot": ["hang"]}, LetterState.QUEUED, OutcomeKind.UNKNOWN, 1),
            ({"RCPT": ["550 unknown"]}, LetterState.FAILED, OutcomeKind.PERMANENT, 0),
            ({"RCPT": ["550 5.2.1 closed"]}, LetterState.FAILED, OutcomeKind.PERMANENT, 0),
            ({"RCPT": ["554 5.7.1 relay denied"]}, LetterState.QUEUED, OutcomeKind.DENIED, 1),
            ({"RCPT": ["550 5.7.1 client blocked"]}, LetterState.QUEUED, OutcomeKind.DENIED, 1),
            ({"MAIL": ["550 5.1.8 sender unknown"]}, LetterState.QUEUED, OutcomeKind.DENIED, 1),
            ({"DATA": ["554 5.7.1 no"]}, LetterState.FAILED, OutcomeKind.PERMANENT, 0),
            ({"dot": ["554 5.7.1 looks like spam"]}, LetterState.FAILED, OutcomeKind.PERMANENT, 0),
            ({"banner": ["421 busy"]}, LetterState.QUEUED, OutcomeKind.CHANNEL, 0),
            ({"QUIT": ["drop"]}, LetterState.ACCEPTED, OutcomeKind.ACCEPTED, 0),
        ],
        ids=str,
    )
    def test_each_fault_leads_where_it_should(
        self, office, database, faulty_server, faults, state, kind, counted
    ) -> None:
        deliver_outbox(through(office, faulty_server(**faults).port), database)
        letter = letter_of(database)
        assert (letter.state, letter.attempts) == (state, counted)
        assert [outcome for outcome, _ in attempts(database)] == [kind]

    def test_a_server_that_is_slow_to_say_good_bye_has_nothing_recorded_twice(
        self, office, database, faulty_server
    ) -> None:
        deliver_outbox(through(office, faulty_server(QUIT=["hang"]).port), database)
        assert attempts(database) == [(OutcomeKind.ACCEPTED, 250)]

    def test_a_word_of_the_server_that_no_database_can_store_is_recorded_all_the_same(
        self, office, database, faulty_server
    ) -> None:
        deliver_outbox(through(office, faulty_server(dot=["250 taken\0by nobody"]).port), database)
        assert letter_of(database).state is LetterState.ACCEPTED

    def test_an_unknown_end_is_followed_by_the_same_bytes(
        self, office, database, faulty_server, clock
    ) -> None:
        server = faulty_server(dot=["take and drop"])
        real = through(office, server.port)
        deliver_outbox(real, database)
        assert letter_of(database).ambiguous == 1
        clock.advance(timedelta(minutes=10))
        assert deliver_outbox(real, database) == 1
        assert len(server.taken) == 2
        assert server.taken[0] == server.taken[1]
        assert [kind for kind, _ in attempts(database)] == [OutcomeKind.UNKNOWN, OutcomeKind.ACCEPTED]

    def test_a_refused_address_is_told_to_the_administrator(
        self, office, database, faulty_server, city
    ) -> None:
        deliver_outbox(through(office, faulty_server(RCPT=["550 no such person"]).port), database)
        with database.reading() as session:
            notice = session.scalars(select(Notice).where(Notice.kind == NoticeKind.LETTER_FAILED)).one()
            reminder = session.scalars(select(PlannedReminder)).one()
        assert notice.person_id == city.administrator
        assert "officer@city.example" in notice.detail
        assert (reminder.outcome, reminder.reason) == (Planned.PLANNED, Reason.ADDRESS_REFUSED)

    def test_it_waits_before_it_tries_again(self, office, database, mailer, clock) -> None:
        mailer.answers.append(Outcome(OutcomeKind.TEMPORARY, 451, "later"))
        deliver_outbox(office, database)
        assert deliver_outbox(office, database) == 0
        clock.advance(timedelta(minutes=6))
        assert deliver_outbox(office, database) == 1

    def test_without_a_mail_server_it_waits(self, office, database) -> None:
        off = replace(office, mail=replace(office.mail, host=""))
        assert deliver_outbox(off, database) == 0
        assert letter_of(database).state is LetterState.QUEUED

    def test_after_five_days_it_is_given_up(self, office, database, at, mailer) -> None:
        mailer.answers.append(Outcome(OutcomeKind.UNKNOWN, None, "lost"))
        deliver_outbox(office, database)
        at("2026-06-23 09:00")
        deliver_outbox(office, database)
        letter = letter_of(database)
        assert (letter.state, letter.reason) == (LetterState.FAILED, Reason.EXPIRED)

    def test_a_bug_in_the_mailer_does_not_stop_the_worker(self, office, database) -> None:
        class Broken(MemoryMailer):
            def deliver(self, data, recipient, witness):
                raise RuntimeError("a bug")

        deliver_outbox(replace(office, mailer=Broken()), database)
        assert attempts(database) == [(OutcomeKind.TEMPORARY, None)]

    def test_what_the_server_said_survives_a_hiccup_of_the_database(
        self, office, database, monkeypatch
    ) -> None:
        record, failures, waited = outbox.record_outcomes, [DatabaseAway(), DatabaseAway()], []

        def hiccup(*arguments: object) -> None:
            if failures:
                raise failures.pop()
            record(*arguments)

        monkeypatch.setattr(outbox, "record_outcomes", hiccup)
        assert deliver_outbox(office, database, wait=waited.append) == 1
        assert letter_of(database).state is LetterState.ACCEPTED
        assert len(waited) == 2


@pytest.mark.usefixtures("planned")
class TestLease:
    def claim(self, office, database) -> outbox.Claimed:
        with database.transaction() as session:
            (claimed,) = outbox.claim(session, office.clock.now(), office.lease, slot_is_open=True)
        return claimed

    def test_a_claimed_letter_is_out_of_reach(self, office, database) -> None:
        self.claim(office, database)
        with database.transaction() as session:
            assert outbox.claim(session, office.clock.now(), office.lease, slot_is_open=True) == []

    def test_a_worker_that_died_before_the_body_leaves_no_doubt(self, office, database, clock) -> None:
        self.claim(office, database)
        clock.advance(timedelta(minutes=16))
        assert deliver_outbox(office, database) == 1
        assert letter_of(database).ambiguous == 0

    def test_a_worker_that_died_in_the_middle_leaves_an_unknown_attempt(
        self, office, database, clock, mailer
    ) -> None:
        claimed = self.claim(office, database)
        with database.transaction() as session:
            assert outbox.begin_transmitting(session, [claimed], clock.now(), office.lease)
        clock.advance(timedelta(minutes=16))
        assert deliver_outbox(office, database) == 1
        assert [kind for kind, _ in attempts(database)] == [OutcomeKind.UNKNOWN, OutcomeKind.ACCEPTED]
        assert mailer.delivered[0].data == claimed.payload

    def test_a_worker_that_slept_past_its_lease_is_fenced_off(self, office, database, clock) -> None:
        claimed = self.claim(office, database)
        clock.advance(timedelta(minutes=16))
        with database.transaction() as session:
            assert not outbox.begin_transmitting(session, [claimed], clock.now(), office.lease)

    def test_a_letter_that_kills_its_worker_is_set_aside(self, office, database, clock) -> None:
        for _ in range(3):
            self.claim(office, database)
            clock.advance(timedelta(minutes=16))
            with database.transaction() as session:
                outbox.release_expired(session, clock.now())
        assert letter_of(database).state is LetterState.HELD

    def test_a_late_yes_of_a_slow_worker_still_counts(self, office, database, clock) -> None:
        claimed = self.claim(office, database)
        with database.transaction() as session:
            outbox.begin_transmitting(session, [claimed], clock.now(), office.lease)
        clock.advance(timedelta(minutes=16))
        with database.transaction() as session:
            outbox.release_expired(session, clock.now())
            taken = outbox.Ended(claimed, Outcome(OutcomeKind.ACCEPTED, 250, "ok"))
            outbox.record_outcomes(session, [taken], clock.now())
        assert letter_of(database).state is LetterState.ACCEPTED


class TestReleasedLate:
    """A letter that was set aside on one day and released on the next, after that day's letter has left."""

    @pytest.fixture
    def released(self, office, database, at, make_item, city) -> int:
        make_item(LATE_IN_MAY, assigned_on=date(2026, 6, 10))
        at(MORNING)
        plan_reminders(office, database)
        held = letter_of(database).id
        self.change(database, held, state=LetterState.HELD)
        make_item(date(2026, 7, 2), assigned_on=date(2026, 6, 10))
        at("2026-06-18 09:00")
        plan_reminders(office, database)
        assert deliver_outbox(office, database) == 1
        with database.transaction() as session:
            outbox.release_held(session.get_one(OutboxLetter, held), office.clock.now())
        return held

    def change(self, database: Database, letter_id: int, **values: object) -> None:
        with database.transaction() as session:
            session.execute(update(OutboxLetter).where(OutboxLetter.id == letter_id).values(values))

    def test_gives_way_and_its_reminders_wait_for_the_next_letter(
        self, office, database, mailer, released
    ) -> None:
        assert deliver_outbox(office, database) == 0
        with database.reading() as session:
            letter = session.get_one(OutboxLetter, released)
            assert (letter.state, letter.reason) == (LetterState.CANCELLED, Reason.OUTDATED)
            assert list_waiting_reminders(
                session, [letter.recipient_id], load_directory(session, office.today()), office.today()
            )
        assert len(mailer.delivered) == 1

    def test_has_as_much_time_as_a_new_one(self, office, database, at, mailer, released) -> None:
        self.change(database, released, state=LetterState.HELD, ambiguous=1)
        at("2026-06-29 09:00")
        with database.transaction() as session:
            outbox.release_held(session.get_one(OutboxLetter, released), office.clock.now())
        assert deliver_outbox(office, database) == 1
        with database.reading() as session:
            assert session.get_one(OutboxLetter, released).state is LetterState.ACCEPTED

    def test_with_an_unknown_attempt_goes_out_again_on_the_next_day(
        self, office, database, at, mailer, released
    ) -> None:
        self.change(database, released, ambiguous=1)
        assert deliver_outbox(office, database) == 0
        at("2026-06-22 08:59")
        assert deliver_outbox(office, database) == 0
        at("2026-06-22 09:00")
        plan_reminders(office, database)
        assert deliver_outbox(office, database) == 1
        with database.reading() as session:
            assert session.get_one(OutboxLetter, released).state is LetterState.ACCEPTED


class TestJudgedAhead:
    """What was recorded since a letter was written has it judged once more: many before their turn, as one."""

    def test_is_not_asked_for_as_long_as_nothing_is_recorded(self, office, database, letters_wait) -> None:
        letters_wait(8)
        with count_queries(database) as statements:
            assert deliver_outbox(office, database) == 8
        assert sum("FROM planned_reminder" in each for each in statements) == 0

    def test_asks_for_less_than_letter_by_letter(self, office, database, letters_wait, note_act) -> None:
        letters_wait(8)
        with database.transaction() as session:
            note_act(session)
        with count_queries(database) as statements:
            assert deliver_outbox(office, database) == 8
        assert sum("FROM planned_reminder" in each for each in statements) == 1

    def test_is_asked_for_when_another_version_or_other_settings_wrote_the_letter(
        self, office, database, letters_wait
    ) -> None:
        letters_wait(8)
        moved = replace(office, filing=replace(office.filing, days=office.filing.days + 1))
        with count_queries(database) as statements:
            assert deliver_outbox(moved, database) == 8
        assert sum("FROM planned_reminder" in each for each in statements) == 1

    def test_does_not_send_what_became_pointless_meanwhile(
        self, office, database, letters_wait, withdraw, mailer
    ) -> None:
        eight = letters_wait(8)
        interrupted = Interrupted({5: lambda: withdraw(eight[6])})
        assert deliver_outbox(replace(office, mailer=interrupted), database) == 7
        assert [each.recipient for each in interrupted.delivered] == [*eight[:6], eight[7]]

    def test_a_refused_address_is_a_change_as_well(self, office, database, letters_wait) -> None:
        two = letters_wait(2)

        def refuse_the_second() -> None:
            with database.transaction() as session:
                session.add(RefusedAddress(address=two[1], refused_at=office.clock.now(), text="550"))

        interrupted = Interrupted({1: refuse_the_second})
        assert deliver_outbox(replace(office, mailer=interrupted), database) == 1


class TestManyLetters:
    @pytest.fixture
    def twelve(self, office, database, at, city) -> None:
        """Twelve password resets wait in the outbox."""
        at("2026-06-17 22:00")
        with database.transaction() as session:
            for number in range(12):
                send_token_letter(
                    office, session, TokenIssued(city.officer, Purpose.PASSWORD_RESET, f"token-{number}")
                )

    def test_three_workers_at_once_send_each_once(self, office, database, twelve, faulty_server) -> None:
        server = faulty_server()
        workers = [
            threading.Thread(
                target=deliver_outbox,
                args=(
                    through(office, server.port, reply_timeout_seconds=20, final_timeout_seconds=20),
                    database,
                ),
            )
            for _ in range(3)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert len(server.taken) == 12
        assert len(set(server.taken)) == 12

    def test_the_minute_has_a_limit(self, office, database, twelve, clock) -> None:
        slow = replace(office, letters_per_minute=5)
        assert deliver_outbox(slow, database) == 5
        assert deliver_outbox(slow, database) == 0
        clock.advance(timedelta(minutes=2))
        assert deliver_outbox(slow, database) == 5

    def test_the_minute_has_one_limit_for_all_workers(self, office, database, twelve, faulty_server) -> None:
        """Each of them has one letter in hand when it first looks, so that many more may leave, and no more."""
        server, workers = faulty_server(), 3
        slow = replace(office, letters_per_minute=5)
        quick = {"reply_timeout_seconds": 20, "final_timeout_seconds": 20}
        threads = [
            threading.Thread(target=deliver_outbox, args=(through(slow, server.port, **quick), database))
            for _ in range(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert 5 <= len(server.taken) < 5 + workers

    def test_a_pass_that_may_not_go_on_finishes_what_is_in_hand(self, office, database, twelve) -> None:
        answers = iter([True, False])
        assert deliver_outbox(office, database, may_go_on=lambda: next(answers)) == 2
        with database.reading() as session:
            states = session.scalars(select(OutboxLetter.state)).all()
        assert (states.count(LetterState.ACCEPTED), states.count(LetterState.QUEUED)) == (2, 10)

    def test_a_clock_that_is_set_back_does_not_count_what_lies_ahead(
        self, office, database, twelve, clock
    ) -> None:
        slow = replace(office, letters_per_minute=5)
        assert deliver_outbox(slow, database) == 5
        clock.advance(-timedelta(hours=2))
        with database.transaction() as session:
            session.execute(
                update(OutboxLetter)
                .where(OutboxLetter.state == LetterState.QUEUED)
                .values(next_at=clock.now())
            )
        assert deliver_outbox(slow, database) == 5

    def test_a_pause_begun_by_a_clock_that_ran_ahead_is_over(
        self, office, database, twelve, mailer, clock
    ) -> None:
        mailer.answers += [Outcome(OutcomeKind.CHANNEL, None, "connection refused")] * 3
        clock.advance(timedelta(minutes=30))
        for _ in range(3):
            deliver_outbox(office, database)
        clock.advance(-timedelta(minutes=30))
        with database.transaction() as session:
            session.execute(update(OutboxLetter).values(next_at=clock.now()))
            assert outbox_health(session, clock.now()).paused_until is None
            assert look(session, office, clock.now()).paused_until is None
        assert deliver_outbox(office, database) == 12

    def test_the_third_failure_of_the_server_opens_the_breaker(
        self, office, database, twelve, mailer, clock
    ) -> None:
        mailer.answers += [Outcome(OutcomeKind.CHANNEL, None, "connection refused")] * 3
        for _ in range(5):
            deliver_outbox(office, database)
        assert attempts(database) == [(OutcomeKind.CHANNEL, None)] * 3
        with database.reading() as session:
            health = outbox_health(session, clock.now())
            assert health.waiting == 12
            assert health.paused_until == clock.now() + timedelta(minutes=1)
            assert health.last_error == "connection refused"
            assert set(session.scalars(select(OutboxLetter.attempts))) == {0}
        clock.advance(timedelta(minutes=2))
        assert deliver_outbox(office, database) == 12

    def test_a_relay_that_denies_us_is_left_alone_after_three_letters_and_marks_no_address(
        self, office, database, twelve, faulty_server, clock
    ) -> None:
        server = faulty_server(RCPT=["554 5.7.1 relay access denied"] * 3)
        real = through(office, server.port)
        for _ in range(5):
            assert deliver_outbox(real, database) == 0
        assert attempts(database) == [(OutcomeKind.DENIED, 554)] * 3
        with database.reading() as session:
            health = outbox_health(session, clock.now())
            assert health.waiting == 12
            assert health.paused_until == clock.now() + timedelta(minutes=1)
            assert health.last_error == "5.7.1 relay access denied"
            assert session.scalars(select(RefusedAddress)).all() == []
            assert session.scalars(select(Notice).where(Notice.kind == NoticeKind.LETTER_FAILED)).all() == []
            assert sorted(session.scalars(select(OutboxLetter.attempts))) == [0] * 9 + [1] * 3
        clock.advance(timedelta(minutes=2))
        assert deliver_outbox(real, database) == 12

    def test_one_recipient_whom_the_relay_denies_us_starves_nobody(
        self, office, database, twelve, faulty_server
    ) -> None:
        real = through(office, faulty_server(RCPT=["550 5.7.1 not from outside"]).port)
        assert deliver_outbox(real, database) == 0
        assert deliver_outbox(real, database) == 11
        with database.reading() as session:
            assert outbox_health(session, office.clock.now()).paused_until is None

    def test_one_refused_address_does_not_stop_the_others(self, office, database, twelve, mailer) -> None:
        mailer.answers.append(Outcome(OutcomeKind.PERMANENT, 550, "no such person"))
        assert deliver_outbox(office, database) == 11


class TestLettersSomebodyAskedFor:
    @pytest.fixture
    def reset(self, office, database, at, city) -> None:
        """A password reset waits, at night."""
        at("2026-06-17 23:00")
        with database.transaction() as session:
            send_token_letter(
                office, session, TokenIssued(city.officer, Purpose.PASSWORD_RESET, "secret-token")
            )

    def test_they_leave_at_any_hour(self, office, database, reset) -> None:
        assert deliver_outbox(office, database) == 1

    def test_the_token_does_not_stay_behind(self, office, database, reset, mailer) -> None:
        deliver_outbox(office, database)
        letter = letter_of(database)
        assert letter.payload == b""
        with database.reading() as session:
            assert session.get_one(OutboxLetter, letter.id).text == ""
        assert len(mailer.delivered) == 1

    def test_they_do_not_use_up_the_days_letter(self, office, database, reset, make_item, at, mailer) -> None:
        deliver_outbox(office, database)
        make_item(date(2026, 6, 19))
        at("2026-06-18 09:00")
        assert plan_reminders(office, database) == 2

    def test_an_invitation_is_written_once(self, office, database, city, at) -> None:
        at("2026-06-17 23:00")
        for _ in range(2):
            with database.transaction() as session:
                send_token_letter(
                    office, session, TokenIssued(city.officer, Purpose.INVITATION, "secret-token")
                )
        assert letter_of(database).kind is LetterKind.INVITATION

    def test_a_useless_reset_is_given_up(self, office, database, reset, at) -> None:
        at("2026-06-18 00:30")
        deliver_outbox(office, database)
        assert letter_of(database).state is LetterState.FAILED
