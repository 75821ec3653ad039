"""`tracker import` of five hundred small reports by two reading processes, against the same by one."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from tests.factories.city import build_city
from tests.support.benchmark import Benchmark
from tests.support.databases import copied_sqlite, migrate, sqlite_url
from tests.support.report_stories import TRAM
from tracker.foundation.clock import SystemClock
from tracker.foundation.database import Database

REPORTS = 500
ROOT = Path(__file__).resolve().parents[2]
_folder = tempfile.TemporaryDirectory()
_rounds = count(1)


@cache
def template() -> Path:
    """Return a migrated database with a coordinator, to be copied for each round."""
    path = Path(_folder.name) / "template.db"
    migrate(sqlite_url(path))
    database = Database(sqlite_url(path))
    build_city(database, SystemClock())
    database.close()
    return path


@cache
def reports() -> Path:
    """Return a directory of reports that differ in a line."""
    folder = Path(_folder.name) / "reports"
    folder.mkdir()
    for number in range(1, REPORTS + 1):
        (folder / f"報告{number}.txt").write_text(f"{TRAM}\n附記：第 {number} 份。\n", encoding="utf-8")
    return folder


def importing(jobs: int) -> Callable[[], object]:
    """Return the work of importing all of them into an empty installation by some processes."""

    def run() -> None:
        installation = Path(_folder.name) / f"round{next(_rounds)}"
        installation.mkdir()
        environment = {
            "TRACKER_STORAGE__DIRECTORY": str(installation),
            "TRACKER_STORAGE__DATABASE": copied_sqlite(template(), installation),
        }
        command = [sys.executable, "-m", "tracker", "import", str(reports()), "--jobs", str(jobs)]
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        print(f"  {REPORTS} files, {jobs} reading at a time: {REPORTS / seconds:.1f} files a second")

    return run


BENCHMARKS = [
    Benchmark(
        f"import of {REPORTS} files, two reading processes, against one",
        importing(2),
        importing(1),
        limit=0.8,
        rounds=1,
    )
]
