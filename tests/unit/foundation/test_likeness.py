"""How like two texts are."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.likeness import bigrams, likeness

TEXTS = st.text(alphabet="公車路線改善ab12，。 臺台", max_size=40)


def alike(one: str, other: str) -> float:
    return likeness(bigrams(one), bigrams(other))


class TestLikeness:
    @given(TEXTS)
    def test_a_text_is_as_like_itself_as_can_be(self, text: str) -> None:
        assert alike(text, text) == (1.0 if bigrams(text) else 0.0)

    @given(TEXTS, TEXTS)
    def test_is_a_share_and_the_same_both_ways(self, one: str, other: str) -> None:
        assert 0.0 <= alike(one, other) == alike(other, one) <= 1.0

    def test_a_reworded_sentence_is_liker_than_another_one(self) -> None:
        sentence = "建議於轉運站增設電動公車充電樁，並納入明年度預算。"
        reworded = "建議在轉運站增設電動公車的充電樁，並列入明年度預算。"
        assert alike(sentence, reworded) > 0.7
        assert alike(sentence, "建議檢討學校午餐之採購方式。") < 0.2

    def test_width_case_punctuation_and_broken_lines_make_no_difference(self) -> None:
        assert alike("臺中ＢＲＴ路線，應予\n檢討", "台中brt路線、應予檢討。") == 1.0

    def test_nothing_is_like_a_text_without_words(self) -> None:
        assert alike("。", "、") == 0.0
