"""Open, overdue, due soon, silent and 燈號."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.deadlines import (
    Cause,
    Deadline,
    Signal,
    Standards,
    days_late,
    is_due_soon,
    is_overdue,
    is_overdue_vs_original,
    is_stale,
    missed_filings,
    planned_percent,
    reasons,
    signal,
)
from tracker.actions.rules.filing import Cycle, Period
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
    reported_until=st.none() | days,
)
standards = st.builds(
    Standards,
    due_soon_days=st.integers(0, 90),
    behind_points=st.integers(0, 100),
    missed_filings=st.integers(1, 6),
    cycle=st.sampled_from(Cycle),
    filing_days=st.integers(0, 40),
)
USUAL = Standards()
LENIENT = {"due_soon_days": 0, "missed_filings": 9, "behind_points": 100}
JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)


def item(status: Status = Status.IN_PROGRESS, due: int = 60, **facts: object) -> Deadline:
    due_on = TODAY + timedelta(due)
    given_facts = {
        "original_due_on": due_on,
        "start_on": TODAY - timedelta(10),
        "reported_until": JANUARY,
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

    @given(deadlines, days, standards)
    def test_only_open_items_are_late_soon_or_lit(
        self, facts: Deadline, today: date, standards: Standards
    ) -> None:
        if facts.status not in OPEN:
            assert not is_overdue(facts, today)
            assert not is_due_soon(facts, today, standards)
            assert not is_stale(facts, today, standards)
            assert reasons(facts, today, standards) == []
            assert signal(facts, today, standards) is Signal.NONE

    @given(deadlines, days, standards)
    def test_nothing_is_both_overdue_and_due_soon(
        self, facts: Deadline, today: date, standards: Standards
    ) -> None:
        assert not (is_overdue(facts, today) and is_due_soon(facts, today, standards))

    @given(deadlines, days)
    def test_days_late_are_positive_exactly_when_overdue(self, facts: Deadline, today: date) -> None:
        assert (days_late(facts, today) > 0) == is_overdue(facts, today)


class TestMissedFilings:
    """Departments report by month, until the fifth; today is the second of March, so January closed last."""

    @pytest.mark.parametrize(
        ("reported_until", "missed"),
        [
            (FEBRUARY, 0),
            (JANUARY, 0),
            (date(2026, 1, 30), 1),
            (date(2025, 12, 31), 1),
            (date(2025, 12, 30), 2),
            (date(2024, 12, 31), 13),
            (None, 0),
        ],
    )
    def test_are_the_closed_months_since_the_last_report(
        self, reported_until: date | None, missed: int
    ) -> None:
        assert missed_filings(item(reported_until=reported_until), TODAY, USUAL) == missed

    def test_a_month_counts_from_the_day_after_it_closed(self) -> None:
        facts = item(reported_until=JANUARY)
        assert not is_stale(facts, date(2026, 3, 5), USUAL)
        assert is_stale(facts, date(2026, 3, 6), USUAL)

    def test_a_month_is_closed_once_its_closing_day_has_ended(self) -> None:
        facts, closing_day = item(reported_until=JANUARY), date(2026, 3, 5)
        assert is_stale(facts, closing_day, USUAL.at_the_end_of(closing_day))
        assert not is_stale(facts, date(2026, 3, 4), USUAL.at_the_end_of(date(2026, 3, 4)))
        assert USUAL.at_the_end_of(closing_day).at_the_end_of(None) == USUAL

    def test_follow_the_cycle_of_the_city(self) -> None:
        facts = item(reported_until=date(2025, 9, 30))
        assert missed_filings(facts, TODAY, Standards(cycle=Cycle.QUARTERLY)) == 1
        assert missed_filings(facts, TODAY, Standards(cycle=Cycle.HALF_YEARLY)) == 1

    @given(days, days, standards)
    def test_are_the_closed_periods_that_end_after_what_was_reported(
        self, until: date, today: date, standards: Standards
    ) -> None:
        owed = 0
        period = Period.around(today, standards.cycle)
        while period.last_day > until:
            owed += period.closes_on(standards.filing_days) < today
            period = period.previous
        assert missed_filings(item(reported_until=until), today, standards) == owed


class TestSignal:
    @pytest.mark.parametrize(
        ("facts", "level"),
        [
            (item(), Signal.NORMAL),
            (item(due=30), Signal.ATTENTION),
            (item(due=-1), Signal.OVERDUE),
            (item(reported_until=date(2025, 12, 31)), Signal.ATTENTION),
            (item(reported_until=date(2025, 11, 30)), Signal.OVERDUE),
            (item(percent=0, start_on=TODAY - timedelta(60)), Signal.ATTENTION),
            (item(Status.CLOSED_IMPLEMENTED, -1), Signal.NONE),
        ],
    )
    def test_says_the_worst(self, facts: Deadline, level: Signal) -> None:
        assert signal(facts, TODAY, USUAL) is level

    @pytest.mark.parametrize(
        ("facts", "standards"),
        [
            (item(due=40), Standards(due_soon_days=40)),
            (item(reported_until=date(2025, 12, 31)), Standards(missed_filings=1)),
            (item(percent=0, start_on=TODAY - timedelta(10)), Standards(behind_points=5)),
        ],
    )
    def test_follows_the_thresholds_of_the_city(self, facts: Deadline, standards: Standards) -> None:
        assert signal(facts, TODAY, standards) is not signal(facts, TODAY, replace(standards, **LENIENT))

    def test_gives_every_reason_the_worst_first(self) -> None:
        facts = item(due=-12, start_on=TODAY - timedelta(100), reported_until=date(2025, 12, 31))
        found = [(each.level, each.cause, each.number) for each in reasons(facts, TODAY, USUAL)]
        assert found == [
            (Signal.OVERDUE, Cause.OVERDUE, 12),
            (Signal.ATTENTION, Cause.FILINGS_MISSED, 1),
            (Signal.ATTENTION, Cause.BEHIND_PLAN, 50),
        ]

    @given(deadlines, days, standards)
    def test_is_as_bad_as_the_worst_of_its_reasons(
        self, facts: Deadline, today: date, standards: Standards
    ) -> None:
        levels = [each.level for each in reasons(facts, today, standards)]
        shown = signal(facts, today, standards)
        assert levels == sorted(levels, key=[Signal.OVERDUE, Signal.ATTENTION].index)
        assert (shown in levels) == bool(levels)
        assert (Signal.OVERDUE in levels) == (shown is Signal.OVERDUE)

    @given(deadlines, days)
    def test_a_plan_runs_from_nothing_to_all(self, facts: Deadline, today: date) -> None:
        assert 0 <= planned_percent(facts, today) <= 100
