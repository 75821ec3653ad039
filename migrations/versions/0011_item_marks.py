"""Who tracks an item, whether it comes first, and its tags."""

import sqlalchemy as sa
from alembic import op

revision = "0011_item_marks"
down_revision = "0010_search"
branch_labels = None
depends_on = None

CODE = sa.String(40)


def upgrade() -> None:
    """Add them; every item so far is tracked by the city, and none comes first."""
    # Not as a batch: SQLite would copy the table, and dropping the old one would take away what hangs on it.
    op.add_column("action_item", sa.Column("tracking_level", CODE, nullable=False, server_default="city"))
    op.add_column(
        "action_item", sa.Column("is_priority", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("action_item", sa.Column("tags", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "item_tag",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["action_item.id"], name="fk__item_tag__item_id__action_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "tag", name="pk__item_tag"),
    )
    op.create_index("ix__item_tag__tag", "item_tag", ["tag"])


def downgrade() -> None:
    """Remove them; what they were is told by the record alone."""
    op.drop_index("ix__item_tag__tag", table_name="item_tag")
    op.drop_table("item_tag")
    op.drop_column("action_item", "tags")
    op.drop_column("action_item", "is_priority")
    op.drop_column("action_item", "tracking_level")
