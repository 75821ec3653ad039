"""`tracker setup`, `people` and `departments`: a first administrator, tables with a dry run, bad input in one line."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import main
from tracker.people import queries
from tracker.settings import Settings
from tracker.wiring import Wiring

DEPARTMENTS = "機關代碼,機關名稱,上級機關\nTPT,交通局,\nTPT-P,運輸規劃科,TPT\n"
PEOPLE = "電子郵件,姓名,機關或單位,角色\nan.lin@city.example,林安,TPT-P,承辦人\n"


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command of this installation in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "departments.csv").write_text(DEPARTMENTS, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")

    def command(*arguments: str, language: str = "zh-Hant") -> Result:
        environment = {
            "TRACKER_STORAGE__DIRECTORY": settings.storage.directory,
            "TRACKER_STORAGE__DATABASE": settings.storage.database,
            "TRACKER_LANGUAGE": language,
        }
        return CliRunner().invoke(main, arguments, env=environment)

    return command


class TestSetup:
    def test_prints_an_address_that_makes_the_first_administrator(self, run, wiring: Wiring) -> None:
        result = run("setup")
        assert result.exit_code == 0
        assert re.search(r"^http://127\.0\.0\.1:8000/setup/[\w-]{40,}$", result.stdout, re.MULTILINE)

    def test_a_new_address_replaces_the_old(self, run, wiring: Wiring) -> None:
        first, second = (run("setup").stdout.split("/setup/")[1].strip() for _ in range(2))
        with wiring.database.reading() as session:
            found = [
                queries.find_invitation(session, token, queries.tokens.Purpose.SETUP, wiring.clock.now())
                for token in (first, second)
            ]
        assert found[0] is None
        assert found[1] is not None

    def test_a_database_that_is_not_migrated_is_told_in_one_line(self, tmp_path: Path) -> None:
        environment = {"TRACKER_STORAGE__DIRECTORY": str(tmp_path), "TRACKER_LANGUAGE": "zh-Hant"}
        result = CliRunner().invoke(main, ["setup"], env=environment)
        assert result.exit_code == 4
        assert "tracker db migrate" in result.stderr
        assert len(result.stderr.splitlines()) == 1


class TestImport:
    def test_departments_then_people_then_the_list(self, run) -> None:
        assert run("departments", "import", "departments.csv").exit_code == 0
        assert run("people", "import", "people.csv").exit_code == 0
        listed = run("people", "list").stdout
        assert re.search(r"林安\s+an\.lin@city\.example\s+已邀請\s+承辦人@TPT-P", listed)

    def test_a_dry_run_stores_nothing(self, run, wiring: Wiring) -> None:
        result = run("departments", "import", "departments.csv", "--dry-run")
        assert result.exit_code == 0
        assert "新增 2" in result.stdout
        with wiring.database.reading() as session:
            assert not queries.list_departments(session)

    def test_bad_lines_are_told_and_nothing_is_stored(self, run, wiring: Wiring) -> None:
        for options in ([], ["--dry-run"]):
            result = run("people", "import", "people.csv", *options)
            assert result.exit_code == 2
            assert "第 2 列：找不到機關或單位「TPT-P」" in result.stderr
        with wiring.database.reading() as session:
            assert queries.count_users(session) == 0

    def test_bad_lines_are_left_out_when_told_so(self, run, wiring: Wiring, tmp_path: Path) -> None:
        (tmp_path / "people.csv").write_text(
            PEOPLE + "ming.chen@city.example,陳明,,檢視者\n", encoding="utf-8"
        )
        assert run("people", "import", "people.csv", "--skip").exit_code == 0
        with wiring.database.reading() as session:
            assert [user.name for user in queries.list_users(session)] == ["陳明"]

    @pytest.mark.parametrize(
        ("content", "code"), [(b"", 3), (b"PK\x03\x04", 2), ("姓名\n林安\n".encode(), 2)]
    )
    def test_a_file_that_is_no_table_is_told_in_one_line(
        self, run, tmp_path: Path, content: bytes, code: int
    ) -> None:
        (tmp_path / "people.csv").write_bytes(content)
        result = run("people", "import", "people.csv")
        assert result.exit_code == code
        assert len(result.stderr.splitlines()) == 1

    def test_a_file_that_is_not_there_is_told(self, run) -> None:
        result = run("people", "import", "nowhere.csv")
        assert result.exit_code == 2
        assert "nowhere.csv" in result.stderr


class TestHelp:
    def test_lists_every_command(self, run) -> None:
        result = run("--help")
        assert result.exit_code == 0
        assert all(name in result.stdout for name in ("setup", "people", "departments", "extract"))
