"""Reports, drafts and confirmed recommendations."""

import sqlalchemy as sa
from alembic import op

revision = "0003_reports"
down_revision = "0002_record"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)

_FIXED = ("report_id", "seq_no", "verbatim_quote", "start", "end", "page")
_CHANGED = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in _FIXED)
_KEEP_ON_SQLITE = f"""
CREATE TRIGGER recommendation_keeps_quote BEFORE UPDATE ON recommendation
WHEN {_CHANGED.replace("IS DISTINCT FROM", "IS NOT")}
BEGIN SELECT RAISE(ABORT, 'a confirmed quote never changes'); END
"""
_KEEP_ON_POSTGRESQL = f"""
CREATE FUNCTION recommendation_keeps_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a confirmed quote never changes'; END $$;
CREATE TRIGGER recommendation_keeps_quote BEFORE UPDATE ON recommendation
FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION recommendation_keeps_quote();
"""


def upgrade() -> None:
    """Make the tables, and let the database itself keep confirmed quotes."""
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_no", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead_agency_id", sa.Integer(), nullable=True),
        sa.Column("agencies", sa.JSON(), nullable=False),
        sa.Column("destinations", sa.JSON(), nullable=False),
        sa.Column("trip_category", sa.Text(), nullable=False),
        sa.Column("trip_start", sa.Date(), nullable=True),
        sa.Column("trip_end", sa.Date(), nullable=True),
        sa.Column("report_date", sa.Date(), nullable=True),
        sa.Column("confidentiality", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("no_recommendation_declared", sa.Boolean(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page_starts", sa.JSON(), nullable=True),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["imported_by_id"], ["person.id"], name="fk__report__imported_by_id__person"),
        sa.ForeignKeyConstraint(
            ["lead_agency_id"], ["department.id"], name="fk__report__lead_agency_id__department"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__report"),
        sa.UniqueConstraint("report_no", name="uq__report__report_no"),
        sa.UniqueConstraint("source_sha256", name="uq__report__source_sha256"),
    )
    op.create_index("ix__report__lead_agency_id", "report", ["lead_agency_id"], unique=False)
    op.create_index("ix__report__state", "report", ["state"], unique=False)
    op.create_table(
        "traveller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk__traveller__report_id__report", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__traveller"),
        sa.UniqueConstraint("report_id", "seq", name="uq__traveller__report_id_seq"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("owner_hint", sa.Text(), nullable=False),
        sa.Column("due_hint", sa.Text(), nullable=False),
        sa.Column("due_hint_on", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("adoption", CODE, nullable=False),
        sa.Column("adoption_reason", sa.Text(), nullable=False),
        sa.Column("study_until", sa.Date(), nullable=True),
        sa.Column("lead_department_id", sa.Integer(), nullable=True),
        sa.Column("support_department_ids", sa.JSON(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("expected_result", sa.Text(), nullable=False),
        sa.Column("rejection_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_department_id"], ["department.id"], name="fk__draft__lead_department_id__department"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name="fk__draft__officer_id__person"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk__draft__report_id__report", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__draft"),
    )
    op.create_index("ix__draft__report_id", "draft", ["report_id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("seq_no", sa.Integer(), nullable=False),
        sa.Column("verbatim_quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("adoption", CODE, nullable=False),
        sa.Column("adoption_reason", sa.Text(), nullable=False),
        sa.Column("study_until", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name="fk__recommendation__confirmed_by_id__person"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name="fk__recommendation__decided_by_id__person"
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk__recommendation__draft_id__draft"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk__recommendation__report_id__report"),
        sa.PrimaryKeyConstraint("id", name="pk__recommendation"),
        sa.UniqueConstraint("draft_id", name="uq__recommendation__draft_id"),
        sa.UniqueConstraint("report_id", "seq_no", name="uq__recommendation__report_id_seq_no"),
    )
    op.create_index("ix__recommendation__report_id", "recommendation", ["report_id"], unique=False)
    op.create_index("ix__recommendation__theme", "recommendation", ["theme"], unique=False)
    op.execute(_KEEP_ON_SQLITE if op.get_bind().dialect.name == "sqlite" else _KEEP_ON_POSTGRESQL)


def downgrade() -> None:
    """Drop the tables; their trigger goes with them."""
    op.drop_table("recommendation")
    op.drop_table("draft")
    op.drop_table("traveller")
    op.drop_table("report")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION recommendation_keeps_quote()")
