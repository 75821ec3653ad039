"""The reference pages say exactly what the code does; `make reference` writes them anew."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from tests.support.reference import FOLDER, PAGES
from tracker.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])


class TestReference:
    @pytest.mark.parametrize("name", PAGES)
    def test_page_is_up_to_date(self, name: str) -> None:
        assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "run `make reference`"

    def test_every_setting_has_its_line(self) -> None:
        page = PAGES["settings.md"]()
        keys = [
            f"{section}.{field.name}"
            for section, kind in get_type_hints(Settings).items()
            for field in fields(kind)
        ]
        assert [key for key in keys if f"| `{key}` |" not in page] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
class TestEveryDocument:
    def test_leads_to_files_that_exist(self, path: Path) -> None:
        links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text("utf-8"))
        assert [link for link in links if not (path.parent / link).exists()] == []

    def test_shows_only_pictures_that_exist_and_says_what_they_show(self, path: Path) -> None:
        shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", path.read_text("utf-8"))
        assert [
            address for words, address in shown if not words or not (path.parent / address).exists()
        ] == []

    def test_names_only_targets_of_make_that_exist(self, path: Path) -> None:
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
        named = set(re.findall(r"`make ([a-z-]+)", path.read_text("utf-8")))
        assert sorted(named - targets) == []


class TestPictures:
    def test_are_all_shown_somewhere(self) -> None:
        written = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
        pictures = sorted(path.name for path in (ROOT / "docs" / "images").iterdir())
        assert [name for name in pictures if f"images/{name})" not in written] == []
