"""Whether what was released as done still holds a year later."""

import sqlalchemy as sa
from alembic import op

revision = "0019_post_checks"
down_revision = "0018_petitions"
branch_labels = None
depends_on = None

LIVE = sa.text("noted_at IS NULL AND cancelled_at IS NULL")


def upgrade() -> None:
    """Make the table; items that were released before it get no check."""
    op.create_table(
        "post_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("adoption", sa.String(40), nullable=True),
        sa.Column("in_effect", sa.Boolean(), nullable=True),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__post_check__item_id__action_item"),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name="fk__post_check__answered_by_id__person"
        ),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name="fk__post_check__noted_by_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__post_check"),
    )
    op.create_index(
        "uq__post_check__one_live",
        "post_check",
        ["item_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "ix__post_check__due_on", "post_check", ["due_on"], sqlite_where=LIVE, postgresql_where=LIVE
    )


def downgrade() -> None:
    """Remove it; what was answered is told by the record alone."""
    op.drop_table("post_check")
