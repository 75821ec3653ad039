"""Which files may be filed as evidence: a name, a beginning and a size that agree.

Source: OWASP file upload cheat sheet; the office formats are those that Taiwan's ODF rule asks for.
"""

from collections.abc import Mapping
from pathlib import PurePath

from tracker.foundation.language import N_

_ZIP = (b"PK\x03\x04",)
BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".docx": _ZIP,
    ".xlsx": _ZIP,
    ".odt": _ZIP,
    ".ods": _ZIP,
    ".txt": (),
    ".csv": (),
}
MEGABYTE = 1024 * 1024


def problem_with_file(name: str, data: bytes, max_megabytes: int) -> str | None:
    """Return the msgid of why a file cannot be evidence, or None when it can."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in BEGINNINGS:
        return N_("佐證資料請使用 PDF、ODT、ODS、DOCX、XLSX、PNG、JPG、TXT 或 CSV。")
    if not data:
        return N_("檔案是空的（0 位元組）。請確認選對了檔案。")
    if len(data) > max_megabytes * MEGABYTE:
        return N_("檔案太大，超過可上傳的上限。")
    beginnings = BEGINNINGS[suffix]
    if beginnings and not data.startswith(beginnings):
        return N_("檔案內容與副檔名不符，請確認檔案可以正常開啟。")
    if not beginnings and b"\x00" in data:
        return N_("檔案內容與副檔名不符，請確認檔案可以正常開啟。")
    return None


def megabytes(size: int, *, round_up: bool = False) -> str:
    """Return a size in megabytes with one decimal: what is left is rounded down, what is wanted up."""
    tenths = -(-size * 10 // MEGABYTE) if round_up else size * 10 // MEGABYTE
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
