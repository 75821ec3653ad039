"""What the desk remembers of decisions: the department that leads an item, told whenever one is assigned."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.actions.events import ActionAssigned
from tracker.actions.models import ActionItem
from tracker.actions.rules.workflow import Status
from tracker.foundation.database import Session
from tracker.reports.precedents import Decision, forget_all, learn, learn_all


def remember_assignment(session: Session, happened: ActionAssigned) -> None:
    """React to an item that came, or came anew, to a department: the next suggestion knows of it."""
    learn(session, _decision(session.get_one(ActionItem, happened.item_id)))


def rebuild(session: Session) -> int:
    """Make the memory anew from the items that there are, and return how many decisions it holds."""
    forget_all(session)
    items = session.scalars(
        select(ActionItem)
        .where(ActionItem.status != Status.DRAFT)
        .options(selectinload(ActionItem.parts))
        .order_by(ActionItem.id)
    )
    decisions = [_decision(item) for item in items]
    learn_all(session, decisions)
    return len(decisions)


def _decision(item: ActionItem) -> Decision:
    granted = (item.original_due_on - item.start_on).days
    return Decision(item.recommendation_id, item.item_no, item.lead.department_id, max(0, granted))
