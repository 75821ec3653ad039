"""Keep which items of a handover its letter leaves out, since they had moved on when it was written."""

import sqlalchemy as sa
from alembic import op

revision = "0035_told_of_handovers"
down_revision = "0034_notices_to_deputies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the items left out; letters written so far name all."""
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("untold_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("notice") as notice:
        notice.alter_column(
            "untold_ids", server_default=None, existing_type=sa.JSON(), existing_nullable=False
        )


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("untold_ids")
