"""`tracker doctor`: one line for each thing, what to do about it, and an exit code."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from tests.factories.city import build_city
from tests.support.databases import migrate, sqlite_url
from tests.support.loopback import free_port
from tests.support.smtp import Postbox
from tracker.cli import main
from tracker.foundation.clock import SystemClock
from tracker.foundation.database import Database
from tracker.reminders.heartbeats import beat
from tracker.reports import sketching
from tracker.reports.models import ReportMark


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The storage directory of a migrated installation without a mail server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_STORAGE__DIRECTORY", str(tmp_path / "var"))
    monkeypatch.setenv("TRACKER_LANGUAGE", "en")
    migrate(sqlite_url(tmp_path / "var" / "tracker.db"))
    return tmp_path / "var"


def doctor() -> Result:
    return CliRunner().invoke(main, ["doctor"])


def line(result: Result, subject: str) -> str:
    """Return the line about a subject."""
    return next(each for each in result.stdout.splitlines() if subject in each)


class TestDoctor:
    def test_is_content_with_a_whole_installation(
        self, folder: Path, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRACKER_MAIL__HOST", postbox.host)
        monkeypatch.setenv("TRACKER_MAIL__PORT", str(postbox.port))
        database = Database(sqlite_url(folder / "tracker.db"))
        now = SystemClock().now()
        beat(database, "plan_reminders", now, now, "")
        database.close()
        result = doctor()
        unwell = [each for each in result.stdout.splitlines() if not each.startswith("OK")]
        assert [each for each in unwell if "Page assets" not in each and "PDF" not in each] == []
        assert result.exit_code == (1 if unwell else 0)

    def test_tells_that_sketches_are_missing_and_how_they_are_made(self, folder: Path) -> None:
        database = Database(sqlite_url(folder / "tracker.db"))
        build_city(database, SystemClock()).give_action()
        with database.transaction() as session:
            sketching.rebuild(session)
        assert line(doctor(), "Edition index").startswith("OK")
        with database.transaction() as session:
            session.execute(delete(ReportMark))
        database.close()
        told = line(doctor(), "Edition index")
        assert told.startswith("Attention")
        assert "tracker db reindex" in told

    @pytest.mark.parametrize(
        ("missing", "package"), [("pango", "libpango-1.0-0"), ("font", "fonts-noto-cjk")]
    )
    def test_says_what_to_install_for_pdf(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, missing: str, package: str
    ) -> None:
        monkeypatch.setattr("tracker.cli.doctor.why_no_pdf", lambda: missing)
        assert line(doctor(), "PDF").startswith("Attention")
        assert package in line(doctor(), "PDF")

    def test_names_the_mail_setting_that_is_missing(self, folder: Path) -> None:
        result = doctor()
        assert result.exit_code == 1
        assert line(result, "Mail server").startswith("Attention")
        assert "mail.host" in line(result, "Mail server")

    def test_tells_a_mail_server_that_is_away(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRACKER_MAIL__HOST", "127.0.0.1")
        monkeypatch.setenv("TRACKER_MAIL__PORT", str(free_port()))
        assert line(doctor(), "Mail server").startswith("Attention")

    def test_tells_a_silent_worker(self, folder: Path) -> None:
        assert "tracker worker" in line(doctor(), "Background process")

    def test_tells_a_failing_work(self, folder: Path) -> None:
        database = Database(sqlite_url(folder / "tracker.db"))
        now = SystemClock().now()
        beat(database, "plan_reminders", now, now, "")
        beat(database, "plan_reminders", now, now, "DatabaseAway: gone")
        database.close()
        assert "plan_reminders" in line(doctor(), "Background process")

    def test_tells_a_database_that_is_not_migrated(self, folder: Path) -> None:
        (folder / "tracker.db").unlink()
        assert "tracker db migrate" in line(doctor(), "Database")

    def test_tells_a_setting_that_cannot_be_read(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRACKER_WEB__PORT", "many")
        result = doctor()
        assert result.exit_code == 1
        assert "TRACKER_WEB__PORT" in line(result, "Settings")

    def test_tells_a_directory_that_cannot_be_written(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder.parent / "file").touch()
        monkeypatch.setenv("TRACKER_STORAGE__DATABASE", sqlite_url(folder / "tracker.db"))
        monkeypatch.setenv("TRACKER_STORAGE__DIRECTORY", str(folder.parent / "file" / "below"))
        assert line(doctor(), "Storage directory").startswith("Attention")
