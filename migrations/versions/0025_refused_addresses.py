"""The addresses that the mail server refuses, and the shared mailboxes that letters go to instead."""

import sqlalchemy as sa
from alembic import op

revision = "0025_refused_addresses"
down_revision = "0024_letter_preferences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of marks, and tell of each letter whether it went to a shared mailbox."""
    op.create_table(
        "refused_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__refused_address"),
        sa.UniqueConstraint("address", name="uq__refused_address__address"),
    )
    # Not as a batch: SQLite would copy the table, and dropping the old one would take away what hangs on it.
    op.add_column(
        "outbox_letter", sa.Column("to_mailbox", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Forget the marks."""
    op.drop_column("outbox_letter", "to_mailbox")
    op.drop_table("refused_address")
