"""Each report in tests/documents gives what its .json says; a format bug is fixed by adding two files."""

import json
from pathlib import Path
from typing import Any

import pytest

from tracker.extraction import extract
from tracker.extraction.model import from_json, to_json
from tracker.reading.document import Document

DOCUMENTS = sorted((Path(__file__).parents[2] / "documents").glob("*.txt"))


def _without_silence(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, [])}


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def found(path: Path) -> dict[str, Any]:
    return to_json(extract(Document(path.read_bytes().decode(), "text")))


@pytest.fixture
def expected(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))


class TestDocuments:
    def test_metadata(self, found: dict[str, Any], expected: dict[str, Any]) -> None:
        assert _without_silence(found["metadata"]) == expected["metadata"]

    def test_recommendations(self, found: dict[str, Any], expected: dict[str, Any]) -> None:
        keys = ("text", "category", "owner_hint", "due_hint")
        proposed = [_without_silence({key: row[key] for key in keys}) for row in found["recommendations"]]
        assert proposed == expected["recommendations"]

    def test_possible(self, found: dict[str, Any], expected: dict[str, Any]) -> None:
        assert [row["text"] for row in found["possible"]] == expected["possible"]

    def test_quotes_are_exact_and_say_why(self, path: Path, found: dict[str, Any]) -> None:
        text = path.read_bytes().decode()
        for row in (*found["recommendations"], *found["possible"]):
            assert row["text"] == text[row["start"] : row["end"]]
            assert row["why"]
            assert 0 <= row["confidence"] <= 1

    def test_json_there_and_back(self, found: dict[str, Any]) -> None:
        assert to_json(from_json(found)) == found
