"""Reading the record."""

from collections.abc import Sequence

from sqlalchemy import select

from tracker.audit.models import AuditEvent
from tracker.foundation.database import Session


def history_of(session: Session, object_type: str, object_id: int) -> Sequence[AuditEvent]:
    """Return the recorded acts on one object, oldest first."""
    return session.scalars(
        select(AuditEvent)
        .where(AuditEvent.object_type == object_type, AuditEvent.object_id == object_id)
        .order_by(AuditEvent.seq)
    ).all()
