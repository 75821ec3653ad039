"""What was recognised on the pages of scanned files."""

import sqlalchemy as sa
from alembic import op

revision = "0030_scans"
down_revision = "0029_suggestions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "recognised_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("sureness", sa.Double(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__recognised_page"),
        sa.UniqueConstraint("source_sha256", "number", name="uq__recognised_page__source_sha256_number"),
    )


def downgrade() -> None:
    """Forget what was recognised; the texts of reports stay."""
    op.drop_table("recognised_page")
