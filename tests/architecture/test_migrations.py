"""Migrations form one line, go up and down on both engines, and end at what the models say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.schema import SchemaItem

from tests.support import databases, postgres
from tracker.foundation import migrating
from tracker.foundation.database import Base, Database

SCRIPTS = ScriptDirectory.from_config(migrating.configuration())
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database that no migration has touched."""
    if request.param == "sqlite":
        opened = Database(databases.sqlite_url(tmp_path / "empty.db"))
        yield opened
        opened.close()
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with databases.copied_postgres(server, template=None) as url:
        opened = Database(url)
        yield opened
        opened.close()


def tables(database: Database) -> set[str]:
    """Return the names of the tables there are, without Alembic's own and SQLite's index tables."""
    return {name for name in inspect(database.engine).get_table_names() if name != "alembic_version"}


def is_compared(thing: SchemaItem, name: str | None, kind: str, *_: object) -> bool:
    """Leave out SQLite's own full-text index with its tables, which stands for an index of PostgreSQL alone."""
    if kind == "table":
        return not (name or "").startswith("searched_item_index")
    return kind != "index" or name != "ix__searched_item__grams"


class TestMigrations:
    def test_form_one_line(self) -> None:
        assert len(SCRIPTS.get_heads()) == 1

    def test_are_numbered_in_order_and_named_as_their_file(self) -> None:
        names = [Path(script.path).stem for script in reversed(list(SCRIPTS.walk_revisions()))]
        assert names == REVISIONS
        assert [name[:4] for name in names] == [f"{number:04d}" for number in range(1, len(names) + 1)]

    def test_import_no_models(self) -> None:
        paths = (Path(script.path) for script in SCRIPTS.walk_revisions())
        assert [path.name for path in paths if "from tracker" in path.read_text("utf-8")] == []

    def test_go_up_and_down_and_up_again(self, empty_database: Database) -> None:
        migrating.migrate(empty_database)
        first = tables(empty_database)
        migrating.migrate(empty_database, "base")
        between = tables(empty_database)
        migrating.migrate(empty_database)
        assert first
        assert between == set()
        assert tables(empty_database) == first

    def test_each_step_can_be_taken_back(self, empty_database: Database) -> None:
        for earlier, later in zip(["base", *REVISIONS], REVISIONS, strict=False):
            migrating.migrate(empty_database, later)
            migrating.migrate(empty_database, earlier)
            migrating.migrate(empty_database, later)
            assert migrating.present_revision(empty_database) == later

    def test_end_at_what_the_models_say(self, empty_database: Database) -> None:
        migrating.migrate(empty_database)
        migrating.load_all_models()
        with empty_database.engine.connect() as connection:
            options = {"compare_type": True, "include_object": is_compared}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []
