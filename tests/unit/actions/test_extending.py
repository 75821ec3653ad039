"""Extensions: who must agree to how many days, what a request must bring, who may not decide."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.access import Grant, Principal, Role
from tracker.actions.rules.extending import (
    Level,
    Limits,
    cumulative_days,
    first_signer,
    may_decide,
    needs_second_signature,
    problems_with,
    required_level,
)

DUE = date(2026, 6, 30)
TODAY = date(2026, 6, 1)
REASON = "第一次招標流標，須重新上網公告。"
REQUESTER, UNIT, OTHER = 5, 3, 4


def person(role: Role, department: int | None, *below: int, deputy_for: int | None = None) -> Principal:
    subtree = frozenset({department, *below}) if department else frozenset()
    return Principal(7, "某人", (Grant(role, department, subtree, deputy_for),))


class TestLevel:
    @pytest.mark.parametrize(
        ("days", "level"),
        [
            (1, Level.UNIT_HEAD),
            (14, Level.UNIT_HEAD),
            (15, Level.AGENCY_HEAD),
            (30, Level.AGENCY_HEAD),
            (31, Level.COORDINATOR),
        ],
    )
    def test_follows_the_days_in_all(self, days: int, level: Level) -> None:
        assert required_level(days, Limits()) is level

    def test_is_a_choice_of_the_city(self) -> None:
        assert required_level(20, Limits(20, 60)) is Level.UNIT_HEAD

    @given(st.integers(1, 4000), st.integers(1, 4000))
    def test_more_days_never_need_less(self, fewer: int, more: int) -> None:
        order = list(Level)
        low, high = sorted((fewer, more))
        assert order.index(required_level(low, Limits())) <= order.index(required_level(high, Limits()))

    @given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
    def test_days_in_all_are_the_sum_of_the_extensions(self, steps: list[int]) -> None:
        due = DUE
        for days in steps:
            due += timedelta(days=days)
        assert cumulative_days(DUE, due) == sum(steps)


class TestFirstSigner:
    def test_is_the_lowest_office(self) -> None:
        assert first_signer(Level.UNIT_HEAD, set(Level)) is Level.UNIT_HEAD
        assert first_signer(Level.COORDINATOR, set(Level)) is Level.AGENCY_HEAD

    def test_passes_over_an_office_that_nobody_else_holds(self) -> None:
        assert first_signer(Level.UNIT_HEAD, {Level.AGENCY_HEAD, Level.COORDINATOR}) is Level.AGENCY_HEAD

    def test_ends_at_the_coordinating_office(self) -> None:
        assert first_signer(Level.UNIT_HEAD, set()) is Level.COORDINATOR

    def test_two_signatures_are_needed_for_the_longest_only(self) -> None:
        assert needs_second_signature(Level.COORDINATOR, Level.AGENCY_HEAD)
        assert not needs_second_signature(Level.COORDINATOR, Level.COORDINATOR)
        assert not needs_second_signature(Level.AGENCY_HEAD, Level.AGENCY_HEAD)


class TestProblems:
    def test_none_when_all_is_there(self) -> None:
        assert problems_with(DUE + timedelta(1), DUE, REASON, TODAY) == {}

    @pytest.mark.parametrize(
        ("new_due_on", "reason", "today", "field"),
        [
            (None, REASON, TODAY, "new_due_on"),
            (DUE, REASON, TODAY, "new_due_on"),
            (DUE + timedelta(1), REASON, DUE + timedelta(2), "new_due_on"),
            (DUE + timedelta(1), "太忙", TODAY, "reason"),
        ],
    )
    def test_names_the_field(self, new_due_on: date | None, reason: str, today: date, field: str) -> None:
        assert list(problems_with(new_due_on, DUE, reason, today)) == [field]


class TestMayDecide:
    def decides(self, who: Principal, turn: Level, *, own: bool = False) -> bool:
        return may_decide(who, REQUESTER, UNIT, turn, led_by_coordinating_office=own)

    @pytest.mark.parametrize(
        ("role", "turns"),
        [
            (Role.OFFICER, set()),
            (Role.UNIT_HEAD, {Level.UNIT_HEAD}),
            (Role.AGENCY_HEAD, {Level.UNIT_HEAD, Level.AGENCY_HEAD}),
            (Role.VIEWER, set()),
            (Role.ADMINISTRATOR, set()),
        ],
    )
    def test_each_office_as_far_as_it_reaches(self, role: Role, turns: set[Level]) -> None:
        assert {turn for turn in Level if self.decides(person(role, UNIT), turn)} == turns

    def test_a_coordinator_of_another_unit_always(self) -> None:
        assert all(self.decides(person(Role.COORDINATOR, OTHER), turn) for turn in Level)

    def test_no_coordinator_of_the_leading_unit(self) -> None:
        assert not any(self.decides(person(Role.COORDINATOR, UNIT), turn) for turn in Level)

    def test_the_head_of_the_agency_for_the_coordinating_office_itself(self) -> None:
        head = person(Role.AGENCY_HEAD, OTHER, UNIT)
        assert self.decides(head, Level.COORDINATOR, own=True)
        assert not self.decides(head, Level.COORDINATOR)

    def test_no_head_of_another_department(self) -> None:
        assert not self.decides(person(Role.UNIT_HEAD, OTHER), Level.UNIT_HEAD)

    def test_never_who_stands_in_for_the_requester(self) -> None:
        assert not self.decides(person(Role.COORDINATOR, OTHER, deputy_for=REQUESTER), Level.UNIT_HEAD)
