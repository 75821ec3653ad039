"""The table of steps: every pair of status and step either leads somewhere or is refused."""

import itertools

import pytest

from tracker.actions.rules.workflow import (
    CLOSED,
    CLOSED_AS,
    ENDED,
    NEEDED,
    OPEN,
    TRANSITIONS,
    Outcome,
    Status,
    Step,
    allowed_steps,
    next_status,
)
from tracker.foundation.errors import StepNotAllowed

PAIRS = list(itertools.product(Status, Step))


class TestNextStatus:
    @pytest.mark.parametrize(("status", "step"), PAIRS)
    def test_follows_the_table_or_refuses(self, status: Status, step: Step) -> None:
        if (status, step) in TRANSITIONS:
            assert next_status(status, step) is TRANSITIONS[status, step]
        else:
            with pytest.raises(StepNotAllowed):
                next_status(status, step)

    @pytest.mark.parametrize("status", Status)
    @pytest.mark.parametrize("outcome", Outcome)
    def test_agreeing_closes_as_the_outcome_says_and_only_what_was_asked(
        self, status: Status, outcome: Outcome
    ) -> None:
        if status is Status.CLOSE_REQUESTED:
            assert next_status(status, Step.AGREE_CLOSING, outcome) is CLOSED_AS[outcome]
        else:
            with pytest.raises(StepNotAllowed):
                next_status(status, Step.AGREE_CLOSING, outcome)

    def test_nothing_is_closed_but_by_agreement(self) -> None:
        assert not [pair for pair, to in TRANSITIONS.items() if to in CLOSED]

    def test_nothing_returns_from_withdrawal_merging_or_voiding(self) -> None:
        gone = ENDED - CLOSED
        assert not [status for status, _ in TRANSITIONS if status in gone]

    def test_nothing_becomes_a_draft_again(self) -> None:
        assert {status for (status, _), to in TRANSITIONS.items() if to is Status.DRAFT} == {Status.DRAFT}


class TestAllowedSteps:
    @pytest.mark.parametrize(("status", "step"), PAIRS)
    def test_offers_exactly_what_leads_somewhere(self, status: Status, step: Step) -> None:
        try:
            next_status(status, step, Outcome.IMPLEMENTED)
        except StepNotAllowed:
            assert step not in allowed_steps(status)
        else:
            assert step in allowed_steps(status)

    def test_every_open_item_can_be_ended(self) -> None:
        assert all({Step.WITHDRAW, Step.MERGE, Step.VOID} <= set(allowed_steps(status)) for status in OPEN)

    def test_every_step_needs_a_right(self) -> None:
        assert set(NEEDED) == set(Step)
