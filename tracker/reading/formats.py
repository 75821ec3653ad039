"""Which files are read as reports, told by name and first bytes; what is refused is refused with advice.

Loaded by the doors too, so nothing here parses anything.
"""

import re
from pathlib import PurePosixPath
from typing import Final

from tracker.foundation.errors import (
    FileEncrypted,
    FormatMismatch,
    FormatNotSupported,
    FormatOfOthers,
    FormatTooOld,
    FormatWithoutText,
)
from tracker.reading import SUFFIXES

_OLD: Final = frozenset({".doc", ".dot", ".rtf", ".wps", ".wpd", ".sxw"})
_IMAGES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic", ".jfif"}
)
_OTHERS: Final = frozenset(
    {".xls", ".xlsx", ".xlsm", ".ods", ".csv", ".ppt", ".pptx", ".odp", ".zip", ".rar", ".7z", ".gz", ".tar"}
)
_PLAIN: Final = frozenset({".txt", ".md"})
_ZIPPED: Final = frozenset({".docx", ".odt"})
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream in which Word keeps a document with a password, in the directory of the old container.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_RTF: Final = b"{\\rtf"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PDF: Final = b"%PDF-"
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}<(?:!doctype html|html)[\s>]", re.IGNORECASE)
_PICTURES: Final = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*"),
    *(b"\x00\x00\x00\x0cjP  ", b"\x00\x00\x00\x18ftypheic"),
)
_ARCHIVES: Final = (b"\x1f\x8b", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case; raise FormatNotSupported or its kin if it is not read."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix in SUFFIXES:
        return suffix
    if suffix in _OLD:
        raise FormatTooOld
    if suffix in _IMAGES:
        raise FormatWithoutText
    raise FormatOfOthers if suffix in _OTHERS else FormatNotSupported


def check_beginning(suffix: str, data: bytes) -> None:
    """Raise the kind of FormatNotSupported that tells what a file really is, if it is not what its suffix says."""
    if data.startswith(_OLE):
        raise FileEncrypted if _ENCRYPTED in data else FormatTooOld
    if data.startswith(_RTF):
        raise FormatTooOld
    if data.startswith(_PICTURES):
        raise FormatWithoutText
    if data.startswith(_ARCHIVES):
        raise FormatOfOthers
    if data.startswith(_ZIP) is not (suffix in _ZIPPED):
        raise FormatMismatch
    if data.startswith(_PDF) and suffix != ".pdf":
        raise FormatMismatch
    if suffix in _PLAIN and _PAGE.match(data):
        raise FormatMismatch
