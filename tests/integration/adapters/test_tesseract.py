"""The real tesseract in its child process, where it is installed."""

import time

import pytest

from tests.support.printed import printed_report, scanned
from tests.support.scans import LIMITS, absent, tesseract
from tracker.adapters.sandbox import Sandbox
from tracker.adapters.tesseract import Tesseract
from tracker.foundation.errors import ReadingTookTooLong, ReportUnreadable
from tracker.reading.document import ReadingLimits
from tracker.reading.scan import text_of


@pytest.fixture(scope="module")
def picture() -> bytes:
    """The second page of a scanned report."""
    return Sandbox().picture("a.pdf", scanned(printed_report()), 2, 1654, is_grey=True).data


class TestRecognise:
    def test_reads_a_clean_page_with_how_sure_each_word_is(self, picture: bytes) -> None:
        page = tesseract().recognise(picture, 2, 1654, 2339)
        assert "交通局於輕軌沿線三處路口試辦" in text_of([page]).document.text
        assert all(0 <= word.sureness <= 1 for row in page.lines for word in row)
        assert page.sureness is not None
        assert page.sureness > 0.8

    def test_gives_no_words_for_an_empty_page(self) -> None:
        scanner = tesseract()
        blank = Sandbox().picture("a.pdf", scanned(printed_report()), 1, 40, is_grey=True).data
        assert scanner.recognise(blank, 1, 40, 57).sureness in (None, pytest.approx(0.5, abs=0.5))

    def test_of_what_is_no_picture_is_refused(self) -> None:
        with pytest.raises(ReportUnreadable):
            tesseract().recognise(b"no picture at all", 1, 100, 100)

    def test_past_its_time_is_ended(self, picture: bytes) -> None:
        tesseract()
        hasty = tesseract(ReadingLimits(memory_bytes=LIMITS.memory_bytes, wall_seconds=0.05))
        began = time.monotonic()
        with pytest.raises(ReadingTookTooLong):
            hasty.recognise(picture, 1, 1654, 2339)
        assert time.monotonic() - began < 30

    def test_past_its_memory_is_ended(self, picture: bytes) -> None:
        with pytest.raises(ReportUnreadable):
            tesseract(ReadingLimits(memory_bytes=60 * 2**20)).recognise(picture, 1, 1654, 2339)


class TestAbsence:
    def test_is_told_for_a_program_that_is_not_installed(self) -> None:
        assert not absent().is_there()

    def test_is_told_for_a_language_that_is_not_installed(self) -> None:
        tesseract()
        assert not Tesseract("tesseract", "chi_tra+xyz", LIMITS, 200).is_there()
