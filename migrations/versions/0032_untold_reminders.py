"""Find the reminders that no letter tells of yet among all that ever were."""

import sqlalchemy as sa
from alembic import op

revision = "0032_untold_reminders"
down_revision = "0031_reviewers"
branch_labels = None
depends_on = None

UNTOLD = sa.text("outcome = 'planned' AND letter_id IS NULL")


def upgrade() -> None:
    """Add an index that holds nothing else."""
    op.create_index(
        "ix__planned_reminder__untold",
        "planned_reminder",
        ["recipient_id"],
        sqlite_where=UNTOLD,
        postgresql_where=UNTOLD,
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix__planned_reminder__untold", table_name="planned_reminder")
