"""The example of a city's own settings is one that the program takes."""

from pathlib import Path

from tracker.settings import load_settings

EXAMPLE = Path(__file__).resolve().parents[3] / "config" / "production.example.toml"


class TestExample:
    def test_is_taken_as_it_stands(self) -> None:
        assert load_settings({}, EXAMPLE).web.secure_cookies
