"""Work on many things side by side, begun only a little ahead, until somebody asks to stop."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from types import FrameType
from typing import TypeVar

MOST_JOBS = 4
PATIENCE_SECONDS = 0.2
T = TypeVar("T")
R = TypeVar("R")


def usual_jobs() -> int:
    """Return how many files are read at the same time unless told otherwise."""
    return min(MOST_JOBS, os.cpu_count() or 1)


def as_they_end(
    work: Callable[[T], R],
    things: Iterable[T],
    jobs: int,
    stop: threading.Event,
    announce: Callable[[], None],
) -> Generator[R, None, None]:
    """Give each result as soon as it is there; once stopped, say so and finish only what is in hand."""
    left = iter(things)
    with ThreadPoolExecutor(jobs) as pool:
        in_hand = {pool.submit(work, thing) for thing in islice(left, jobs)}
        announced = False
        while in_hand:
            ended, in_hand = wait(in_hand, PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
            if not stop.is_set():
                in_hand |= {pool.submit(work, thing) for thing in islice(left, len(ended))}
            elif in_hand and not announced:
                announced = True
                announce()
            for each in ended:
                yield each.result()


def in_order(work: Callable[[T], R], things: Iterable[T], jobs: int) -> Generator[R, None, None]:
    """Give the results in the order of the things; none is begun more than a few places ahead."""
    left = iter(things)
    with ThreadPoolExecutor(jobs) as pool:
        in_hand: deque[Future[R]] = deque(pool.submit(work, thing) for thing in islice(left, 2 * jobs))
        while in_hand:
            yield in_hand.popleft().result()
            in_hand.extend(pool.submit(work, thing) for thing in islice(left, 1))


@contextmanager
def stopped_by_signals() -> Generator[threading.Event, None, None]:
    """Give an event that Ctrl-C or SIGTERM sets; the second time ends the program at once, and loses nothing."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = [signal.signal(each, end) for each in signals]
    try:
        yield stop
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)
