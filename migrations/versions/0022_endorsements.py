"""What the head of an agency said on an extension, beside what the coordinating office decided on it."""

import sqlalchemy as sa
from alembic import op

revision = "0022_endorsements"
down_revision = "0021_ladders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; the words on a request that waits for the coordinating office are the head's."""
    # Not as a batch: SQLite would copy the table, and dropping the old one would take away what hangs on it.
    for name in ("endorsement", "endorsement_no"):
        op.add_column("extension", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE extension SET endorsement = decision, endorsement_no = document_no, decision = '', document_no = ''"
        " WHERE endorsed_at IS NOT NULL AND decided_at IS NULL"
    )


def downgrade() -> None:
    """Give the words on a waiting request back their old place; of decided ones the record alone tells."""
    op.execute(
        "UPDATE extension SET decision = endorsement, document_no = endorsement_no"
        " WHERE endorsed_at IS NOT NULL AND decided_at IS NULL"
    )
    for name in ("endorsement_no", "endorsement"):
        op.drop_column("extension", name)
