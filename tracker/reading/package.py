"""Open a zip package of office XML within bounds: the parts are counted as they stream, the headers only hinted at.

Source: OWASP file upload cheat sheet; a document of 1 MB can unpack to 1 GiB.
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final, TypeAlias
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from tracker.foundation.errors import FileEncrypted, FileTooLarge, FileTruncated, FileUnsafe

MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 200 * 2**20
MOST_RATIO: Final = 200
# Below this an entry may be as dense as it likes: an empty table of 2,000 rows is, too.
_RATIO_FROM: Final = 2**20
_CHUNK: Final = 64 * 1024
_ENCRYPTED = 0x1
_NO_MEMORY = 2
_DAMAGE = (BadZipFile, EOFError, zlib.error, OSError, ValueError, KeyError)
# LibreOffice and Word both write the strict namespaces rarely; one spelling is enough for the readers.
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"

Element: TypeAlias = Any  # lxml ships no types.


class Package:
    """The parts of one package; nothing is ever written to a disk."""

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

    def tree(self, name: str) -> Element:
        """Parse one part without entities, network or a document type; raise as `part`, or FileTruncated."""
        return parsed(self.part(name))

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


def parsed(data: bytes) -> Element:
    """Return the root of an XML text; raise FileTruncated for bad XML, FileUnsafe for a document type."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(data.replace(_STRICT, _TRANSITIONAL), parser)
    except etree.XMLSyntaxError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        raise FileTruncated from error
    if root.getroottree().docinfo.internalDTD is not None:
        # Neither OOXML nor ODF knows document types; who brings one wants to define entities.
        raise FileUnsafe
    return root


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
