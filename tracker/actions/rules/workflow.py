"""The statuses of an action item and the table of steps between them.

Source: the status model of the coordinating office (列管). Overdue is no status: see `deadlines`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tracker.access import Permission, Right
from tracker.foundation.errors import StepNotAllowed
from tracker.foundation.language import N_


class Status(StrEnum):
    """Where an action item stands."""

    DRAFT = "draft"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    CLOSE_REQUESTED = "close_requested"
    CLOSED_IMPLEMENTED = "closed_implemented"
    CLOSED_PARTIAL = "closed_partial"
    CLOSED_NOT_IMPLEMENTED = "closed_not_implemented"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    VOID = "void"


LABELS: Final[Mapping[Status, str]] = {
    Status.DRAFT: N_("暫存"),
    Status.ASSIGNED: N_("待受理"),
    Status.IN_PROGRESS: N_("辦理中"),
    Status.CLOSE_REQUESTED: N_("待解列"),
    Status.CLOSED_IMPLEMENTED: N_("已解列（完成）"),
    Status.CLOSED_PARTIAL: N_("已解列（部分完成）"),
    Status.CLOSED_NOT_IMPLEMENTED: N_("已解列（未執行）"),
    Status.WITHDRAWN: N_("已撤銷管制"),
    Status.MERGED: N_("已併案"),
    Status.VOID: N_("已作廢"),
}
OPEN: Final = frozenset({Status.ASSIGNED, Status.IN_PROGRESS, Status.CLOSE_REQUESTED})
CLOSED: Final = frozenset({Status.CLOSED_IMPLEMENTED, Status.CLOSED_PARTIAL, Status.CLOSED_NOT_IMPLEMENTED})
OWING: Final = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})
"""While an item stands here its departments owe reports; nothing can be filed while its release is decided."""
ENDED: Final = CLOSED | {Status.WITHDRAWN, Status.MERGED, Status.VOID}


class Step(StrEnum):
    """What somebody can do with an action item."""

    ASSIGN = "assign"
    REASSIGN = "reassign"
    EDIT = "edit"
    CHANGE_OFFICER = "change_officer"
    ACKNOWLEDGE = "acknowledge"
    REPORT_PROGRESS = "report_progress"
    APPROVE_PROGRESS = "approve_progress"
    RETURN_PROGRESS = "return_progress"
    ASK_FOR_PROGRESS = "ask_for_progress"
    PREPARE_CLOSING = "prepare_closing"
    FORWARD_CLOSING = "forward_closing"
    RETURN_CLOSING = "return_closing"
    REQUEST_CLOSING = "request_closing"
    AGREE_CLOSING = "agree_closing"
    REFUSE_CLOSING = "refuse_closing"
    REQUEST_EXTENSION = "request_extension"
    ENDORSE_EXTENSION = "endorse_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    PETITION = "petition"
    GRANT_PETITION = "grant_petition"
    REFUSE_PETITION = "refuse_petition"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    SPLIT = "split"
    VOID = "void"
    REOPEN = "reopen"


STEP_LABELS: Final[Mapping[Step, str]] = {
    Step.ASSIGN: N_("分案"),
    Step.REASSIGN: N_("改分"),
    Step.EDIT: N_("修改事項"),
    Step.CHANGE_OFFICER: N_("更換承辦人"),
    Step.ACKNOWLEDGE: N_("簽收"),
    Step.REPORT_PROGRESS: N_("填報辦理情形"),
    Step.APPROVE_PROGRESS: N_("核可辦理情形"),
    Step.RETURN_PROGRESS: N_("退回辦理情形"),
    Step.ASK_FOR_PROGRESS: N_("催報辦理情形"),
    Step.PREPARE_CLOSING: N_("備妥解除列管申請"),
    Step.FORWARD_CLOSING: N_("轉送解除列管申請"),
    Step.RETURN_CLOSING: N_("退回解除列管申請"),
    Step.REQUEST_CLOSING: N_("申請解除列管"),
    Step.AGREE_CLOSING: N_("同意解除列管"),
    Step.REFUSE_CLOSING: N_("持續列管"),
    Step.REQUEST_EXTENSION: N_("申請展延"),
    Step.ENDORSE_EXTENSION: N_("同意展延並轉研考核定"),
    Step.GRANT_EXTENSION: N_("核准展延"),
    Step.REFUSE_EXTENSION: N_("退回展延申請"),
    Step.PETITION: N_("申請改分、撤銷管制或併案"),
    Step.GRANT_PETITION: N_("同意改分、撤銷管制或併案的申請"),
    Step.REFUSE_PETITION: N_("退回改分、撤銷管制或併案的申請"),
    Step.WITHDRAW: N_("撤銷管制"),
    Step.MERGE: N_("併案"),
    Step.SPLIT: N_("分出另案"),
    Step.VOID: N_("作廢"),
    Step.REOPEN: N_("重新列管"),
}


class Outcome(StrEnum):
    """How a closed item ended; chosen by the decider."""

    IMPLEMENTED = "implemented"
    PARTIAL = "partial"
    NOT_IMPLEMENTED = "not_implemented"


OUTCOME_LABELS: Final[Mapping[Outcome, str]] = {
    Outcome.IMPLEMENTED: N_("完成"),
    Outcome.PARTIAL: N_("部分完成"),
    Outcome.NOT_IMPLEMENTED: N_("未執行"),
}
CLOSED_AS: Final[Mapping[Outcome, Status]] = {
    Outcome.IMPLEMENTED: Status.CLOSED_IMPLEMENTED,
    Outcome.PARTIAL: Status.CLOSED_PARTIAL,
    Outcome.NOT_IMPLEMENTED: Status.CLOSED_NOT_IMPLEMENTED,
}


class WithdrawalReason(StrEnum):
    """Why tracking may be withdrawn (撤銷管制)."""

    MERGED_OR_SPLIT = "merged_or_split"
    POLICY_CHANGED = "policy_changed"
    AGENCY_REORGANISED = "agency_reorganised"
    RESOURCES_GONE = "resources_gone"
    OTHER = "other"


WITHDRAWAL_LABELS: Final[Mapping[WithdrawalReason, str]] = {
    WithdrawalReason.MERGED_OR_SPLIT: N_("併案或分案"),
    WithdrawalReason.POLICY_CHANGED: N_("政策或情勢變更"),
    WithdrawalReason.AGENCY_REORGANISED: N_("機關裁撤、編併或任務變更"),
    WithdrawalReason.RESOURCES_GONE: N_("原核定資源消失"),
    WithdrawalReason.OTHER: N_("其他（經首長核准）"),
}

TRANSITIONS: Final[Mapping[tuple[Status, Step], Status]] = {
    (Status.DRAFT, Step.ASSIGN): Status.ASSIGNED,
    (Status.ASSIGNED, Step.REASSIGN): Status.ASSIGNED,
    (Status.IN_PROGRESS, Step.REASSIGN): Status.ASSIGNED,
    (Status.ASSIGNED, Step.ACKNOWLEDGE): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Step.REPORT_PROGRESS): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Step.PREPARE_CLOSING): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Step.FORWARD_CLOSING): Status.CLOSE_REQUESTED,
    (Status.IN_PROGRESS, Step.RETURN_CLOSING): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Step.REQUEST_CLOSING): Status.CLOSE_REQUESTED,
    (Status.CLOSE_REQUESTED, Step.REFUSE_CLOSING): Status.IN_PROGRESS,
    **{(status, Step.EDIT): status for status in OPEN | {Status.DRAFT}},
    **{(status, Step.CHANGE_OFFICER): status for status in OPEN},
    **{(status, Step.APPROVE_PROGRESS): status for status in OPEN},
    **{(status, Step.RETURN_PROGRESS): status for status in OPEN},
    **{(status, Step.ASK_FOR_PROGRESS): status for status in (Status.ASSIGNED, Status.IN_PROGRESS)},
    **{(status, Step.REQUEST_EXTENSION): status for status in (Status.ASSIGNED, Status.IN_PROGRESS)},
    **{(status, Step.ENDORSE_EXTENSION): status for status in OPEN},
    **{(status, Step.GRANT_EXTENSION): status for status in OPEN},
    **{(status, Step.REFUSE_EXTENSION): status for status in OPEN},
    **{(status, Step.PETITION): status for status in OPEN},
    **{(status, Step.GRANT_PETITION): status for status in OPEN},
    **{(status, Step.REFUSE_PETITION): status for status in OPEN},
    **{(status, Step.WITHDRAW): Status.WITHDRAWN for status in OPEN},
    **{(status, Step.MERGE): Status.MERGED for status in OPEN},
    **{(status, Step.SPLIT): status for status in OPEN},
    **{(status, Step.VOID): Status.VOID for status in OPEN | {Status.DRAFT}},
    **{(status, Step.REOPEN): Status.IN_PROGRESS for status in CLOSED},
}
"""Where a step leads; agreeing to a closing leads where the outcome says (`CLOSED_AS`)."""

NEEDED: Final[Mapping[Step, Right]] = {
    Step.ASSIGN: Permission.Action.ASSIGN,
    Step.REASSIGN: Permission.Action.ASSIGN,
    Step.EDIT: Permission.Action.EDIT,
    Step.CHANGE_OFFICER: Permission.Action.CHANGE_OFFICER,
    Step.ACKNOWLEDGE: Permission.Action.ACKNOWLEDGE,
    Step.REPORT_PROGRESS: Permission.Action.REPORT_PROGRESS,
    Step.APPROVE_PROGRESS: Permission.Action.REVIEW_PROGRESS,
    Step.RETURN_PROGRESS: Permission.Action.REVIEW_PROGRESS,
    Step.ASK_FOR_PROGRESS: Permission.Action.ASK_FOR_PROGRESS,
    Step.PREPARE_CLOSING: Permission.Action.PREPARE_CLOSING,
    Step.FORWARD_CLOSING: Permission.Action.REQUEST_CLOSING,
    Step.RETURN_CLOSING: Permission.Action.REQUEST_CLOSING,
    Step.REQUEST_CLOSING: Permission.Action.REQUEST_CLOSING,
    Step.AGREE_CLOSING: Permission.Action.DECIDE_CLOSING,
    Step.REFUSE_CLOSING: Permission.Action.DECIDE_CLOSING,
    Step.REQUEST_EXTENSION: Permission.Action.REQUEST_EXTENSION,
    Step.ENDORSE_EXTENSION: Permission.Action.DECIDE_EXTENSION,
    Step.GRANT_EXTENSION: Permission.Action.DECIDE_EXTENSION,
    Step.REFUSE_EXTENSION: Permission.Action.DECIDE_EXTENSION,
    Step.PETITION: Permission.Action.PETITION,
    Step.GRANT_PETITION: Permission.Action.DECIDE_PETITION,
    Step.REFUSE_PETITION: Permission.Action.DECIDE_PETITION,
    Step.WITHDRAW: Permission.Action.WITHDRAW,
    Step.MERGE: Permission.Action.WITHDRAW,
    Step.SPLIT: Permission.Action.ASSIGN,
    Step.VOID: Permission.Action.WITHDRAW,
    Step.REOPEN: Permission.Action.REOPEN,
}


class PartRole(StrEnum):
    """What a department is to an item: exactly one leads, any number support."""

    LEAD = "lead"
    SUPPORT = "support"


class PartStatus(StrEnum):
    """Where one department's part stands."""

    OPEN = "open"
    CLOSE_REQUESTED = "close_requested"
    RELEASED = "released"


PART_LABELS: Final[Mapping[PartStatus, str]] = {
    PartStatus.OPEN: N_("辦理中"),
    PartStatus.CLOSE_REQUESTED: N_("待解列"),
    PartStatus.RELEASED: N_("已解列"),
}


def next_status(status: Status, step: Step, outcome: Outcome | None = None) -> Status:
    """Return where a step leads; raises StepNotAllowed when the status does not allow it."""
    if step is Step.AGREE_CLOSING and status is Status.CLOSE_REQUESTED and outcome is not None:
        return CLOSED_AS[outcome]
    try:
        return TRANSITIONS[status, step]
    except KeyError:
        raise StepNotAllowed from None


def allowed_steps(status: Status) -> tuple[Step, ...]:
    """Return the steps that a status allows, whoever asks, in the order of `Step`."""
    fits = {step for at, step in TRANSITIONS if at is status}
    if status is Status.CLOSE_REQUESTED:
        fits.add(Step.AGREE_CLOSING)
    return tuple(step for step in Step if step in fits)
