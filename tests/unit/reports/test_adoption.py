"""What a decision still lacks, by field."""

from datetime import date, timedelta

import pytest

from tracker.reports.rules.adoption import NEEDS_NO_REASON, Adoption, problems_with

TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)


class TestProblemsWith:
    @pytest.mark.parametrize("adoption", sorted(set(Adoption) - NEEDS_NO_REASON))
    def test_every_other_decision_needs_a_reason(self, adoption: Adoption) -> None:
        assert "adoption_reason" in problems_with(adoption, " ", TOMORROW, TODAY)

    @pytest.mark.parametrize("adoption", sorted(NEEDS_NO_REASON))
    def test_adopting_needs_none(self, adoption: Adoption) -> None:
        assert problems_with(adoption, "", None, TODAY) == {}

    @pytest.mark.parametrize("until", [None, TODAY - timedelta(days=1)])
    def test_studying_needs_a_day_to_come(self, until: date | None) -> None:
        assert set(problems_with(Adoption.UNDER_STUDY, "待評估", until, TODAY)) == {"study_until"}
