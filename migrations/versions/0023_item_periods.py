"""How items stood on past days, told from what was filed, asked and decided."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023_item_periods"
down_revision = "0022_endorsements"
branch_labels = None
depends_on = None

CODE = sa.String(40)
PRESENT = sa.text("until_on IS NULL")
OPEN = sa.text("status IN ('assigned', 'in_progress', 'close_requested')")
LOCAL = timedelta(hours=8)
"""The cities this is made for share one time zone."""
FACTS = (
    "SELECT i.id AS item_id, i.status, i.start_on, i.due_on, i.original_due_on, i.closed_on, p.percent,"
    " p.department_id, p.officer_id, p.acknowledged_at, r.adoption, r.theme,"
    " (SELECT max(c.requested_on) FROM closing c"
    " WHERE c.part_id = p.id AND (c.decided_at IS NULL OR c.agreed)) AS asked_on,"
    " (SELECT max(e.updated_on) FROM part e WHERE e.item_id = i.id) AS updated_on"
    " FROM action_item i JOIN part p ON p.item_id = i.id AND p.role = 'lead'"
    " JOIN recommendation r ON r.id = i.recommendation_id ORDER BY i.id"
)
TYPES = {
    "start_on": sa.Date(),
    "due_on": sa.Date(),
    "original_due_on": sa.Date(),
    "closed_on": sa.Date(),
    "asked_on": sa.Date(),
    "updated_on": sa.Date(),
    "acknowledged_at": sa.DateTime(),
}
PERIOD = sa.table(
    "item_period",
    *(
        sa.column(name, kind)
        for name, kind in {
            "item_id": sa.Integer(),
            "from_on": sa.Date(),
            "until_on": sa.Date(),
            "status": CODE,
            "start_on": sa.Date(),
            "due_on": sa.Date(),
            "original_due_on": sa.Date(),
            "closed_on": sa.Date(),
            "asked_on": sa.Date(),
            "reported_until": sa.Date(),
            "updated_on": sa.Date(),
            "percent": sa.Integer(),
            "department_id": sa.Integer(),
            "officer_id": sa.Integer(),
            "adoption": CODE,
            "theme": sa.Text(),
        }.items()
    ),
)


def upgrade() -> None:
    """Make the table and tell of every item that there is."""
    op.create_table(
        "item_period",
        sa.Column("item_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("status", CODE, nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("reported_until", sa.Date(), nullable=True),
        sa.Column("updated_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("adoption", CODE, nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["action_item.id"], name="fk__item_period__item_id__action_item", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk__item_period__department_id__department"
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name="fk__item_period__officer_id__person"),
        sa.PrimaryKeyConstraint("item_id", "from_on", name="pk__item_period"),
    )
    _fill(op.get_bind())
    op.create_index(
        "uq__item_period__present",
        "item_period",
        ["item_id"],
        unique=True,
        sqlite_where=PRESENT,
        postgresql_where=PRESENT,
    )
    op.create_index(
        "ix__item_period__open",
        "item_period",
        ["until_on", "from_on"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix__item_period__closed_on", "item_period", ["closed_on", "until_on"])
    op.create_index("ix__item_period__department_id", "item_period", ["department_id"])


def downgrade() -> None:
    """Remove it; what was filed and decided stays where it is."""
    op.drop_table("item_period")


def _fill(connection: sa.Connection) -> None:
    """Tell of each item from its first day on: acknowledged, asked for release, given more time, released.

    Who led it, its adoption and its theme are told as they are now: nothing simple knows what they were.
    """
    granted, asked, owing = _extensions(connection), _closings(connection), _owing(connection)
    rows: list[dict[str, Any]] = []
    for item in connection.execute(sa.text(FACTS).columns(**TYPES)).mappings():
        number = item["item_id"]
        present = {name: item[name] for name in item if name != "acknowledged_at"}
        present["reported_until"] = (
            owing.get(number) if item["status"] in ("assigned", "in_progress") else None
        )
        rows += _periods(present, item["acknowledged_at"], granted[number], asked[number])
        if len(rows) > 5_000:
            connection.execute(PERIOD.insert(), rows)
            rows = []
    if rows:
        connection.execute(PERIOD.insert(), rows)


def _periods(
    present: dict[str, Any],
    acknowledged_at: datetime | None,
    granted: list[tuple[date, date]],
    asked: list[tuple[date, date | None, bool]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of an item, oldest first; the last of them says what is so now."""
    changes: list[tuple[date, dict[str, Any]]] = []
    if acknowledged_at:
        changes.append((_local_day(acknowledged_at), {"status": "in_progress"}))
    changes += [(day, {"due_on": due_on}) for day, due_on in granted]
    for asked_on, decided_on, agreed in asked:
        changes.append((asked_on, {"status": "close_requested", "asked_on": asked_on}))
        if decided_on and not agreed:
            changes.append((decided_on, {"status": "in_progress", "asked_on": None}))
    begin = present["start_on"]
    if present["status"] == "draft":
        changes = []
    last = max([begin, *(day for day, _ in changes)])
    if present["closed_on"]:
        last = max(present["closed_on"], begin)
    facts = {
        **present,
        "status": "assigned",
        "due_on": present["original_due_on"],
        "closed_on": None,
        "asked_on": None,
        "reported_until": None,
        "updated_on": None,
        "percent": 0,
    }
    by_day: dict[date, dict[str, Any]] = {begin: facts}
    for day, change in sorted(changes, key=lambda each: each[0]):
        if begin <= day <= last:
            facts = {**facts, **change}
            by_day[day] = facts
    by_day[last] = present
    days = sorted(by_day)
    for day, until in zip(days, [*days[1:], None], strict=True):
        yield {**by_day[day], "from_on": day, "until_on": until}


def _local_day(moment: datetime) -> date:
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return (utc + LOCAL).date()


def _extensions(connection: sa.Connection) -> defaultdict[int, list[tuple[date, date]]]:
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    query = sa.text("SELECT item_id, decided_at, new_due_on FROM extension WHERE granted ORDER BY seq")
    for row in connection.execute(query.columns(decided_at=sa.DateTime(), new_due_on=sa.Date())):
        found[row.item_id].append((_local_day(row.decided_at), row.new_due_on))
    return found


def _closings(connection: sa.Connection) -> defaultdict[int, list[tuple[date, date | None, bool]]]:
    found: defaultdict[int, list[tuple[date, date | None, bool]]] = defaultdict(list)
    query = sa.text(
        "SELECT c.item_id, c.requested_on, c.decided_at, c.agreed FROM closing c JOIN part p ON p.id = c.part_id"
        " WHERE p.role = 'lead' AND c.requested_on IS NOT NULL ORDER BY c.id"
    )
    for row in connection.execute(query.columns(requested_on=sa.Date(), decided_at=sa.DateTime())):
        decided_on = _local_day(row.decided_at) if row.decided_at else None
        found[row.item_id].append((row.requested_on, decided_on, bool(row.agreed)))
    return found


def _owing(connection: sa.Connection) -> dict[int, date]:
    """Return up to which day every open part of an item has filed its reports."""
    until: dict[int, date] = {}
    query = sa.text("SELECT item_id, reports_from, filed_until FROM part WHERE status = 'open'")
    for row in connection.execute(query.columns(reports_from=sa.Date(), filed_until=sa.Date())):
        day = max(row.reports_from - timedelta(days=1), row.filed_until or date.min)
        until[row.item_id] = min(day, until.get(row.item_id, day))
    return until
