"""Reads untrusted files in a short-lived child process; the parent only ever sees plain values.

The parent never loads a reader. A child that crashes, hangs or eats memory costs one message, not the server.
"""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tracker
from tracker.adapters.children import answer_of
from tracker.extraction.model import ReadReport, from_json
from tracker.foundation import errors
from tracker.foundation.errors import FileEmpty, FileTooLarge, ReportUnreadable
from tracker.reading.document import PlaceOnPage, ReadingLimits
from tracker.reading.picture import Look, Mark, Passage, Picture
from tracker.reading.scan import ScannedPage, to_rows

_CHILD = "tracker.adapters.reading_child"
# JSON writes a Chinese character of three bytes in six, and repeats the quotes.
_ANSWER_PER_BYTE = 8
_ANSWER_AT_LEAST = 2**20
_LONGEST_NAME = 255


class Sandbox:
    """Implements `ReadAndExtract` with one child process per file."""

    def __init__(self, limits: ReadingLimits | None = None) -> None:
        self._limits = limits or ReadingLimits()

    def read(self, name: str, data: bytes) -> ReadReport:
        """Read a file and extract from it; raise a member of the ReportUnreadable family."""
        return _report(self._answer_of_child("read", name, data))

    def boxes(self, name: str, data: bytes, start: int, end: int) -> tuple[PlaceOnPage, ...]:
        """Return where a span of a report's text stands on the pages, a box for each line; empty without pages.

        Raises a member of the ReportUnreadable family.
        """
        return _places(self._answer_of_child("boxes", name, data, start, end))

    def picture(self, name: str, data: bytes, number: int, width: int, *, is_grey: bool = False) -> Picture:
        """Draw a page, counted from 1, about so many pixels wide.

        Raises PageMissing, PageNotDrawn, or another member of the ReportUnreadable family.
        """
        return _picture(self._answer_of_child("picture", name, data, number, width, int(is_grey)))

    def read_scan(self, pages: Sequence[ScannedPage]) -> ReadReport:
        """Extract from what was recognised on pages; raise a member of the ReportUnreadable family."""
        rows = {page.number: to_rows(page) for page in pages}
        return _report(self._answer_of_child("scan", "scan", json.dumps(rows).encode("ascii")))

    def looks(self, name: str, data: bytes) -> tuple[str, tuple[Look, ...]]:
        """Return the digest of a file's text, and which of its lines are headings and rows.

        Raises a member of the ReportUnreadable family.
        """
        return _looks(self._answer_of_child("looks", name, data))

    def marks(self, name: str, data: bytes, passages: Sequence[Passage]) -> list[tuple[Mark, ...]]:
        """Return for each passage a box for each of its printed lines, on the pages as they are shown.

        Raises a member of the ReportUnreadable family.
        """
        question = json.dumps(passages).encode("ascii") + b"\n"
        return _marks(self._answer_of_child("marks", name, data, before=question))

    def _answer_of_child(
        self, question: str, name: str, data: bytes, *numbers: int, before: bytes = b""
    ) -> bytes:
        if not data:
            raise FileEmpty
        if len(data) > self._limits.max_bytes:
            raise FileTooLarge
        command = _command(self._limits, _plain(name), question, *numbers)
        return answer_of(
            command, (before, data), environment(), self._limits.wall_seconds, self._most_of_answer(data)
        )

    def _most_of_answer(self, data: bytes) -> int:
        # The text of a PDF may be larger than the file, since it is stored compressed.
        return max(_ANSWER_AT_LEAST, _ANSWER_PER_BYTE * len(data), self._limits.max_bytes)


def _command(limits: ReadingLimits, name: str, question: str, *numbers: int) -> list[str]:
    bounds = json.dumps(asdict(limits))
    return [sys.executable, "-P", "-m", _CHILD, bounds, name, question, *map(str, numbers)]


def environment() -> dict[str, str]:
    """Return an environment without secrets: only what Python needs to find this package."""
    return {
        "PYTHONPATH": str(Path(tracker.__file__).resolve().parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PATH": os.defpath,
    }


def _plain(name: str) -> str:
    """Keep a file name as data: its last part, without what an argument cannot carry."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")
    return last.encode("utf-8", "replace").decode()[-_LONGEST_NAME:]


def _report(answer: bytes) -> ReadReport:
    try:
        values: dict[str, Any] = json.loads(answer)
        if "error" in values:
            raise _error(values["error"])
        starts = values["page_starts"]
        return ReadReport(
            document_text=values["text"],
            kind=values["kind"],
            page_starts=None if starts is None else tuple(int(s) for s in starts),
            extraction=from_json(values["extraction"]),
            scanned=tuple(int(number) for number in values["scanned"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ReportUnreadable from error


def _picture(answer: bytes) -> Picture:
    try:
        values: dict[str, Any] = json.loads(answer)
        if "error" in values:
            raise _error(values["error"])
        width, height = map(int, values["size"])
        image = b64decode(values["data"], validate=True)
        # What is handed to browsers is one of two kinds, whatever a child that was taken over may say.
        kind = {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg"}[image[:4]]
        return Picture(image, kind, width, height, int(values["pages"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ReportUnreadable from error


def _looks(answer: bytes) -> tuple[str, tuple[Look, ...]]:
    try:
        values: dict[str, Any] = json.loads(answer)
        if "error" in values:
            raise _error(values["error"])
        looks = (Look(int(start), None if level is None else int(level)) for start, level in values["looks"])
        return str(values["text"]), tuple(looks)
    except (ValueError, KeyError, TypeError) as error:
        raise ReportUnreadable from error


def _marks(answer: bytes) -> list[tuple[Mark, ...]]:
    try:
        values: dict[str, Any] = json.loads(answer)
        if "error" in values:
            raise _error(values["error"])
        return [tuple(Mark(int(page), *map(float, box)) for page, *box in marks) for marks in values["marks"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ReportUnreadable from error


def _places(answer: bytes) -> tuple[PlaceOnPage, ...]:
    try:
        values: dict[str, Any] = json.loads(answer)
        if "error" in values:
            raise _error(values["error"])
        return tuple(PlaceOnPage(int(page), *map(float, box)) for page, *box in values["boxes"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReportUnreadable from error


def _error(name: str) -> ReportUnreadable:
    kind = getattr(errors, str(name), None)
    if isinstance(kind, type) and issubclass(kind, ReportUnreadable):
        return kind()
    return ReportUnreadable()
