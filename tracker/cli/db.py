"""`tracker db`: bring the database to the structure that this version needs, or tell whether it is there."""

import click

from tracker.cli.support import TrackerGroup, say
from tracker.foundation.database import Database
from tracker.foundation.language import N_
from tracker.foundation.migrating import check_schema, head_revision, present_revision
from tracker.foundation.migrating import migrate as migrate_database
from tracker.settings import load_settings


@click.group("db", cls=TrackerGroup, help=N_("升級或檢查資料庫。"))
def db() -> None:
    """Hold the commands about the database."""


@db.command("migrate", help=N_("將資料庫升級到這個版本所需的結構；可重複執行。"))
def migrate() -> None:
    """Migrate the configured database."""
    database = Database(load_settings().storage.database_url)
    try:
        before = present_revision(database)
        migrate_database(database)
        after = present_revision(database)
    finally:
        database.close()
    if before == after:
        say(N_("資料庫已是最新的結構（%(revision)s）。"), revision=after)
    else:
        say(N_("資料庫已升級：%(before)s → %(after)s。"), before=before or "–", after=after)


@db.command("check", help=N_("檢查資料庫是否符合這個版本。"))
def check() -> None:
    """Tell whether the configured database fits; the exit code tells it too."""
    database = Database(load_settings().storage.database_url)
    try:
        check_schema(database)
    finally:
        database.close()
    say(N_("資料庫符合這個版本（%(revision)s）。"), revision=head_revision())
