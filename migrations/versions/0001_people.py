"""People, departments, roles, sign-ins and tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001_people"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("english_name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("is_coordinating", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["department.id"], name="fk__department__parent_id__department"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__department"),
        sa.UniqueConstraint("code", name="uq__department__code"),
    )
    op.create_index("ix__department__parent_id", "department", ["parent_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__person"),
        sa.UniqueConstraint("email", name="uq__person__email"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__role_grant__department_id__department"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__role_grant__person_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__role_grant"),
        sa.UniqueConstraint(
            "person_id", "role", "department_id", name="uq__role_grant__person_id_role_department_id"
        ),
    )
    op.create_index("ix__role_grant__department_id", "role_grant", ["department_id"], unique=False)
    op.create_index("ix__role_grant__person_id", "role_grant", ["person_id"], unique=False)
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name="fk__delegation__deputy_id__person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__delegation__person_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__delegation"),
    )
    op.create_index("ix__delegation__deputy_id", "delegation", ["deputy_id"], unique=False)
    op.create_index("ix__delegation__person_id", "delegation", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("purpose", CODE, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__invitation__person_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__invitation"),
        sa.UniqueConstraint("token_digest", name="uq__invitation__token_digest"),
    )
    op.create_index("ix__invitation__person_id", "invitation", ["person_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__sign_in__person_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__sign_in"),
        sa.UniqueConstraint("token_digest", name="uq__sign_in__token_digest"),
    )
    op.create_index("ix__sign_in__person_id", "sign_in", ["person_id"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__sign_in_attempt"),
    )
    op.create_index("ix__sign_in_attempt__email_at", "sign_in_attempt", ["email", "at"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__api_token__person_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__api_token"),
        sa.UniqueConstraint("token_digest", name="uq__api_token__token_digest"),
    )
    op.create_index("ix__api_token__person_id", "api_token", ["person_id"], unique=False)
    op.create_table(
        "office_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk__office_day"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("office_day")
    op.drop_table("api_token")
    op.drop_table("sign_in_attempt")
    op.drop_table("sign_in")
    op.drop_table("invitation")
    op.drop_table("delegation")
    op.drop_table("role_grant")
    op.drop_table("person")
    op.drop_table("department")
