"""Frozen periods, which the database itself refuses to change, and files that are kept for good."""

import sqlalchemy as sa
from alembic import op

revision = "0027_snapshots"
down_revision = "0026_plan_comparisons"
branch_labels = None
depends_on = None

CODE = sa.String(40)
FROZEN = ("snapshot", "frozen_item", "frozen_file")
_REFUSE_ON_SQLITE = """
CREATE TRIGGER {table}_no_{lower} BEFORE {upper} ON {table}
BEGIN SELECT RAISE(ABORT, 'what was frozen never changes'); END
"""
_REFUSAL = """
CREATE FUNCTION frozen_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was frozen never changes'; END $$
"""
_REFUSE_ON_POSTGRESQL = """
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION frozen_refuse()
"""


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.create_table(
        "kept_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk__kept_file"),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("cut_off_on", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__snapshot"),
        sa.UniqueConstraint("period", name="uq__snapshot__period"),
        sa.ForeignKeyConstraint(["frozen_by_id"], ["person.id"], name="fk__snapshot__frozen_by_id__person"),
    )
    op.create_table(
        "frozen_item",
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "item_id", name="pk__frozen_item"),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name="fk__frozen_item__snapshot_id__snapshot"
        ),
    )
    op.create_table(
        "frozen_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("table_code", CODE, nullable=False),
        sa.Column("form", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__frozen_file"),
        sa.UniqueConstraint(
            "snapshot_id", "table_code", "form", name="uq__frozen_file__snapshot_id_table_code_form"
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name="fk__frozen_file__snapshot_id__snapshot"
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in FROZEN:
            for verb in ("UPDATE", "DELETE"):
                op.execute(_REFUSE_ON_SQLITE.format(table=table, lower=verb.lower(), upper=verb))
        return
    op.execute(_REFUSAL)
    for table in FROZEN:
        op.execute(_REFUSE_ON_POSTGRESQL.format(table=table))


def downgrade() -> None:
    """Drop the tables; their triggers go with them."""
    for table in ("frozen_file", "frozen_item", "snapshot", "kept_file"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION frozen_refuse()")
