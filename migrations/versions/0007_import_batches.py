"""Jobs that were asked for together, as the files of one upload are."""

import sqlalchemy as sa
from alembic import op

revision = "0007_import_batches"
down_revision = "0006_review_steps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the way from a job to its batch."""
    op.create_table(
        "job_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__job_batch"),
    )
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        job.create_foreign_key("fk__job__batch_id__job_batch", "job_batch", ["batch_id"], ["id"])
        job.create_index("ix__job__batch_id", ["batch_id"])


def downgrade() -> None:
    """Forget which jobs were asked for together."""
    with op.batch_alter_table("job") as job:
        job.drop_index("ix__job__batch_id")
        job.drop_constraint("fk__job__batch_id__job_batch", type_="foreignkey")
        job.drop_column("batch_id")
    op.drop_table("job_batch")
