"""What waits for a person."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import selectinload

from tracker.access import Permission, Principal
from tracker.actions.models import ActionItem, Part, ProgressUpdate
from tracker.actions.queries.conditions import (
    decidable_by,
    extension_decidable_by,
    forwardable_by,
    is_open,
    reviewable_by,
)
from tracker.actions.queries.lists import for_lines, from_joined
from tracker.actions.queries.visibility import has_part, held_by, visible_to
from tracker.actions.rules.workflow import PartStatus
from tracker.foundation.database import Session


def work_of(session: Session, principal: Principal, limit: int = 50) -> Sequence[ActionItem]:
    """Return the open items that wait for this person, most urgent first."""
    query = from_joined(select(ActionItem)).where(_waits_for(principal))
    query = query.options(
        *for_lines(),
        selectinload(ActionItem.extensions),
        selectinload(ActionItem.waiting_updates).joinedload(ProgressUpdate.part),
    )
    return list(session.scalars(query.order_by(ActionItem.due_on, ActionItem.id).limit(limit)).unique())


def count_work(session: Session, principal: Principal) -> int:
    """Return how many open items wait for this person."""
    return session.scalar(select(func.count(ActionItem.id)).where(_waits_for(principal))) or 0


def _waits_for(principal: Principal) -> ColumnElement[bool]:
    # An officer's own open parts, parts without an officer for whoever takes them, requests to decide on.
    accepting = principal.scope(Permission.Action.ACKNOWLEDGE).departments
    untaken = Part.officer_id.is_(None) & Part.department_id.in_(accepting)
    mine = has_part(and_(Part.status == PartStatus.OPEN, or_(held_by(principal), untaken)))
    asked = (
        decidable_by(principal),
        extension_decidable_by(principal),
        forwardable_by(principal),
        reviewable_by(principal),
    )
    return and_(visible_to(principal), is_open(), or_(mine, *asked))
