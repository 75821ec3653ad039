"""`tracker db`: bring the database to the structure that this version needs, or tell whether it is there."""

import click

from tracker.actions import precedents, searched
from tracker.cli.support import TrackerGroup, say, wired
from tracker.foundation.database import Database
from tracker.foundation.errors import Conflict
from tracker.foundation.language import N_
from tracker.foundation.migrating import check_schema, head_revision, present_revision
from tracker.foundation.migrating import migrate as migrate_database
from tracker.reports import sketching
from tracker.settings import load_settings


class IndexOutdated(Conflict):
    """The index of searching says something else than the items do."""

    exit_code = 7
    message = N_("搜尋索引有 %(count)s 件與資料不符。請執行「tracker db reindex」重建。")


class SketchesOutdated(IndexOutdated):
    """The sketches by which editions and near duplicates are found do not fit the reports."""

    message = N_("比對版本與相同建議用的索引有 %(count)s 筆與報告不符。請執行「tracker db reindex」重建。")


class IndexDamaged(IndexOutdated):
    """SQLite's index of grams does not fit the rows that it was made from."""

    message = N_("搜尋索引已損壞。請執行「tracker db reindex」重建。")


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


@db.command("reindex", help=N_("重建搜尋索引；系統平時會自行維護，直接改過資料庫後才需要。"))
@click.option("--check", "only_checks", is_flag=True, help=N_("只比對索引與資料是否相符，不重建。"))
def reindex(only_checks: bool) -> None:
    """Make the index of searching anew, with what suggestions remember and the sketches, or compare it with the rows.

    Raises IndexOutdated, IndexDamaged or SketchesOutdated.
    """
    with wired() as wiring, wiring.database.transaction() as session:
        if not only_checks:
            precedents.rebuild(session)
            sketching.rebuild(session)
            say(N_("已重建搜尋索引，共 %(count)s 件。"), count=searched.rebuild(session))
            return
        if wrong := searched.outdated_items(session):
            raise IndexOutdated(count=len(wrong))
        if not searched.is_index_sound(session):
            raise IndexDamaged
        if count := sketching.outdated(session):
            raise SketchesOutdated(count=count)
    say(N_("搜尋索引與資料相符。"))
