"""Which files a command was given: files as named, directories with all below them that may be a report."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.foundation.errors import FileTooLarge, ReportUnreadable
from tracker.foundation.language import N_

NOT_FOUND = N_("找不到檔案，或沒有讀取的權限。")
NOTHING_INSIDE = N_("這個目錄裡沒有可以讀取的檔案。")
_OWN_FILES_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class Found:
    """Files to read, in natural order within each directory; how many were passed over; what holds nothing."""

    files: tuple[Path, ...]
    skipped: int
    empty: tuple[Path, ...]


def find_files(paths: Sequence[Path]) -> Found:
    """Return the files that some paths stand for, each once; what is hidden or temporary in a directory is skipped.

    A file that is named is always among them, even one that does not exist: reading it tells so.
    """
    files: dict[Path, None] = {}
    skipped = 0
    empty = []
    for path in paths:
        if not path.is_dir():
            files[path] = None
            continue
        inside = list(_below(path))
        wanted = [each for each in inside if not _is_skipped(each.relative_to(path))]
        files.update(dict.fromkeys(wanted))
        skipped += len(inside) - len(wanted)
        if not wanted:
            empty.append(path)
    return Found(tuple(files), skipped, tuple(empty))


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return what sorts names as people do: `報告2.pdf` before `報告10.pdf`."""
    parts = _DIGITS.split(name.casefold())
    return tuple((0, int(part)) if number % 2 else (1, part) for number, part in enumerate(parts))


def bytes_of(file: Path, max_bytes: int) -> bytes:
    """Return what a file holds; raises FileTooLarge before reading it, or ReportUnreadable."""
    try:
        if file.stat().st_size > max_bytes:
            raise FileTooLarge
        return file.read_bytes()
    except OSError as error:
        raise ReportUnreadable(NOT_FOUND) from error


def _below(directory: Path) -> Iterator[Path]:
    # Links to directories are not followed: they may lead round in a circle.
    for folder, folders, names in os.walk(directory):
        folders.sort(key=natural_key)
        for name in sorted(names, key=natural_key):
            yield Path(folder) / name


def _is_skipped(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or path.name.startswith("~$") or path.name.casefold() in _OWN_FILES_OF_SYSTEMS
