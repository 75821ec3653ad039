"""From which item another was split off."""

from alembic import op

revision = "0014_splitting"
down_revision = "0013_forwarded_closings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no item so far was split off."""
    # Not as a batch: SQLite would copy the table, and dropping the old one would take away what hangs on it.
    op.execute(
        "ALTER TABLE action_item ADD COLUMN split_from_id INTEGER"
        " CONSTRAINT fk__action_item__split_from_id__action_item REFERENCES action_item (id)"
    )
    op.create_index("ix__action_item__split_from_id", "action_item", ["split_from_id"])


def downgrade() -> None:
    """Remove it; what was split off is told by the record alone."""
    op.drop_index("ix__action_item__split_from_id", table_name="action_item")
    op.drop_column("action_item", "split_from_id")
