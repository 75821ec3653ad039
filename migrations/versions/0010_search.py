"""The index that searching asks, filters saved under a name, and indexes for lists in their order.

The index is filled here, although it is data: it holds nothing that other tables do not, and a database without it
would find nothing. How texts become grams is written out below as it was when this step was made.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010_search"
down_revision = "0009_progress_review"
branch_labels = None
depends_on = None

BATCH = 1_000
TRIGGERS = {
    "added": "INSERT ON searched_item BEGIN {add} END",
    "removed": "DELETE ON searched_item BEGIN {remove} END",
    "changed": "UPDATE ON searched_item BEGIN {remove} {add} END",
}
ADD = "INSERT INTO searched_item_index(rowid, grams) VALUES (new.item_id, new.grams);"
REMOVE = (
    "INSERT INTO searched_item_index(searched_item_index, rowid, grams)"
    " VALUES ('delete', old.item_id, old.grams);"
)
RUN = re.compile(r"[0-9a-z]+|[^\W\x00-\x7f]+")
BREAK_IN_WIDE = re.compile(r"(?<=[^\W\x00-\x7f])\s+(?=[^\W\x00-\x7f])")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def upgrade() -> None:
    """Make the tables and fill the index."""
    on_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "searched_item",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("grams", TSVECTOR() if on_postgres else sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["action_item.id"],
            name="fk__searched_item__item_id__action_item",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk__searched_item"),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk__saved_filter__owner_id__person"),
        sa.PrimaryKeyConstraint("id", name="pk__saved_filter"),
        sa.UniqueConstraint("owner_id", "name", name="uq__saved_filter__owner_id_name"),
    )
    op.create_table(
        "default_filter",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__default_filter__person_id__person"),
        sa.ForeignKeyConstraint(
            ["filter_id"],
            ["saved_filter.id"],
            name="fk__default_filter__filter_id__saved_filter",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk__default_filter"),
    )
    op.create_index("ix__default_filter__filter_id", "default_filter", ["filter_id"])
    op.create_index("ix__action_item__due_on", "action_item", ["due_on", "id"])
    op.create_index("ix__action_item__opened_at", "action_item", ["opened_at", "id"])
    if not on_postgres:
        _make_fts5()
    _fill("tsvector" if on_postgres else "text")
    if on_postgres:
        # An index over rows that are there already is made in a fraction of the time that it takes to grow.
        op.create_index("ix__searched_item__grams", "searched_item", ["grams"], postgresql_using="gin")


def downgrade() -> None:
    """Remove the tables; the filters that people saved are lost."""
    op.drop_index("ix__action_item__opened_at", table_name="action_item")
    op.drop_index("ix__action_item__due_on", table_name="action_item")
    op.drop_table("default_filter")
    op.drop_table("saved_filter")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE searched_item_index")
    op.drop_table("searched_item")


def _make_fts5() -> None:
    # The grams are letters and digits of any age; other tokenizers know those of an older Unicode only.
    op.execute(
        "CREATE VIRTUAL TABLE searched_item_index USING fts5("
        "grams, content='searched_item', content_rowid='item_id', tokenize='ascii', prefix='1',"
        " detail='none', columnsize=0)"
    )
    for name, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER searched_item_{name} AFTER {body.format(add=ADD, remove=REMOVE)}")


def _fill(kind: str) -> None:
    connection = op.get_bind()
    # `kind` is one of two names of types written in this file.
    store = sa.text(
        f"INSERT INTO searched_item (item_id, words, grams) VALUES (:id, :words, CAST(:grams AS {kind}))"  # noqa: S608
    )
    last = 0
    while rows := list(_rows(connection, last)):
        connection.execute(store, rows)
        last = rows[-1]["id"]


def _rows(connection: sa.Connection, after: int) -> Iterator[dict[str, Any]]:
    items = connection.execute(
        sa.text(
            "SELECT i.id, i.item_no, i.title, i.expected_result, q.verbatim_quote, r.title"
            " FROM action_item i JOIN recommendation q ON q.id = i.recommendation_id"
            " JOIN report r ON r.id = q.report_id WHERE i.id > :after ORDER BY i.id LIMIT :batch"
        ),
        {"after": after, "batch": BATCH},
    ).all()
    names: dict[int, list[str]] = {}
    for item_id, *both in connection.execute(
        sa.text(
            "SELECT p.item_id, d.name, d.english_name FROM part p JOIN department d ON d.id = p.department_id"
            " WHERE p.item_id > :after AND p.item_id <= :last ORDER BY p.item_id, p.id"
        ),
        {"after": after, "last": items[-1][0] if items else after},
    ):
        names.setdefault(item_id, []).extend(both)
    for item_id, *texts in items:
        words = "\n".join(_fold(each) for each in [*texts, *names.get(item_id, ())] if each)
        yield {"id": item_id, "words": words, "grams": " ".join(sorted(_grams(words)))}


def _fold(words: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    return BREAK_IN_WIDE.sub("", CONTROL.sub(" ", plain)).replace("臺", "台")


def _grams(words: str) -> set[str]:
    runs = [(run, 3 if run.isascii() else 2) for run in RUN.findall(words)]
    return {run[start : start + length] for run, length in runs for start in range(len(run))}
