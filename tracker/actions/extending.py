"""More time for an item (展延): the request, the signatures on it, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker import audit
from tracker.access import Act, Role
from tracker.actions import queries
from tracker.actions.events import ExtensionDecided, ExtensionRequested
from tracker.actions.evidence import file_evidence, told_evidence
from tracker.actions.models import ActionItem, Extension
from tracker.actions.rights import extension_step, may_decide_extension
from tracker.actions.rules import extending as rules
from tracker.actions.rules.extending import ExtensionReason, Level, Limits
from tracker.actions.rules.workflow import OPEN, Step
from tracker.actions.steps import item_for, lapse, locked, move, person_of, touch
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Forbidden, Invalid, StepNotAllowed
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.people.queries import list_coordinators, list_people_in, parents_of
from tracker.people.rules.tree import upwards


@dataclass(frozen=True)
class ExtensionRequest:
    """Until when a department asks for more time, and why."""

    new_due_on: date | None
    reason_code: ExtensionReason
    reason: str


@dataclass(frozen=True)
class ExtensionDecision:
    """What the decider says; `document_no` also records an approval that was given outside of the system."""

    agree: bool
    decision: str
    document_no: str = ""


def request_extension(
    session: Session,
    act: Act,
    item_id: int,
    request: ExtensionRequest,
    limits: Limits,
    files: Sequence[StoredFile] = (),
    version: int | None = None,
    quota: int | None = None,
) -> Extension:
    """Ask for a later due date; the due date itself stays until somebody grants it. Raises Invalid.

    A request made after the due date is possible, and flagged for ever.
    """
    item = item_for(session, act, item_id, Step.REQUEST_EXTENSION, version)
    problems = rules.problems_with(request.new_due_on, item.due_on, request.reason, act.today)
    if problems or request.new_due_on is None:
        raise Invalid(fields=problems)
    in_all = rules.cumulative_days(item.original_due_on, request.new_due_on)
    level = rules.required_level(in_all, limits)
    extension = Extension(
        item=item,
        seq=1 + max((each.seq for each in item.extensions), default=0),
        reason_code=request.reason_code,
        reason=request.reason.strip(),
        old_due_on=item.due_on,
        new_due_on=request.new_due_on,
        days=(request.new_due_on - item.due_on).days,
        cumulative_days=in_all,
        required_level=level,
        turn=rules.first_signer(level, _offices_held(session, act, item)),
        requested_at=act.at,
        requested_on=act.today,
        requested_by_id=person_of(act),
        requested_after_due=item.due_on < act.today,
        evidence=file_evidence(act, item, files, quota),
    )
    session.add(extension)
    session.flush()
    after = {
        "new_due_on": extension.new_due_on,
        "days": extension.days,
        "cumulative_days": extension.cumulative_days,
        "reason_code": extension.reason_code.value,
        "reason": extension.reason,
        "required_level": level.value,
        "requested_after_due": extension.requested_after_due,
        "evidence": told_evidence(extension.evidence),
    }
    move(session, act, item, Step.REQUEST_EXTENSION, after, {"due_on": item.due_on})
    raise_event(session, ExtensionRequested(item.id, act, extension.id))
    return extension


def decide_extension(
    session: Session, act: Act, extension_id: int, decision: ExtensionDecision, version: int | None = None
) -> Extension:
    """Grant more time, hand the request on to the coordinating office, or refuse it.

    Only a granted extension moves the due date. Raises Forbidden for the requester and for a level that does not
    suffice, Invalid for a refusal without words or a missing higher approval, StepNotAllowed once it is decided.
    """
    extension = queries.get_extension(session, act.by, extension_id)
    item = locked(session, act, extension.item_id)
    session.refresh(extension)
    if not may_decide_extension(act, extension):
        raise Forbidden(N_("展延須由申請人以外、層級足夠的人核定。"))
    check_version(item.version, version)
    if not is_waiting(extension):
        raise StepNotAllowed
    step = extension_step(act, extension) if decision.agree else Step.REFUSE_EXTENSION
    if problems := _problems_with(extension, decision, step):
        raise Invalid(fields=problems)
    words, number = decision.decision.strip(), decision.document_no.strip()
    after: dict[str, object] = {"decision": words, "document_no": number}
    before = {"due_on": item.due_on}
    if step is Step.ENDORSE_EXTENSION:
        extension.endorsed_at, extension.endorsed_by_id = act.at, person_of(act)
        extension.endorsement, extension.endorsement_no = words, number
        extension.turn = Level.COORDINATOR
    else:
        extension.decided_at, extension.decided_by_id = act.at, person_of(act)
        extension.decision, extension.document_no = words, number
        extension.granted = decision.agree
    if extension.granted:
        item.due_on = extension.new_due_on
        after |= {"due_on": item.due_on, "cumulative_days": extension.cumulative_days}
    move(session, act, item, step, after, before)
    raise_event(session, ExtensionDecided(item.id, act, extension.id))
    return extension


def take_back_extension(session: Session, act: Act, extension_id: int) -> Extension:
    """Take a request back before it is decided; raises Forbidden unless it is one's own, StepNotAllowed afterwards."""
    extension = queries.get_extension(session, act.by, extension_id)
    item = locked(session, act, extension.item_id)
    session.refresh(extension)
    if extension.requested_by_id not in act.by.persons:
        raise Forbidden
    if not is_waiting(extension):
        raise StepNotAllowed
    lapse(act, extension)
    touch(item)
    session.flush()
    facts = {"new_due_on": extension.new_due_on}
    audit.record(session, act, "extension_taken_back", "action_item", item.id, {}, facts)
    return extension


def is_waiting(extension: Extension) -> bool:
    """Tell whether a request still waits for a decision."""
    return extension.decided_at is None and extension.item.status in OPEN


def _problems_with(extension: Extension, decision: ExtensionDecision, step: Step) -> dict[str, str]:
    problems = {}
    if not decision.agree and not decision.decision.strip():
        problems["decision"] = N_("退回展延申請必須說明理由。")
    skips_head = step is Step.GRANT_EXTENSION and rules.needs_second_signature(
        extension.required_level, extension.turn
    )
    if skips_head and not decision.document_no.strip():
        problems["document_no"] = N_("機關首長尚未在系統中同意，請填寫核准的層級與文號。")
    return problems


def _offices_held(session: Session, act: Act, item: ActionItem) -> set[Level]:
    """Return the offices above an item that somebody other than the requester holds."""
    parents = parents_of(session)
    above = frozenset(upwards(parents, item.lead.department_id))
    heads = ((Level.UNIT_HEAD, Role.UNIT_HEAD), (Level.AGENCY_HEAD, Role.AGENCY_HEAD))
    held = {
        level
        for level, role in heads
        if any(each.id not in act.by.persons for each in list_people_in(session, above, role))
    }
    if any(each.id not in act.by.persons for each in list_coordinators(session)):
        held.add(Level.COORDINATOR)
    return held
