"""Reminders, letters, attempts, notices, the mail channel and heartbeats."""

import sqlalchemy as sa
from alembic import op

revision = "0005_reminders"
down_revision = "0004_actions"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CODE = sa.String(40)
QUEUED = sa.text("state = 'queued'")
IN_HAND = sa.text("state IN ('leased', 'transmitting')")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("reason", CODE, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("deliver_by", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ambiguous", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "attempts >= 0 AND ambiguous >= 0 AND crashes >= 0", name="ck__outbox_letter__counts_not_negative"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name="fk__outbox_letter__recipient_id__person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__outbox_letter"),
        sa.UniqueConstraint("key", name="uq__outbox_letter__key"),
        sa.UniqueConstraint("message_id", name="uq__outbox_letter__message_id"),
    )
    op.create_index(
        "ix__outbox_letter__queued",
        "outbox_letter",
        ["next_at"],
        sqlite_where=QUEUED,
        postgresql_where=QUEUED,
    )
    op.create_index(
        "ix__outbox_letter__leased",
        "outbox_letter",
        ["lease_until"],
        sqlite_where=IN_HAND,
        postgresql_where=IN_HAND,
    )
    op.create_index("ix__outbox_letter__recipient_id_state", "outbox_letter", ["recipient_id", "state"])
    op.create_table(
        "delivery_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["outbox_letter.id"], name="fk__delivery_attempt__letter_id__outbox_letter"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__delivery_attempt"),
    )
    op.create_index("ix__delivery_attempt__letter_id", "delivery_attempt", ["letter_id"])
    op.create_index("ix__delivery_attempt__ended_at", "delivery_attempt", ["ended_at"])
    op.create_table(
        "planned_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Date(), nullable=False),
        sa.Column("occurs_on", sa.Date(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("capacity", CODE, nullable=False),
        sa.Column("deputy_for_id", sa.Integer(), nullable=True),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("reason", CODE, nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["action_item.id"], name="fk__planned_reminder__item_id__action_item"
        ),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name="fk__planned_reminder__part_id__part"),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name="fk__planned_reminder__recipient_id__person"
        ),
        sa.ForeignKeyConstraint(
            ["deputy_for_id"], ["person.id"], name="fk__planned_reminder__deputy_for_id__person"
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["outbox_letter.id"], name="fk__planned_reminder__letter_id__outbox_letter"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__planned_reminder"),
        sa.UniqueConstraint(
            "part_id",
            "step",
            "cycle",
            "recipient_id",
            name="uq__planned_reminder__part_id_step_cycle_recipient_id",
        ),
    )
    op.create_index("ix__planned_reminder__item_id", "planned_reminder", ["item_id"])
    op.create_index("ix__planned_reminder__letter_id", "planned_reminder", ["letter_id"])
    op.create_index(
        "ix__planned_reminder__recipient_id_outcome", "planned_reminder", ["recipient_id", "outcome"]
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("capacity", CODE, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("mail", CODE, nullable=True),
        sa.Column("reason", CODE, nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk__notice__person_id__person"),
        sa.ForeignKeyConstraint(["item_id"], ["action_item.id"], name="fk__notice__item_id__action_item"),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["outbox_letter.id"], name="fk__notice__letter_id__outbox_letter"
        ),
        sa.PrimaryKeyConstraint("id", name="pk__notice"),
    )
    op.create_index("ix__notice__person_id_read_at", "notice", ["person_id", "read_at"])
    op.create_index("ix__notice__item_id", "notice", ["item_id"])
    op.create_index("ix__notice__mail", "notice", ["mail"])
    op.create_index("ix__notice__letter_id", "notice", ["letter_id"])
    op.create_table(
        "mail_channel",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_success_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk__mail_channel"),
    )
    op.execute("INSERT INTO mail_channel (id, failures, last_error) VALUES (1, 0, '')")
    op.create_table(
        "heartbeat",
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("work", name="pk__heartbeat"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "heartbeat",
        "mail_channel",
        "notice",
        "planned_reminder",
        "delivery_attempt",
        "outbox_letter",
    ):
        op.drop_table(table)
