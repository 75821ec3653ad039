"""Reminders, letters, attempts and notices as rows: what was planned, what left, and why (not)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.actions.models import ActionItem, Part
from tracker.foundation.database import Base, code_column
from tracker.foundation.language import N_
from tracker.foundation.mailing import OutcomeKind
from tracker.people.models import User
from tracker.reminders.rules.digest import NoticeKind
from tracker.reminders.rules.ladder import Reason
from tracker.reminders.rules.ladders import Scope, Target
from tracker.reminders.rules.preferences import Preferences
from tracker.reminders.rules.retry import LONGEST_CHANNEL_PAUSE
from tracker.reminders.rules.stages import Anchor, Capacity, Stage, in_order


class LetterKind(StrEnum):
    """The letters there are; each has a folder of its name under templates/emails."""

    REMINDER_DIGEST = "reminder_digest"
    INVITATION = "invitation"
    TEST_LETTER = "test_letter"
    MONTHLY_SUMMARY = "monthly_summary"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a letter, no secret


LETTER_LABELS = {
    LetterKind.REMINDER_DIGEST: N_("列管提醒"),
    LetterKind.MONTHLY_SUMMARY: N_("每期列管情形"),
    LetterKind.TEST_LETTER: N_("測試信件"),
    LetterKind.INVITATION: N_("帳號邀請"),
    LetterKind.PASSWORD_RESET: N_("重設密碼"),
}


COUNTED = frozenset({LetterKind.REMINDER_DIGEST, LetterKind.MONTHLY_SUMMARY})
SUMMARY = "summary|"
"""How the key of a letter begins in which the figures of a period stand."""
"""What counts for one mail a day; everything else a person asked for."""


class LetterState(StrEnum):
    """Where a letter stands; `accepted` says that the server took it, delivered is not knowable from here."""

    QUEUED = "queued"
    LEASED = "leased"
    TRANSMITTING = "transmitting"
    ACCEPTED = "accepted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    HELD = "held"


LETTER_STATE_LABELS = {
    LetterState.QUEUED: N_("等待寄送"),
    LetterState.LEASED: N_("處理中"),
    LetterState.TRANSMITTING: N_("傳送中"),
    LetterState.ACCEPTED: N_("郵件伺服器已接收"),
    LetterState.FAILED: N_("無法寄送"),
    LetterState.CANCELLED: N_("已取消"),
    LetterState.HELD: N_("暫停，待人工處理"),
}
UNSENT = frozenset({LetterState.QUEUED, LetterState.LEASED, LetterState.TRANSMITTING})


class Planned(StrEnum):
    """What became of a reminder or of a notice's mail."""

    PLANNED = "planned"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


_QUEUED = text("state = 'queued'")
_IN_HAND = text("state IN ('leased', 'transmitting')")
_UNTOLD = text("outcome = 'planned' AND letter_id IS NULL")


class OutboxLetter(Base):
    """A letter to one person; its bytes are set once and sent unchanged, however often that takes.

    Where the person's own address is refused it goes to the shared mailbox of their department (`to_mailbox`). `as_of`
    says what the letter rests on: how far the record had grown before it was written.
    """

    __tablename__ = "outbox_letter"
    __table_args__ = (
        Index("ix__outbox_letter__queued", "next_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix__outbox_letter__leased", "lease_until", sqlite_where=_IN_HAND, postgresql_where=_IN_HAND),
        Index("ix__outbox_letter__recipient_id_state", "recipient_id", "state"),
        CheckConstraint("attempts >= 0 AND ambiguous >= 0 AND crashes >= 0", name="counts_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[LetterKind] = mapped_column(code_column(LetterKind))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(deferred=True)
    payload: Mapped[bytes] = mapped_column(deferred=True)
    local_date: Mapped[date]
    as_of: Mapped[str | None]
    state: Mapped[LetterState] = mapped_column(code_column(LetterState), default=LetterState.QUEUED)
    reason: Mapped[Reason | None] = mapped_column(code_column(Reason))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    deliver_by: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    to_mailbox: Mapped[bool] = mapped_column(default=False)

    recipient: Mapped[User] = relationship()
    history: Mapped[list["DeliveryAttempt"]] = relationship(order_by="DeliveryAttempt.id")
    reminders: Mapped[list["PlannedReminder"]] = relationship(
        back_populates="letter", order_by="PlannedReminder.id"
    )
    notices: Mapped[list["Notice"]] = relationship(back_populates="letter", order_by="Notice.id")

    @property
    def is_counted(self) -> bool:
        """Tell whether the letter counts for one mail a day; what a person asked for does not."""
        return self.kind in COUNTED

    @property
    def tells_of_period(self) -> bool:
        """Tell whether the figures of a period stand in it, alone or below the day's reminders."""
        return self.key.startswith(SUMMARY)


class RefusedAddress(Base):
    """An address that the mail server does not take; it is left alone until a person takes the mark away."""

    __tablename__ = "refused_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    refused_at: Mapped[datetime]
    text: Mapped[str]


class DeliveryAttempt(Base):
    """One attempt to hand a letter over; rows are added, never changed."""

    __tablename__ = "delivery_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("outbox_letter.id"), index=True)
    token: Mapped[str]
    ended_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[OutcomeKind] = mapped_column(code_column(OutcomeKind))
    code: Mapped[int | None]
    text: Mapped[str]


class Ladder(Base):
    """The stages that a city chose for what the target names; `value` is empty for the whole city."""

    __tablename__ = "ladder"
    __table_args__ = (UniqueConstraint("scope", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    scope: Mapped[Scope] = mapped_column(code_column(Scope))
    value: Mapped[str] = mapped_column(default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    rungs: Mapped[list["LadderStage"]] = relationship(cascade="all, delete-orphan", order_by="LadderStage.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute

    @property
    def target(self) -> Target:
        """Return what the ladder applies to."""
        return self.scope, self.value

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Return the stages in order."""
        return in_order([rung.stage for rung in self.rungs])


class LadderStage(Base):
    """One stage of a ladder; `audience` holds the codes of capacities."""

    __tablename__ = "ladder_stage"

    id: Mapped[int] = mapped_column(primary_key=True)
    ladder_id: Mapped[int] = mapped_column(ForeignKey("ladder.id", ondelete="CASCADE"), index=True)
    anchor: Mapped[Anchor] = mapped_column(code_column(Anchor))
    offset: Mapped[int] = mapped_column("days")
    in_working_days: Mapped[bool]
    weekly: Mapped[bool]
    audience: Mapped[list[str]]

    @property
    def stage(self) -> Stage:
        """Return the stage as the rules see it."""
        audience = tuple(Capacity(each) for each in self.audience)
        return Stage(self.anchor, self.offset, audience, self.in_working_days, self.weekly)


class LetterPreference(Base):
    """What a person chose about their letters; None and no row leave it to the office."""

    __tablename__ = "letter_preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    hour: Mapped[int | None]
    weekday: Mapped[int | None]
    only_duties: Mapped[bool] = mapped_column(default=False)

    @property
    def chosen(self) -> Preferences:
        """Return the choice as the rules see it."""
        return Preferences(self.hour, self.weekday, self.only_duties)


class LargeRun(Base):
    """A day's run with more letters than may leave without a person having looked; it waits until it is released."""

    __tablename__ = "large_run"

    day: Mapped[date] = mapped_column(primary_key=True)
    letters: Mapped[int]
    held_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class PlannedReminder(Base):
    """One step of the ladder for one part, one due date and one person: planned once, whatever happens."""

    __tablename__ = "planned_reminder"
    __table_args__ = (
        UniqueConstraint("part_id", "step", "cycle", "recipient_id"),
        Index("ix__planned_reminder__recipient_id_outcome", "recipient_id", "outcome"),
        Index("ix__planned_reminder__untold", "recipient_id", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"))
    stage: Mapped[str]
    step: Mapped[str]
    cycle: Mapped[date]
    occurs_on: Mapped[date]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[Capacity] = mapped_column(code_column(Capacity))
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Planned] = mapped_column(code_column(Planned), default=Planned.PLANNED)
    reason: Mapped[Reason | None] = mapped_column(code_column(Reason))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_letter.id"), index=True)
    planned_at: Mapped[datetime]

    item: Mapped[ActionItem] = relationship()
    part: Mapped[Part] = relationship()
    recipient: Mapped[User] = relationship(foreign_keys=[recipient_id])
    deputy_for: Mapped[User | None] = relationship(foreign_keys=[deputy_for_id])
    letter: Mapped[OutboxLetter | None] = relationship(back_populates="reminders")


class Notice(Base):
    """A message inside the system (通知), there at once; `mail` says what became of its mail, None when it has none.

    One that is about several items at once, a handover, names them in `item_ids`; `untold_ids` are those that its
    letter leaves out, since they did not stand with the person any more when it was written.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix__notice__person_id_read_at", "person_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[NoticeKind] = mapped_column(code_column(NoticeKind))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"), index=True)
    item_ids: Mapped[list[int]] = mapped_column(default=list)
    untold_ids: Mapped[list[int]] = mapped_column(default=list)
    capacity: Mapped[Capacity | None] = mapped_column(code_column(Capacity))
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor_name: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mail: Mapped[Planned | None] = mapped_column(code_column(Planned), index=True)
    reason: Mapped[Reason | None] = mapped_column(code_column(Reason))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_letter.id"), index=True)

    person: Mapped[User] = relationship(foreign_keys=[person_id])
    deputy_for: Mapped[User | None] = relationship(foreign_keys=[deputy_for_id], lazy="selectin")
    item: Mapped[ActionItem | None] = relationship()
    letter: Mapped[OutboxLetter | None] = relationship(back_populates="notices")

    @property
    def about(self) -> tuple[int, ...]:
        """Return the ids of the items that the notice is about."""
        return (self.item_id,) if self.item_id is not None else tuple(self.item_ids)

    @property
    def is_of_several(self) -> bool:
        """Tell whether it names its items in a list, as a handover does even where it is of one alone."""
        return bool(self.item_ids)

    @property
    def told(self) -> tuple[int, ...]:
        """Return the ids of those items of them that its letter names."""
        return tuple(each for each in self.about if each not in (self.untold_ids or ()))


class PlanComparison(Base):
    """What a night's comparison found: how many reminders the rules asked for on the day, and what was amiss.

    `missing` were planned anew, `astray` said something else than their letter and were put right; `unexplained` are
    told as sent in no letter; `unwritten` counts people whose letter of the day was not written.
    """

    __tablename__ = "plan_comparison"

    day: Mapped[date] = mapped_column(primary_key=True)
    compared_at: Mapped[datetime]
    expected: Mapped[int]
    missing: Mapped[int]
    astray: Mapped[int]
    unexplained: Mapped[int]
    unwritten: Mapped[int]

    @property
    def differences(self) -> int:
        """Return how much was amiss in all."""
        return self.missing + self.astray + self.unexplained + self.unwritten


class MailChannel(Base):
    """The way to the mail server: how often it failed in a row, and until when it rests.

    One row for all workers, made by the migration, so that no two of them try to make it.
    """

    __tablename__ = "mail_channel"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    last_success_at: Mapped[datetime | None]

    def rests_until(self, now: datetime) -> datetime | None:
        """Return when the present pause ends, None where there is none.

        One that ends later than any may was begun by a clock that has been set back since, and is over.
        """
        until = self.paused_until
        return until if until and now < until <= now + LONGEST_CHANNEL_PAUSE else None


class Heartbeat(Base):
    """When each kind of regular work last began and ended well; a stale one is a warning, not silence."""

    __tablename__ = "heartbeat"

    work: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
