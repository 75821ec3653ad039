"""Verbs of follow-up: each finds the visible item, checks right and status, changes rows, writes the record, tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tracker import audit
from tracker.access import Act
from tracker.actions import queries
from tracker.actions.events import (
    ActionAcknowledged,
    ActionAssigned,
    ActionClosed,
    ActionEnded,
    ActionReopened,
    ClosingRefused,
    ClosingRequested,
    ProgressSubmitted,
)
from tracker.actions.models import ActionItem, Closing, Evidence, Part, ProgressUpdate
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules.workflow import (
    NEEDED,
    OPEN,
    Outcome,
    PartRole,
    PartStatus,
    Status,
    Step,
    WithdrawalReason,
    allowed_steps,
    next_status,
)
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Conflict, Forbidden, Invalid, StepNotAllowed, VersionConflict
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.people.models import Department, User
from tracker.people.queries import department_nodes, get_department, get_user
from tracker.people.rules import tree
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.rules.adoption import FINAL, Adoption
from tracker.reports.confirming import decide_adoption

COMPLETE = 100
DEPARTMENT_STEPS = frozenset({Step.REPORT_PROGRESS, Step.REQUEST_CLOSING})
DECISIONS = frozenset({Step.AGREE_CLOSING, Step.REFUSE_CLOSING})


@dataclass(frozen=True)
class Assignment:
    """To whom an item goes, and until when."""

    lead_department_id: int
    due_on: date
    support_department_ids: tuple[int, ...] = ()
    officer_id: int | None = None


@dataclass(frozen=True)
class Progress:
    """What a department reports."""

    narrative: str
    percent: int
    next_step: str = ""
    difficulty: str = ""


@dataclass(frozen=True)
class ClosingRequest:
    """What a department asks to be released with."""

    result: str
    completed_on: date | None
    outcome: Outcome = Outcome.IMPLEMENTED


@dataclass(frozen=True)
class ClosingDecision:
    """What the decider says, in words that are always needed; `adoption` is 採行情形 from then on, None as it was."""

    agree: bool
    decision: str
    outcome: Outcome | None = None
    document_no: str = ""
    adoption: Adoption | None = None


def open_confirmed(session: Session, happened: RecommendationConfirmed) -> None:
    """React to a confirmed recommendation: open its item when a leading department was chosen."""
    if happened.lead_department_id is None or happened.due_on is None:
        return
    assignment = Assignment(
        happened.lead_department_id, happened.due_on, happened.support_department_ids, happened.officer_id
    )
    open_action(
        session,
        happened.act,
        happened.recommendation_id,
        happened.item_no,
        happened.title,
        assignment,
        happened.expected_result,
    )


def open_action(
    session: Session,
    act: Act,
    recommendation_id: int,
    item_no: str,
    title: str,
    assignment: Assignment,
    expected_result: str = "",
) -> ActionItem:
    """Open an item for a recommendation and assign it; raises Forbidden or Invalid."""
    item = prepare_action(session, act, recommendation_id, item_no, title, assignment, expected_result)
    return _assign(session, act, item)


def prepare_action(
    session: Session,
    act: Act,
    recommendation_id: int,
    item_no: str,
    title: str,
    assignment: Assignment,
    expected_result: str = "",
) -> ActionItem:
    """Write an item down as a draft (暫存), which nobody is told of before `assign`; raises Forbidden or Invalid."""
    if not act.by.may(NEEDED[Step.ASSIGN]):
        raise Forbidden
    if not title.strip():
        raise Invalid(fields={"title": N_("請填寫列管事項的名稱。")})
    item = ActionItem(
        item_no=item_no,
        recommendation_id=recommendation_id,
        title=title.strip(),
        expected_result=expected_result.strip(),
        status=Status.DRAFT,
        start_on=act.today,
        original_due_on=assignment.due_on,
        due_on=assignment.due_on,
        opened_at=act.at,
        round_no=1,
        parts=[],
        closings=[],
        updates=[],
    )
    session.add(item)
    _set_parts(session, act, item, assignment)
    session.flush()
    audit.record(
        session, act, "opened", "action_item", item.id, {}, {"item_no": item_no, "title": item.title}
    )
    return item


def assign(session: Session, act: Act, item_id: int, version: int | None = None) -> ActionItem:
    """Bring a draft out to the departments that were chosen for it (分案); raises Invalid for a date gone by."""
    item = _item_for(session, act, item_id, Step.ASSIGN, version)
    if item.due_on < act.today:
        raise Invalid(N_("預定完成日不可早於今天。"))
    item.start_on = act.today
    for part in item.parts:
        part.assigned_at = act.at
    return _assign(session, act, item)


def _assign(session: Session, act: Act, item: ActionItem) -> ActionItem:
    _move(session, act, item, Step.ASSIGN, _assignment_facts(session, item))
    raise_event(session, ActionAssigned(item.id, act))
    return item


def reassign(
    session: Session, act: Act, item_id: int, assignment: Assignment, reason: str, version: int | None = None
) -> ActionItem:
    """Give an item to other departments (改分); it waits to be acknowledged again. The due date does not change."""
    item = _item_for(session, act, item_id, Step.REASSIGN, version)
    if not reason.strip():
        raise Invalid(fields={"reason": N_("請說明改分的理由。")})
    before = _assignment_facts(session, item)
    held = [part for part in item.parts if part.status is not PartStatus.RELEASED]
    _set_parts(session, act, item, assignment)
    session.flush()
    after = _assignment_facts(session, item) | {"reason": reason.strip()}
    _move(session, act, item, Step.REASSIGN, after, before)
    lost = tuple(part.id for part in held if part.status is PartStatus.RELEASED)
    raise_event(session, ActionAssigned(item.id, act, lost))
    return item


def acknowledge(
    session: Session, act: Act, item_id: int, officer_id: int | None = None, version: int | None = None
) -> ActionItem:
    """Take an item for the leading department and name its officer (簽收); raises Invalid without an officer."""
    item = _item_for(session, act, item_id, Step.ACKNOWLEDGE, version)
    chosen = officer_id or item.lead.officer_id or act.by.person_id
    if chosen is None:
        raise Invalid(fields={"officer_id": N_("請指定承辦人。")})
    officer = _check_officer(session, chosen, item.lead.department_id)
    item.lead.officer_id = officer.id
    item.lead.officer = officer
    item.lead.acknowledged_at = act.at
    _move(session, act, item, Step.ACKNOWLEDGE, {"officer": officer.name})
    raise_event(session, ActionAcknowledged(item.id, act))
    return item


def submit_progress(
    session: Session,
    act: Act,
    item_id: int,
    progress: Progress,
    files: Sequence[StoredFile] = (),
    part_id: int | None = None,
) -> ProgressUpdate:
    """Add a report of progress by the department of the person who acts; raises Invalid. Nothing is overwritten.

    `part_id` chooses the department for somebody who acts for several.
    """
    item = _item_for(session, act, item_id, Step.REPORT_PROGRESS)
    part = _own_part(act, item, Step.REPORT_PROGRESS, part_id)
    _check_progress(progress)
    update = ProgressUpdate(
        item=item,
        part=part,
        round_no=item.round_no,
        narrative=progress.narrative.strip(),
        percent=progress.percent,
        next_step=progress.next_step.strip(),
        difficulty=progress.difficulty.strip(),
        submitted_at=act.at,
        submitted_by_id=_person(act),
        evidence=[_evidence(act, item, file) for file in files],
    )
    session.add(update)
    before = {"percent": part.percent}
    part.percent = progress.percent
    part.updated_on = act.today
    session.flush()
    after = {
        "department": part.department.name,
        "narrative": update.narrative,
        "percent": update.percent,
        "next_step": update.next_step,
        "difficulty": update.difficulty,
        "evidence": _filed(update.evidence),
    }
    _move(session, act, item, Step.REPORT_PROGRESS, after, before)
    raise_event(session, ProgressSubmitted(item.id, act, part.id))
    return update


def request_closing(
    session: Session,
    act: Act,
    item_id: int,
    request: ClosingRequest,
    files: Sequence[StoredFile] = (),
    part_id: int | None = None,
    *,
    evidence_required: bool = True,
) -> Closing:
    """Ask for release with result, completion day and evidence; evidence filed with progress counts too.

    A supporting department asks for its own part, which leaves the item's status alone. Raises Invalid.
    """
    item = _item_for(session, act, item_id, Step.REQUEST_CLOSING)
    part = _own_part(act, item, Step.REQUEST_CLOSING, part_id)
    filed = len(files) + _evidence_of_round(item, part)
    missing = closing_rules.missing_for_closing(
        request.result, request.completed_on, filed, act.today, evidence_required=evidence_required
    )
    if missing or request.completed_on is None:
        raise Invalid(fields=missing)
    closing = Closing(
        item=item,
        part=part,
        round_no=item.round_no,
        result=request.result.strip(),
        completed_on=request.completed_on,
        proposed_outcome=request.outcome,
        requested_at=act.at,
        requested_on=act.today,
        requested_by_id=_person(act),
        evidence=[_evidence(act, item, file) for file in files],
    )
    session.add(closing)
    part.status = PartStatus.CLOSE_REQUESTED
    session.flush()
    after = {
        "department": part.department.name,
        "result": closing.result,
        "completed_on": closing.completed_on,
        "outcome": request.outcome.value,
        "evidence": _filed(closing.evidence),
    }
    if part.role is PartRole.LEAD:
        _move(session, act, item, Step.REQUEST_CLOSING, after)
    else:
        audit.record(session, act, "part_release_requested", "action_item", item.id, {}, after)
    raise_event(session, ClosingRequested(item.id, act, closing.id))
    return closing


def decide_closing(
    session: Session, act: Act, closing_id: int, decision: ClosingDecision, version: int | None = None
) -> ActionItem:
    """Agree to a release, or keep tracking (持續列管), which begins the next round.

    The release of a whole item may come with the final adoption of its recommendation, for which the decision is the
    reason. Raises Forbidden for the requester and the owning department, Conflict while supporting parts are not
    released, Invalid for a decision without words or an adoption that is none to end with.
    """
    item = _locked(session, act, queries.get_closing(session, act.by, closing_id).item_id)
    closing = next(each for each in item.closings if each.id == closing_id)
    part = closing.part
    if not may_decide(act, closing):
        raise Forbidden(N_("解除列管須由申請人及主辦機關以外的人決定。"))
    _check_version(item, version)
    if not is_waiting(closing):
        raise StepNotAllowed
    if problems := _problems_with(decision):
        raise Invalid(fields=problems)
    outcome = decision.outcome or closing.proposed_outcome
    if decision.agree and part.role is PartRole.LEAD:
        _check_supporting_released(item)
    closing.agreed = decision.agree
    closing.decided_at, closing.decided_by_id = act.at, _person(act)
    closing.decision, closing.document_no = decision.decision.strip(), decision.document_no.strip()
    closing.outcome = outcome if decision.agree else None
    part.status = PartStatus.RELEASED if decision.agree else PartStatus.OPEN
    part.released_on = act.today if decision.agree else None
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
        _close(session, act, item, closing, outcome, after)
        _record_adoption(session, act, item, decision)
    else:
        item.round_no += 1
        _move(session, act, item, Step.REFUSE_CLOSING, after | {"round_no": item.round_no})
        raise_event(session, ClosingRefused(item.id, act, closing.id))
    return item


def withdraw(
    session: Session,
    act: Act,
    item_id: int,
    reason: WithdrawalReason,
    explanation: str,
    approval: str,
    version: int | None = None,
) -> ActionItem:
    """Withdraw tracking with a reason code and the higher approval's document number; raises Invalid."""
    item = _item_for(session, act, item_id, Step.WITHDRAW, version)
    if problems := _unapproved(explanation, N_("請說明撤銷管制的理由。"), approval):
        raise Invalid(fields=problems)
    after = {"reason": reason.value, "explanation": explanation.strip(), "approval": approval.strip()}
    return _end(session, act, item, Step.WITHDRAW, after)


def merge(
    session: Session,
    act: Act,
    item_id: int,
    into_item_no: str,
    explanation: str,
    approval: str,
    version: int | None = None,
) -> ActionItem:
    """Merge an item into another open one, which goes on alone, with the higher approval's document number.

    Raises Invalid.
    """
    if into := queries.find_action_by_number(session, act.by, into_item_no):
        _lock(session, item_id, into.id)
    item = _item_for(session, act, item_id, Step.MERGE, version)
    target = queries.find_action_by_number(session, act.by, into_item_no)
    problems = _unapproved(explanation, N_("請說明併案的理由。"), approval)
    if target is None or target.id == item.id or target.status not in OPEN:
        problems["into_item_no"] = N_("請填寫另一個仍在列管中的事項編號。")
    if problems or target is None:
        raise Invalid(fields=problems)
    item.merged_into_id = target.id
    after = {"into": target.item_no, "explanation": explanation.strip(), "approval": approval.strip()}
    merged = _end(session, act, item, Step.MERGE, after)
    audit.record(session, act, "received_merged", "action_item", target.id, {}, {"item_no": item.item_no})
    return merged


def make_void(
    session: Session, act: Act, item_id: int, explanation: str, version: int | None = None
) -> ActionItem:
    """Void an item that was entered by mistake; raises Invalid without an explanation."""
    item = _item_for(session, act, item_id, Step.VOID, version)
    if not explanation.strip():
        raise Invalid(fields={"explanation": N_("請說明作廢的理由。")})
    return _end(session, act, item, Step.VOID, {"explanation": explanation.strip()})


def reopen(session: Session, act: Act, item_id: int, reason: str, version: int | None = None) -> ActionItem:
    """Track a released item again, in its next round; raises Invalid without a reason."""
    item = _item_for(session, act, item_id, Step.REOPEN, version)
    if not reason.strip():
        raise Invalid(fields={"reason": N_("請說明重新列管的理由。")})
    item.round_no += 1
    item.closed_on, item.outcome = None, None
    item.lead.status, item.lead.released_on = PartStatus.OPEN, None
    _move(session, act, item, Step.REOPEN, {"reason": reason.strip(), "round_no": item.round_no})
    raise_event(session, ActionReopened(item.id, act))
    return item


def may_decide(act: Act, closing: Closing) -> bool:
    """Tell whether the person who acts may decide on a closing request."""
    return closing_rules.may_decide(
        act.by,
        closing.requested_by_id,
        closing.part.officer_id,
        closing.part.department_id,
        led_by_coordinating_office=closing.part.department.is_coordinating,
    )


def is_waiting(closing: Closing) -> bool:
    """Tell whether a closing request, the leading department's or a supporting one's, still waits for a decision."""
    asked = closing.part.status is PartStatus.CLOSE_REQUESTED
    return closing.decided_at is None and asked and closing.item.status in OPEN


def waiting_for(act: Act, item: ActionItem) -> tuple[Closing, ...]:
    """Return the closing requests of an item on which the person who acts may decide now."""
    return tuple(each for each in item.closings if is_waiting(each) and may_decide(act, each))


def parts_for(act: Act, item: ActionItem, step: Step) -> tuple[Part, ...]:
    """Return the parts for which the person who acts may report, or ask for release, now; their own first.

    A supporting department asks for release as long as the item is open, whatever the leading one has asked.
    """
    mine = [
        part
        for part in item.parts
        if part.status is PartStatus.OPEN
        and _acts_for(act, part, step)
        and (step in allowed_steps(item.status) or _supports_open(item, part, step))
    ]
    return tuple(sorted(mine, key=lambda part: part.officer_id not in act.by.persons))


def unreleased_departments(item: ActionItem) -> list[str]:
    """Return the names of the supporting departments that hold up the closing of an item."""
    return [part.department.name for part in item.supporting if part.status is not PartStatus.RELEASED]


def steps_for(act: Act, item: ActionItem) -> tuple[Step, ...]:
    """Return the steps that the person who acts may take on an item now."""
    return tuple(step for step in Step if _may_take(act, item, step))


def check_step(act: Act, item: ActionItem, step: Step) -> None:
    """Raise Forbidden when a step is not the person's to take, StepNotAllowed when the status does not allow it."""
    parts = item.parts if step in DEPARTMENT_STEPS else (item.lead,)
    waiting = [closing for closing in item.closings if step in DECISIONS and is_waiting(closing)]
    if waiting:
        permitted = any(may_decide(act, closing) for closing in waiting)
    else:
        permitted = any(_acts_for(act, part, step) for part in parts)
    if not permitted:
        raise Forbidden
    if not _may_take(act, item, step):
        raise StepNotAllowed


def _may_take(act: Act, item: ActionItem, step: Step) -> bool:
    if step in DECISIONS:
        return bool(waiting_for(act, item))
    if step in DEPARTMENT_STEPS:
        return bool(parts_for(act, item, step))
    return step in allowed_steps(item.status) and _acts_for(act, item.lead, step)


def _supports_open(item: ActionItem, part: Part, step: Step) -> bool:
    return step is Step.REQUEST_CLOSING and part.role is PartRole.SUPPORT and item.status in OPEN


def _locked(session: Session, act: Act, item_id: int) -> ActionItem:
    _lock(session, item_id)
    return queries.get_action(session, act.by, item_id)


def _lock(session: Session, *item_ids: int) -> None:
    # Two steps on one item wait for each other, so that neither is decided on what the other has just changed.
    # Several items are locked in one order, so that no two steps wait for each other's item.
    rows = select(ActionItem.id).where(ActionItem.id.in_(item_ids)).order_by(ActionItem.id)
    session.execute(rows.with_for_update()).all()


def _item_for(session: Session, act: Act, item_id: int, step: Step, version: int | None = None) -> ActionItem:
    item = _locked(session, act, item_id)
    try:
        check_step(act, item, step)
    except StepNotAllowed:
        _check_version(item, version)
        raise
    _check_version(item, version)
    return item


def _move(
    session: Session,
    act: Act,
    item: ActionItem,
    step: Step,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
    outcome: Outcome | None = None,
) -> None:
    was = item.status
    item.status = next_status(was, step, outcome)
    session.flush()
    audit.record(
        session,
        act,
        step.value,
        "action_item",
        item.id,
        {**(before or {}), "status": was.value},
        {**after, "status": item.status.value},
    )


def _close(
    session: Session,
    act: Act,
    item: ActionItem,
    closing: Closing,
    outcome: Outcome,
    after: Mapping[str, object],
) -> None:
    item.closed_on, item.outcome = act.today, outcome
    if outcome is Outcome.IMPLEMENTED:
        item.lead.percent = COMPLETE
    facts = {**after, "outcome": outcome.value, "closed_on": act.today}
    _move(session, act, item, Step.AGREE_CLOSING, facts, outcome=outcome)
    raise_event(session, ActionClosed(item.id, act, closing.id))


def _problems_with(decision: ClosingDecision) -> dict[str, str]:
    problems = {}
    if not decision.decision.strip():
        problems["decision"] = (
            N_("同意解除列管必須簡要說明。") if decision.agree else N_("持續列管必須說明理由。")
        )
    if decision.agree and decision.adoption is not None and decision.adoption not in FINAL:
        problems["adoption"] = N_("解除列管時的採行情形不可為「待決定」或「研議中」。")
    return problems


def _record_adoption(session: Session, act: Act, item: ActionItem, decision: ClosingDecision) -> None:
    recommendation = item.recommendation
    if decision.adoption is not None and decision.adoption is not recommendation.adoption:
        decide_adoption(session, act, recommendation.id, decision.adoption, decision.decision)


def _end(session: Session, act: Act, item: ActionItem, step: Step, after: Mapping[str, object]) -> ActionItem:
    item.closed_on = act.today
    _move(session, act, item, step, after)
    raise_event(session, ActionEnded(item.id, act))
    return item


def _set_parts(session: Session, act: Act, item: ActionItem, assignment: Assignment) -> None:
    wanted = _wanted_departments(session, assignment)
    lead_id = assignment.lead_department_id
    officer = (
        _check_officer(session, assignment.officer_id, lead_id) if assignment.officer_id is not None else None
    )
    for part in item.parts:
        _prepare_for_change(act, part, wanted.get(part.department_id))
    # The former lead steps back before the new one comes: the database knows one lead at any time.
    session.flush()
    present = {part.department_id: part for part in item.parts}
    for department_id, role in wanted.items():
        part = present.get(department_id) or _new_part(session, act, item, department_id, role)
        if part.status is PartStatus.RELEASED and not _was_agreed(item, part):
            part.status, part.released_on = PartStatus.OPEN, None
        if role is PartRole.LEAD:
            part.role, part.officer = role, officer
            part.assigned_at, part.acknowledged_at = act.at, None


def _wanted_departments(session: Session, assignment: Assignment) -> dict[int, PartRole]:
    lead = _usable_department(session, assignment.lead_department_id, "lead_department_id")
    wanted = {lead.id: PartRole.LEAD}
    for department_id in assignment.support_department_ids:
        if department_id == lead.id:
            raise Invalid(fields={"support_department_ids": N_("協辦機關不可與主辦機關相同。")})
        wanted[_usable_department(session, department_id, "support_department_ids").id] = PartRole.SUPPORT
    return wanted


def _prepare_for_change(act: Act, part: Part, wanted: PartRole | None) -> None:
    """Settle a part that leaves or changes its role; what its department filed stays, so the part does too."""
    if wanted is part.role and wanted is not None:
        return
    for closing in part.item.closings:
        if closing.part_id == part.id and closing.decided_at is None:
            closing.agreed, closing.decided_at, closing.decided_by_id = False, act.at, act.by.person_id
    part.status = PartStatus.OPEN if wanted else PartStatus.RELEASED
    part.released_on = None if wanted else part.released_on or act.today
    if part.role is PartRole.LEAD:
        part.role = PartRole.SUPPORT


def _was_agreed(item: ActionItem, part: Part) -> bool:
    return any(closing.agreed for closing in item.closings if closing.part_id == part.id)


def _new_part(session: Session, act: Act, item: ActionItem, department_id: int, role: PartRole) -> Part:
    part = Part(department_id=department_id, role=role, assigned_at=act.at, percent=0, status=PartStatus.OPEN)
    part.department = get_department(session, department_id)
    item.parts.append(part)
    return part


def _usable_department(session: Session, department_id: int, field: str) -> Department:
    department = get_department(session, department_id)
    if not department.is_active:
        raise Invalid(fields={field: N_("這個機關或單位已停用。")})
    return department


def _check_officer(session: Session, officer_id: int, department_id: int) -> User:
    officer = get_user(session, officer_id)
    below = tree.subtree(department_nodes(session), department_id)
    belongs = any(grant.department_id in below for grant in officer.grants)
    if not officer.is_active or not belongs:
        raise Invalid(fields={"officer_id": N_("承辦人必須是該機關或單位啟用中的同仁。")})
    return officer


def _own_part(act: Act, item: ActionItem, step: Step, part_id: int | None) -> Part:
    mine = parts_for(act, item, step)
    chosen = next((part for part in mine if part.id == part_id), None) if part_id is not None else mine[0]
    if chosen is None:
        raise Forbidden
    return chosen


def _acts_for(act: Act, part: Part, step: Step) -> bool:
    scope = act.by.scope(NEEDED[step])
    return scope.covers(part.department_id) or (bool(scope) and part.officer_id in act.by.persons)


def _check_progress(progress: Progress) -> None:
    problems = {}
    if not progress.narrative.strip():
        problems["narrative"] = N_("請填寫辦理情形。")
    if not 0 <= progress.percent <= COMPLETE:
        problems["percent"] = N_("進度請填 0 到 100。")
    if problems:
        raise Invalid(fields=problems)


def _unapproved(explanation: str, unexplained: str, approval: str) -> dict[str, str]:
    """Return, by field, what is missing from a step that a higher level has to approve."""
    problems = {}
    if not explanation.strip():
        problems["explanation"] = unexplained
    if not approval.strip():
        problems["approval"] = N_("請填寫核准的層級與文號。")
    return problems


def _check_supporting_released(item: ActionItem) -> None:
    if unreleased := unreleased_departments(item):
        raise Conflict(N_("協辦機關尚未全部解列：%(names)s"), names="、".join(unreleased))


def _evidence(act: Act, item: ActionItem, file: StoredFile) -> Evidence:
    return Evidence(
        item_id=item.id,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        uploaded_at=act.at,
        uploaded_by_id=_person(act),
    )


def _filed(evidence: Sequence[Evidence]) -> list[dict[str, object]]:
    return [{"id": file.id, "name": file.name, "sha256": file.sha256} for file in evidence]


def _evidence_of_round(item: ActionItem, part: Part) -> int:
    return sum(len(u.evidence) for u in item.updates if u.part_id == part.id and u.round_no == item.round_no)


def _assignment_facts(session: Session, item: ActionItem) -> dict[str, object]:
    officer = session.get(User, item.lead.officer_id) if item.lead.officer_id else None
    return {
        "lead": item.lead.department.name,
        "support": [part.department.name for part in item.supporting],
        "officer": officer.name if officer else None,
        "due_on": item.due_on,
    }


def _person(act: Act) -> int:
    if act.by.person_id is None:
        raise Forbidden
    return act.by.person_id


def _check_version(item: ActionItem, version: int | None) -> None:
    if version is not None and version != item.version:
        raise VersionConflict
