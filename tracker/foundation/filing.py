"""Files kept by content: the name is the hash of the bytes, so a file never changes and is stored once."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Protocol

from tracker.foundation.errors import NotFound
from tracker.foundation.language import N_


@dataclass(frozen=True)
class StoredFile:
    """A file in the store; `name` is what its uploader called it and names nothing on the disk."""

    sha256: str
    size: int
    name: str


class FileMissing(NotFound):
    """The file is not in the store."""

    message = N_("找不到這個檔案，可能已被移除。請洽系統管理者。")


class FileStore(Protocol):
    """Keeps files by content hash."""

    def put(self, data: bytes, name: str = "") -> StoredFile:
        """Store the bytes durably, once, and return where they are."""
        ...

    def keep(self, file: IO[bytes], name: str = "") -> StoredFile:
        """Store what an open file holds, from its beginning, without reading all of it into memory."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open a stored file for reading; raises FileMissing when the store does not hold it."""
        ...

    def exists(self, sha256: str) -> bool:
        """Tell whether the store holds the file."""
        ...

    def discard(self, sha256: str) -> None:
        """Remove a file that nothing refers to; one that is not there is no error."""
        ...


@dataclass
class MemoryFileStore:
    """Keeps files in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, data: bytes, name: str = "") -> StoredFile:
        """Keep the bytes and return their hash."""
        stored = describe(data, name)
        self.files[stored.sha256] = data
        return stored

    def keep(self, file: IO[bytes], name: str = "") -> StoredFile:
        """Keep what an open file holds."""
        file.seek(0)
        return self.put(file.read(), name)

    def open(self, sha256: str) -> BinaryIO:
        """Open kept bytes for reading; raises FileMissing when they are not there."""
        if sha256 not in self.files:
            raise FileMissing
        return io.BytesIO(self.files[sha256])

    def exists(self, sha256: str) -> bool:
        """Tell whether the bytes are kept."""
        return sha256 in self.files

    def discard(self, sha256: str) -> None:
        """Forget the bytes."""
        self.files.pop(sha256, None)


def describe(data: bytes, name: str = "") -> StoredFile:
    """Return what storing the bytes will say of them."""
    return StoredFile(hashlib.sha256(data).hexdigest(), len(data), name)
