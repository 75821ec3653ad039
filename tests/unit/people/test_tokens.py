"""One-time and other tokens."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.people.rules.tokens import LIFETIMES, Purpose, digest, new_token


class TestTokens:
    def test_each_is_new(self) -> None:
        assert len({new_token() for _ in range(200)}) == 200

    def test_each_can_stand_in_an_address(self) -> None:
        assert all(c.isalnum() or c in "-_" for c in new_token())

    def test_a_reset_lives_shorter_than_an_invitation(self) -> None:
        assert LIFETIMES[Purpose.PASSWORD_RESET] < LIFETIMES[Purpose.INVITATION]

    @given(st.text(), st.text())
    def test_digests_differ_where_tokens_do(self, one: str, other: str) -> None:
        assert (digest(one) == digest(other)) == (one == other)

    @given(st.text(min_size=8))
    def test_a_digest_does_not_hold_its_token(self, token: str) -> None:
        assert token not in digest(token)
