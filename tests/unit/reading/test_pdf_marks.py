"""Where passages stand on a page as it is shown, also when the text is read anew years later."""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from tests.support.pdf import encrypted, pdf
from tracker.foundation.errors import FileEncrypted, PageMissing, PageNotDrawn
from tracker.reading import readers
from tracker.reading.document import ReadingLimits
from tracker.reading.pdf.marks import place_of
from tracker.reading.picture import Mark, Passage

LIMITS = ReadingLimits()
WORDS = "The Depot should wash trams first."
FILE = pdf("Report", f"2. Recommendations\n1. {WORDS}\n2. Buy brushes.")


def passage(data: bytes, words: str = WORDS) -> Passage:
    return Passage(readers.read("a.pdf", data, LIMITS).text.index(words), 0, words)


def mark(data: bytes, wanted: Passage) -> Mark:
    ((found,),) = readers.marks("a.pdf", data, [wanted], LIMITS)
    return found


def turned(data: bytes, degrees: int) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    for page in writer.pages:
        page.rotate(degrees)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def cropped(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    for page in writer.pages:
        page.cropbox.lower_left, page.cropbox.upper_right = (50, 421), (595, 842)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


class TestMarks:
    def test_stand_in_shares_of_the_page_from_its_upper_left(self) -> None:
        found = mark(FILE, passage(FILE))
        assert found.page == 2
        # 60 points and the width of "1. " from the left, the second line from 62 points below the edge.
        assert 60 / 595 < found.left < 90 / 595
        assert 60 / 842 < found.top < 85 / 842
        assert 0.2 < found.width < 0.4

    def test_follow_a_page_that_is_shown_turned(self) -> None:
        upright, lying = mark(FILE, passage(FILE)), mark(turned(FILE, 90), passage(FILE))
        assert lying.left == pytest.approx(1 - upright.top - upright.height, abs=0.01)
        assert lying.top == pytest.approx(upright.left, abs=0.01)

    def test_follow_a_page_of_which_only_a_part_is_shown(self) -> None:
        found = mark(cropped(FILE), passage(FILE))
        assert found.left < 40 / 545
        assert 60 / 421 < found.top < 85 / 421

    def test_of_several_passages_are_found_in_one_reading(self) -> None:
        one, other = readers.marks("a.pdf", FILE, [passage(FILE), passage(FILE, "Buy brushes.")], LIMITS)
        assert one[0].top < other[0].top

    def test_are_none_for_words_that_do_not_stand_there(self) -> None:
        assert readers.marks("a.pdf", FILE, [Passage(0, 4, "Nowhere at all")], LIMITS) == [[]]

    def test_are_none_in_formats_without_pages(self) -> None:
        assert readers.marks("a.txt", b"plain words", [Passage(0, 5, "plain")], LIMITS) == [[]]

    def test_are_refused_where_reading_is(self) -> None:
        with pytest.raises(FileEncrypted):
            readers.marks("a.pdf", encrypted(FILE), [passage(FILE)], LIMITS)


class TestWordsReadAnew:
    def test_are_found_where_they_stood(self) -> None:
        assert place_of("one two one", Passage(8, 11, "one")) == 8

    def test_are_found_nearest_to_where_they_stood_when_the_text_has_moved(self) -> None:
        assert place_of("....one two......one", Passage(14, 17, "one")) == 17
        assert place_of("....one two......one", Passage(2, 5, "one")) == 4

    def test_may_have_another_kind_of_blank_between_them(self) -> None:
        assert place_of("甲\t乙　丙", Passage(0, 5, "甲 乙 丙")) == 0

    def test_are_not_found_where_they_are_gone(self) -> None:
        assert place_of("something else", Passage(0, 3, "one")) is None
        assert place_of("something else", Passage(0, 0, "")) is None


class TestDrawing:
    def test_is_as_wide_as_asked_for(self) -> None:
        drawn = readers.drawing("a.pdf", FILE, 2, 1000, LIMITS)
        assert (drawn.width, drawn.pages) == (1000, 2)
        assert drawn.data.startswith(b"\x89PNG")

    def test_of_a_page_as_large_as_a_wall_stays_small(self) -> None:
        wall = FILE.replace(b"[0 0 595 842]", b"[0 0 595 99999]")
        drawn = readers.drawing("a.pdf", wall, 1, 2000, LIMITS)
        assert drawn.width * drawn.height <= 12_100_000

    @pytest.mark.parametrize("number", [0, 3, 99])
    def test_of_a_page_that_is_not_there_is_refused(self, number: int) -> None:
        with pytest.raises(PageMissing):
            readers.drawing("a.pdf", FILE, number, 1000, LIMITS)

    def test_of_a_text_is_refused(self) -> None:
        with pytest.raises(PageMissing):
            readers.drawing("a.txt", b"plain words", 1, 1000, LIMITS)

    def test_of_a_broken_file_says_that_the_page_cannot_be_shown(self) -> None:
        with pytest.raises(PageNotDrawn):
            readers.drawing("a.pdf", b"%PDF-1.7 nothing follows", 1, 1000, LIMITS)
