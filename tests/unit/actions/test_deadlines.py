"""Open, overdue, due soon, silent and 燈號."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.deadlines import (
    Deadline,
    Signal,
    days_late,
    is_due_soon,
    is_overdue,
    is_overdue_vs_original,
    is_stale,
    planned_percent,
    signal,
)
from tracker.actions.rules.workflow import OPEN, Status

TODAY = date(2026, 3, 2)
days = st.integers(-400, 400).map(lambda n: TODAY + timedelta(n))
deadlines = st.builds(
    Deadline,
    status=st.sampled_from(Status),
    due_on=days,
    original_due_on=days,
    start_on=days,
    percent=st.integers(0, 100),
    closing_requested_on=st.none() | days,
    updated_on=st.none() | days,
)


def item(status: Status = Status.IN_PROGRESS, due: int = 60, **facts: object) -> Deadline:
    due_on = TODAY + timedelta(due)
    given_facts = {
        "original_due_on": due_on,
        "start_on": TODAY - timedelta(10),
        "updated_on": TODAY,
        "percent": 50,
    }
    return Deadline(status, due_on, **{**given_facts, **facts})  # type: ignore[arg-type]


class TestOverdue:
    def test_begins_the_day_after_the_due_date(self) -> None:
        assert not is_overdue(item(due=0), TODAY)
        assert is_overdue(item(due=-1), TODAY)

    def test_waits_while_a_request_made_in_time_is_undecided(self) -> None:
        asked = item(Status.CLOSE_REQUESTED, -5, closing_requested_on=TODAY - timedelta(5))
        assert not is_overdue(asked, TODAY)

    def test_counts_a_request_made_too_late(self) -> None:
        asked = item(Status.CLOSE_REQUESTED, -5, closing_requested_on=TODAY - timedelta(4))
        assert is_overdue(asked, TODAY)

    def test_counts_in_calendar_days(self) -> None:
        assert days_late(item(due=-12), TODAY) == 12

    def test_an_extension_does_not_cure_the_original_date(self) -> None:
        extended = item(due=30, original_due_on=TODAY - timedelta(1))
        assert not is_overdue(extended, TODAY)
        assert is_overdue_vs_original(extended, TODAY)

    @given(deadlines, days)
    def test_only_open_items_are_late_soon_or_lit(self, facts: Deadline, today: date) -> None:
        if facts.status not in OPEN:
            assert not is_overdue(facts, today)
            assert not is_due_soon(facts, today)
            assert signal(facts, today) is Signal.NONE

    @given(deadlines, days)
    def test_nothing_is_both_overdue_and_due_soon(self, facts: Deadline, today: date) -> None:
        assert not (is_overdue(facts, today) and is_due_soon(facts, today))

    @given(deadlines, days)
    def test_days_late_are_positive_exactly_when_overdue(self, facts: Deadline, today: date) -> None:
        assert (days_late(facts, today) > 0) == is_overdue(facts, today)


class TestSignal:
    @pytest.mark.parametrize(
        ("facts", "level"),
        [
            (item(), Signal.NORMAL),
            (item(due=30), Signal.ATTENTION),
            (item(due=-1), Signal.OVERDUE),
            (item(start_on=TODAY - timedelta(60), updated_on=None, percent=90), Signal.ATTENTION),
            (item(percent=0, start_on=TODAY - timedelta(60)), Signal.ATTENTION),
            (item(Status.CLOSED_IMPLEMENTED, -1), Signal.NONE),
        ],
    )
    def test_says_the_worst(self, facts: Deadline, level: Signal) -> None:
        assert signal(facts, TODAY) is level

    def test_silence_counts_from_the_start_until_something_is_filed(self) -> None:
        assert is_stale(item(start_on=TODAY - timedelta(32), updated_on=None), TODAY)
        assert not is_stale(item(start_on=TODAY - timedelta(31), updated_on=None), TODAY)

    @given(deadlines, days)
    def test_a_plan_runs_from_nothing_to_all(self, facts: Deadline, today: date) -> None:
        assert 0 <= planned_percent(facts, today) <= 100
