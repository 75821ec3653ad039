"""What a department may ask of the coordinating office for an item: re-routing, withdrawal, merging.

Source: 改分 within the next working day, and 撤銷管制 by reason code, as the city's rules on tracking know them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tracker.actions.rules.workflow import Status, Step, WithdrawalReason, allowed_steps
from tracker.foundation.language import N_

MIN_REASON_LENGTH: Final = 10


class PetitionKind(StrEnum):
    """What is asked for; each is a step of the coordinating office."""

    REASSIGN = "reassign"
    WITHDRAW = "withdraw"
    MERGE = "merge"


PETITION_LABELS: Final[Mapping[PetitionKind, str]] = {
    PetitionKind.REASSIGN: N_("改分"),
    PetitionKind.WITHDRAW: N_("撤銷管制"),
    PetitionKind.MERGE: N_("併案"),
}
_STEPS: Final[Mapping[PetitionKind, Step]] = {
    PetitionKind.REASSIGN: Step.REASSIGN,
    PetitionKind.WITHDRAW: Step.WITHDRAW,
    PetitionKind.MERGE: Step.MERGE,
}


def kinds_for(status: Status) -> tuple[PetitionKind, ...]:
    """Return what may be asked for an item in a status: what the coordinating office could do with it."""
    possible = allowed_steps(status)
    return tuple(kind for kind in PetitionKind if _STEPS[kind] in possible)


def problems_with(
    kind: PetitionKind,
    reason: str,
    *,
    proposes_department: bool,
    reason_code: WithdrawalReason | None,
    into_item_no: str,
) -> dict[str, str]:
    """Return, by field, the msgids of what a petition lacks."""
    problems = {}
    if len(reason.strip()) < MIN_REASON_LENGTH:
        problems["reason"] = N_("請具體說明理由（至少 10 個字）。")
    if kind is PetitionKind.REASSIGN and not proposes_department:
        problems["department_id"] = N_("請建議另一個主辦機關。")
    if kind is PetitionKind.WITHDRAW and reason_code is None:
        problems["reason_code"] = N_("請選擇撤銷的原因。")
    if kind is PetitionKind.MERGE and not into_item_no.strip():
        problems["into_item_no"] = N_("請填寫另一個仍在列管中的事項編號。")
    return problems
