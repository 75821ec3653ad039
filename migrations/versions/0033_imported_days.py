"""Keep what a calendar file told of a day that was set by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0033_imported_days"
down_revision = "0032_untold_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what was imported below a day set by hand; empty where nothing was, or nobody knows any more."""
    op.add_column("office_day", sa.Column("imported_is_workday", sa.Boolean(), nullable=True))
    op.add_column("office_day", sa.Column("imported_note", sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("office_day", "imported_note")
    op.drop_column("office_day", "imported_is_workday")
