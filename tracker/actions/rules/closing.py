"""What a closing request must bring, what makes its decider cautious, and who may not decide."""

import re
from datetime import date

from tracker.access import Principal
from tracker.foundation.language import N_

MIN_RESULT_LENGTH = 10
_PROMISE = re.compile(r"^將|，將|擬將|將於|將由|預計|研議中|規劃中|納入.{0,12}計畫|擬訂中|will\s|is planned|under study", re.IGNORECASE)


def missing_for_closing(
    result: str, completed_on: date | None, evidence_count: int, today: date, *, evidence_required: bool = True
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
    """Tell whether a result speaks of the future only; this warns the decider and never blocks."""
    return bool(_PROMISE.search(result))


def may_decide(decider: Principal, requester_id: int | None, lead_department_ids: frozenset[int]) -> bool:
    """Tell whether a person may decide on a closing: never their own request, nor one of their own department.

    `lead_department_ids` are the leading department and whatever else counts as the owner's.
    """
    if decider.person_id is not None and decider.person_id == requester_id:
        return False
    return not (decider.own_departments & lead_department_ids)
