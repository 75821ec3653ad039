"""Cutting and joining lose no word and share none, and words are found where they stand."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.reports.rules.spans import (
    cut,
    edges,
    find_passage,
    sentences,
    share_words,
    together,
    trimmed,
    widest_gap,
)

TEXTS = st.text(alphabet="甲乙丙建議，。；\n （）一二1a.• ", min_size=1, max_size=80)
ANY_TEXTS = st.text(min_size=1, max_size=200)
LISTED = "（一）建請交通局試辦號誌。\n（二）建議教育局：（1）辦理互訪；（2）簽訂備忘錄。"


def words_of(text: str) -> list[str]:
    """Return the sentences of a whole text."""
    return [text[slice(*each)] for each in sentences(text, (0, len(text)))]


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("增設候車亭。並改善照明！", ["增設候車亭。", "並改善照明！"]),
            ("他說「就這樣。」之後離開。", ["他說「就這樣。」", "之後離開。"]),
            (
                LISTED,
                ["（一）建請交通局試辦號誌。", "（二）建議教育局：", "（1）辦理互訪；", "（2）簽訂備忘錄。"],
            ),
            ("We should act. The bureau agrees.", ["We should act.", "The bureau agrees."]),
            ("費用為 3.5 元。", ["費用為 3.5 元。"]),
            ("短標題\n下面是本文，寫得比較長一點。", ["短標題", "下面是本文，寫得比較長一點。"]),
            (
                "這一行在頁面的右邊被折斷了所以後面還有字要接著讀\n下去才算完。",
                ["這一行在頁面的右邊被折斷了所以後面還有字要接著讀\n下去才算完。"],
            ),
        ],
    )
    def test_end_with_their_stops_and_begin_with_their_labels(self, text: str, expected: list[str]) -> None:
        assert words_of(text) == expected

    @given(TEXTS)
    def test_hold_every_word_once_and_in_order(self, text: str) -> None:
        assume(text.strip())
        assert "".join("".join(words_of(text)).split()) == "".join(text.split())


class TestCut:
    def test_passes_over_a_cut_that_leaves_a_part_without_words(self) -> None:
        assert cut("增設候車亭。", (0, 6), [5, 6, 0, -3, 99]) == [(0, 6)]

    @given(TEXTS, st.lists(st.integers(-5, 90)))
    def test_leaves_parts_with_words_that_share_none(self, text: str, places: list[int]) -> None:
        assume(any(character.isalnum() for character in text))
        parts = cut(text, (0, len(text)), places)
        assert all(any(c.isalnum() for c in text[slice(*part)]) for part in parts)
        assert all(one.end <= other.start for one, other in pairwise(parts))

    @given(TEXTS, st.lists(st.integers(-5, 90)))
    def test_joined_again_the_parts_are_the_whole(self, text: str, places: list[int]) -> None:
        assume(text.strip())
        whole = trimmed(text, (0, len(text)))
        assert together(cut(text, whole, places)) == whole


class TestWidestGap:
    def test_looks_at_neighbours_alone(self) -> None:
        assert widest_gap([(20, 30), (0, 10), (33, 40)]) == 10

    def test_of_one_is_none(self) -> None:
        assert widest_gap([(0, 10)]) == 0


class TestEdges:
    def test_offer_the_sentences_around_within_what_is_free(self) -> None:
        text = "前一則的話。第一句。第二句。第三句。後一則的話。"
        start = text.index("第二句")
        offered = edges(text, (start, start + 4), (6, text.index("後一則")))
        assert [text[each : each + 3] for each in offered.starts] == ["第一句", "第二句"]
        assert [text[each - 4 : each] for each in offered.ends] == ["第二句。", "第三句。"]

    @given(TEXTS, st.data())
    def test_never_reach_into_what_is_taken(self, text: str, data: st.DataObject) -> None:
        bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
        low, start, end, high = bounds
        assume(text[start:end].strip())
        span = trimmed(text, (start, end))
        offered = edges(text, span, (low, high))
        assert all(low <= each < span.end for each in offered.starts)
        assert all(span.start < each <= high for each in offered.ends)
        assert span.start in offered.starts
        assert span.end in offered.ends


class TestFindPassage:
    def test_finds_words_that_the_source_breaks_over_lines(self) -> None:
        source = "四、建議\n請增設\n  候車亭。"
        found = find_passage(source, "請增設候車亭")
        assert found is not None
        assert source[slice(*found)] == "請增設\n  候車亭"

    def test_takes_signs_as_they_are(self) -> None:
        assert find_passage("a.c (b*)", "(b*)") == (4, 8)
        assert find_passage("abc", "a.c") is None

    @pytest.mark.parametrize("words", ["", " \n", "沒有這段"])
    def test_finds_nothing_for_what_is_not_there(self, words: str) -> None:
        assert find_passage("請增設候車亭。", words) is None

    @given(TEXTS, st.data())
    def test_finds_every_slice(self, source: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(source) - 1))
        words = source[start : data.draw(st.integers(start + 1, len(source)))]
        assume(words.strip())
        found = find_passage(source, words)
        assert found is not None
        assert "".join(source[slice(*found)].split()) == "".join(words.split())

    def test_leaves_out_what_an_ellipsis_stands_for(self) -> None:
        source = "建請交通局評估。建請交通局就輕軌沿線路口研議行人優先號誌。"
        for words in ("建請交通局就…優先號誌", "建請交通局就......號誌。"):
            found = find_passage(source, words)
            assert found is not None
            assert source[slice(*found)].startswith("建請交通局就輕軌")

    def test_takes_an_ellipsis_of_the_source_for_itself(self) -> None:
        assert find_passage("等等…其他。等等。", "等等…其他") == (0, 5)

    def test_finds_nothing_when_the_ending_is_not_there(self) -> None:
        assert find_passage("建請交通局評估。", "建請…號誌") is None

    def test_takes_a_place_that_is_free_before_one_that_is_taken(self) -> None:
        source = "增設候車亭。另請增設候車亭。"
        assert find_passage(source, "增設候車亭", [(0, 6)]) == (8, 13)
        assert find_passage(source, "增設候車亭", [(0, 6), (7, 14)]) == (0, 5)


class TestShareWords:
    @pytest.mark.parametrize(
        ("other", "shared"), [((0, 5), False), ((4, 6), True), ((5, 9), True), ((9, 12), False)]
    )
    def test_means_a_character_in_common(self, other: tuple[int, int], shared: bool) -> None:
        assert share_words((5, 9), other) is shared
