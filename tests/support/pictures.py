"""What the database holds, read past the services as plain rows, so that two moments can be laid side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from tracker.actions.models import (
    ActionItem,
    Closing,
    Evidence,
    Extension,
    Part,
    Petition,
    PostCheck,
    ProgressUpdate,
)
from tracker.audit import AuditEvent
from tracker.foundation.database import Base, Database
from tracker.people.models import Delegation, Department, RoleGrant, User
from tracker.reports.models import Recommendation

Row = Mapping[str, Any]
OF_AN_ITEM: tuple[type[Base], ...] = (
    Part,
    ProgressUpdate,
    Closing,
    Extension,
    Petition,
    PostCheck,
    Evidence,
)
DRAWN: tuple[type[Base], ...] = (
    ActionItem,
    *OF_AN_ITEM,
    Recommendation,
    User,
    RoleGrant,
    Delegation,
    Department,
)


NO_PART: Row = {"status": None, "officer_id": None}


@dataclass(frozen=True)
class Picture:
    """The rows of a moment by class and id, and what was recorded since the picture before."""

    rows: Mapping[type[Base], Mapping[int, Row]]
    recorded: tuple[Row, ...]
    last_seq: int

    @property
    def items(self) -> Mapping[int, Row]:
        """Return the items by id."""
        return self.rows[ActionItem]

    def of(self, kind: type[Base], item_id: int) -> list[Row]:
        """Return what hangs on an item, oldest first."""
        return [row for row in self.rows[kind].values() if row["item_id"] == item_id]

    def lead(self, item_id: int) -> Row:
        """Return the leading part of an item."""
        return next((part for part in self.of(Part, item_id) if part["role"].value == "lead"), NO_PART)

    @cached_property
    def inactive(self) -> frozenset[int]:
        """Return the ids of those who have left."""
        return frozenset(row["id"] for row in self.rows[User].values() if not row["is_active"])

    def recorded_on(self, kind: str, object_id: int) -> list[Row]:
        """Return what was recorded on one object since the picture before."""
        return [row for row in self.recorded if (row["object_type"], row["object_id"]) == (kind, object_id)]


def draw_picture(database: Database, after: Picture | None = None) -> Picture:
    """Read every row that the workflow works on, and the record since another picture."""
    with database.engine.execution_options(only_reads=True).connect() as connection:
        return picture_through(connection, after)


def picture_through(connection: Connection, after: Picture | None = None) -> Picture:
    """Read the same as a transaction sees it that has not ended."""
    seq = after.last_seq if after else 0
    rows = {
        kind: {
            row["id"]: dict(row)
            for row in connection.execute(select(kind.__table__).order_by(kind.__table__.c.id)).mappings()
        }
        for kind in DRAWN
    }
    events = AuditEvent.__table__
    new = connection.execute(select(events).where(events.c.seq > seq).order_by(events.c.seq)).mappings()
    recorded = tuple(dict(row) for row in new)
    return Picture(rows, recorded, recorded[-1]["seq"] if recorded else seq)


def without(row: Row, *names: str) -> Row:
    """Return a row without some of its columns."""
    return {name: value for name, value in row.items() if name not in names}


def all_without(rows: Iterable[Row], *names: str) -> dict[int, Row]:
    """Return rows by id without some of their columns."""
    return {row["id"]: without(row, *names) for row in rows}
