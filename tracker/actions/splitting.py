"""Taking a further item out of an open one (分出另案); the one that was there goes on as it is."""

from tracker import audit
from tracker.access import Act
from tracker.actions.assigning import Assignment, bring_out, next_number, prepare_action
from tracker.actions.events import ActionSplit
from tracker.actions.models import ActionItem
from tracker.actions.rules.workflow import Step
from tracker.actions.steps import item_for, touch
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Conflict, Invalid
from tracker.foundation.language import N_
from tracker.reports.rules.adoption import OPENS_ITEMS


def split_action(
    session: Session,
    act: Act,
    item_id: int,
    title: str,
    assignment: Assignment,
    expected_result: str = "",
    reason: str = "",
    version: int | None = None,
) -> ActionItem:
    """Open and assign an item that takes over a part of an open one, under the report's next number.

    `version` is that of the open one, which keeps its departments, dates and progress. Raises Forbidden,
    StepNotAllowed, VersionConflict, Conflict where the adoption opens no items, or Invalid.
    """
    item = item_for(session, act, item_id, Step.SPLIT, version)
    if item.recommendation.adoption not in OPENS_ITEMS:
        raise Conflict(N_("依採行情形，這項建議不開立列管事項。"))
    problems = {}
    if not reason.strip():
        problems["reason"] = N_("請說明分出另案的理由。")
    if assignment.due_on < act.today:
        problems["due_on"] = N_("預定完成日不可早於今天。")
    if problems:
        raise Invalid(fields=problems)
    number = next_number(session, item.recommendation.report)
    other = prepare_action(session, act, item.recommendation_id, number, title, assignment, expected_result)
    other.split_from_id = item.id
    touch(item)
    session.flush()
    told = {"item_no": other.item_no, "title": other.title, "lead": other.lead.department.name}
    why = {"reason": reason.strip()}
    audit.record(session, act, Step.SPLIT.value, "action_item", item.id, {}, told | why)
    audit.record(session, act, "split_off", "action_item", other.id, {}, {"item_no": item.item_no} | why)
    bring_out(session, act, other)
    raise_event(session, ActionSplit(item.id, act, other.id, reason.strip()))
    return other
