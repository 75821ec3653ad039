"""Files in a directory, named by content hash: `ab/cdef…`.

A file is complete before it carries its name, so a crash leaves at most a nameless temporary file behind.
"""

import hashlib
import io
import os
import re
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from tracker.foundation.filing import FileMissing, StoredFile

_HASH = re.compile(r"[0-9a-f]{64}")


class DiskFileStore:
    """A file store below one directory, which is made when the first file comes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes, name: str = "") -> StoredFile:
        """Store the bytes so that they survive a power cut, and return where they are."""
        return self.keep(io.BytesIO(data), name)

    def keep(self, file: IO[bytes], name: str = "") -> StoredFile:
        """Store what an open file holds, from its beginning, without reading all of it into memory."""
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO[bytes] is one.
        place = self._place(sha256)
        if not place.exists():
            file.seek(0)
            _write_durably(place, file)
        return StoredFile(sha256, size, name)

    def open(self, sha256: str) -> BinaryIO:
        """Open a stored file for reading; raises FileMissing when the store does not hold it."""
        if not self.exists(sha256):
            raise FileMissing
        return self._place(sha256).open("rb")

    def exists(self, sha256: str) -> bool:
        """Tell whether the store holds the file; whatever is no hash is not in the store."""
        return bool(_HASH.fullmatch(sha256)) and self._place(sha256).is_file()

    def discard(self, sha256: str) -> None:
        """Remove a file that nothing refers to; one that is not there is no error."""
        if self.exists(sha256):
            self._place(sha256).unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]


def _write_durably(place: Path, file: IO[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=place.parent, prefix=".new-", delete=False) as temporary:
        try:
            shutil.copyfileobj(file, temporary)
            temporary.flush()
            os.fsync(temporary.fileno())
            Path(temporary.name).replace(place)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
    for directory in (place.parent, place.parent.parent):
        _sync_directory(directory)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
