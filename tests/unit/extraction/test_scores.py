"""Precision and recall on the labelled reports of this project; `python -m tests.support.scoring` prints the figures."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.scoring import DOCUMENTS, SHARED, Figures, figures, judged
from tracker.extraction import extract
from tracker.extraction.model import to_json
from tracker.reading.text import plain

SCORER = SHARED / "score.py"
TEXT = "甲。\n建議一：本府應辦理甲事。\n建議二：本局宜檢討乙事，並研議丙事。\n可供參考。\n完。\n"


def span(words: str) -> dict[str, Any]:
    start = TEXT.index(words)
    return {
        "start": start,
        "end": start + len(words),
        "confidence": 0.9,
        "owner_hint": None,
        "due_hint": None,
    }


def gold(*required: dict[str, Any], optional: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    levels = [("recommendation", r) for r in required] + [("optional", o) for o in optional]
    return {"metadata": {}, "recommendations": [{"level": level, **values} for level, values in levels]}


def result(labelled: dict[str, Any], *found: dict[str, Any]) -> Figures:
    return judged(TEXT, labelled, {"metadata": {}, "recommendations": list(found)})


A, B = span("本府應辦理甲事。"), span("本局宜檢討乙事，並研議丙事。")


class TestJudged:
    def test_right_and_missed(self) -> None:
        score = result(gold(A, B), A)
        assert (score.precision, score.recall) == (1.0, 0.5)

    def test_what_nobody_labelled_is_wrong(self) -> None:
        assert result(gold(A), A, B).precision == 0.5

    def test_optional_counts_neither_way(self) -> None:
        score = result(gold(A, optional=(B,)), A, B)
        assert (score.precision, score.recall) == (1.0, 1.0)

    def test_parts_share_one_item(self) -> None:
        first, second = span("本局宜檢討乙事，"), span("並研議丙事。")
        whole = {**B, "parts": [[first["start"], first["end"]], [second["start"], second["end"]]]}
        assert result(gold(whole), first).hits == 0.5
        assert result(gold(whole), first, second).hits == 1.0

    def test_small_overlap_is_no_hit(self) -> None:
        assert result(gold(B), span("乙事")).hits == 0


class TestSets:
    @pytest.mark.parametrize(
        ("name", "precision", "recall"), [("seen", 0.98, 0.98), ("unseen", 0.95, 0.86)], ids=str
    )
    def test_holds_what_was_reached(self, name: str, precision: float, recall: float) -> None:
        if not list((DOCUMENTS / name).glob("*.txt")):
            pytest.skip("This set is not here.")
        reached = figures(DOCUMENTS / name)
        assert reached.precision >= precision
        assert reached.recall >= recall

    def test_reports_are_many(self) -> None:
        assert len(list(DOCUMENTS.glob("*seen/*.txt"))) >= 45


def _shared_scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shared_score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SCORER.is_file(), reason="The shared scorer is not beside this checkout.")
@pytest.mark.parametrize(
    "folder", [DOCUMENTS / "seen", DOCUMENTS / "unseen", SHARED / "dev"], ids=lambda p: p.name
)
def test_agrees_with_the_shared_scorer(folder: Path) -> None:
    found = {
        path.stem: json.loads(json.dumps(to_json(extract(plain(path.read_bytes().decode())))))
        for path in folder.glob("*.txt")
    }
    theirs = _shared_scorer().score(str(folder), str(folder / "gold"), found)["total"]
    ours = figures(folder)
    assert (ours.hits, ours.proposed, ours.labelled) == (theirs["tp"], theirs["n_pred"], theirs["n"])
    assert sum(ours.owners) == theirs["owner"][0]
    assert sum(ours.dues) == theirs["due"][0]
