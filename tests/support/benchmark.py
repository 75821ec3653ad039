"""A benchmark is a ratio: our work against a yardstick, both measured on the same machine in the same minute."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """What is measured, what it is measured against, and how many times the yardstick's length it may take."""

    name: str
    ours: Callable[[], object]
    yardstick: Callable[[], object]
    limit: float
    rounds: int = 7

    def ratio(self) -> float:
        """Return our best time over the yardstick's best time; turns are taken, so that load falls on both."""
        ours, yardstick = [], []
        for _ in range(self.rounds):
            yardstick.append(_seconds(self.yardstick))
            ours.append(_seconds(self.ours))
        return min(ours) / min(yardstick)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
