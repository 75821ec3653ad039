"""Editions of known reports, what was decided about their recommendations, and sketches by which they are found.

The sketches are filled here, although they are data: they hold nothing that other tables do not, and without them no
known report would be recognised. How they are made is written out below as it was when this step was made.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from heapq import nsmallest
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0028_editions"
down_revision = "0027_snapshots"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)
BATCH = 500
WORD = re.compile(r"[a-z]+|\d+|[^\W\x00-\x7f]")
NUMBER = re.compile(r"\d+|[零〇一二三四五六七八九十百]+(?=年|屆|次|期|梯)|第")


def upgrade() -> None:
    """Make the tables and fill the sketches."""
    op.create_table(
        "edition",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("former_id", sa.Integer(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk__edition__report_id__report", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["former_id"], ["report.id"], name="fk__edition__former_id__report"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk__edition__decided_by_id__person"),
        sa.PrimaryKeyConstraint("report_id", name="pk__edition"),
    )
    op.create_index("ix__edition__former_id", "edition", ["former_id"])
    op.create_table(
        "edition_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("verdict", CODE, nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name="fk__edition_verdict__report_id__report", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendation.id"],
            name="fk__edition_verdict__recommendation_id__recommendation",
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk__edition_verdict__draft_id__draft"),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name="fk__edition_verdict__decided_by_id__person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__edition_verdict"),
        sa.UniqueConstraint(
            "report_id",
            "recommendation_id",
            "draft_id",
            name="uq__edition_verdict__report_id_recommendation_id_draft_id",
        ),
    )
    op.create_index("ix__edition_verdict__recommendation_id", "edition_verdict", ["recommendation_id"])
    op.create_index("ix__edition_verdict__draft_id", "edition_verdict", ["draft_id"])
    for owner in ("report", "recommendation"):
        op.create_table(
            f"{owner}_mark",
            sa.Column("mark", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column(f"{owner}_id", sa.Integer(), autoincrement=False, nullable=False),
            sa.ForeignKeyConstraint(
                [f"{owner}_id"],
                [f"{owner}.id"],
                name=f"fk__{owner}_mark__{owner}_id__{owner}",
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("mark", f"{owner}_id", name=f"pk__{owner}_mark"),
        )
        op.create_index(f"ix__{owner}_mark__{owner}_id", f"{owner}_mark", [f"{owner}_id"])
    _fill()


def downgrade() -> None:
    """Drop the tables; what was decided about editions is lost, and no draft stays matched."""
    op.execute("UPDATE draft SET state = 'waiting' WHERE state = 'matched'")
    for table in ("recommendation_mark", "report_mark", "edition_verdict", "edition"):
        op.drop_table(table)


def _fill() -> None:
    connection = op.get_bind()
    for owner, query in (
        ("report", "SELECT id, title, text FROM report WHERE id > :after ORDER BY id LIMIT :batch"),
        (
            "recommendation",
            "SELECT id, verbatim_quote FROM recommendation WHERE id > :after ORDER BY id LIMIT :batch",
        ),
    ):
        # The owner is one of the two names above.
        store = sa.text(f"INSERT INTO {owner}_mark (mark, {owner}_id) VALUES (:mark, :id)")  # noqa: S608
        after = 0
        while rows := connection.execute(sa.text(query), {"after": after, "batch": BATCH}).all():
            if marks := list(_marks(rows)):
                connection.execute(store, marks)
            after = rows[-1][0]


def _marks(rows: Sequence[sa.Row[tuple[object, ...]]]) -> Iterator[dict[str, int]]:
    for key, *texts in rows:
        marks = _of_quote(texts[0]) if len(texts) == 1 else _of_report(*texts)
        yield from ({"mark": mark, "id": key} for mark in sorted(marks))


def _of_quote(quote: str) -> set[int]:
    return set(_smallest(quote, 3, 16))


def _of_report(title: str, text: str) -> set[int]:
    title = NUMBER.sub("", unicodedata.normalize("NFKC", title))
    return {each & ~1 for each in _smallest(text, 4, 64)} | {each | 1 for each in _smallest(title, 2, 8)}


def _smallest(text: str, length: int, size: int) -> list[int]:
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("臺", "台"))
    starts = range(max(1, len(words) - length + 1)) if words else ()
    runs = {" ".join(words[start : start + length]) for start in starts}
    return nsmallest(size, ((crc32(run.encode()) * 2654435761 & 0xFFFFFFFF) >> 1 for run in runs))
