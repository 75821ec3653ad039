"""The memory that suggestions look at, the duties of departments, and what became of suggestions.

The memory is filled here from the items that there are, although it is data: a desk that has decided for years would
propose nothing otherwise. How texts become grams is written out below as it was when this step was made.
"""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029_suggestions"
down_revision = "0028_editions"
branch_labels = None
depends_on = None

BATCH = 500
RUN = re.compile(r"[0-9a-z]+|[^\W\x00-\x7f]+")
BREAK_IN_WIDE = re.compile(r"(?<=[^\W\x00-\x7f])\s+(?=[^\W\x00-\x7f])")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def upgrade() -> None:
    """Make the tables and fill the memory."""
    op.create_table(
        "precedent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__precedent"),
        sa.UniqueConstraint("item_no", name="uq__precedent__item_no"),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name="fk__precedent__recommendation_id__recommendation",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__precedent__department_id__department"
        ),
    )
    op.create_index("ix__precedent__recommendation_id", "precedent", ["recommendation_id"])
    op.create_index("ix__precedent__department_id", "precedent", ["department_id"])
    op.create_table(
        "precedent_gram",
        sa.Column("gram", sa.Text(), nullable=False),
        sa.Column("precedent_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "precedent_id", name="pk__precedent_gram"),
        sa.ForeignKeyConstraint(
            ["precedent_id"],
            ["precedent.id"],
            name="fk__precedent_gram__precedent_id__precedent",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix__precedent_gram__precedent_id", "precedent_gram", ["precedent_id"])
    op.create_table(
        "department_duties",
        sa.Column("department_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("department_id", name="pk__department_duties"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__department_duties__department_id__department"
        ),
    )
    op.create_table(
        "suggestion_outcome",
        sa.Column("recommendation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suggested_ids", sa.JSON(), nullable=False),
        sa.Column("suggested_theme", sa.Text(), nullable=False),
        sa.Column("suggested_days", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("theme_taken", sa.Boolean(), nullable=False),
        sa.Column("days_taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("recommendation_id", name="pk__suggestion_outcome"),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name="fk__suggestion_outcome__recommendation_id__recommendation",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__suggestion_outcome__department_id__department"
        ),
    )
    op.create_index("ix__suggestion_outcome__noted_at", "suggestion_outcome", ["noted_at"])
    op.create_index("ix__suggestion_outcome__department_id", "suggestion_outcome", ["department_id"])
    _fill()


def downgrade() -> None:
    """Remove the tables; what administrators wrote as duties and the counts are lost."""
    for table in ("suggestion_outcome", "department_duties", "precedent_gram", "precedent"):
        op.drop_table(table)


def _fill() -> None:
    connection, last = op.get_bind(), 0
    items = sa.text(
        "SELECT i.id, i.item_no, i.recommendation_id, p.department_id, i.start_on, i.original_due_on, q.label,"
        " q.verbatim_quote FROM action_item i JOIN recommendation q ON q.id = i.recommendation_id"
        " JOIN part p ON p.item_id = i.id AND p.role = 'lead'"
        " WHERE i.status <> 'draft' AND i.id > :after ORDER BY i.id LIMIT :batch"
    ).columns(start_on=sa.Date(), original_due_on=sa.Date())
    keep = sa.text(
        "INSERT INTO precedent (item_no, recommendation_id, department_id, size, days)"
        " VALUES (:item_no, :recommendation_id, :department_id, :size, :days)"
    )
    keep_gram = sa.text(
        "INSERT INTO precedent_gram (gram, precedent_id) SELECT :gram, id FROM precedent WHERE item_no = :item_no"
    )
    while rows := connection.execute(items, {"after": last, "batch": BATCH}).all():
        last = rows[-1].id
        # An item of which two parts lead would be a fault of earlier days; it is remembered once.
        kept = {row.item_no: (row, _grams(f"{row.label}\n{row.verbatim_quote}")) for row in rows}
        connection.execute(keep, [_row(row, grams) for row, grams in kept.values()])
        for number, (_, grams) in kept.items():
            if grams:
                connection.execute(keep_gram, [{"gram": each, "item_no": number} for each in sorted(grams)])


def _row(row: Any, grams: set[str]) -> dict[str, Any]:
    return {
        "item_no": row.item_no,
        "recommendation_id": row.recommendation_id,
        "department_id": row.department_id,
        "size": len(grams),
        "days": max(0, (row.original_due_on - row.start_on).days),
    }


def _grams(words: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    folded = BREAK_IN_WIDE.sub("", CONTROL.sub(" ", plain)).replace("臺", "台")
    runs = [(run, 3 if run.isascii() else 2) for run in RUN.findall(folded)]
    grams = {run[start : start + length] for run, length in runs for start in range(len(run))}
    return {each for each in grams if len(each) > 1}
