"""Tables that are brought in, with their rows as they were looked through."""

import sqlalchemy as sa
from alembic import op

revision = "0017_action_imports"
down_revision = "0016_office_days"
branch_labels = None
depends_on = None

OUTCOMES = ("new", "changed", "same", "skipped", "conflict", "error")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "action_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("looked_through_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__action_import__person_id__person"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk__action_import__job_id__job"),
        sa.PrimaryKeyConstraint("id", name="pk__action_import"),
    )
    op.create_index("ix__action_import__person_id", "action_import", ["person_id"])
    op.create_table(
        "action_import_line",
        sa.Column("import_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Enum(*OUTCOMES, native_enum=False, length=40), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["action_import.id"],
            name="fk__action_import_line__import_id__action_import",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name="pk__action_import_line"),
    )
    op.create_index(
        "ix__action_import_line__import_id_outcome", "action_import_line", ["import_id", "outcome", "line"]
    )


def downgrade() -> None:
    """Remove the tables; what was brought in stays."""
    op.drop_table("action_import_line")
    op.drop_table("action_import")
