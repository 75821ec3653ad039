"""Settings: defaults, the installation's file, the environment; a slip is named, never ignored."""

from pathlib import Path

import pytest

from tracker.foundation.errors import Misconfigured
from tracker.settings import load_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An installation's own file, empty to begin with."""
    path = tmp_path / "production.toml"
    path.touch()
    return path


class TestLoadSettings:
    def test_takes_the_defaults(self, file: Path) -> None:
        assert load_settings({}, file).reminders.hour == 9

    def test_lets_the_file_speak_over_the_defaults(self, file: Path) -> None:
        file.write_text("[reminders]\nhour = 8\n", "utf-8")
        assert load_settings({}, file).reminders.hour == 8

    def test_lets_the_environment_speak_last(self, file: Path) -> None:
        file.write_text("[reminders]\nhour = 8\n", "utf-8")
        assert load_settings({"TRACKER_REMINDERS__HOUR": "10"}, file).reminders.hour == 10

    def test_reads_a_list_from_the_environment(self, file: Path) -> None:
        settings = load_settings({"TRACKER_FOLLOW_UP__THEMES": "交通, 教育"}, file)
        assert settings.follow_up.themes == ("交通", "教育")

    @pytest.mark.parametrize(
        ("environment", "named"),
        [
            ({"TRACKER_REMINDERS__HOURS": "9"}, "TRACKER_REMINDERS__HOURS"),
            ({"TRACKER_WEB__PORT": "eighty"}, "TRACKER_WEB__PORT"),
            ({"TRACKER_WEB__SECURE_COOKIES": "perhaps"}, "TRACKER_WEB__SECURE_COOKIES"),
            ({"TRACKER_SITE__TIME_ZONE": "Asia/Atlantis"}, "site.time_zone"),
            ({"TRACKER_MAIL__SECURITY": "ssl"}, "mail.security"),
            ({"TRACKER_REMINDERS__HOUR": "24"}, "reminders.hour"),
            ({"TRACKER_SITE__ADDRESS": "tracker.city.example"}, "site.address"),
        ],
    )
    def test_names_what_is_wrong_in_the_environment(
        self, file: Path, environment: dict[str, str], named: str
    ) -> None:
        with pytest.raises(Misconfigured, match=named):
            load_settings(environment, file)

    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("[site]\ncolour = 'teal'", "site.colour"),
            ("[sight]\ncity = 'x'", "sight"),
            ("[web]\nport = '80'", "web.port"),
            ("[web\n", "production.toml"),
        ],
    )
    def test_names_what_is_wrong_in_the_file(self, file: Path, text: str, named: str) -> None:
        file.write_text(text, "utf-8")
        with pytest.raises(Misconfigured, match=named):
            load_settings({}, file)

    def test_says_when_the_named_file_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(Misconfigured, match="absent"):
            load_settings({"TRACKER_CONFIG": str(tmp_path / "absent.toml")})
