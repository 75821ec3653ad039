"""Requests for more time (展延), with their evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0008_extensions"
down_revision = "0007_import_batches"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)
WAITING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    """Make the table, and let evidence belong to a request."""
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reason_code", CODE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("cumulative_days", sa.Integer(), nullable=False),
        sa.Column("required_level", CODE, nullable=False),
        sa.Column("turn", CODE, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_after_due", sa.Boolean(), nullable=False),
        sa.Column("endorsed_at", MOMENT, nullable=True),
        sa.Column("endorsed_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__extension__item_id__action_item"),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name="fk__extension__requested_by_id__person"
        ),
        sa.ForeignKeyConstraint(
            ["endorsed_by_id"], ["person.id"], name="fk__extension__endorsed_by_id__person"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name="fk__extension__decided_by_id__person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__extension"),
        sa.UniqueConstraint("item_id", "seq", name="uq__extension__item_id_seq"),
    )
    op.create_index(
        "uq__extension__one_waiting",
        "extension",
        ["item_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("extension_id", sa.Integer(), nullable=True))
        evidence.create_foreign_key(
            "fk__evidence__extension_id__extension", "extension", ["extension_id"], ["id"]
        )
        evidence.create_index("ix__evidence__extension_id", ["extension_id"], unique=False)


def downgrade() -> None:
    """Remove both; what was requested is lost, a granted date stays."""
    with op.batch_alter_table("evidence") as evidence:
        evidence.drop_index("ix__evidence__extension_id")
        evidence.drop_constraint("fk__evidence__extension_id__extension", type_="foreignkey")
        evidence.drop_column("extension_id")
    op.drop_index("uq__extension__one_waiting", table_name="extension")
    op.drop_table("extension")
