"""The text that recognised words make, with the place and the sureness of each."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.scans import line
from tracker.extraction import extract
from tracker.reading.picture import Passage
from tracker.reading.scan import ScannedPage, from_rows, page_of_table, text_of, to_rows
from tracker.reports.rules.scans import DOUBTED, with_doubts

ROW = "5\t1\t1\t1\t{line}\t{word}\t{left}\t{top}\t40\t30\t{sureness}\t{text}"


def table(*words: tuple[int, int, int, float, str]) -> str:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    rows = [
        ROW.format(line=at, word=n, left=left, top=top, sureness=sureness, text=text)
        for n, (at, left, top, sureness, text) in enumerate(words)
    ]
    return "\n".join([head, "4\t1\t1\t1\t1\t0\t0\t0\t0\t0\t-1\t", *rows])


class TestTable:
    def test_gives_words_by_lines_with_shares_of_the_page(self) -> None:
        page = page_of_table(
            table((1, 100, 200, 96.5, "建"), (1, 140, 200, 90, "議"), (2, 100, 260, 50, "完")), 3, 1000, 2000
        )
        assert [[word.text for word in each] for each in page.lines] == [["建", "議"], ["完"]]
        assert page.lines[0][0] == ("建", 0.965, 0.1, 0.1, 0.04, 0.015)
        assert page.number == 3

    def test_tells_how_sure_each_word_line_and_page_is(self) -> None:
        page = page_of_table(table((1, 0, 0, 100, "甲"), (1, 40, 0, 50, "乙")), 1, 1000, 1000)
        assert page.sureness == 0.75
        assert page_of_table("", 1, 1000, 1000).sureness is None

    def test_passes_over_rows_of_another_shape_and_words_without_letters_to_show(self) -> None:
        found = page_of_table(
            table((1, 0, 0, 90, "\x1b\x07"), (1, 0, 0, 90, " ")) + "\nnonsense\n5\tx", 1, 100, 100
        )
        assert found.lines == ()

    @given(st.text(max_size=300))
    def test_never_fails_whatever_it_is(self, words: str) -> None:
        text_of([page_of_table(table((1, 0, 0, 90, "甲")) + "\n" + words, 1, 100, 100)])

    def test_comes_back_from_plain_values(self) -> None:
        page = page_of_table(table((1, 100, 200, 96.5, "建")), 1, 1000, 2000)
        assert from_rows(1, to_rows(page)) == page


class TestText:
    def test_joins_lines_that_go_on_and_begins_anew_at_numbers(self) -> None:
        long = "建請交通局於輕軌沿線三處路口試辦行人優先號誌並於年底前提出成效"
        page = ScannedPage(1, (line(f"1.{long}", 0.1), line("報告。", 0.13), line("2.建請檢討。", 0.16)))
        assert text_of([page]).document.text == f"1.{long}報告。\n2.建請檢討。"

    def test_keeps_the_lines_of_a_cover_apart(self) -> None:
        page = ScannedPage(1, (line("服務機關:交通局", 0.1), line("派赴國家:日本", 0.13)))
        assert text_of([page]).document.text == "服務機關：交通局\n派赴國家：日本"

    def test_says_where_each_page_begins(self) -> None:
        found = text_of(
            [ScannedPage(1, (line("甲", 0.1),)), ScannedPage(2, ()), ScannedPage(3, (line("丙", 0.1),))]
        )
        assert found.document.pages == (0, 2, 3)
        assert [found.document.page_at(each.start) for each in found.words] == [1, 3]

    def test_puts_blanks_between_latin_words_only(self) -> None:
        words = [
            word._replace(text=text)
            for word, text in zip(line("甲乙丙丁", 0.1), ("at", "the", "港", "區"), strict=True)
        ]
        assert text_of([ScannedPage(1, (tuple(words),))]).document.text == "at the港區"

    @given(st.lists(st.text("甲乙,.:(a1 ", min_size=1, max_size=12), max_size=6))
    def test_of_each_word_stands_where_it_is_said_to_stand(self, lines: list[str]) -> None:
        rows = tuple(line(each.replace(" ", "丙"), 0.1 + 0.03 * n) for n, each in enumerate(lines))
        found = text_of([ScannedPage(1, rows)])
        for each in found.words:
            assert len(found.document.text[each.start : each.end]) == len(each.word.text)


class TestMarks:
    def test_of_a_passage_are_a_box_for_each_line(self) -> None:
        long = "建請交通局於輕軌沿線三處路口試辦行人優先號誌並於年底前提出成效"
        found = text_of([ScannedPage(2, (line(long, 0.1), line("報告。", 0.13)))])
        one, other = found.marks(Passage(2, len(long) + 3, ""))
        assert (one.page, one.left, one.top) == (2, 0.14, 0.1)
        assert (other.left, other.top) == (0.1, 0.13)


class TestDoubts:
    ADVICE = ("三、建議", "1.建請交通局試辦行人優先號誌。", "2.建請交通局增設低位售票窗口。")

    def test_are_told_by_the_candidate_that_holds_a_doubted_word(self) -> None:
        one, *rest = line(self.ADVICE[2], 0.16)
        doubted = (one, *(word._replace(sureness=0.3) if word.text == "票" else word for word in rest))
        text = text_of([ScannedPage(1, (line(self.ADVICE[0], 0.1), line(self.ADVICE[1], 0.13), doubted))])
        sure, unsure = with_doubts(extract(text.document), text, 0.6).recommendations
        assert DOUBTED not in sure.why
        assert DOUBTED in unsure.why
        assert unsure.confidence < 0.6 < sure.confidence

    def test_about_a_mark_of_punctuation_do_not_count(self) -> None:
        *words, stop = line("建請檢討。", 0.1)
        text = text_of([ScannedPage(1, ((*words, stop._replace(sureness=0.1)),))])
        assert not text.has_doubts(0, 5, 0.6)
        assert text.doubted_on(1, 0.6) == ()
