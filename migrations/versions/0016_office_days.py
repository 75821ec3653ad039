"""Office days of single departments, and where a day that differs comes from."""

import sqlalchemy as sa
from alembic import op

revision = "0016_office_days"
down_revision = "0015_handover"
branch_labels = None
depends_on = None

CITY = sa.text("department_id IS NULL")


def upgrade() -> None:
    """Make the table anew, since its key changes; what it holds was entered by hand, for the whole city."""
    op.rename_table("office_day", "office_day_before")
    op.create_table(
        "office_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__office_day__department_id__department"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__office_day_by_department"),
        sa.UniqueConstraint("day", "department_id", name="uq__office_day__day_department_id"),
    )
    op.create_index(
        "uq__office_day__city", "office_day", ["day"], unique=True, sqlite_where=CITY, postgresql_where=CITY
    )
    op.create_index("ix__office_day__department_id", "office_day", ["department_id"])
    op.execute(
        "INSERT INTO office_day (day, is_workday, note, source)"
        " SELECT day, is_workday, note, 'hand' FROM office_day_before ORDER BY day"
    )
    op.drop_table("office_day_before")


def downgrade() -> None:
    """Keep the days of the whole city."""
    op.create_table(
        "office_day_before",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk__office_day"),
    )
    op.execute(
        "INSERT INTO office_day_before (day, is_workday, note)"
        " SELECT day, is_workday, note FROM office_day WHERE department_id IS NULL"
    )
    op.drop_table("office_day")
    op.rename_table("office_day_before", "office_day")
