"""The checks after closing that wait for a person."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, false, or_, select, true
from sqlalchemy.orm import contains_eager

from tracker.access import Permission, Principal, Role
from tracker.actions.models import Part, PostCheck
from tracker.actions.queries.conditions import is_live_check
from tracker.actions.queries.visibility import has_part, held_by, visible_to
from tracker.actions.rules.workflow import PartRole
from tracker.foundation.database import Session


def checks_waiting_for(
    session: Session, principal: Principal, today: date, limit: int = 50
) -> Sequence[PostCheck]:
    """Return the checks after closing that this person answers or takes note of now, the oldest first."""
    owned = principal.departments_as(Role.UNIT_HEAD)
    mine = has_part(and_(Part.role == PartRole.LEAD, or_(held_by(principal), Part.department_id.in_(owned))))
    if not principal.may(Permission.Action.ANSWER_CHECK):
        mine = false()
    answered = PostCheck.answered_at.is_not(None)
    noting = true() if principal.may(Permission.Action.NOTE_CHECK) else false()
    not_own = PostCheck.answered_by_id.not_in(principal.persons)
    query = (
        select(PostCheck)
        .join(PostCheck.item)
        .options(contains_eager(PostCheck.item))
        .where(
            is_live_check(),
            PostCheck.due_on <= today,
            visible_to(principal),
            or_(and_(~answered, mine), and_(answered, noting, not_own)),
        )
    )
    return session.scalars(query.order_by(PostCheck.due_on, PostCheck.id).limit(limit)).all()
