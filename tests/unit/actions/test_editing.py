"""What may be edited of an item: tags as they are stored, and what is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.editing import (
    LONGEST_TAG,
    MOST_TAGS,
    TRACKING_LEVEL_LABELS,
    TrackingLevel,
    normal_tag,
    normal_tags,
    problem_with_tags,
    read_tags,
)

words = st.text("跨局處 重大#BRTbrt,\n　", max_size=12)


class TestTags:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("", ()),
            ("跨局處", ("跨局處",)),
            ("重大，跨局處、 重大 ;BRT", ("BRT", "跨局處", "重大")),
            ("#議會關注\n＃議會關注", ("議會關注",)),
            ("BRT, brt", ("BRT",)),
            ("  night   market ", ("night market",)),
            ("# #重大", ("重大",)),
        ],
    )
    def test_are_read_as_a_person_types_them(self, typed: str, stored: tuple[str, ...]) -> None:
        assert read_tags(typed) == stored

    @given(st.lists(words, max_size=6))
    def test_stay_the_same_when_stored_again(self, typed: list[str]) -> None:
        assert normal_tags(normal_tags(typed)) == normal_tags(typed)
        assert read_tags("、".join(normal_tags(typed))) == normal_tags(typed)

    @given(words)
    def test_have_no_blanks_around_them(self, typed: str) -> None:
        assert normal_tag(typed) == normal_tag(typed).strip()

    def test_are_ten_at_most(self) -> None:
        tags = tuple(f"標籤{number}" for number in range(MOST_TAGS + 1))
        assert problem_with_tags(tags[:-1]) is None
        assert problem_with_tags(tags) == "標籤最多 10 個。"

    def test_are_twenty_characters_long_at_most(self) -> None:
        assert problem_with_tags(["長" * LONGEST_TAG]) is None
        assert problem_with_tags(["長" * (LONGEST_TAG + 1)]) == "每個標籤請在 20 字以內。"


def test_every_tracking_level_has_a_word() -> None:
    assert set(TRACKING_LEVEL_LABELS) == set(TrackingLevel)
