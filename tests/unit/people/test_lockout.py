"""When sign-in is refused for a while."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.people.rules.lockout import FAILURES_FROM_ONE_ADDRESS, WINDOW, Attempt, locked_until

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
attempts = st.lists(
    st.builds(
        Attempt,
        st.integers(0, 40 * 60).map(lambda seconds: NOW - timedelta(seconds=seconds)),
        st.sampled_from(["192.0.2.1", "192.0.2.2", None]),
        st.booleans(),
    ),
    max_size=30,
)


def failed(*minutes_ago: float, ip: str = "192.0.2.1") -> list[Attempt]:
    return [Attempt(NOW - timedelta(minutes=minutes), ip, succeeded=False) for minutes in minutes_ago]


class TestLockedUntil:
    def test_four_failures_leave_the_door_open(self) -> None:
        assert locked_until(failed(4, 3, 2, 1), "192.0.2.1", NOW) is None

    def test_the_fifth_failure_closes_it_for_fifteen_minutes(self) -> None:
        assert locked_until(failed(5, 4, 3, 2, 1), "192.0.2.1", NOW) == NOW + timedelta(minutes=14)

    def test_a_stranger_elsewhere_locks_nobody_out_with_five_tries(self) -> None:
        assert locked_until(failed(5, 4, 3, 2, 1, ip="198.51.100.9"), "192.0.2.1", NOW) is None

    def test_fifty_failures_from_many_places_close_it_for_everybody(self) -> None:
        spread = [each for n in range(50) for each in failed(n / 10, ip=f"198.51.100.{n}")]
        assert locked_until(spread, "192.0.2.1", NOW) is not None

    def test_a_success_between_forgives_what_came_before(self) -> None:
        tried = [*failed(9, 8, 7), Attempt(NOW - timedelta(minutes=6), "192.0.2.1", succeeded=True)]
        assert locked_until([*tried, *failed(5, 4, 3)], "192.0.2.1", NOW) is None

    def test_failures_of_a_quarter_of_an_hour_ago_are_forgotten(self) -> None:
        assert locked_until(failed(19, 18, 17, 16, 15), "192.0.2.1", NOW) is None

    @given(attempts)
    def test_the_order_in_which_attempts_are_handed_over_does_not_matter(self, tried: list[Attempt]) -> None:
        forwards = locked_until(tried, "192.0.2.1", NOW)
        assert locked_until(tried[::-1], "192.0.2.1", NOW) == forwards

    @given(attempts)
    def test_nobody_waits_longer_than_the_window(self, tried: list[Attempt]) -> None:
        until = locked_until(tried, "192.0.2.1", NOW)
        assert until is None or NOW < until <= NOW + WINDOW

    @given(attempts)
    def test_nobody_is_locked_out_without_enough_failures(self, tried: list[Attempt]) -> None:
        if sum(not each.succeeded for each in tried) < FAILURES_FROM_ONE_ADDRESS:
            assert locked_until(tried, "192.0.2.1", NOW) is None
