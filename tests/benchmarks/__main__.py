"""Runs every benchmark of bench_*.py and fails when a ratio is above its limit: `make bench`."""

import importlib
import sys
import traceback
from pathlib import Path

from tests.support.benchmark import Benchmark


def benchmarks() -> list[Benchmark]:
    """Return what the files bench_*.py list under BENCHMARKS, in the order of the files."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    return [each for name in names for each in importlib.import_module(f"tests.benchmarks.{name}").BENCHMARKS]


def main() -> int:
    """Print one line for each benchmark; return 1 when one is too slow or breaks."""
    bad = 0
    for each in benchmarks():
        try:
            ratio = each.ratio()
        except Exception:  # noqa: BLE001 - one that breaks must not keep the others from being measured
            bad += 1
            print(f"{each.name:<60} broken\n{traceback.format_exc()}", flush=True)
            continue
        bad += ratio > each.limit
        verdict = "too slow" if ratio > each.limit else "ok"
        print(f"{each.name:<60} {ratio:8.2f} x the yardstick (limit {each.limit:g}) {verdict}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
