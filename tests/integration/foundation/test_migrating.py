"""Migrations: one structure on both databases, up and down again, and plain words when they do not fit."""

import pytest
from sqlalchemy import text

from tracker.foundation import migrating
from tracker.foundation.database import Database
from tracker.foundation.errors import DatabaseNewer, DatabaseNotMigrated


class TestMigrate:
    def test_goes_down_to_nothing_and_up_again(self, database: Database) -> None:
        migrating.migrate(database, "base")
        assert migrating.present_revision(database) is None
        migrating.migrate(database)
        migrating.check_schema(database)

    def test_refuses_a_database_from_a_later_version(self, database: Database) -> None:
        with database.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
        with pytest.raises(DatabaseNewer):
            migrating.migrate(database)


class TestCheckSchema:
    def test_passes_a_migrated_database(self, database: Database) -> None:
        migrating.check_schema(database)

    def test_names_an_unmigrated_database(self, database: Database) -> None:
        migrating.migrate(database, "base")
        with pytest.raises(DatabaseNotMigrated):
            migrating.check_schema(database)
