"""Pages of reports as images, and where passages stand on them: drawn once in a child, then kept beside the files.

Everything here can be made again from the files, so the directory may be emptied at any time. What could not be drawn
is remembered for a while, or each look at a broken page would cost a child its whole time.
"""

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256 as hash_of
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import BoundedSemaphore, Lock
from typing import Any, Final, NamedTuple

from tracker.adapters.sandbox import Sandbox
from tracker.foundation.errors import PageNotDrawn, ReportUnreadable
from tracker.foundation.filing import FileMissing
from tracker.reading.picture import FileOpener, Look, Mark, Passage, Picture

# Each drawing may take the memory that reading a file may take.
_AT_ONCE: Final = 2
_PATIENCE_SECONDS: Final = 20.0
_REMEMBERED_SECONDS: Final = 600.0
_MOST_REMEMBERED: Final = 1_000
# Passages are asked for in portions, so that one question stays small.
_MOST_PASSAGES: Final = 500
_IMAGE: Final = ".image"


class _Failure(NamedTuple):
    until: float
    kind: type[ReportUnreadable]


class PageGallery:
    """Implements `ShowPages`; the directory holds at most so many bytes of images, older ones go first."""

    def __init__(self, files: FileOpener, sandbox: Sandbox, root: Path, most_bytes: int) -> None:
        self._files = files
        self._sandbox = sandbox
        self._root = root
        self._most_bytes = most_bytes
        self._drawing = BoundedSemaphore(_AT_ONCE)
        self._failures: dict[str, _Failure] = {}
        self._lock = Lock()

    def picture(self, sha256: str, name: str, number: int, width: int) -> Picture:
        """Return a page, counted from 1, about so many pixels wide.

        Raises PageMissing, FileMissing or a member of the ReportUnreadable family.
        """
        place = self._folder(sha256) / f"{number}-{width}{_IMAGE}"
        if kept := _read_picture(place):
            return kept
        with self._turn(f"{sha256} {number} {name}"):
            if kept := _read_picture(place):
                return kept
            drawn = self._sandbox.picture(name, self._bytes(sha256), number, width)
            facts = asdict(drawn)
            data = facts.pop("data")
            _write(place, json.dumps(facts).encode() + b"\n" + data)
            self._make_room()
            return drawn

    def marks(self, sha256: str, name: str, passages: Sequence[Passage]) -> dict[Passage, tuple[Mark, ...]]:
        """Return a box for each printed line of each passage; empty where it was not found.

        Raises FileMissing or a member of the ReportUnreadable family.
        """
        place = self._folder(sha256) / "marks.json"
        keys = {passage: _key(passage) for passage in passages}
        kept = _read_marks(place)
        missing = [passage for passage, key in keys.items() if key not in kept][:_MOST_PASSAGES]
        if missing:
            with self._turn(f"{sha256} marks {name}"):
                found = self._sandbox.marks(name, self._bytes(sha256), missing)
                kept = _read_marks(place) | {
                    keys[each]: marks for each, marks in zip(missing, found, strict=True)
                }
                _write(place, json.dumps(kept).encode("ascii"))
        return {passage: tuple(Mark(*each) for each in kept.get(key, ())) for passage, key in keys.items()}

    def looks(self, sha256: str, name: str, text: str) -> tuple[Look, ...]:
        """Return which lines of a report's stored text are headings and rows; none where that cannot be told.

        A reader that has learned to lay out the text otherwise since the import says nothing about the stored one.
        """
        place = self._folder(sha256) / "looks.json"
        kept = _read_marks(place)
        if not kept:
            try:
                with self._turn(f"{sha256} looks {name}"):
                    digest, found = self._sandbox.looks(name, self._bytes(sha256))
            except (ReportUnreadable, FileMissing):
                return ()
            kept = {"text": digest, "looks": found}
            _write(place, json.dumps(kept).encode("ascii"))
        stored = hash_of(text.encode("utf-8", "surrogatepass")).hexdigest()
        return tuple(Look(*each) for each in kept["looks"]) if kept["text"] == stored else ()

    def forget(self, sha256: str) -> None:
        """Remove what was drawn of a file."""
        shutil.rmtree(self._folder(sha256), ignore_errors=True)

    def _folder(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]

    def _bytes(self, sha256: str) -> bytes:
        with self._files.open(sha256) as file:
            return file.read()

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """Wait for one of the few places at which pages are drawn; raise again what failed a moment ago."""
        self._raise_remembered(key)
        if not self._drawing.acquire(timeout=_PATIENCE_SECONDS):
            raise PageNotDrawn
        try:
            self._raise_remembered(key)
            yield
        except ReportUnreadable as error:
            self._remember(key, error)
            raise
        finally:
            self._drawing.release()

    def _raise_remembered(self, key: str) -> None:
        with self._lock:
            failed = self._failures.get(key)
            if failed and failed.until <= time.monotonic():
                del self._failures[key]
                failed = None
        if failed:
            raise failed.kind

    def _remember(self, key: str, error: ReportUnreadable) -> None:
        with self._lock:
            if len(self._failures) >= _MOST_REMEMBERED:
                self._failures.clear()
            until = time.monotonic() + _REMEMBERED_SECONDS
            self._failures.setdefault(key, _Failure(until, type(error)))

    def _make_room(self) -> None:
        """Remove the images that were drawn first, when all take more than they may."""
        found = [(each.stat(), each) for each in self._root.glob(f"*/*/*{_IMAGE}")]
        too_many = sum(facts.st_size for facts, _ in found) - self._most_bytes
        for facts, each in sorted(found, key=lambda one: one[0].st_mtime):
            if too_many <= 0:
                return
            each.unlink(missing_ok=True)
            too_many -= facts.st_size


def _key(passage: Passage) -> str:
    return hash_of(json.dumps(passage).encode("ascii")).hexdigest()


def _read_picture(place: Path) -> Picture | None:
    try:
        facts, _, data = place.read_bytes().partition(b"\n")
        values: dict[str, Any] = json.loads(facts)
        return Picture(data=data, **values)
    except (OSError, ValueError, TypeError):
        return None


def _read_marks(place: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept


def _write(place: Path, data: bytes) -> None:
    """Write a file that is whole as soon as it is there."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=place.parent, prefix=".new-", delete=False) as temporary:
        try:
            temporary.write(data)
            temporary.flush()
            Path(temporary.name).replace(place)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
