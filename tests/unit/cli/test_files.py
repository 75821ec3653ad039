"""Which files a directory stands for, and in which order."""

from pathlib import Path

import pytest

from tracker.cli.files import bytes_of, find_files, natural_key
from tracker.foundation.errors import FileTooLarge, ReportUnreadable


class TestNaturalKey:
    def test_counts_as_people_do(self) -> None:
        names = ["報告10.pdf", "報告2.pdf", "報告1.pdf", "附件.pdf", "2.txt", "１.txt"]
        assert sorted(names, key=natural_key) == [
            "2.txt",
            "報告1.pdf",
            "報告2.pdf",
            "報告10.pdf",
            "附件.pdf",
            "１.txt",
        ]

    def test_compares_any_two_names(self) -> None:
        assert sorted(["a", "1", "a1", "1a", ""], key=natural_key) == ["", "1", "1a", "a", "a1"]


class TestFindFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in ("b10.txt", "b9.txt", ".hidden", "~$b9.docx", "inner/a.txt", ".git/config"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.touch()
        return tmp_path

    def test_goes_below_in_natural_order_and_counts_what_it_skips(self, folder: Path) -> None:
        found = find_files([folder])
        assert [str(file.relative_to(folder)) for file in found.files] == ["b9.txt", "b10.txt", "inner/a.txt"]
        assert (found.skipped, found.empty) == (3, ())

    def test_names_each_file_once(self, folder: Path) -> None:
        assert len(find_files([folder / "b9.txt", folder]).files) == 3

    def test_takes_a_file_that_is_named_whatever_its_name(self, folder: Path) -> None:
        assert find_files([folder / ".hidden", folder / "absent"]).files == (
            folder / ".hidden",
            folder / "absent",
        )

    def test_tells_a_directory_that_holds_nothing(self, folder: Path) -> None:
        assert find_files([folder / ".git", folder / "inner"]).empty == ()
        (folder / "void").mkdir()
        assert find_files([folder / "void"]).empty == (folder / "void",)

    def test_does_not_run_in_circles(self, folder: Path) -> None:
        (folder / "inner" / "again").symlink_to(folder)
        assert len(find_files([folder]).files) == 3


class TestBytesOf:
    def test_refuses_what_is_absent_or_large(self, tmp_path: Path) -> None:
        with pytest.raises(ReportUnreadable):
            bytes_of(tmp_path / "absent", 9)
        with pytest.raises(ReportUnreadable):
            bytes_of(tmp_path, 9_999_999)
        (tmp_path / "large").write_bytes(b"0123456789")
        with pytest.raises(FileTooLarge):
            bytes_of(tmp_path / "large", 9)
