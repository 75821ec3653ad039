"""Keep how far the record had grown before a letter was written: while it has not, nothing in it is out of date."""

import sqlalchemy as sa
from alembic import op

revision = "0036_letters_as_of"
down_revision = "0035_told_of_handovers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of letters written so far it is not known, so that they are looked at once more as they leave."""
    with op.batch_alter_table("outbox_letter") as letter:
        letter.add_column(sa.Column("as_of", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("outbox_letter") as letter:
        letter.drop_column("as_of")
