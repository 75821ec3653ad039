"""`tracker import`: good files become drafts, bad ones are told on stderr, and the exit code says which it was."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories.city import City, build_city
from tests.support.report_stories import TRAM
from tracker.cli import main
from tracker.foundation.clock import FixedClock
from tracker.reports.models import Report
from tracker.wiring import Wiring

Run = Callable[..., Result]


@pytest.fixture
def run(wiring: Wiring) -> Run:
    """Run the command on this test's installation."""
    storage = wiring.settings.storage
    environment = {
        "TRACKER_LANGUAGE": "zh-Hant",
        "TRACKER_STORAGE__DIRECTORY": str(storage.path),
        "TRACKER_STORAGE__DATABASE": storage.database_url,
    }
    return lambda *arguments: CliRunner().invoke(main, ["import", *map(str, arguments)], env=environment)


@pytest.fixture
def people(wiring: Wiring, clock: FixedClock) -> City:
    """A small city with a coordinator."""
    return build_city(wiring.database, clock)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report as a file."""
    path = tmp_path / "tram.txt"
    path.write_text(TRAM, encoding="utf-8")
    return path


class TestImport:
    def test_brings_drafts_to_the_desk(self, run: Run, people: City, report: Path, wiring: Wiring) -> None:
        result = run(report, "--confidentiality", "restricted")
        assert result.exit_code == 0, result.output
        assert "已匯入「赴瀨灣市考察輕軌與水岸步道" in result.stdout
        assert result.stderr == ""
        with wiring.database.reading() as session:
            stored = session.query(Report).one()
            assert stored.confidentiality == "restricted"
            assert stored.imported_by_id in {
                people.people["coordinator"],
                people.people["second_coordinator"],
            }

    def test_goes_on_after_a_bad_file(self, run: Run, people: City, report: Path, tmp_path: Path) -> None:
        empty = tmp_path / "empty.txt"
        empty.touch()
        big5 = tmp_path / "old.txt"
        big5.write_bytes("建議增設候車亭。".encode("big5"))
        result = run(empty, tmp_path / "absent.pdf", big5, report)
        assert result.exit_code == 3
        assert len(result.stderr.splitlines()) == 3
        assert "檔案是空的" in result.stderr
        assert "已匯入 1 個檔案，失敗 3 個。" in result.stdout

    def test_tells_a_file_that_was_imported_before(self, run: Run, people: City, report: Path) -> None:
        run(report)
        result = run(report)
        assert result.exit_code == 3
        assert "已於先前匯入" in result.stderr

    def test_acts_for_the_person_who_is_named(
        self, run: Run, people: City, report: Path, wiring: Wiring
    ) -> None:
        run(report, "--as", people.email("second_coordinator"))
        with wiring.database.reading() as session:
            assert session.query(Report).one().imported_by_id == people.people["second_coordinator"]

    def test_acts_for_nobody_unknown(self, run: Run, people: City, report: Path) -> None:
        result = run(report, "--as", "nobody@city.example")
        assert result.exit_code == 2
        assert "nobody@city.example" in result.stderr

    def test_acts_for_nobody_without_the_right(self, run: Run, people: City, report: Path) -> None:
        result = run(report, "--as", people.email("officer"))
        assert result.exit_code == 1
        assert "沒有執行這個動作的權限" in result.stderr

    def test_needs_a_coordinator(self, run: Run, report: Path) -> None:
        result = run(report)
        assert result.exit_code == 2
        assert "--as" in result.stderr
