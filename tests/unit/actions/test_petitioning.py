"""What may be asked of the coordinating office in which status, and what such a petition has to say."""

import pytest

from tracker.actions.rules.petitioning import PETITION_LABELS, PetitionKind, kinds_for, problems_with
from tracker.actions.rules.workflow import ENDED, Status, WithdrawalReason

WHY = "本案屬學生交流業務，非本科權責。"


class TestKindsFor:
    @pytest.mark.parametrize("status", [Status.ASSIGNED, Status.IN_PROGRESS])
    def test_everything_while_work_goes_on(self, status: Status) -> None:
        assert kinds_for(status) == tuple(PetitionKind)

    def test_no_other_lead_while_the_release_is_decided(self) -> None:
        assert kinds_for(Status.CLOSE_REQUESTED) == (PetitionKind.WITHDRAW, PetitionKind.MERGE)

    @pytest.mark.parametrize("status", sorted(ENDED | {Status.DRAFT}))
    def test_nothing_before_and_after(self, status: Status) -> None:
        assert kinds_for(status) == ()

    def test_each_has_its_word(self) -> None:
        assert set(PETITION_LABELS) == set(PetitionKind)


class TestProblemsWith:
    @pytest.mark.parametrize("kind", PetitionKind)
    def test_asks_for_what_the_kind_needs_and_for_nothing_else(self, kind: PetitionKind) -> None:
        lacks = problems_with(kind, WHY, proposes_department=False, reason_code=None, into_item_no=" ")
        needed = {"reassign": "department_id", "withdraw": "reason_code", "merge": "into_item_no"}
        assert list(lacks) == [needed[kind]]
        full = problems_with(
            kind,
            WHY,
            proposes_department=True,
            reason_code=WithdrawalReason.OTHER,
            into_item_no="115-TPT-001-01",
        )
        assert full == {}

    def test_asks_for_a_reason_of_some_length(self) -> None:
        lacks = problems_with(
            PetitionKind.MERGE,
            " 重複 ",
            proposes_department=False,
            reason_code=None,
            into_item_no="115-TPT-001-01",
        )
        assert list(lacks) == ["reason"]
