"""What a worker asks every other second, however many letters there ever were."""

from datetime import timedelta

from sqlalchemy import event

from tracker.foundation.database import Database
from tracker.reminders import outbox
from tracker.reminders.delivery import deliver_outbox
from tracker.reminders.planning import plan_reminders
from tracker.reminders.post_office import PostOffice
from tracker.reminders.watching import look

GROWING = ("outbox_letter", "planned_reminder", "delivery_attempt", "notice")


class TestPolling:
    def test_reads_what_waits_by_an_index_and_not_what_has_left(
        self, office: PostOffice, database: Database, at
    ) -> None:
        at("2026-06-17 09:00")
        asked: list[tuple[str, tuple]] = []

        @event.listens_for(database.engine, "before_cursor_execute")
        def note(_connection, _cursor, statement, given, *_rest) -> None:
            if statement.startswith("SELECT"):
                asked.append((statement, given))

        now = office.clock.now()
        deliver_outbox(office, database)
        plan_reminders(office, database)
        with database.transaction() as session:
            outbox.release_expired(session, now)
            outbox.give_up_late(session, now)
            outbox.count_in_hand(session, now + timedelta(minutes=1))
        with database.reading() as session:
            look(session, office, now)
        assert len(asked) > 10
        if (
            database.has_one_writer
        ):  # PostgreSQL knows the values when it plans, and may read a short table at once.
            found = [each for statement, given in asked for each in self.scans(database, statement, given)]
            assert found == []

    def scans(self, database: Database, statement: str, given: tuple) -> list[str]:
        """Return where a statement reads a table that grows from end to end."""
        with database.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
        return [row[3] for row in plan if row[3] in {f"SCAN {table}" for table in GROWING}]
