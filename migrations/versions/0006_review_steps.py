"""The steps of reviewers at the desk, so that they can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0006_review_steps"
down_revision = "0005_reminders"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "review_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("verb", CODE, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__review_step__person_id__person"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk__review_step__report_id__report", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__review_step"),
    )
    op.create_index("ix__review_step__report_id", "review_step", ["report_id", "id"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("review_step")
