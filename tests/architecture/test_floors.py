"""The floors of the house are a contract: see docs/adr/001-rooms-and-floors.md."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class TestFloors:
    def test_every_room_looks_only_downstairs(self) -> None:
        linter = Path(sys.executable).parent / "lint-imports"
        judged = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout + judged.stderr
