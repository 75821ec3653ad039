"""What the nightly comparison of plan and record found."""

import sqlalchemy as sa
from alembic import op

revision = "0026_plan_comparisons"
down_revision = "0025_refused_addresses"
branch_labels = None
depends_on = None

COUNTS = ("expected", "missing", "astray", "unexplained", "unwritten")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "plan_comparison",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("day", name="pk__plan_comparison"),
    )


def downgrade() -> None:
    """Forget what was found."""
    op.drop_table("plan_comparison")
