"""Notices about several items at once."""

import sqlalchemy as sa
from alembic import op

revision = "0015_handover"
down_revision = "0014_splitting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was told before is about one item."""
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("item_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("item_ids", server_default=None, existing_type=sa.JSON(), existing_nullable=False)


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("item_ids")
