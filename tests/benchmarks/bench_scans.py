"""Reading scans: against tesseract alone on the same pictures, with pages per second and the peak of memory."""

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.benchmark import Benchmark
from tests.support.printed import ADVICE, COVER, printed, scanned
from tests.support.scans import LIMITS, MISSING
from tracker.adapters.sandbox import Sandbox
from tracker.adapters.tesseract import Tesseract

DOTS_PER_INCH = 200
WIDTH = round(8.27 * DOTS_PER_INCH)
BODY = "第一日拜會港灣局，聽取其機廠清洗用水回收的作法；該處以十年為期，逐年汰換路線的軌道，並將清洗所需的水全數回收。"
_folder = TemporaryDirectory()


@cache
def report() -> bytes:
    """Return three scanned pages, of which one is full of text."""
    return scanned(printed(COVER, (BODY,) * 12, ADVICE), DOTS_PER_INCH)


@cache
def pictures() -> list[Path]:
    """Return the pages as files, for tesseract alone."""
    made = []
    for number in (1, 2, 3):
        path = Path(_folder.name) / f"{number}.png"
        path.write_bytes(Sandbox().picture("a.pdf", report(), number, WIDTH, is_grey=True).data)
        made.append(path)
    return made


def ours() -> None:
    """Draw and recognise each page, and extract from all."""
    sandbox, scanner = Sandbox(), Tesseract("tesseract", "chi_tra+eng", LIMITS, DOTS_PER_INCH)
    if not scanner.is_there():
        sys.exit(MISSING)
    pages = []
    for number in (1, 2, 3):
        drawn = sandbox.picture("a.pdf", report(), number, WIDTH, is_grey=True)
        pages.append(scanner.recognise(drawn.data, number, drawn.width, drawn.height))
    assert sandbox.read_scan(pages).document_text


def yardstick() -> None:
    """Let tesseract alone recognise the pictures."""
    for path in pictures():
        command = ["tesseract", str(path), "stdout", "-l", "chi_tra+eng", "--psm", "4", "tsv"]
        subprocess.run(
            command, capture_output=True, check=True, env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
        )


@dataclass(frozen=True)
class Scans(Benchmark):
    """The time of a scan against tesseract's own; tells pages per second and the peak of memory beside it."""

    def ratio(self) -> float:
        """Return our best time over the yardstick's."""
        report(), pictures()
        before = _largest_child()
        best = min(_seconds(ours) for _ in range(2))
        bare = min(_seconds(yardstick) for _ in range(2))
        peak = _largest_child()
        # The system tells of the largest child ever; one of another benchmark may have been larger.
        told = "the largest child took" if peak > before else "no child took more than"
        print(f"  scans: {3 / best:.2f} pages/s; {told} {peak:.0f} MB")
        return best / bare


def _largest_child() -> float:
    """Return the most memory in MB that a child of this process took."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _seconds(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


BENCHMARKS = [Scans("reading a scan of 3 pages, against bare tesseract", ours, yardstick, limit=3)]
