"""What can be told of a file before it is read."""

import pytest

from tracker.foundation.errors import (
    FileEmpty,
    FileTooLarge,
    FormatNotSupported,
    FormatOfOthers,
    FormatTooOld,
    FormatWithoutText,
    ReportUnreadable,
)
from tracker.reading import SUFFIXES
from tracker.reading.readers import READERS
from tracker.reports.importing import check_file


class TestCheckFile:
    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("a.txt", b"", FileEmpty),
            ("a.txt", b"123456", FileTooLarge),
            ("a.exe", b"12345", FormatNotSupported),
            ("txt", b"12345", FormatNotSupported),
            ("a.doc", b"12345", FormatTooOld),
            ("scan.TIF", b"12345", FormatWithoutText),
            ("list.xlsx", b"12345", FormatOfOthers),
        ],
    )
    def test_refuses(self, name: str, data: bytes, reason: type[ReportUnreadable]) -> None:
        with pytest.raises(reason):
            check_file(name, data, max_bytes=5)

    def test_takes_a_suffix_in_capitals(self) -> None:
        check_file("REPORT.PDF", b"12345", max_bytes=5)

    def test_knows_the_suffixes_of_the_readers(self) -> None:
        assert set(SUFFIXES) == set(READERS)
