"""The shared corpus of labelled reports, scored by its own scorer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.extraction import extract
from tracker.extraction.model import to_json
from tracker.reading.document import Document

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="The shared corpus is not beside this checkout.")


def _prediction(path: Path) -> str:
    found = to_json(extract(Document(path.read_bytes().decode("utf-8"), "text")))
    return json.dumps({"id": path.stem, **found}, ensure_ascii=False)


class TestCorpus:
    @pytest.mark.parametrize(("folder", "threshold"), [("dev", 0.97), ("seeds", 0.95)])
    def test_reaches_the_threshold(self, folder: str, threshold: float, tmp_path: Path) -> None:
        predictions = tmp_path / "predictions.jsonl"
        lines = [_prediction(path) for path in sorted((CORPUS / folder).glob("*.txt"))]
        predictions.write_text("\n".join(lines), encoding="utf-8")
        command = [
            sys.executable,
            CORPUS / "score.py",
            CORPUS / folder,
            predictions,
            "--threshold",
            str(threshold),
        ]
        scored = subprocess.run(command, capture_output=True, text=True, check=False)
        assert scored.returncode == 0, scored.stdout + scored.stderr

    def test_student_exchange_is_offered_as_possible(self) -> None:
        text = (CORPUS / "seeds" / "000.txt").read_bytes().decode("utf-8")
        found = extract(Document(text, "text"))
        assert len(found.recommendations) == 4
        assert any("國際交流處" in c.text for c in found.possible)
