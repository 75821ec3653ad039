"""The ladders that a city chooses, and the runs that wait for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0021_ladders"
down_revision = "0020_dispatched_reports"
branch_labels = None
depends_on = None

CODE = sa.String(40)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; without a row the ladder that the system ships with applies."""
    op.create_table(
        "ladder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", CODE, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__ladder"),
        sa.UniqueConstraint("scope", "value", name="uq__ladder__scope_value"),
    )
    op.create_table(
        "ladder_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ladder_id", sa.Integer(), nullable=False),
        sa.Column("anchor", CODE, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("in_working_days", sa.Boolean(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__ladder_stage"),
        sa.ForeignKeyConstraint(
            ["ladder_id"], ["ladder.id"], name="fk__ladder_stage__ladder_id__ladder", ondelete="CASCADE"
        ),
    )
    op.create_index("ix__ladder_stage__ladder_id", "ladder_stage", ["ladder_id"])
    op.create_table(
        "large_run",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("day", name="pk__large_run"),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["person.id"], name="fk__large_run__released_by_id__person"
        ),
    )


def downgrade() -> None:
    """Remove them; the shipped ladder applies again."""
    op.drop_table("large_run")
    op.drop_index("ix__ladder_stage__ladder_id", table_name="ladder_stage")
    op.drop_table("ladder_stage")
    op.drop_table("ladder")
