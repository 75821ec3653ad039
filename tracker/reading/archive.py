"""Open a zip archive of office XML within bounds: the parts are counted as they stream, the headers only hinted at.

Source: OWASP file upload cheat sheet; a document of 1 MB can unpack to 1 GiB.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from tracker.foundation.errors import FileEncrypted, FileTooLarge, FileTruncated, FileUnsafe

MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 200 * 2**20
MOST_RATIO: Final = 200
# Below this an entry may be as dense as it likes: an empty table of 2,000 rows is, too.
_RATIO_FROM: Final = 2**20
_CHUNK: Final = 64 * 1024
_ENCRYPTED = 0x1
_DAMAGE = (BadZipFile, EOFError, zlib.error, OSError, ValueError, KeyError)


class Archive:
    """The parts of one archive; nothing is ever written to a disk."""

    def __init__(self, data: bytes) -> None:
        """Look at the directory; raise FileTruncated, FileEncrypted, FileTooLarge or FileUnsafe."""
        try:
            self._zip = ZipFile(BytesIO(data))
        except _DAMAGE as error:
            raise FileTruncated from error
        except NotImplementedError as error:
            raise FileUnsafe from error
        self._left = MOST_BYTES
        self._entries = _checked(self._zip.infolist())

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def part(self, name: str) -> bytes:
        """Unpack one part; raise FileTooLarge past the bounds, FileTruncated where it is damaged or missing."""
        try:
            return b"".join(self._chunks(self._entries[name]))
        except NotImplementedError as error:
            raise FileUnsafe from error
        except RuntimeError as error:
            raise FileEncrypted from error
        except _DAMAGE as error:
            raise FileTruncated from error

    def check_bounds(self) -> None:
        """Unpack everything once and keep nothing of it: for readers that unpack by themselves; raise as `part`."""
        for name in self._entries:
            self.part(name)

    def _chunks(self, entry: ZipInfo) -> Iterator[bytes]:
        most = max(_RATIO_FROM, entry.compress_size * MOST_RATIO)
        with self._zip.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                most -= len(chunk)
                self._left -= len(chunk)
                if most < 0 or self._left < 0:
                    raise FileTooLarge
                yield chunk


def _checked(entries: list[ZipInfo]) -> dict[str, ZipInfo]:
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise FileTooLarge
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileEncrypted
    names = {entry.filename: entry for entry in entries}
    if len(names) != len(entries) or not all(_is_plain(name) for name in names):
        raise FileUnsafe
    return names


def _is_plain(name: str) -> bool:
    """Say whether a name stays inside the package."""
    return not (name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"))
