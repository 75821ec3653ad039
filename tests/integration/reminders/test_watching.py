"""Watching oneself: a worker that is silent and letters that stand still are an alarm, a night is none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from tracker.adapters.smtp import SMTPMailer
from tracker.people.models import User
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.heartbeats import beat
from tracker.reminders.models import LetterKind, LetterPreference, LetterState, MailChannel, OutboxLetter
from tracker.reminders.planning import plan_reminders
from tracker.reminders.watching import Trouble, Watch, look
from tracker.worker import DELIVER, JOBS, PLAN


@pytest.fixture
def watch(database, office):
    """Look at the installation now."""

    def looked() -> Watch:
        with database.reading() as session:
            return look(session, office, office.clock.now())

    return looked


@pytest.fixture
def tick(database, office):
    """Let every work of the worker end well now."""

    def ticked() -> None:
        now = office.clock.now()
        for work in (PLAN, DELIVER, JOBS):
            beat(database, work, now, now, "")

    return ticked


@pytest.fixture
def queue(database, office, city):
    """Put a letter into the outbox."""

    def put(kind: LetterKind = LetterKind.REMINDER_DIGEST, to: str = "officer") -> None:
        now = office.clock.now()
        with database.transaction() as session:
            session.add(
                OutboxLetter(
                    key=f"{kind}|{to}|{now}",
                    message_id=f"{len(to):08x}.{kind}.{to}.{now.timestamp()}@city.example",
                    kind=kind,
                    recipient_id=getattr(city, to),
                    address=session.get_one(User, getattr(city, to)).email,
                    subject="",
                    text="",
                    payload=b"Subject: x\r\n\r\nx\r\n",
                    local_date=office.today(),
                    state=LetterState.QUEUED,
                    created_at=now,
                    next_at=now,
                    deliver_by=now + timedelta(days=5),
                )
            )

    return put


@pytest.fixture
def live(office, database, at, tick, faulty_server) -> Callable[..., None]:
    """Deliver every five minutes of a morning to a server that answers so to recipients."""

    def lived(since: str, until: str, *answers: str) -> None:
        mail = replace(office.mail, port=faulty_server(RCPT=list(answers)).port)
        real = replace(office, mail=mail, mailer=SMTPMailer(mail))
        at(f"2026-06-16 {since}")
        moment = office.clock.now()
        at(f"2026-06-16 {until}")
        end = office.clock.now()
        while moment <= end:
            office.clock.set(moment)
            deliver_outbox(real, database)
            tick()
            moment += timedelta(minutes=5)

    return lived


class TestWorker:
    def test_that_ticks_is_no_trouble(self, watch, tick, at) -> None:
        at("2026-06-16 10:00")
        tick()
        assert watch().troubles == ()

    def test_that_never_ran_is_an_alarm(self, watch, at) -> None:
        at("2026-06-16 10:00")
        assert watch().troubles == (Trouble.WORKER_SILENT,)
        assert watch().is_alarming

    def test_that_fell_silent_is_an_alarm_after_three_minutes(self, watch, tick, at) -> None:
        at("2026-06-16 10:00")
        tick()
        at("2026-06-16 10:03")
        assert not watch().is_alarming
        at("2026-06-16 10:04")
        assert watch().troubles == (Trouble.WORKER_SILENT,)

    def test_of_which_one_work_alone_fell_silent_is_an_alarm(self, watch, tick, at, database, office) -> None:
        at("2026-06-16 10:00")
        tick()
        at("2026-06-16 10:04")
        now = office.clock.now()
        for work in (DELIVER, JOBS):
            beat(database, work, now, now, "")
        assert watch().is_alarming

    def test_may_wait_for_the_mail_servers_last_word_while_it_delivers(
        self, watch, tick, at, database, office
    ) -> None:
        patient = replace(office, mail=replace(office.mail, final_timeout_seconds=600))
        at("2026-06-16 10:00")
        tick()
        at("2026-06-16 10:12")
        now = office.clock.now()
        for work in (PLAN, JOBS):
            beat(database, work, now, now, "")
        with database.reading() as session:
            assert look(session, patient, now).troubles == ()
        at("2026-06-16 10:14")
        now = office.clock.now()
        for work in (PLAN, JOBS):
            beat(database, work, now, now, "")
        with database.reading() as session:
            assert look(session, patient, now).troubles == (Trouble.WORKER_SILENT,)


class TestLetters:
    def test_that_wait_for_an_hour_while_nothing_leaves_are_an_alarm(self, watch, tick, queue, at) -> None:
        at("2026-06-16 09:00")
        queue()
        at("2026-06-16 10:01")
        tick()
        assert watch().troubles == (Trouble.LETTERS_STUCK,)

    def test_that_wait_while_others_leave_are_none(self, watch, tick, queue, at, database, office) -> None:
        at("2026-06-16 09:00")
        queue()
        at("2026-06-16 10:01")
        tick()
        with database.transaction() as session:
            session.execute(update(MailChannel).values(last_success_at=office.clock.now()))
        assert watch().troubles == ()

    def test_that_wait_for_the_morning_are_none(self, watch, tick, queue, at) -> None:
        at("2026-06-16 17:55")
        queue()
        for moment in ("2026-06-16 23:00", "2026-06-17 09:30"):
            at(moment)
            tick()
            assert watch().troubles == ()
        at("2026-06-17 10:01")
        tick()
        assert watch().troubles == (Trouble.LETTERS_STUCK,)

    def test_that_a_person_asked_for_wait_by_night_too(self, watch, tick, queue, at) -> None:
        at("2026-06-16 22:00")
        queue(LetterKind.PASSWORD_RESET)
        at("2026-06-16 23:01")
        tick()
        assert watch().troubles == (Trouble.LETTERS_STUCK,)

    def test_that_wait_for_a_mail_server_which_rests_are_told_as_that_for_an_hour(
        self, watch, tick, queue, at, database, office
    ) -> None:
        at("2026-06-16 09:00")
        queue()
        for moment, told in (
            ("2026-06-16 09:59", (Trouble.MAIL_PAUSED,)),
            ("2026-06-16 10:01", (Trouble.LETTERS_STUCK, Trouble.MAIL_PAUSED)),
        ):
            at(moment)
            tick()
            with database.transaction() as session:
                until = office.clock.now() + timedelta(minutes=8)
                session.execute(update(MailChannel).values(paused_until=until))
            assert watch().troubles == told

    def test_that_are_put_off_again_and_again_are_an_alarm_after_an_hour(
        self, watch, queue, at, live
    ) -> None:
        at("2026-06-16 09:00")
        queue()
        queue(to="head")
        live("09:00", "09:55", *["451 later"] * 50)
        assert watch().troubles == ()
        live("10:00", "10:05", *["451 later"] * 50)
        assert watch().troubles == (Trouble.LETTERS_STUCK,)

    def test_that_are_put_off_after_others_were_taken_are_an_alarm_an_hour_later(
        self, watch, queue, at, live
    ) -> None:
        at("2026-06-16 09:00")
        for person in ("officer", "head", "director"):
            queue(to=person)
        live("09:00", "09:55", "250 taken", *["451 later"] * 50)
        assert watch().troubles == ()
        live("10:00", "10:05", *["451 later"] * 50)
        assert watch().troubles == (Trouble.LETTERS_STUCK,)

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_of_which_one_mailbox_alone_is_put_off_are_none(self, watch, queue, at, live, place: int) -> None:
        at("2026-06-16 09:00")
        for person in ("officer", "head", "director"):
            queue(to=person)
        first = ["250 taken"] * 3
        first[place] = "452 4.2.2 mailbox full"
        live("09:00", "12:00", *first, *["452 4.2.2 mailbox full"] * 50)
        assert watch().troubles == ()

    def test_to_several_full_mailboxes_are_none_where_others_are_served_later(
        self, watch, queue, at, live
    ) -> None:
        at("2026-06-16 09:00")
        for person in ("officer", "head", "director"):
            queue(to=person)
        full = "452 4.2.2 mailbox full"
        live("09:00", "12:00", full, full, "250 taken", *[full] * 50)
        assert watch().troubles == ()

    def test_that_wait_over_a_weekend_are_none(self, watch, tick, queue, at) -> None:
        at("2026-06-12 17:55")
        queue()
        at("2026-06-13 12:00")
        tick()
        assert watch().troubles == ()

    def test_that_wait_for_the_hour_that_their_reader_chose_are_none(
        self, watch, tick, queue, at, database, office, city
    ) -> None:
        at("2026-06-15 17:00")
        queue()
        with database.transaction() as session:
            session.add(LetterPreference(person_id=city.officer, hour=14))
            session.execute(update(OutboxLetter).values(ambiguous=1, attempts=1))
        at("2026-06-16 09:00")
        assert deliver_outbox(office, database) == 0
        for moment, told in (("11:00", ()), ("14:30", ()), ("15:01", (Trouble.LETTERS_STUCK,))):
            at(f"2026-06-16 {moment}")
            tick()
            assert watch().troubles == told

    def test_of_a_large_run_that_is_held_are_none(self, watch, tick, at, database, office, make_item) -> None:
        make_item(date(2026, 7, 1), assigned_on=date(2026, 6, 10))
        at("2026-06-17 09:00")
        assert plan_reminders(replace(office, largest_run=0), database) == 0
        at("2026-06-17 11:00")
        tick()
        assert watch().troubles == (Trouble.RUN_HELD,)
