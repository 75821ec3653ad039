"""`tracker reminders`: who would get what on a day, and whether the record fits the rules, from the command line."""

from datetime import date, timedelta
from functools import partial

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from tests.factories.city import City
from tracker.cli import main
from tracker.foundation.clock import SystemClock, local_date
from tracker.reminders.models import OutboxLetter
from tracker.settings import Settings


@pytest.fixture
def preview(ask):
    """Ask this installation what a day brings."""
    return partial(ask, "preview")


@pytest.fixture
def ask(settings: Settings, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Ask this installation about its reminders."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, language: str = "zh-Hant") -> Result:
        environment = {
            "TRACKER_STORAGE__DIRECTORY": settings.storage.directory,
            "TRACKER_STORAGE__DATABASE": settings.storage.database,
            "TRACKER_LANGUAGE": language,
        }
        return CliRunner().invoke(main, ("reminders", *arguments), env=environment)

    return command


@pytest.fixture
def coming(settings: Settings) -> list[date]:
    """The days from today on, as the machine's clock has it."""
    today = local_date(SystemClock().now(), settings.site.zone)
    return [today + timedelta(days=each) for each in range(16)]


class TestPreview:
    def test_lists_who_would_hear_and_prints_the_letter_in_full(self, preview, city: City, coming) -> None:
        city.give_action(due_in_days=5)  # It has been overdue for a while by the clock on the wall.
        told = [preview("--on", str(day), "--full", "--person", city.email("officer")) for day in coming]
        assert {each.exit_code for each in told} == {0}
        found = [each.stdout for each in told if "何語安" in each.stdout]
        assert found
        assert "試辦候車資訊看板" in found[0]
        assert "簡立群" not in found[0].splitlines()[0]

    def test_writes_nothing(self, preview, city: City, coming) -> None:
        city.give_action(due_in_days=5)
        for day in coming[:5]:
            preview("--on", str(day))
        with city.database.reading() as session:
            assert session.scalar(select(func.count(OutboxLetter.id))) == 0

    def test_says_when_a_day_is_off(self, preview, city: City, coming) -> None:
        sunday = next(day for day in coming if day.weekday() == 6)
        assert "休息日" in preview("--on", str(sunday)).stdout
        assert "day off" in preview("--on", str(sunday), language="en").stdout

    @pytest.mark.parametrize(
        "arguments",
        [("--on", "2020-01-01"), ("--on", "soon"), ("--person", "nobody@city.example")],
    )
    def test_tells_a_mistake_in_a_line_without_a_trace(self, preview, city: City, arguments) -> None:
        result = preview(*arguments)
        assert result.exit_code != 0
        assert result.stderr.startswith("tracker: ")
        assert "Traceback" not in result.stderr


class TestCheck:
    def test_tells_what_is_missing_and_plans_it_when_asked(self, ask, city: City, coming) -> None:
        city.give_action(due_in_days=5)  # It has been overdue for a while, so that every Monday asks for it.
        # One to come: of this evening's the letters would be missing, too.
        monday = str(next(day for day in coming[1:] if day.weekday() == 0))
        found = ask("check", "--on", monday)
        assert found.exit_code == 7
        assert "late-weekly" in found.stdout
        assert ask("check", "--on", monday, "--repair").exit_code == 0
        again = ask("check", "--on", monday)
        assert (again.exit_code, "漏列 0 則" in again.stdout) == (0, True)
