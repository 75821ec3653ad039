"""What a person chooses about their letters."""

import sqlalchemy as sa
from alembic import op

revision = "0024_letter_preferences"
down_revision = "0023_item_periods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; without a row everything is as the office has it."""
    op.create_table(
        "letter_preference",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("only_duties", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk__letter_preference"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk__letter_preference__person_id__person"
        ),
    )


def downgrade() -> None:
    """Remove it; everybody hears when the office has it."""
    op.drop_table("letter_preference")
