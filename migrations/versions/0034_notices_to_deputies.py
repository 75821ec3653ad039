"""Keep of a notice in whose place its reader was told."""

import sqlalchemy as sa
from alembic import op

revision = "0034_notices_to_deputies"
down_revision = "0033_imported_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add whom the reader stood in for; of earlier notices nobody knows."""
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("deputy_for_id", sa.Integer(), nullable=True))
        notice.create_foreign_key("fk__notice__deputy_for_id__person", "person", ["deputy_for_id"], ["id"])


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("notice") as notice:
        notice.drop_constraint("fk__notice__deputy_for_id__person", type_="foreignkey")
        notice.drop_column("deputy_for_id")
