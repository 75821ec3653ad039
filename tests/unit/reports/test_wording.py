"""Marking what changed between two wordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.rules.wording import Change, changes, says_the_same

FORMER = "建請交通局於115年12月底前，在輕軌沿線三處路口試辦行人優先號誌。"


def marked(former: str, present: str) -> str:
    looks = {Change.KEPT: "{}", Change.ADDED: "[+{}]", Change.REMOVED: "[-{}]"}
    return "".join(looks[change].format(text) for change, text in changes(former, present))


class TestChanges:
    def test_marks_characters_in_chinese(self) -> None:
        assert (
            marked("在輕軌沿線三處路口試辦。", "在輕軌沿線五處路口試辦。")
            == "在輕軌沿線[-三][+五]處路口試辦。"
        )

    def test_marks_whole_words_and_numbers_in_english(self) -> None:
        assert (
            marked("Publish a timetable by 2026.", "Publish a timetable by June 2027.")
            == "Publish a timetable by [-2026][+June 2027]."
        )

    def test_marks_a_number_as_a_whole(self) -> None:
        assert marked("編列120萬元", "編列150萬元") == "編列[-120][+150]萬元"

    def test_does_not_leave_single_characters_standing_between_changes(self) -> None:
        assert marked("請甲乙的丙丁辦理", "請戊己的庚辛辦理") == "請[-甲乙的丙丁][+戊己的庚辛]辦理"

    def test_passes_over_line_ends_of_the_page(self) -> None:
        assert marked("在輕軌沿線\n三處路口", "在輕軌沿線三處路口") == "在輕軌沿線三處路口"

    def test_of_the_same_words_marks_nothing(self) -> None:
        assert [change for change, _ in changes(FORMER, FORMER)] == [Change.KEPT]

    @given(st.text("甲乙丙丁戊，。ab 1", max_size=40), st.text("甲乙丙丁戊，。ab 1", max_size=40))
    def test_tells_both_wordings_whole(self, former: str, present: str) -> None:
        pieces = changes(former, present)
        for kept, text in ((Change.REMOVED, former), (Change.ADDED, present)):
            told = "".join(words for change, words in pieces if change in (Change.KEPT, kept))
            assert "".join(told.split()) == "".join(text.split())


class TestSaysTheSame:
    @pytest.mark.parametrize(
        "other",
        ["（一）" + FORMER, "1. " + FORMER, FORMER.replace("，", ", "), FORMER[:20] + "\n" + FORMER[20:]],
    )
    def test_whatever_the_number_the_blanks_and_the_punctuation(self, other: str) -> None:
        assert says_the_same(FORMER, other)

    def test_not_with_another_number_in_the_words(self) -> None:
        assert not says_the_same(FORMER, FORMER.replace("115", "116"))
