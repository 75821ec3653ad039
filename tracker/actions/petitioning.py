"""What the leading department asks for: re-routing (改分), withdrawal (撤銷管制), merging (併案).

Granting it takes the step itself, in the same transaction.
"""

from dataclasses import dataclass

from tracker import audit
from tracker.access import Act
from tracker.actions import queries
from tracker.actions.assigning import Assignment, carry_out_reassignment
from tracker.actions.ending import carry_out_merger, carry_out_withdrawal, lock_both
from tracker.actions.events import PetitionDecided, PetitionMade
from tracker.actions.models import ActionItem, Petition
from tracker.actions.rights import may_decide_petition
from tracker.actions.rules import petitioning as rules
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.workflow import OPEN, Step, WithdrawalReason
from tracker.actions.steps import item_for, lapse, locked, move, person_of, touch
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Forbidden, Invalid, StepNotAllowed
from tracker.foundation.language import N_
from tracker.people.queries import get_department


@dataclass(frozen=True)
class PetitionRequest:
    """What is asked for, and why; with another department, the code of the reason, or the number of another item."""

    kind: PetitionKind
    reason: str
    department_id: int | None = None
    reason_code: WithdrawalReason | None = None
    into_item_no: str = ""


@dataclass(frozen=True)
class PetitionDecision:
    """What the decider says, in words that are always needed; and what the step that is granted needs.

    `approval` names the higher approver with 文號, which withdrawal and merging need.
    """

    agree: bool
    decision: str
    assignment: Assignment | None = None
    reason_code: WithdrawalReason | None = None
    into_item_no: str = ""
    approval: str = ""


def make_petition(
    session: Session, act: Act, item_id: int, request: PetitionRequest, version: int | None = None
) -> Petition:
    """Ask for an item to be re-routed, withdrawn or merged; nothing changes until it is granted. Raises Invalid."""
    item = item_for(session, act, item_id, Step.PETITION, version)
    if request.kind not in rules.kinds_for(item.status):
        raise StepNotAllowed
    proposed = request.department_id if request.kind is PetitionKind.REASSIGN else None
    number = request.into_item_no.strip() if request.kind is PetitionKind.MERGE else ""
    code = request.reason_code if request.kind is PetitionKind.WITHDRAW else None
    problems = rules.problems_with(
        request.kind,
        request.reason,
        proposes_department=proposed not in (None, item.lead.department_id),
        reason_code=code,
        into_item_no="" if number == item.item_no else number,
    )
    if problems:
        raise Invalid(fields=problems)
    petition = Petition(
        item=item,
        kind=request.kind,
        reason=request.reason.strip(),
        reason_code=code,
        department=get_department(session, proposed) if proposed is not None else None,
        into_item_no=number,
        requested_at=act.at,
        requested_on=act.today,
        requested_by_id=person_of(act),
    )
    session.add(petition)
    session.flush()
    move(session, act, item, Step.PETITION, _told(petition))
    raise_event(session, PetitionMade(item.id, act, petition.id))
    return petition


def decide_petition(
    session: Session, act: Act, petition_id: int, decision: PetitionDecision, version: int | None = None
) -> Petition:
    """Grant what was asked for, which takes the step, or refuse it.

    Raises Forbidden for the requester and the owning department, Invalid without words or without what the step needs,
    StepNotAllowed once it was decided or taken back.
    """
    petition = queries.get_petition(session, act.by, petition_id)
    if decision.agree and petition.kind is PetitionKind.MERGE:
        lock_both(session, act, petition.item_id, decision.into_item_no)
    item = locked(session, act, petition.item_id)
    session.refresh(petition)
    if not may_decide_petition(act, item, petition):
        raise Forbidden(N_("改分、撤銷管制與併案的申請須由申請人及主辦機關以外的人決定。"))
    check_version(item.version, version)
    if not is_waiting(petition):
        raise StepNotAllowed
    words = decision.decision.strip()
    if not words:
        raise Invalid(fields={"decision": N_("請說明決定的理由。")})
    petition.granted, petition.decision = decision.agree, words
    petition.document_no = decision.approval.strip()
    petition.decided_at, petition.decided_by_id = act.at, person_of(act)
    session.flush()
    step = Step.GRANT_PETITION if decision.agree else Step.REFUSE_PETITION
    # What is granted gives its words to the step that follows at once.
    after = {"kind": petition.kind.value, "decision": "" if decision.agree else words}
    move(session, act, item, step, after)
    raise_event(session, PetitionDecided(item.id, act, petition.id))
    if decision.agree:
        _carry_out(session, act, item, petition, decision)
    return petition


def take_back_petition(session: Session, act: Act, petition_id: int) -> Petition:
    """Take one's own petition back before it is decided; raises Forbidden for another's, StepNotAllowed afterwards."""
    petition = queries.get_petition(session, act.by, petition_id)
    item = locked(session, act, petition.item_id)
    session.refresh(petition)
    if petition.requested_by_id not in act.by.persons:
        raise Forbidden
    if not is_waiting(petition):
        raise StepNotAllowed
    lapse(act, petition)
    touch(item)
    session.flush()
    facts = {"kind": petition.kind.value}
    audit.record(session, act, "petition_taken_back", "action_item", item.id, {}, facts)
    return petition


def is_waiting(petition: Petition) -> bool:
    """Tell whether a petition still waits for a decision."""
    return petition.decided_at is None and petition.item.status in OPEN


def _carry_out(
    session: Session, act: Act, item: ActionItem, petition: Petition, decision: PetitionDecision
) -> None:
    words, approval = decision.decision, decision.approval
    match petition.kind:
        case PetitionKind.REASSIGN:
            if decision.assignment is None:
                raise Invalid(fields={"lead_department_id": N_("請選擇主辦機關。")})
            carry_out_reassignment(session, act, item, decision.assignment, words)
        case PetitionKind.WITHDRAW:
            reason = decision.reason_code or petition.reason_code
            if reason is None:
                raise Invalid(fields={"reason_code": N_("請選擇撤銷的原因。")})
            carry_out_withdrawal(session, act, item, reason, words, approval)
        case PetitionKind.MERGE:
            carry_out_merger(session, act, item, decision.into_item_no, words, approval)


def _told(petition: Petition) -> dict[str, object]:
    return {
        "kind": petition.kind.value,
        "reason": petition.reason,
        "reason_code": petition.reason_code.value if petition.reason_code else None,
        "department": petition.department.name if petition.department else None,
        "into": petition.into_item_no,
    }
