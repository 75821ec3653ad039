"""The record: written with the change, chained, refused to be changed, and broken where somebody changed it all the same."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories.city import City
from tests.support.tampering import drop_triggers, tamper
from tracker import audit
from tracker.foundation.database import Database
from tracker.foundation.errors import Invalid


class TestRecord:
    def test_holds_after_a_city_was_built_and_an_item_opened(self, city: City) -> None:
        city.give_action()
        with city.database.reading() as session:
            assert audit.verify(session) is None

    def test_tells_what_was_done_to_an_item_in_order(self, city: City) -> None:
        item_id = city.give_action()
        with city.database.reading() as session:
            acts = [event.action for event in audit.history_of(session, "action_item", item_id)]
        assert acts == ["opened", "assign"]

    @pytest.mark.parametrize(
        "statement", ["UPDATE audit_event SET actor_name = 'x'", "DELETE FROM audit_event"]
    )
    def test_refuses_to_be_changed(self, city: City, statement: str) -> None:
        with pytest.raises(DBAPIError, match="append-only"), city.database.engine.begin() as connection:
            connection.execute(text(statement))


def changed(database: Database, statement: str) -> None:
    """Change the record as somebody with the database's own password could."""
    drop_triggers(database)
    with database.engine.begin() as connection:
        connection.execute(text(statement))


class TestVerify:
    def test_finds_a_changed_row(self, city: City) -> None:
        changed(city.database, "UPDATE audit_event SET actor_name = 'somebody else' WHERE seq = 3")
        with city.database.reading() as session:
            assert audit.verify(session) == audit.Break(3, "changed")

    def test_finds_a_missing_row(self, city: City) -> None:
        changed(city.database, "DELETE FROM audit_event WHERE seq = 2")
        with city.database.reading() as session:
            assert audit.verify(session) == audit.Break(2, "missing")

    def test_finds_what_cannot_even_be_read(self, city: City) -> None:
        if city.database.engine.dialect.name == "sqlite":  # PostgreSQL takes no such value into the column.
            changed(city.database, "UPDATE audit_event SET at = 'yesterday', before = '{' WHERE seq = 2")
            with city.database.reading() as session:
                found = audit.verify(session)
            assert found is not None
            assert found.reason == "unreadable"

    def test_finds_every_random_manipulation(self, city: City) -> None:
        city.give_action()
        drop_triggers(city.database)
        done, found = tamper(city.database, times=70, seed=4)
        assert found == done


class TestAHeadKeptOutside:
    def head(self, city: City) -> audit.Head:
        with city.database.reading() as session:
            head = audit.head_of(session)
        assert head is not None
        return head

    def test_is_read_back_as_it_was_printed(self, city: City) -> None:
        head = self.head(city)
        assert audit.read_heads(f"{head}\n\n{head}\n") == [head, head]

    @pytest.mark.parametrize("words", ["", "\n", "3 abc", "0 " + "a" * 64 + " 2026-03-02T01:00:00+00:00"])
    def test_is_refused_where_it_is_none(self, words: str) -> None:
        with pytest.raises(Invalid):
            audit.read_heads(words)

    def test_goes_on_fitting_while_the_record_grows(self, city: City) -> None:
        heads = [self.head(city)]
        city.give_action()
        heads.append(self.head(city))
        with city.database.reading() as session:
            assert audit.verify(session, heads) is None

    def test_shows_that_the_tail_was_cut_which_the_chain_alone_does_not(self, city: City) -> None:
        head = self.head(city)
        changed(city.database, f"DELETE FROM audit_event WHERE seq > {head.seq - 2}")
        with city.database.reading() as session:
            assert audit.verify(session) is None
            assert audit.verify(session, [head]) == audit.Break(head.seq - 1, "cut off")

    def test_shows_that_everything_was_deleted(self, city: City) -> None:
        head = self.head(city)
        changed(city.database, "DELETE FROM audit_event")
        with city.database.reading() as session:
            assert audit.head_of(session) is None
            assert audit.verify(session, [head]) == audit.Break(1, "cut off")
