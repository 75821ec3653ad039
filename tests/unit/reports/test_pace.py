"""How fast an import goes, and how long the rest of it will take."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.rules.pace import UNKNOWN, pace_of

SECOND = timedelta(seconds=1)


class TestPaceOf:
    def test_is_unknown_before_enough_is_done(self) -> None:
        assert pace_of([SECOND] * 2, running=1, left=5) is UNKNOWN

    def test_is_unknown_while_the_clock_stands(self) -> None:
        assert pace_of([timedelta()] * 9, running=1, left=5) is UNKNOWN

    def test_counts_what_runs_side_by_side(self) -> None:
        one, two = (pace_of([SECOND] * 3, running, left=60) for running in (1, 2))
        assert (one.per_minute, two.per_minute) == (60, 120)
        assert (one.left, two.left) == (timedelta(minutes=1), timedelta(seconds=30))

    @given(st.lists(st.timedeltas(SECOND, timedelta(hours=1)), min_size=3), st.integers(0, 10_000))
    def test_leaves_no_time_once_nothing_is_left(self, durations: list[timedelta], left: int) -> None:
        found = pace_of(durations, 1, left)
        assert found.left is not None
        assert (found.left == timedelta()) == (left == 0)
