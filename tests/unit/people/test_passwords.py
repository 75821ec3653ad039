"""What a password must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.people.rules.passwords import MAX_LENGTH, MIN_LENGTH, problem_with


class TestProblemWith:
    @pytest.mark.parametrize(
        "password", ["紙船順著河水慢慢走了很遠", "correct horse battery staple", "x9!kQ2#vLm7@"]
    )
    def test_takes_a_sentence_or_a_jumble(self, password: str) -> None:
        assert problem_with(password, ("林安", "an.lin")) is None

    @given(st.text(max_size=MIN_LENGTH - 1))
    def test_refuses_everything_short(self, password: str) -> None:
        assert problem_with(password) is not None

    @given(st.text(min_size=MAX_LENGTH + 1, max_size=MAX_LENGTH + 40))
    def test_refuses_what_would_keep_the_hasher_busy(self, password: str) -> None:
        assert problem_with(password) is not None

    @pytest.mark.parametrize(
        "password",
        [
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "abcdefghijklmn",
            "Password!2026!!",
            "taipeitaipei",
            "qwertyuiopasdf",
        ],
    )
    def test_refuses_what_everybody_tries_first(self, password: str) -> None:
        assert problem_with(password) is not None

    def test_refuses_one_s_own_account_name(self) -> None:
        assert problem_with("an.lin likes rivers", ("林安", "an.lin")) is not None

    def test_ignores_a_name_too_short_to_be_a_hint(self) -> None:
        assert problem_with("我家門前有一條很長的河流", ("我",)) is None
