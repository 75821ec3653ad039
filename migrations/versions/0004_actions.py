"""Action items, parts, progress, closings and evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0004_actions"
down_revision = "0003_reports"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "action_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("expected_result", sa.Text(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", CODE, nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["action_item.id"], name="fk__action_item__merged_into_id__action_item"
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name="fk__action_item__recommendation_id__recommendation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk__action_item"),
        sa.UniqueConstraint("item_no", name="uq__action_item__item_no"),
    )
    op.create_index("ix__action_item__closed_on", "action_item", ["closed_on"], unique=False)
    op.create_index("ix__action_item__recommendation_id", "action_item", ["recommendation_id"], unique=False)
    op.create_index("ix__action_item__status_due_on", "action_item", ["status", "due_on"], unique=False)
    op.create_table(
        "part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("status", CODE, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("updated_on", sa.Date(), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__part__department_id__department"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__part__item_id__action_item"),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name="fk__part__officer_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__part"),
        sa.UniqueConstraint("item_id", "department_id", name="uq__part__item_id_department_id"),
    )
    op.create_index("ix__part__department_id", "part", ["department_id"], unique=False)
    op.create_index("ix__part__item_id", "part", ["item_id"], unique=False)
    op.create_index("ix__part__officer_id", "part", ["officer_id"], unique=False)
    op.create_index(
        "uq__part__one_lead",
        "part",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("role = 'lead'"),
        postgresql_where=sa.text("role = 'lead'"),
    )
    op.create_table(
        "progress_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["action_item.id"], name="fk__progress_update__item_id__action_item"
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk__progress_update__part_id__part"),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name="fk__progress_update__submitted_by_id__person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__progress_update"),
    )
    op.create_index("ix__progress_update__item_id", "progress_update", ["item_id"], unique=False)
    op.create_index("ix__progress_update__part_id", "progress_update", ["part_id"], unique=False)
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("proposed_outcome", CODE, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("outcome", CODE, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk__closing__decided_by_id__person"),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__closing__item_id__action_item"),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk__closing__part_id__part"),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["person.id"], name="fk__closing__requested_by_id__person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__closing"),
    )
    op.create_index("ix__closing__item_id", "closing", ["item_id"], unique=False)
    op.create_index("ix__closing__part_id", "closing", ["part_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("progress_update_id", sa.Integer(), nullable=True),
        sa.Column("closing_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["closing.id"], name="fk__evidence__closing_id__closing"),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__evidence__item_id__action_item"),
        sa.ForeignKeyConstraint(
            ["progress_update_id"],
            ["progress_update.id"],
            name="fk__evidence__progress_update_id__progress_update",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name="fk__evidence__uploaded_by_id__person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__evidence"),
    )
    op.create_index("ix__evidence__closing_id", "evidence", ["closing_id"], unique=False)
    op.create_index("ix__evidence__item_id", "evidence", ["item_id"], unique=False)
    op.create_index("ix__evidence__progress_update_id", "evidence", ["progress_update_id"], unique=False)
    # ### end Alembic commands ###


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("evidence")
    op.drop_table("closing")
    op.drop_table("progress_update")
    op.drop_table("part")
    op.drop_table("action_item")
