"""Recognises text on pictures with tesseract, which Debian packages and which may be absent."""

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from functools import cache
from typing import Final

from tracker.adapters.children import answer_of
from tracker.adapters.sandbox import environment
from tracker.reading.document import ReadingLimits
from tracker.reading.scan import ScannedPage, page_of_table

_LIMITED: Final = "tracker.adapters.limited"
_LARGEST_TABLE: Final = 16 * 2**20
_LOOKING_SECONDS: Final = 10
# Reports are set in one column; left to itself, tesseract takes spaced characters for columns of their own.
_ONE_COLUMN: Final = "4"


class Tesseract:
    """Implements `ReadsPictures` with one child process per page."""

    def __init__(self, program: str, languages: str, limits: ReadingLimits, dots_per_inch: int) -> None:
        self._program = program
        self._languages = languages
        self._limits = limits
        self._dots_per_inch = dots_per_inch

    def is_there(self) -> bool:
        """Tell whether the program and its languages are installed."""
        found = shutil.which(self._program)
        return bool(found) and set(self._languages.split("+")) <= _languages_of(str(found))

    def recognise(self, picture: bytes, number: int, width: int, height: int) -> ScannedPage:
        """Return what stands on the picture of a page; raises ReadingTookTooLong or ReportUnreadable."""
        # As many pages are read at a time as there are workers: one page is not spread over all processors.
        alone = {**environment(), "OMP_THREAD_LIMIT": "1"}
        answer = answer_of(self._command(), [picture], alone, self._limits.wall_seconds, _LARGEST_TABLE)
        return page_of_table(answer.decode("utf-8", "replace"), number, width, height)

    def _command(self) -> list[str]:
        bounds = json.dumps(asdict(self._limits))
        asked = [
            "stdin",
            "stdout",
            "-l",
            self._languages,
            "--dpi",
            str(self._dots_per_inch),
            "--psm",
            _ONE_COLUMN,
            "tsv",
        ]
        program = shutil.which(self._program) or self._program
        return [sys.executable, "-P", "-m", _LIMITED, bounds, program, *asked]


@cache
def _languages_of(program: str) -> frozenset[str]:
    try:
        told = subprocess.run(  # noqa: S603 - the program that the settings name
            [program, "--list-langs"], capture_output=True, text=True, timeout=_LOOKING_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(told.stdout.split())
