"""`tracker db` and `tracker audit`: plain words and exit codes for a database that does not fit."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories.city import build_city
from tests.support.databases import migrate, sqlite_url
from tests.support.tampering import drop_triggers
from tracker.access import SYSTEM, Act
from tracker.audit.service import record
from tracker.cli import main
from tracker.foundation.clock import SystemClock
from tracker.foundation.database import Database


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The storage directory of an installation that was never set up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_STORAGE__DIRECTORY", str(tmp_path))
    monkeypatch.setenv("TRACKER_LANGUAGE", "en")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def from_the_future(folder: Path) -> None:
    """Migrate a database, and then let it say that a later version did."""
    migrate(sqlite_url(folder / "tracker.db"))
    connection = sqlite3.connect(folder / "tracker.db")
    connection.execute("update alembic_version set version_num = '9999_future'")
    connection.commit()
    connection.close()


class TestMigrate:
    def test_makes_a_database_and_says_so_again(self, folder: Path) -> None:
        first, second = run("db", "migrate"), run("db", "migrate")
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert "upgraded" in first.stdout
        assert "latest" in second.stdout

    def test_refuses_a_newer_database(self, folder: Path) -> None:
        from_the_future(folder)
        refused = run("db", "migrate")
        assert refused.exit_code == 4
        assert "newer" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


class TestCheck:
    @pytest.mark.parametrize("command", [["db", "check"], ["serve"], ["worker"], ["audit", "verify"]])
    def test_names_the_command_that_is_missing(self, folder: Path, command: list[str]) -> None:
        refused = run(*command)
        assert refused.exit_code == 4
        assert "tracker db migrate" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1

    @pytest.mark.parametrize("command", [["db", "check"], ["serve"], ["worker"]])
    def test_tells_a_newer_database(self, folder: Path, command: list[str]) -> None:
        from_the_future(folder)
        refused = run(*command)
        assert refused.exit_code == 4
        assert len(refused.stderr.splitlines()) == 1

    def test_passes_a_database_that_fits(self, folder: Path) -> None:
        run("db", "migrate")
        assert run("db", "check").exit_code == 0


class TestReindex:
    def test_makes_the_index_of_searching_anew(self, folder: Path) -> None:
        migrate(sqlite_url(folder / "tracker.db"))
        database = Database(sqlite_url(folder / "tracker.db"))
        build_city(database, SystemClock()).give_action()
        database.close()
        assert "1" in run("db", "reindex").stdout
        assert run("db", "reindex", "--check").exit_code == 0

    def test_tells_an_index_that_fell_behind(self, folder: Path) -> None:
        migrate(sqlite_url(folder / "tracker.db"))
        database = Database(sqlite_url(folder / "tracker.db"))
        build_city(database, SystemClock()).give_action()
        database.close()
        connection = sqlite3.connect(folder / "tracker.db")
        connection.execute("update action_item set title = '改過的名稱'")
        connection.commit()
        connection.close()
        told = run("db", "reindex", "--check")
        assert told.exit_code == 7
        assert "tracker db reindex" in told.stderr
        assert (run("db", "reindex").exit_code, run("db", "reindex", "--check").exit_code) == (0, 0)

    def test_tells_sketches_that_are_stale_or_missing_and_mends_them(self, folder: Path) -> None:
        migrate(sqlite_url(folder / "tracker.db"))
        database = Database(sqlite_url(folder / "tracker.db"))
        build_city(database, SystemClock()).give_action()
        database.close()
        for change in (
            "update recommendation_mark set mark = -mark",
            "delete from recommendation_mark",
            "delete from report_mark",
        ):
            run("db", "reindex")
            assert run("db", "reindex", "--check").exit_code == 0
            connection = sqlite3.connect(folder / "tracker.db")
            connection.execute(change)
            connection.commit()
            connection.close()
            told = run("db", "reindex", "--check")
            assert told.exit_code == 7
            assert "tracker db reindex" in told.stderr


class TestVerify:
    def test_holds_and_tells_the_first_break(self, folder: Path) -> None:
        migrate(sqlite_url(folder / "tracker.db"))
        database = Database(sqlite_url(folder / "tracker.db"))
        now = SystemClock().now()
        with database.transaction() as session:
            for word in ("one", "two", "three"):
                record(session, Act(SYSTEM, now, now.date()), word, "installation", None)
        database.close()
        assert run("audit", "verify").exit_code == 0
        connection = sqlite3.connect(folder / "tracker.db")
        for (trigger,) in connection.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            connection.execute(f'drop trigger "{trigger}"')
        connection.execute("update audit_event set action = 'forged' where seq = 2")
        connection.commit()
        connection.close()
        broken = run("audit", "verify")
        assert broken.exit_code == 7
        assert "entry 2" in broken.stderr


class TestHead:
    @pytest.fixture
    def three_rows(self, folder: Path) -> Path:
        """The database of an installation whose record has three rows, without the triggers that guard them."""
        path = folder / "tracker.db"
        migrate(sqlite_url(path))
        database = Database(sqlite_url(path))
        now = SystemClock().now()
        with database.transaction() as session:
            for word in ("one", "two", "three"):
                record(session, Act(SYSTEM, now, now.date()), word, "installation", None)
        drop_triggers(database)
        database.close()
        return path

    def test_is_one_line_that_verify_takes_as_text_and_as_a_file(
        self, three_rows: Path, tmp_path: Path
    ) -> None:
        line = run("audit", "head").stdout.strip()
        assert line.startswith("3 ")
        (tmp_path / "heads.txt").write_text(f"{line}\n{line}\n", "utf-8")
        for kept in (line, str(tmp_path / "heads.txt")):
            answer = run("audit", "verify", "--head", kept)
            assert (answer.exit_code, answer.stderr) == (0, "")

    def test_tells_of_a_tail_that_was_cut_off(self, three_rows: Path) -> None:
        line = run("audit", "head").stdout.strip()
        connection = sqlite3.connect(three_rows)
        connection.execute("delete from audit_event where seq = 3")
        connection.commit()
        connection.close()
        assert run("audit", "verify").exit_code == 0
        broken = run("audit", "verify", "--head", line)
        assert broken.exit_code == 7
        assert "entry 3" in broken.stderr

    @pytest.mark.parametrize("kept", ["no such file", "nowhere.txt"])
    def test_refuses_what_is_no_head_and_no_file(self, three_rows: Path, kept: str) -> None:
        answer = run("audit", "verify", "--head", kept)
        assert answer.exit_code not in (0, 7)
        assert "Traceback" not in answer.output

    def test_is_none_of_an_empty_record(self, folder: Path) -> None:
        migrate(sqlite_url(folder / "tracker.db"))
        assert run("audit", "head").exit_code != 0
