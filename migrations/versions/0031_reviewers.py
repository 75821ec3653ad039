"""Which reviewer has a draft."""

import sqlalchemy as sa
from alembic import op

revision = "0031_reviewers"
down_revision = "0030_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; everything waits for everybody."""
    with op.batch_alter_table("draft") as draft:
        draft.add_column(sa.Column("reviewer_id", sa.Integer(), nullable=True))
        draft.create_foreign_key("fk__draft__reviewer_id__person", "person", ["reviewer_id"], ["id"])
    op.create_index("ix__draft__reviewer_id", "draft", ["reviewer_id"])


def downgrade() -> None:
    """Remove it; who was to review what is lost."""
    op.drop_index("ix__draft__reviewer_id", table_name="draft")
    with op.batch_alter_table("draft") as draft:
        draft.drop_constraint("fk__draft__reviewer_id__person", type_="foreignkey")
        draft.drop_column("reviewer_id")
