"""When a report was dispatched, and under which number."""

import sqlalchemy as sa
from alembic import op

revision = "0020_dispatched_reports"
down_revision = "0019_post_checks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what came before neither is known."""
    # Not as a batch: SQLite would copy the table, and dropping the old one would take away what hangs on it.
    op.add_column("report", sa.Column("dispatched_on", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("document_no", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("report", "document_no")
    op.drop_column("report", "dispatched_on")
