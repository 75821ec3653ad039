"""One row for each recorded act; never updated, never deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.foundation.database import Base


class AuditEvent(Base):
    """An act as it was recorded; `digest` covers the row and the digest before it."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix__audit_event__object", "object_type", "object_id", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    ip: Mapped[str | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[int | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    previous_digest: Mapped[str]
    digest: Mapped[str]
