"""`tracker check figures`: what the history says is what the items say, and what was changed by the back door is found."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories.city import build_city
from tests.support.databases import migrate, sqlite_url
from tracker.cli import main
from tracker.foundation.clock import SystemClock
from tracker.foundation.database import Database


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The storage directory of an installation with one item."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_STORAGE__DIRECTORY", str(tmp_path))
    monkeypatch.setenv("TRACKER_LANGUAGE", "en")
    migrate(sqlite_url(tmp_path / "tracker.db"))
    database = Database(sqlite_url(tmp_path / "tracker.db"))
    build_city(database, SystemClock()).give_action()
    database.close()
    return tmp_path


def check(*words: str) -> Result:
    return CliRunner().invoke(main, ["check", "figures", *words])


def change(folder: Path, statement: str) -> None:
    """Change something behind the program's back."""
    connection = sqlite3.connect(folder / "tracker.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


class TestCheckFigures:
    def test_finds_nothing_after_the_steps_of_the_house(self, folder: Path) -> None:
        assert check().exit_code == 0

    def test_finds_an_item_that_was_changed_by_the_back_door(self, folder: Path) -> None:
        change(folder, "UPDATE action_item SET status = 'void'")
        found = check()
        assert found.exit_code == 7
        assert "--repair" in found.stderr

    def test_says_what_differs(self, folder: Path) -> None:
        change(folder, "UPDATE action_item SET status = 'void'")
        assert "1" in check().stdout
        assert "status" in check().stdout

    def test_finds_a_past_day_that_tells_another_due_date_than_the_extensions(self, folder: Path) -> None:
        columns = "item_id, status, start_on, original_due_on, percent, department_id, adoption, theme"
        change(folder, "UPDATE item_period SET from_on = '2030-01-01'")
        change(
            folder,
            f"INSERT INTO item_period (from_on, until_on, due_on, {columns})"
            f" SELECT '2020-01-01', '2030-01-01', '2029-12-31', {columns} FROM item_period",
        )
        found = check("--repair")
        assert found.exit_code == 7
        assert "due_on" in found.stdout
        assert "2029-12-31" in found.stdout

    def test_repairs_it_and_says_so_once(self, folder: Path) -> None:
        change(folder, "UPDATE action_item SET status = 'void'")
        first, second = check("--repair"), check("--repair")
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert "1" in first.stdout
        assert "1" not in second.stdout

    def test_finds_days_that_do_not_follow_upon_each_other(self, folder: Path) -> None:
        columns = "status, start_on, due_on, original_due_on, percent, department_id, adoption, theme"
        change(
            folder,
            f"INSERT INTO item_period (item_id, from_on, until_on, {columns})"
            f" SELECT item_id, '2020-01-01', '2020-02-01', {columns} FROM item_period",
        )
        assert check("--repair").exit_code == 7

    def test_repairs_an_item_that_lost_its_present_row(self, folder: Path) -> None:
        change(folder, "DELETE FROM item_period")
        assert check().exit_code == 7
        assert check("--repair").exit_code == 0
        assert check().exit_code == 0
