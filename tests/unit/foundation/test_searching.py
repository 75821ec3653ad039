"""What a text is found by, before any database is asked."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.folding import fold, grams_of
from tracker.foundation.searching import (
    grams_asked,
    is_told_by_grams,
    words_of,
)

characters = st.sampled_from("交通部會議臺台智慧ＢＲＴbrtBRT12３-_%.，。 　\n龘é") | st.characters(
    exclude_categories=["Cs"]
)
texts = st.text(characters, max_size=40)


def may_hold(text: str, word: str) -> bool:
    """Return what an index of grams says."""
    grams = grams_of(text)
    return all(
        any(gram.startswith(asked.text) for gram in grams) if asked.is_beginning else asked.text in grams
        for asked in grams_asked([word])
    )


class TestFolding:
    def test_makes_ways_of_writing_one(self) -> None:
        assert fold("臺北ＢＲＴ") == fold("台北brt")

    def test_hides_no_word_by_a_line_break(self) -> None:
        assert "交通部" in fold("交通\n部")
        assert "light rail" in fold("light rail")

    @given(texts)
    def test_twice_is_once(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestWords:
    def test_stand_between_blanks_of_any_width(self) -> None:
        assert words_of(" 交通部　會議  交通部 ") == ("交通部", "會議")

    def test_are_not_too_many(self) -> None:
        assert len(words_of(" ".join(str(each) for each in range(500)))) == 20


class TestGrams:
    def test_are_pairs_of_chinese_and_triples_of_letters(self) -> None:
        assert grams_of("交通部 brt1") == {"交通", "通部", "部", "brt", "rt1", "t1", "1"}

    def test_end_at_signs(self) -> None:
        assert grams_of("108-tpe") == {"108", "08", "8", "tpe", "pe", "e"}

    @given(texts, st.data())
    def test_leave_out_no_text_that_holds_the_word(self, text: str, data: st.DataObject) -> None:
        folded = fold(text)
        start = data.draw(st.integers(0, len(folded)))
        word = folded[start : data.draw(st.integers(start, len(folded)))]
        assert may_hold(folded, word)

    @given(texts, texts)
    def test_tell_for_sure_of_short_words(self, text: str, typed: str) -> None:
        folded = fold(text)
        for word in words_of(typed):
            if is_told_by_grams(word):
                assert may_hold(folded, word) == (word in folded)
