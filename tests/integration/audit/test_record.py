"""The record: written with the change, chained, refused to be changed, and broken where somebody changed it all the same."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories.city import City
from tracker import audit
from tracker.foundation.database import Database


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


def without_triggers(database: Database, statement: str) -> None:
    """Change the record as somebody with the database's own password could."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_event_no_update"))
            connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


class TestVerify:
    def test_finds_a_changed_row(self, city: City) -> None:
        without_triggers(city.database, "UPDATE audit_event SET actor_name = 'somebody else' WHERE seq = 3")
        with city.database.reading() as session:
            assert audit.verify(session) == audit.Break(3, "changed")

    def test_finds_a_missing_row(self, city: City) -> None:
        without_triggers(city.database, "DELETE FROM audit_event WHERE seq = 2")
        with city.database.reading() as session:
            assert audit.verify(session) == audit.Break(2, "missing")
