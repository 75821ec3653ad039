"""Reading in linear time: what ten times a text costs, whatever it is a repetition of."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.benchmark import Benchmark
from tracker.extraction import extract
from tracker.reading.document import Document
from tracker.reading.furniture import furniture_of

SHORT = 40_000
FURNITURE = ("1\n", "a", " ", "\n", "|", "\f", "第1頁\n", "頁", "x 1\n")
ADVICE = (
    "建議交通局應於",
    "本局應研議改善。",
    "a",
    " ",
    "\n",
    ".",
    "(",
    "*",
    "1",
    "- should do it\n",
    "建議：",
)
MARKS = ("#", "|", "１年", "；", "below", "，往往 ", "（")
KEYS = ("姓名職稱：", "服務機關：", "出國人員：\n", "報告名稱：")


@dataclass(frozen=True)
class Growth(Benchmark):
    """Ten times the text against the text itself, in processor time; linear is ten."""

    def ratio(self) -> float:
        """Return our shortest time over the yardstick's shortest; both are the same work, so a hundredth is left out."""
        ours = min(_processor_seconds(self.ours) for _ in range(self.rounds))
        yardstick = min(_processor_seconds(self.yardstick) for _ in range(self.rounds))
        return ours / max(yardstick, 0.01)


def _processor_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _repeated(work: Callable[[str], object], pieces: tuple[str, ...], length: int) -> Callable[[], object]:
    return lambda: [work(piece * (length // len(piece))) for piece in pieces]


def _extracted(before: str) -> Callable[[str], object]:
    return lambda text: extract(Document(before + text, "text"))


def _growth(name: str, work: Callable[[str], object], pieces: tuple[str, ...]) -> Growth:
    short, long = _repeated(work, pieces, SHORT), _repeated(work, pieces, 10 * SHORT)
    return Growth(f"ten times the text: {name}", long, short, limit=16, rounds=2)


BENCHMARKS = [
    *(_growth(f"running lines, {piece!r}", furniture_of, (piece,)) for piece in FURNITURE),
    *(_growth(f"recommendations, {piece!r}", _extracted("四、建議\n"), (piece,)) for piece in ADVICE + MARKS),
    *(_growth(f"cover, {key.strip()!r}", _extracted(key), MARKS) for key in KEYS),
]
