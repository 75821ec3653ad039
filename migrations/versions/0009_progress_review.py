"""The review of progress by the head of the unit, and the period that a report tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0009_progress_review"
down_revision = "0008_extensions"
branch_labels = None
depends_on = None

CODE = sa.String(40)
WAITING = sa.text("approved IS NULL")


def upgrade() -> None:
    """Add the columns; what was filed before stands as approved."""
    with op.batch_alter_table("progress_update") as update:
        update.add_column(sa.Column("period", sa.Text(), nullable=False, server_default=""))
        update.add_column(sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
        update.add_column(sa.Column("approved", sa.Boolean(), nullable=True))
        update.add_column(sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
        update.add_column(sa.Column("reviewed_by_id", sa.Integer(), nullable=True))
        update.add_column(sa.Column("review_note", sa.Text(), nullable=False, server_default=""))
        update.create_foreign_key(
            "fk__progress_update__reviewed_by_id__person", "person", ["reviewed_by_id"], ["id"]
        )
    with op.batch_alter_table("progress_update") as update:
        for column, kind in (("period", sa.Text()), ("late", sa.Boolean()), ("review_note", sa.Text())):
            update.alter_column(column, server_default=None, existing_type=kind, existing_nullable=False)
    op.execute(sa.text("UPDATE progress_update SET approved = true"))
    op.create_index(
        "ix__progress_update__waiting",
        "progress_update",
        ["item_id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    """Remove them; who approved what is told by the record alone."""
    op.drop_index("ix__progress_update__waiting", table_name="progress_update")
    with op.batch_alter_table("progress_update") as update:
        update.drop_constraint("fk__progress_update__reviewed_by_id__person", type_="foreignkey")
        for column in ("period", "late", "approved", "reviewed_at", "reviewed_by_id", "review_note"):
            update.drop_column(column)
