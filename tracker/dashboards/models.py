"""Frozen periods as rows: what was handed up stays as it was; the database itself refuses to change it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.actions.rules.workflow import Status
from tracker.dashboards.rules.tables import Table
from tracker.foundation.database import Base, code_column
from tracker.foundation.documents import Format
from tracker.people.models import User


class Snapshot(Base):
    """A reporting period as it was frozen: everything tells of the day `cut_off_on`, as it ended."""

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(unique=True)
    cut_off_on: Mapped[date]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    figures: Mapped[dict[str, Any]]

    frozen_by: Mapped[User] = relationship()
    files: Mapped[list["FrozenFile"]] = relationship(order_by="FrozenFile.id", viewonly=True)


class FrozenItem(Base):
    """How an item stood then. It names no row of today, so that nothing that becomes of the item reaches it."""

    __tablename__ = "frozen_item"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_no: Mapped[str]
    title: Mapped[str]
    department: Mapped[str]
    status: Mapped[Status] = mapped_column(code_column(Status))
    due_on: Mapped[date]
    is_overdue: Mapped[bool]


class FrozenFile(Base):
    """A table that was made when the period was frozen; its bytes lie in the file store under their hash."""

    __tablename__ = "frozen_file"
    __table_args__ = (UniqueConstraint("snapshot_id", "table_code", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    table: Mapped[Table] = mapped_column("table_code", code_column(Table))
    form: Mapped[Format] = mapped_column(code_column(Format))
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
