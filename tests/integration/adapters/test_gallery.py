"""Pages drawn by the real child process, once for each file, page and size."""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest

from tests.support.pdf import pdf
from tracker.adapters.gallery import PageGallery
from tracker.adapters.sandbox import Sandbox
from tracker.foundation.errors import FormatNotSupported, PageMissing, PageNotDrawn, ReportUnreadable
from tracker.foundation.filing import FileMissing, MemoryFileStore
from tracker.reading.document import ReadingLimits
from tracker.reading.picture import Mark, Passage, Picture

PAGES = pdf("Report", "2. Recommendations\n1. The Depot should wash trams first.\n2. Buy brushes.")
BROKEN = b"%PDF-1.7 nothing follows"
DEPOT = Passage(32, 37, "Depot")
BRUSHES = Passage(70, 77, "brushes")
MANY = 10**9


class CountingSandbox(Sandbox):
    """The real sandbox, which counts how often a child was started."""

    def __init__(self, limits: ReadingLimits | None = None) -> None:
        super().__init__(limits)
        self.started = 0

    def picture(self, name: str, data: bytes, number: int, width: int, *, is_grey: bool = False) -> Picture:
        self.started += 1
        return super().picture(name, data, number, width, is_grey=is_grey)

    def marks(self, name: str, data: bytes, passages: Sequence[Passage]) -> list[tuple[Mark, ...]]:
        self.started += 1
        return super().marks(name, data, passages)


@pytest.fixture
def files() -> MemoryFileStore:
    return MemoryFileStore()


@pytest.fixture
def sandbox() -> CountingSandbox:
    return CountingSandbox()


@pytest.fixture
def gallery(files: MemoryFileStore, sandbox: CountingSandbox, tmp_path: Path) -> PageGallery:
    return PageGallery(files, sandbox, tmp_path / "pages", MANY)


class TestPicture:
    def test_is_drawn_once_for_many_looks(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox
    ) -> None:
        stored = files.put(PAGES)
        first = gallery.picture(stored.sha256, "a.pdf", 2, 1000)
        assert gallery.picture(stored.sha256, "a.pdf", 2, 1000) == first
        assert sandbox.started == 1

    def test_is_kept_by_the_hash_of_the_file_with_page_and_size(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox, tmp_path: Path
    ) -> None:
        stored = files.put(PAGES)
        for number, width in ((1, 1000), (2, 1000), (2, 1500)):
            assert gallery.picture(stored.sha256, "a.pdf", number, width).width == width
        folder = tmp_path / "pages" / stored.sha256[:2] / stored.sha256[2:]
        assert {each.name for each in folder.iterdir()} == {"1-1000.image", "2-1000.image", "2-1500.image"}

    def test_stays_for_the_next_process(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox, tmp_path: Path
    ) -> None:
        stored = files.put(PAGES)
        first = gallery.picture(stored.sha256, "a.pdf", 1, 1000)
        later = PageGallery(files, sandbox, tmp_path / "pages", MANY)
        assert later.picture(stored.sha256, "a.pdf", 1, 1000) == first
        assert sandbox.started == 1

    def test_asked_for_by_many_at_once_is_drawn_at_most_twice(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox
    ) -> None:
        stored = files.put(PAGES)
        looks = [Thread(target=gallery.picture, args=(stored.sha256, "a.pdf", 1, 1000)) for _ in range(8)]
        for look in looks:
            look.start()
        for look in looks:
            look.join()
        assert sandbox.started <= 2

    def test_that_was_damaged_on_the_disk_is_drawn_again(
        self, gallery: PageGallery, files: MemoryFileStore, tmp_path: Path
    ) -> None:
        stored = files.put(PAGES)
        first = gallery.picture(stored.sha256, "a.pdf", 1, 1000)
        next((tmp_path / "pages").glob("*/*/*.image")).write_bytes(b"{}\n")
        assert gallery.picture(stored.sha256, "a.pdf", 1, 1000) == first

    def test_that_fails_is_not_tried_at_every_look(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox
    ) -> None:
        stored = files.put(BROKEN)
        for _ in range(3):
            with pytest.raises(PageNotDrawn):
                gallery.picture(stored.sha256, "a.pdf", 1, 1000)
        assert sandbox.started == 1

    def test_that_failed_by_its_name_is_drawn_under_another_name(
        self, gallery: PageGallery, files: MemoryFileStore
    ) -> None:
        stored = files.put(PAGES)
        with pytest.raises(FormatNotSupported):
            gallery.picture(stored.sha256, "a.exe", 1, 1000)
        assert gallery.picture(stored.sha256, "a.pdf", 1, 1000).width == 1000

    def test_of_a_page_that_is_not_there_is_refused(
        self, gallery: PageGallery, files: MemoryFileStore
    ) -> None:
        with pytest.raises(PageMissing):
            gallery.picture(files.put(PAGES).sha256, "a.pdf", 3, 1000)

    def test_of_a_file_that_is_gone_is_refused(self, gallery: PageGallery) -> None:
        with pytest.raises(FileMissing):
            gallery.picture("0" * 64, "a.pdf", 1, 1000)

    def test_past_the_memory_limit_costs_a_child_and_nothing_else(
        self, files: MemoryFileStore, tmp_path: Path
    ) -> None:
        tight = Sandbox(ReadingLimits(memory_bytes=100 * 2**20))
        gallery = PageGallery(files, tight, tmp_path / "pages", MANY)
        with pytest.raises(ReportUnreadable):
            gallery.picture(files.put(PAGES).sha256, "a.pdf", 1, 9000)

    def test_drawn_first_goes_when_there_is_no_room(
        self, files: MemoryFileStore, sandbox: CountingSandbox, tmp_path: Path
    ) -> None:
        stored = files.put(PAGES)
        gallery = PageGallery(files, sandbox, tmp_path / "pages", 25_000)
        gallery.picture(stored.sha256, "a.pdf", 1, 1000)
        (first,) = (tmp_path / "pages").glob("*/*/*.image")
        os.utime(first, (0, 0))
        gallery.picture(stored.sha256, "a.pdf", 2, 1000)
        assert [each.name for each in (tmp_path / "pages").glob("*/*/*.image")] == ["2-1000.image"]


class TestMarks:
    def test_are_found_once_for_many_looks(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox
    ) -> None:
        stored = files.put(PAGES)
        first = gallery.marks(stored.sha256, "a.pdf", [DEPOT, BRUSHES])
        assert [each.page for each in first[DEPOT]] == [2]
        assert gallery.marks(stored.sha256, "a.pdf", [BRUSHES, DEPOT]) == first
        assert sandbox.started == 1

    def test_of_a_passage_that_came_later_are_found_alone(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox
    ) -> None:
        stored = files.put(PAGES)
        gallery.marks(stored.sha256, "a.pdf", [DEPOT])
        assert gallery.marks(stored.sha256, "a.pdf", [DEPOT, BRUSHES])[BRUSHES]
        assert gallery.marks(stored.sha256, "a.pdf", [DEPOT])[DEPOT]
        assert sandbox.started == 2

    def test_of_nothing_need_no_child(
        self, gallery: PageGallery, files: MemoryFileStore, sandbox: CountingSandbox
    ) -> None:
        assert gallery.marks(files.put(PAGES).sha256, "a.pdf", []) == {}
        assert sandbox.started == 0
