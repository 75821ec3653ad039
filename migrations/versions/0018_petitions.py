"""What departments ask of the coordinating office: re-routing, withdrawal, merging."""

import sqlalchemy as sa
from alembic import op

revision = "0018_petitions"
down_revision = "0017_action_imports"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)
WAITING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Make the table; at most one petition of an item waits."""
    op.create_table(
        "petition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_code", CODE, nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("into_item_no", sa.Text(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__petition__item_id__action_item"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__petition__department_id__department"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name="fk__petition__requested_by_id__person"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk__petition__decided_by_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__petition"),
    )
    op.create_index("ix__petition__item_id", "petition", ["item_id"])
    op.create_index(
        "uq__petition__one_waiting",
        "petition",
        ["item_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    """Remove it; what was asked is told by the record alone."""
    op.drop_index("uq__petition__one_waiting", table_name="petition")
    op.drop_index("ix__petition__item_id", table_name="petition")
    op.drop_table("petition")
