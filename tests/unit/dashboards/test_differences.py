"""What became of items between two moments, and that the numbers balance."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.workflow import Status
from tracker.dashboards.rules.differences import Change, Stood, changes_between, count, differences

DAY = date(2026, 3, 31)


def stood(status: Status = Status.IN_PROGRESS, due_on: date = DAY, *, is_overdue: bool = False) -> Stood:
    return Stood("115-TPT-001-01", "設置看板", "交通局", status, due_on, is_overdue)


SOME = st.builds(
    stood,
    st.sampled_from([status for status in Status if status is not Status.DRAFT]),
    st.dates(DAY - timedelta(days=9), DAY + timedelta(days=9)),
    is_overdue=st.booleans(),
)


class TestChanges:
    @pytest.mark.parametrize(
        ("before", "after", "found"),
        [
            (None, stood(), {Change.NEW}),
            (None, stood(Status.CLOSED_IMPLEMENTED), {Change.NEW, Change.CLOSED}),
            (None, stood(is_overdue=True), {Change.NEW, Change.SLIPPED}),
            (stood(), stood(), set()),
            (stood(), stood(Status.CLOSE_REQUESTED), set()),
            (stood(), stood(Status.WITHDRAWN), {Change.CLOSED}),
            (stood(Status.CLOSED_IMPLEMENTED), stood(), {Change.REOPENED}),
            (stood(Status.CLOSED_IMPLEMENTED), stood(Status.CLOSED_IMPLEMENTED), set()),
            (stood(), stood(is_overdue=True), {Change.SLIPPED}),
            (stood(is_overdue=True), stood(is_overdue=True), set()),
            (stood(), stood(due_on=DAY + timedelta(days=1)), {Change.EXTENDED}),
            (stood(), stood(due_on=DAY - timedelta(days=1)), set()),
        ],
    )
    def test_tells_what_became_of_an_item(
        self, before: Stood | None, after: Stood, found: set[Change]
    ) -> None:
        assert changes_between(before, after) == found

    @given(st.lists(st.tuples(st.none() | SOME, SOME), max_size=12))
    def test_balances(self, pairs: list[tuple[Stood | None, Stood]]) -> None:
        """What was open, and new, and reopened, less what left, is what is open."""
        before = {number: was for number, (was, _) in enumerate(pairs) if was is not None}
        after = {number: now for number, (_, now) in enumerate(pairs)}
        numbers = count(differences(before, after))
        was_open = sum(each.is_open for each in before.values())
        now_open = sum(each.is_open for each in after.values())
        assert was_open + numbers[Change.NEW] + numbers[Change.REOPENED] - numbers[Change.CLOSED] == now_open

    @given(st.lists(SOME, max_size=8))
    def test_finds_nothing_between_a_moment_and_itself(self, items: list[Stood]) -> None:
        there = dict(enumerate(items))
        assert differences(there, there) == []
