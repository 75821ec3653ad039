from pathlib import Path

import pytest

from tracker.adapters.disk import DiskFileStore
from tracker.foundation.filing import FileMissing, FileStore, MemoryFileStore


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return DiskFileStore(tmp_path / "files") if request.param == "disk" else MemoryFileStore()


class TestFileStore:
    def test_gives_back_what_was_put(self, store: FileStore) -> None:
        stored = store.put("佐證資料".encode(), "照片.txt")
        with store.open(stored.sha256) as file:
            assert file.read() == "佐證資料".encode()

    def test_describes_the_file(self, store: FileStore) -> None:
        stored = store.put(b"abc", "a.txt")
        assert (stored.size, stored.name) == (3, "a.txt")

    def test_the_same_content_is_one_file(self, store: FileStore) -> None:
        assert store.put(b"abc", "a.txt").sha256 == store.put(b"abc", "b.txt").sha256

    def test_says_what_is_missing(self, store: FileStore) -> None:
        with pytest.raises(FileMissing):
            store.open("0" * 64)

    def test_a_path_is_no_hash(self, store: FileStore) -> None:
        assert not store.exists("../../etc/passwd")


class TestDiskFileStore:
    def test_leaves_no_temporary_file(self, tmp_path: Path) -> None:
        stored = DiskFileStore(tmp_path).put(b"abc")
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [stored.sha256[2:]]

    def test_a_failed_write_stores_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", fail)
        with pytest.raises(OSError, match="No space"):
            DiskFileStore(tmp_path).put(b"abc")
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
