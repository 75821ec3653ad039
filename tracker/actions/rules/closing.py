"""What a closing request must bring, what makes its decider cautious, and who may not decide."""

import re
from datetime import date

from tracker.access import Permission, Principal, Role
from tracker.foundation.language import N_

MIN_RESULT_LENGTH = 10
_PROMISE = re.compile(
    r"(?:^|[，。；、\s])(?:將|擬將|預計|預定)|研議中|規劃中|擬訂中|納入.{0,12}計畫|\bwill\b|\bplanned\b|under study",
    re.IGNORECASE,
)


def missing_for_closing(
    result: str,
    completed_on: date | None,
    evidence_count: int,
    today: date,
    *,
    evidence_required: bool = True,
) -> dict[str, str]:
    """Return, by field, the msgids of what a closing request lacks."""
    problems = {}
    if len(result.strip()) < MIN_RESULT_LENGTH:
        problems["result"] = N_("請具體說明辦理結果（至少 10 個字）。")
    if completed_on is None:
        problems["completed_on"] = N_("請填寫實際完成日。")
    elif completed_on > today:
        problems["completed_on"] = N_("實際完成日不可晚於今天。")
    if evidence_required and evidence_count < 1:
        problems["evidence"] = N_("請至少附上一件佐證資料。")
    return problems


def only_promises(result: str) -> bool:
    """Tell whether a result speaks of the future; this warns the decider and never blocks."""
    return bool(_PROMISE.search(result))


def may_decide(
    decider: Principal,
    requester_id: int | None,
    officer_id: int | None,
    department_id: int,
    *,
    led_by_coordinating_office: bool,
    forwarder_id: int | None = None,
) -> bool:
    """Tell whether a person may decide on a closing: never the owner, nor anybody of the owning department.

    The owner is who asked, the head who forwarded it, the officer of the part, and whoever could have asked, such as
    the head of a unit above.
    An item that the coordinating office itself leads is decided by a coordinator outside that unit, else by the
    head of its agency.
    """
    if {requester_id, forwarder_id, officer_id} & decider.persons:
        return False
    if decider.scope(Permission.Action.PREPARE_CLOSING).covers(department_id):
        return False
    if decider.holds(Role.COORDINATOR) and department_id not in decider.own_departments:
        return True
    return led_by_coordinating_office and department_id in decider.headed_departments
