"""From when on a department owes reports, and up to when it has filed them."""

import calendar
import re
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0012_filings"
down_revision = "0011_item_marks"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = re.compile(r"(\d{4})-([QH]?)(\d{1,2})", re.ASCII)
MONTHS = {"": 1, "Q": 3, "H": 6}
PART = sa.table(
    "part",
    sa.column("id", sa.Integer()),
    sa.column("item_id", sa.Integer()),
    sa.column("assigned_at", MOMENT),
    sa.column("reports_from", sa.Date()),
    sa.column("filed_until", sa.Date()),
)
UPDATE = sa.table(
    "progress_update",
    sa.column("part_id", sa.Integer()),
    sa.column("period", sa.Text()),
    sa.column("submitted_at", MOMENT),
    sa.column("approved", sa.Boolean()),
)
RECORD = sa.table(
    "audit_event",
    sa.column("object_type", sa.Text()),
    sa.column("object_id", sa.Integer()),
    sa.column("action", sa.Text()),
    sa.column("at", MOMENT),
)
BEGINS_ANEW = ("refuse_closing", "reopen")


def upgrade() -> None:
    """Add the columns, and fill them from what was assigned, tracked again and filed."""
    with op.batch_alter_table("part") as part:
        part.add_column(sa.Column("reports_from", sa.Date(), nullable=True))
        part.add_column(sa.Column("filed_until", sa.Date(), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("part") as part:
        part.alter_column("reports_from", existing_type=sa.Date(), nullable=False)


def downgrade() -> None:
    """Remove them; the reports themselves tell the same."""
    with op.batch_alter_table("part") as part:
        part.drop_column("filed_until")
        part.drop_column("reports_from")


def _fill(connection: sa.Connection) -> None:
    # Days are those of UTC: who was assigned something in the small hours of a month's last day owes one report less.
    anew = {
        row.object_id: row.at.date()
        for row in connection.execute(
            sa.select(RECORD.c.object_id, sa.func.max(RECORD.c.at).label("at"))
            .where(RECORD.c.object_type == "action_item", RECORD.c.action.in_(BEGINS_ANEW))
            .group_by(RECORD.c.object_id)
        )
    }
    filed: dict[int, date] = {}
    reports = sa.select(UPDATE).where(sa.or_(UPDATE.c.approved.is_(None), UPDATE.c.approved))
    for row in connection.execute(reports):
        day = _last_day(row.period) or row.submitted_at.date()
        filed[row.part_id] = max(day, filed.get(row.part_id, day))
    parts = connection.execute(sa.select(PART.c.id, PART.c.item_id, PART.c.assigned_at)).all()
    rows = [
        {
            "part": row.id,
            "from": max(row.assigned_at.date(), anew.get(row.item_id, date.min)),
            "until": filed.get(row.id),
        }
        for row in parts
    ]
    values = {"reports_from": sa.bindparam("from"), "filed_until": sa.bindparam("until")}
    if rows:
        connection.execute(sa.update(PART).where(PART.c.id == sa.bindparam("part")).values(values), rows)


def _last_day(period: str) -> date | None:
    """Return the last day of a period by its code: 2026-05, 2026-Q2 or 2026-H1."""
    match = CODE.fullmatch(period)
    if match is None:
        return None
    year, month = int(match[1]), int(match[3]) * MONTHS[match[2]]
    return date(year, month, calendar.monthrange(year, month)[1])
