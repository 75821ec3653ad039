"""What the tests of scans share: whether tesseract is there, and a quiet twin that says what it was told to say."""

from dataclasses import dataclass, field

import pytest

from tracker.adapters.tesseract import Tesseract
from tracker.foundation.errors import ReadingTookTooLong
from tracker.reading.document import ReadingLimits
from tracker.reading.scan import ScannedPage, Word

MISSING = (
    "*** SKIPPED: there is no tesseract. Run as root: apt-get install -y tesseract-ocr tesseract-ocr-chi-tra"
)
LIMITS = ReadingLimits(memory_bytes=2**30, cpu_seconds=120, wall_seconds=120.0)


def tesseract(limits: ReadingLimits = LIMITS, program: str = "tesseract") -> Tesseract:
    """Return the real program; skips loudly where it is absent."""
    found = Tesseract(program, "chi_tra+eng", limits, 200)
    if not found.is_there():
        pytest.skip(MISSING)
    return found


def absent() -> Tesseract:
    """Return what stands for the program on a machine without it."""
    return Tesseract("no-such-tesseract", "chi_tra+eng", LIMITS, 200)


def line(words: str, top: float, sureness: float = 0.95, left: float = 0.1) -> tuple[Word, ...]:
    """Return a line of which each character is a word of its own, as Chinese is recognised."""
    return tuple(
        Word(each, sureness, round(left + 0.02 * n, 4), top, 0.02, 0.015) for n, each in enumerate(words)
    )


@dataclass
class TwinScanner:
    """Says for each page what it was told to say; `fails` are the pages at which it meets with something."""

    pages: dict[int, tuple[str, ...]]
    fails: dict[int, Exception] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    sureness: float = 0.95

    def is_there(self) -> bool:
        return True

    def recognise(self, picture: bytes, number: int, width: int, height: int) -> ScannedPage:
        self.asked.append(number)
        if failure := self.fails.pop(number, None):
            raise failure
        lines = enumerate(self.pages.get(number, ()))
        return ScannedPage(number, tuple(line(each, 0.1 + 0.03 * n, self.sureness) for n, each in lines))


class WorkerDied(BaseException):
    """A worker that dies catches nothing."""


TOO_LONG = ReadingTookTooLong()
