"""Runs every benchmark of bench_*.py and fails when a ratio is above its limit: `make bench`."""

import importlib
import sys
from pathlib import Path

from tests.support.benchmark import Benchmark


def benchmarks() -> list[Benchmark]:
    """Return what the files bench_*.py list under BENCHMARKS, in the order of the files."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    return [each for name in names for each in importlib.import_module(f"tests.benchmarks.{name}").BENCHMARKS]


def main() -> int:
    """Print one line for each benchmark; return 1 when one is too slow."""
    slow = 0
    for each in benchmarks():
        ratio = each.ratio()
        slow += ratio > each.limit
        verdict = "too slow" if ratio > each.limit else "ok"
        print(f"{each.name:<60} {ratio:8.2f} x the yardstick (limit {each.limit:g}) {verdict}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
