"""Ending the tracking of an item without releasing it: withdrawn (撤銷管制), merged (併案) or void (作廢)."""

from collections.abc import Mapping

from tracker import audit
from tracker.access import Act
from tracker.actions import queries
from tracker.actions.events import ActionEnded
from tracker.actions.models import ActionItem
from tracker.actions.rules.workflow import OPEN, Step, WithdrawalReason
from tracker.actions.steps import item_for, lapse, lock, move
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_


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
    item = item_for(session, act, item_id, Step.WITHDRAW, version)
    return carry_out_withdrawal(session, act, item, reason, explanation, approval)


def carry_out_withdrawal(
    session: Session, act: Act, item: ActionItem, reason: WithdrawalReason, explanation: str, approval: str
) -> ActionItem:
    """Withdraw tracking of a locked item, by whoever was found to have the right; raises Invalid."""
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
    lock_both(session, act, item_id, into_item_no)
    item = item_for(session, act, item_id, Step.MERGE, version)
    return carry_out_merger(session, act, item, into_item_no, explanation, approval)


def lock_both(session: Session, act: Act, item_id: int, into_item_no: str) -> None:
    """Let other steps on an item, and on the one it is to go into, wait until the transaction ends."""
    if into := queries.find_action_by_number(session, act.by, into_item_no):
        lock(session, item_id, into.id)


def carry_out_merger(
    session: Session, act: Act, item: ActionItem, into_item_no: str, explanation: str, approval: str
) -> ActionItem:
    """Merge a locked item into another, by whoever was found to have the right; raises Invalid."""
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
    item = item_for(session, act, item_id, Step.VOID, version)
    if not explanation.strip():
        raise Invalid(fields={"explanation": N_("請說明作廢的理由。")})
    return _end(session, act, item, Step.VOID, {"explanation": explanation.strip()})


def _end(session: Session, act: Act, item: ActionItem, step: Step, after: Mapping[str, object]) -> ActionItem:
    lapse(act, item.waiting_extension, item.waiting_petition)
    item.closed_on = act.today
    move(session, act, item, step, after)
    raise_event(session, ActionEnded(item.id, act))
    return item


def _unapproved(explanation: str, unexplained: str, approval: str) -> dict[str, str]:
    """Return, by field, what is missing from a step that a higher level has to approve."""
    problems = {}
    if not explanation.strip():
        problems["explanation"] = unexplained
    if not approval.strip():
        problems["approval"] = N_("請填寫核准的層級與文號。")
    return problems
