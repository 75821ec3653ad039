"""The two ways into the database: what is written together stays together, and refusals speak plainly."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import text

from tests.factories.city import City
from tracker.foundation.clock import FixedClock
from tracker.foundation.database import Database, Session, attempt, raise_event, rehearsal
from tracker.foundation.errors import DatabaseAway, DatabaseNotMigrated, Duplicate, VersionConflict
from tracker.foundation.events import Event
from tracker.foundation.jobs import Job, enqueue, list_jobs
from tracker.foundation.migrating import migrate
from tracker.people.models import Department


@dataclass(frozen=True)
class Rang(Event):
    """A bell rang."""

    at: datetime


class TestTransaction:
    def test_undoes_everything_when_something_fails(self, database: Database, clock: FixedClock) -> None:
        def write_and_fail(session: Session) -> None:
            enqueue(session, "any", {}, clock.now())
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), database.transaction() as session:
            write_and_fail(session)
        with database.reading() as session:
            assert list_jobs(session) == []

    def test_stores_what_a_reaction_writes_with_what_it_reacts_to(
        self, database_url: str, clock: FixedClock
    ) -> None:
        def note(session: Session, happened: Rang) -> None:
            enqueue(session, "rang", {}, happened.at)

        database = Database(database_url, {Rang: (note,)})
        with database.transaction() as session:
            raise_event(session, Rang(clock.now()))
        with database.reading() as session:
            assert [job.kind for job in list_jobs(session)] == ["rang"]
        database.close()

    def test_forgets_events_of_what_was_rolled_back(self, database_url: str, clock: FixedClock) -> None:
        heard: list[Event] = []
        database = Database(database_url, {Rang: (lambda _, happened: heard.append(happened),)})
        with database.transaction() as session:
            enqueue(session, "any", {}, clock.now())
            raise_event(session, Rang(clock.now()))
            session.rollback()
        assert heard == []
        database.close()

    def test_keeps_a_moment_in_utc(self, database: Database) -> None:
        moment = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
        with database.transaction() as session:
            enqueue(session, "any", {}, moment)
        with database.reading() as session:
            assert list_jobs(session)[0].created_at == moment

    def test_refuses_a_moment_without_a_zone(self, database: Database) -> None:
        naive = datetime(2026, 3, 2, 1, 0)  # noqa: DTZ001 - the very thing that is refused
        with pytest.raises(Exception, match="without a zone"), database.transaction() as session:
            session.add(Job(kind="any", payload={}, created_at=naive))


class TestAttempt:
    def test_that_fails_takes_its_rows_and_events_with_it_and_leaves_the_earlier_ones(
        self, database_url: str, clock: FixedClock
    ) -> None:
        heard: list[Event] = []
        database = Database(database_url, {Rang: (lambda _, happened: heard.append(happened),)})
        later = clock.now().replace(year=2027)

        def fail(session: Session) -> None:
            with attempt(session):
                enqueue(session, "failed", {}, clock.now())
                raise_event(session, Rang(later))
                raise ZeroDivisionError

        with database.transaction() as session:
            with attempt(session):
                enqueue(session, "kept", {}, clock.now())
                raise_event(session, Rang(clock.now()))
            with pytest.raises(ZeroDivisionError):
                fail(session)
        with database.reading() as session:
            assert [job.kind for job in list_jobs(session)] == ["kept"]
        assert heard == [Rang(clock.now())]
        database.close()


class TestRehearsal:
    def test_shows_what_would_happen_reactions_included_and_keeps_none_of_it(
        self, database_url: str, clock: FixedClock
    ) -> None:
        def note(session: Session, happened: Rang) -> None:
            enqueue(session, "rang", {}, happened.at)

        database = Database(database_url, {Rang: (note,)})
        with database.transaction() as session:
            enqueue(session, "kept", {}, clock.now())
            with rehearsal(session):
                raise_event(session, Rang(clock.now()))
                database.react(session)
                assert {job.kind for job in list_jobs(session)} == {"kept", "rang"}
        with database.reading() as session:
            assert [job.kind for job in list_jobs(session)] == ["kept"]
        database.close()


class TestRefusals:
    def test_a_second_row_of_the_same_kind_is_a_duplicate(self, city: City) -> None:
        with pytest.raises(Duplicate), city.database.transaction() as session:
            session.add(Department(code="TPT", name="又一個交通局"))

    def test_a_row_that_somebody_else_changed_first_is_a_version_conflict(self, city: City) -> None:
        if city.database.url.startswith("sqlite"):
            pytest.skip("SQLite lets one writer in at a time; the second sees the first one's change")

        def change_behind_my_back(mine: Session) -> None:
            shown = mine.get_one(Department, city.departments["TPT"])
            with city.database.transaction() as theirs:
                theirs.get_one(Department, city.departments["TPT"]).name = "交通局（新）"
            shown.name = "我的交通局"

        with pytest.raises(VersionConflict), city.database.transaction() as session:
            change_behind_my_back(session)

    def test_who_has_to_give_way_to_another_change_is_asked_to_look_again(self, city: City) -> None:
        if city.database.url.startswith("sqlite"):
            pytest.skip("SQLite lets one writer in at a time; nobody has to give way")
        both_hold_one = Barrier(2)

        def rename(*codes: str) -> None:
            with city.database.transaction() as session:
                for code in codes:
                    session.get_one(Department, city.departments[code]).name = f"{code}（新）"
                    session.flush()
                    if code == codes[0]:
                        both_hold_one.wait()

        with ThreadPoolExecutor() as people:
            works = [people.submit(rename, "TPT", "EDU"), people.submit(rename, "EDU", "TPT")]
            ends = [work.exception() for work in works]
        assert [type(end) for end in ends if end] == [VersionConflict]

    def test_an_empty_database_is_not_migrated(self, database: Database) -> None:
        migrate(database, "base")
        with pytest.raises(DatabaseNotMigrated), database.reading() as session:
            list_jobs(session)

    def test_postgresql_compiles_no_query(self, database: Database) -> None:
        if database.has_one_writer:
            pytest.skip("SQLite compiles nothing")
        with database.reading() as session:
            assert session.scalar(text("SHOW jit")) == "off"

    def test_a_database_that_does_not_answer_is_away(self, unused_port: int) -> None:
        nowhere = Database(f"postgresql+psycopg://nobody@127.0.0.1:{unused_port}/nothing")
        with pytest.raises(DatabaseAway), nowhere.reading() as session:
            list_jobs(session)
