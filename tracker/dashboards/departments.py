"""What one department looks at: what was returned to it lately; its numbers are those of `queries`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, and_, literal, select, union_all

from tracker.access import Principal
from tracker.actions.models import ActionItem, Closing, Extension, Part, ProgressUpdate
from tracker.actions.queries import is_open, visible_to
from tracker.actions.rules.workflow import PartRole
from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.people.queries import at_or_below

RETURNED_SHOWN = 10
KINDS = {
    "progress": N_("退回辦理情形"),
    "closing": N_("持續列管"),
    "extension": N_("退回展延申請"),
}


@dataclass(frozen=True)
class Returned:
    """Something a department handed in that came back: what it was, when, and with which words."""

    kind: str
    item_id: int
    item_no: str
    title: str
    at: datetime
    words: str


def returned_to(session: Session, principal: Principal, department_id: int) -> Sequence[Returned]:
    """Return what came back last to a department and everything below it, of items that are open; the latest first."""
    whose = and_(Part.department_id.in_(at_or_below(department_id)), is_open(), visible_to(principal))
    progress = _told("progress", ProgressUpdate.reviewed_at, ProgressUpdate.review_note)
    closings = _told("closing", Closing.decided_at, Closing.decision)
    extensions = _told("extension", Extension.decided_at, Extension.decision)
    lead = and_(Part.item_id == Extension.item_id, Part.role == PartRole.LEAD)
    found = union_all(
        progress.join(Part, Part.id == ProgressUpdate.part_id)
        .join(ActionItem, ActionItem.id == ProgressUpdate.item_id)
        .where(whose, ProgressUpdate.approved.is_(False)),
        closings.join(Part, Part.id == Closing.part_id)
        .join(ActionItem, ActionItem.id == Closing.item_id)
        .where(whose, Closing.agreed.is_(False), Closing.decision != ""),
        extensions.join(Part, lead)
        .join(ActionItem, ActionItem.id == Extension.item_id)
        .where(whose, Extension.granted.is_(False), Extension.decision != ""),
    ).subquery()
    rows = session.execute(select(found).order_by(found.c.at.desc(), found.c.item_id).limit(RETURNED_SHOWN))
    return [Returned(*row) for row in rows]


def _told(kind: str, at: SQLColumnExpression[Any], words: SQLColumnExpression[Any]) -> Any:
    model = {"progress": ProgressUpdate, "closing": Closing, "extension": Extension}[kind]
    return select(
        literal(kind).label("kind"),
        ActionItem.id.label("item_id"),
        ActionItem.item_no,
        ActionItem.title,
        at.label("at"),
        words.label("words"),
    ).select_from(model)
