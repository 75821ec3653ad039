"""When a report was dispatched, and under which number."""

import sqlalchemy as sa
from alembic import op

revision = "0020_dispatched_reports"
down_revision = "0019_post_checks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what came before neither is known."""
    with op.batch_alter_table("report") as report:
        report.add_column(sa.Column("dispatched_on", sa.Date(), nullable=True))
        report.add_column(sa.Column("document_no", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("report") as report:
        report.alter_column(
            "document_no", server_default=None, existing_type=sa.Text(), existing_nullable=False
        )


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("report") as report:
        report.drop_column("document_no")
        report.drop_column("dispatched_on")
