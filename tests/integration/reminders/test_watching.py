"""Watching oneself: a worker that is silent and letters that stand still are an alarm, a night is none."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tracker.reminders.heartbeats import beat
from tracker.reminders.models import LetterKind, LetterState, MailChannel, OutboxLetter
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

    def put(kind: LetterKind = LetterKind.REMINDER_DIGEST) -> None:
        now = office.clock.now()
        with database.transaction() as session:
            session.add(
                OutboxLetter(
                    key=f"{kind}|{now}",
                    message_id=f"{kind}.{now.timestamp()}@city.example",
                    kind=kind,
                    recipient_id=city.officer,
                    address="officer@city.example",
                    subject="",
                    text="",
                    payload=b"",
                    local_date=office.today(),
                    state=LetterState.QUEUED,
                    created_at=now,
                    next_at=now,
                    deliver_by=now + timedelta(days=5),
                )
            )

    return put


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

    def test_that_wait_for_a_mail_server_which_rests_are_told_as_that(
        self, watch, tick, queue, at, database, office
    ) -> None:
        at("2026-06-16 09:00")
        queue()
        at("2026-06-16 10:01")
        tick()
        with database.transaction() as session:
            until = office.clock.now() + timedelta(minutes=8)
            session.execute(update(MailChannel).values(paused_until=until))
        assert watch().troubles == (Trouble.MAIL_PAUSED,)
        assert not watch().is_alarming
