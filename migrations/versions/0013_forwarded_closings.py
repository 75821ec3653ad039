"""The way of a closing request through the head of the unit."""

import sqlalchemy as sa
from alembic import op

revision = "0013_forwarded_closings"
down_revision = "0012_filings"
branch_labels = None
depends_on = None

WAITING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Add who forwarded a request; the day of asking is empty until then. At most one request of a part waits."""
    with op.batch_alter_table("closing") as closing:
        closing.alter_column("requested_on", existing_type=sa.Date(), nullable=True)
        closing.add_column(sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True))
        closing.add_column(sa.Column("forwarded_by_id", sa.Integer(), nullable=True))
        closing.create_foreign_key(
            "fk__closing__forwarded_by_id__person", "person", ["forwarded_by_id"], ["id"]
        )
    op.create_index(
        "uq__closing__one_waiting",
        "closing",
        ["part_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    """Remove it; a request that was not forwarded becomes one that was refused."""
    op.drop_index("uq__closing__one_waiting", table_name="closing")
    unforwarded = "UPDATE closing SET requested_on = date(requested_at), agreed = false,"
    ended = " decided_at = coalesce(decided_at, requested_at) WHERE requested_on IS NULL"
    op.execute(sa.text(unforwarded + ended))
    with op.batch_alter_table("closing") as closing:
        closing.drop_constraint("fk__closing__forwarded_by_id__person", type_="foreignkey")
        closing.drop_column("forwarded_by_id")
        closing.drop_column("forwarded_at")
        closing.alter_column("requested_on", existing_type=sa.Date(), nullable=False)
