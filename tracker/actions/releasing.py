"""Releasing an item from tracking (解除列管): the request and its way, the decision on it, and tracking it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker import audit
from tracker.access import Act
from tracker.actions import queries
from tracker.actions.assigning import check_officer
from tracker.actions.events import (
    ActionClosed,
    ActionReopened,
    ClosingPrepared,
    ClosingRefused,
    ClosingRequested,
    ClosingReturned,
)
from tracker.actions.evidence import count_evidence, file_evidence, told_evidence
from tracker.actions.models import ActionItem, Closing
from tracker.actions.post_checking import cancel_check, plan_check
from tracker.actions.reporting import COMPLETE, waits_for_head
from tracker.actions.rights import is_prepared, is_waiting, may_decide, may_forward, own_part
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules.workflow import Outcome, PartRole, PartStatus, Step
from tracker.actions.steps import item_for, lapse, locked, move, person_of, told_deputy, touch
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Conflict, Forbidden, Invalid, StepNotAllowed
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.people.models import Department
from tracker.reports.confirming import decide_adoption
from tracker.reports.rules.adoption import FINAL, Adoption


@dataclass(frozen=True)
class ClosingRequest:
    """What a department asks to be released with."""

    result: str
    completed_on: date | None
    outcome: Outcome = Outcome.IMPLEMENTED


@dataclass(frozen=True)
class ClosingReview:
    """What the head of a unit says to a prepared request; returning it needs words."""

    forward: bool
    note: str = ""


@dataclass(frozen=True)
class ClosingDecision:
    """What the decider says, in words that are always needed; `adoption` is 採行情形 from then on, None as it was."""

    agree: bool
    decision: str
    outcome: Outcome | None = None
    document_no: str = ""
    adoption: Adoption | None = None


def request_closing(
    session: Session,
    act: Act,
    item_id: int,
    request: ClosingRequest,
    files: Sequence[StoredFile] = (),
    part_id: int | None = None,
    *,
    evidence_required: bool = True,
    approval: bool = True,
    quota: int | None = None,
) -> Closing:
    """Ask for release with result, completion day and evidence; evidence filed with progress counts too.

    With `approval`, what an officer asks waits for the head of the unit, where there is one, who forwards it. A
    supporting department asks for its own part, which leaves the item's status alone. Raises Invalid.
    """
    item = item_for(session, act, item_id, Step.PREPARE_CLOSING)
    part = own_part(act, item, Step.PREPARE_CLOSING, part_id)
    filed = len(files) + count_evidence(item, part)
    missing = closing_rules.missing_for_closing(
        request.result, request.completed_on, filed, act.today, evidence_required=evidence_required
    )
    if missing or request.completed_on is None:
        raise Invalid(fields=missing)
    waits = approval and waits_for_head(session, act, part)
    closing = Closing(
        item=item,
        part=part,
        round_no=item.round_no,
        result=request.result.strip(),
        completed_on=request.completed_on,
        proposed_outcome=request.outcome,
        requested_at=act.at,
        requested_on=None if waits else act.today,
        requested_by_id=person_of(act),
        evidence=file_evidence(act, item, files, quota),
    )
    session.add(closing)
    part.status = PartStatus.OPEN if waits else PartStatus.CLOSE_REQUESTED
    session.flush()
    after = {
        "department": part.department.name,
        "result": closing.result,
        "completed_on": closing.completed_on,
        "outcome": request.outcome.value,
        "evidence": told_evidence(closing.evidence),
    }
    _take(session, act, closing, Step.PREPARE_CLOSING if waits else Step.REQUEST_CLOSING, after)
    happened = ClosingPrepared if waits else ClosingRequested
    raise_event(session, happened(item.id, act, closing.id))
    return closing


def review_closing(
    session: Session, act: Act, closing_id: int, review: ClosingReview, version: int | None = None
) -> Closing:
    """Forward what an officer prepared to the coordinating office (轉送), or return it with a note (退回補正).

    The day of forwarding is the day on which the department asked. Raises Forbidden for one's own, StepNotAllowed once
    it was forwarded, returned or taken back, Invalid for a return without a note.
    """
    item = locked(session, act, queries.get_closing(session, act.by, closing_id).item_id)
    closing = next(each for each in item.closings if each.id == closing_id)
    if not may_forward(act, closing):
        raise Forbidden(N_("解除列管的申請須由申請人以外的單位主管轉送。"))
    check_version(item.version, version)
    if not is_prepared(closing):
        raise StepNotAllowed
    note = review.note.strip()
    if not review.forward and not note:
        raise Invalid(fields={"note": N_("退回時請說明要補充什麼。")})
    after: dict[str, object] = {"department": closing.part.department.name, "note": note}
    if review.forward:
        closing.requested_on = act.today
        closing.forwarded_at, closing.forwarded_by_id = act.at, person_of(act)
        closing.part.status = PartStatus.CLOSE_REQUESTED
        _take(session, act, closing, Step.FORWARD_CLOSING, after)
        raise_event(session, ClosingRequested(item.id, act, closing.id))
    else:
        _set_aside(act, closing, note)
        _take(session, act, closing, Step.RETURN_CLOSING, after)
        raise_event(session, ClosingReturned(item.id, act, closing.id))
    return closing


def take_back_closing(session: Session, act: Act, closing_id: int) -> Closing:
    """Take one's own request back before it is forwarded; raises Forbidden for another's, StepNotAllowed afterwards."""
    item = locked(session, act, queries.get_closing(session, act.by, closing_id).item_id)
    closing = next(each for each in item.closings if each.id == closing_id)
    if closing.requested_by_id not in act.by.persons:
        raise Forbidden
    if not is_prepared(closing):
        raise StepNotAllowed
    _set_aside(act, closing)
    touch(item)
    session.flush()
    facts = {"department": closing.part.department.name}
    audit.record(session, act, "closing_taken_back", "action_item", item.id, {}, facts)
    return closing


def decide_closing(
    session: Session,
    act: Act,
    closing_id: int,
    decision: ClosingDecision,
    version: int | None = None,
    *,
    post_check_months: int = 12,
) -> ActionItem:
    """Agree to a release, or keep tracking (持續列管), which begins the next round.

    The release of a whole item may come with the final adoption of its recommendation, for which the decision is the
    reason. Raises Forbidden for the requester and the owning department, Conflict while supporting parts are not
    released, Invalid for a decision without words or an adoption that is none to end with.
    What is released as done is looked at again after `post_check_months`, 0 for never.
    """
    item = locked(session, act, queries.get_closing(session, act.by, closing_id).item_id)
    closing = next(each for each in item.closings if each.id == closing_id)
    part = closing.part
    if not may_decide(act, closing):
        raise Forbidden(N_("解除列管須由申請人及主辦機關以外的人決定。"))
    check_version(item.version, version)
    if not is_waiting(closing):
        raise StepNotAllowed
    if problems := _problems_with(decision):
        raise Invalid(fields=problems)
    outcome = decision.outcome or closing.proposed_outcome
    if decision.agree and part.role is PartRole.LEAD:
        _check_supporting_released(item)
    closing.agreed = decision.agree
    closing.decided_at, closing.decided_by_id = act.at, person_of(act)
    closing.decision, closing.document_no = decision.decision.strip(), decision.document_no.strip()
    closing.outcome = outcome if decision.agree else None
    part.status = PartStatus.RELEASED if decision.agree else PartStatus.OPEN
    part.released_on = act.today if decision.agree else None
    touch(item)
    session.flush()
    after: dict[str, object] = {
        "department": part.department.name,
        "decision": closing.decision,
        "document_no": closing.document_no,
    }
    if part.role is PartRole.SUPPORT:
        action = "part_released" if decision.agree else "part_release_refused"
        audit.record(session, act, action, "action_item", item.id, {}, after)
    elif decision.agree:
        if outcome is Outcome.IMPLEMENTED and (check := plan_check(act, item, post_check_months)):
            after["post_check_on"] = check.due_on
        _close(session, act, item, closing, outcome, after)
        _record_adoption(session, act, item, decision)
    else:
        item.round_no += 1
        _report_anew(act, item)
        move(session, act, item, Step.REFUSE_CLOSING, after | {"round_no": item.round_no})
        raise_event(session, ClosingRefused(item.id, act, closing.id))
    return item


def reopen(
    session: Session,
    act: Act,
    item_id: int,
    reason: str,
    version: int | None = None,
    officer_id: int | None = None,
) -> ActionItem:
    """Track a released item again, in its next round, by its officer unless another one is named.

    Raises Invalid without a reason, and where the officer has left and nobody is named.
    """
    item = item_for(session, act, item_id, Step.REOPEN, version)
    if not reason.strip():
        raise Invalid(fields={"reason": N_("請說明重新列管的理由。")})
    facts = _officer_from_now_on(session, item, officer_id)
    item.round_no += 1
    item.closed_on, item.outcome = None, None
    cancel_check(act, item)
    item.lead.status, item.lead.released_on = PartStatus.OPEN, None
    _report_anew(act, item)
    after = {"reason": reason.strip(), "round_no": item.round_no, **facts}
    move(session, act, item, Step.REOPEN, after)
    raise_event(session, ActionReopened(item.id, act))
    return item


def lacks_officer(item: ActionItem) -> bool:
    """Tell whether an item's officer has left, so that another one has to be named before it is tracked again."""
    return item.lead.officer is None or not item.lead.officer.is_active


def _officer_from_now_on(session: Session, item: ActionItem, officer_id: int | None) -> dict[str, str]:
    """Set an item's officer to the one who was named, or see that the present one is still there."""
    chosen = officer_id or item.lead.officer_id
    if chosen is None:
        raise Invalid(fields={"officer_id": N_("請指定承辦人。")})
    officer = check_officer(session, chosen, item.lead.department_id)
    if officer.id == item.lead.officer_id:
        return {}
    item.lead.officer = officer
    return {"officer": officer.name}


def unreleased_departments(item: ActionItem) -> list[Department]:
    """Return the supporting departments that hold up the closing of an item."""
    return [part.department for part in item.supporting if part.status is not PartStatus.RELEASED]


def _report_anew(act: Act, item: ActionItem) -> None:
    # Nothing could be filed while the release was decided, so nothing is missed of that time.
    for part in item.parts:
        if part.status is PartStatus.OPEN:
            part.reports_from = act.today


_OF_A_PART = {
    Step.PREPARE_CLOSING: "part_release_prepared",
    Step.FORWARD_CLOSING: "part_release_forwarded",
    Step.RETURN_CLOSING: "part_release_returned",
    Step.REQUEST_CLOSING: "part_release_requested",
}
"""How the record names a step of a supporting department, which leaves the item's status alone."""


def _take(session: Session, act: Act, closing: Closing, step: Step, after: Mapping[str, object]) -> None:
    if closing.part.role is PartRole.LEAD:
        move(session, act, closing.item, step, after)
        return
    touch(closing.item)
    session.flush()
    told = {**after, **told_deputy(act, step, closing.part)}
    audit.record(session, act, _OF_A_PART[step], "action_item", closing.item_id, {}, told)


def _set_aside(act: Act, closing: Closing, note: str = "") -> None:
    closing.agreed, closing.decision = False, note
    closing.decided_at, closing.decided_by_id = act.at, person_of(act)


def _problems_with(decision: ClosingDecision) -> dict[str, str]:
    problems = {}
    if not decision.decision.strip():
        problems["decision"] = (
            N_("同意解除列管必須簡要說明。") if decision.agree else N_("持續列管必須說明理由。")
        )
    if decision.agree and decision.adoption is not None and decision.adoption not in FINAL:
        problems["adoption"] = N_("解除列管時的採行情形不可為「待決定」或「研議中」。")
    return problems


def _check_supporting_released(item: ActionItem) -> None:
    if unreleased := unreleased_departments(item):
        raise Conflict(
            N_("協辦機關尚未全部解列：%(names)s"), names="、".join(each.name for each in unreleased)
        )


def _close(
    session: Session,
    act: Act,
    item: ActionItem,
    closing: Closing,
    outcome: Outcome,
    after: Mapping[str, object],
) -> None:
    lapse(act, item.waiting_extension, item.waiting_petition)
    item.closed_on, item.outcome = act.today, outcome
    if outcome is Outcome.IMPLEMENTED:
        item.lead.percent = COMPLETE
    facts = {**after, "outcome": outcome.value, "closed_on": act.today}
    move(session, act, item, Step.AGREE_CLOSING, facts, outcome=outcome)
    raise_event(session, ActionClosed(item.id, act, closing.id))


def _record_adoption(session: Session, act: Act, item: ActionItem, decision: ClosingDecision) -> None:
    recommendation = item.recommendation
    if decision.adoption is not None and decision.adoption is not recommendation.adoption:
        decide_adoption(session, act, recommendation.id, decision.adoption, decision.decision)
