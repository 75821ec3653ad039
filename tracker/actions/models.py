"""Action items and what departments file on them, as rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.extending import ExtensionReason, Level
from tracker.actions.rules.lines import LineOutcome
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.post_checking import CheckState
from tracker.actions.rules.workflow import Outcome, PartRole, PartStatus, Status, WithdrawalReason
from tracker.foundation.database import Base, code_column
from tracker.foundation.searching import Grams
from tracker.people.models import Department, User
from tracker.reports.models import Recommendation
from tracker.reports.rules.adoption import Adoption


class ActionItem(Base):
    """One action under tracking; `original_due_on` never changes."""

    __tablename__ = "action_item"
    __table_args__ = (
        Index("ix__action_item__status_due_on", "status", "due_on"),
        Index("ix__action_item__due_on", "due_on", "id"),
        Index("ix__action_item__opened_at", "opened_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_no: Mapped[str] = mapped_column(unique=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    title: Mapped[str]
    expected_result: Mapped[str] = mapped_column(default="")
    status: Mapped[Status] = mapped_column(code_column(Status))
    tracking_level: Mapped[TrackingLevel] = mapped_column(
        code_column(TrackingLevel), default=TrackingLevel.CITY
    )
    is_priority: Mapped[bool] = mapped_column(default=False)
    tags: Mapped[list[str]] = mapped_column(default=list)
    start_on: Mapped[date]
    original_due_on: Mapped[date]
    due_on: Mapped[date]
    opened_at: Mapped[datetime]
    round_no: Mapped[int] = mapped_column(default=1)
    closed_on: Mapped[date | None] = mapped_column(index=True)
    outcome: Mapped[Outcome | None] = mapped_column(code_column(Outcome))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"))
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"), index=True)
    version: Mapped[int] = mapped_column()

    recommendation: Mapped[Recommendation] = relationship()
    merged_into: Mapped["ActionItem | None"] = relationship(
        foreign_keys=[merged_into_id], remote_side="ActionItem.id"
    )
    parts: Mapped[list["Part"]] = relationship(
        back_populates="item", cascade="all, delete-orphan", order_by="(Part.role, Part.id)"
    )
    updates: Mapped[list["ProgressUpdate"]] = relationship(
        back_populates="item", order_by="ProgressUpdate.submitted_at, ProgressUpdate.id"
    )
    waiting_updates: Mapped[list["ProgressUpdate"]] = relationship(
        viewonly=True,
        primaryjoin="and_(ProgressUpdate.item_id == ActionItem.id, ProgressUpdate.approved.is_(None))",
        order_by="ProgressUpdate.id",
    )
    closings: Mapped[list["Closing"]] = relationship(back_populates="item", order_by="Closing.id")
    extensions: Mapped[list["Extension"]] = relationship(back_populates="item", order_by="Extension.seq")
    waiting_petition: Mapped["Petition | None"] = relationship(
        viewonly=True,
        primaryjoin="and_(Petition.item_id == ActionItem.id, Petition.decided_at.is_(None))",
    )
    checks: Mapped[list["PostCheck"]] = relationship(back_populates="item", order_by="PostCheck.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute

    @property
    def lead(self) -> "Part":
        """Return the leading department's part; an item has exactly one."""
        return next(part for part in self.parts if part.role is PartRole.LEAD)

    @property
    def supporting(self) -> list["Part"]:
        """Return the supporting departments' parts."""
        return [part for part in self.parts if part.role is PartRole.SUPPORT]

    @property
    def waiting_closing(self) -> "Closing | None":
        """Return the lead's closing request that the coordinating office has to decide on, if one waits."""
        waiting = (each for each in reversed(self.closings) if each.decided_at is None and each.requested_on)
        return next((each for each in waiting if each.part_id == self.lead.id), None)

    @property
    def live_check(self) -> "PostCheck | None":
        """Return the check after closing that is neither noted nor cancelled, if there is one."""
        return next((each for each in self.checks if not (each.noted_at or each.cancelled_at)), None)

    @property
    def waiting_extension(self) -> "Extension | None":
        """Return the request for more time that waits for a decision, if one does."""
        return next((each for each in self.extensions if each.decided_at is None), None)


class ItemPeriod(Base):
    """The facts of an item from a day on, until the day from which they were others; written by `history`.

    The row of a day tells of its end: what changes twice on one day leaves one row. `asked_on` is the day on which the
    leading department asked for the release that waits or was agreed to; `reported_until` the day up to which every
    part that owes reports has filed them, None where nobody owes any.
    """

    __tablename__ = "item_period"
    __table_args__ = (
        Index(
            "uq__item_period__present",
            "item_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        Index(
            "ix__item_period__open",
            "until_on",
            "from_on",
            sqlite_where=text("status IN ('assigned', 'in_progress', 'close_requested')"),
            postgresql_where=text("status IN ('assigned', 'in_progress', 'close_requested')"),
        ),
        Index("ix__item_period__closed_on", "closed_on", "until_on"),
    )

    item_id: Mapped[int] = mapped_column(
        ForeignKey("action_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]
    status: Mapped[Status] = mapped_column(code_column(Status))
    start_on: Mapped[date]
    due_on: Mapped[date]
    original_due_on: Mapped[date]
    closed_on: Mapped[date | None]
    asked_on: Mapped[date | None]
    reported_until: Mapped[date | None]
    updated_on: Mapped[date | None]
    percent: Mapped[int]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adoption: Mapped[Adoption] = mapped_column(code_column(Adoption))
    theme: Mapped[str]


class ItemTag(Base):
    """An item's tag once more, as a row, so that the items with a tag and the tags in use are quickly found."""

    __tablename__ = "item_tag"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("action_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class Part(Base):
    """One department's share in an item.

    It owes a report on every period that ends on `reports_from` or later; `filed_until` is the last day of the latest
    period for which it filed one that was not returned.
    """

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("item_id", "department_id"),
        Index(
            "uq__part__one_lead",
            "item_id",
            unique=True,
            sqlite_where=text("role = 'lead'"),
            postgresql_where=text("role = 'lead'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    role: Mapped[PartRole] = mapped_column(code_column(PartRole))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[PartStatus] = mapped_column(code_column(PartStatus), default=PartStatus.OPEN)
    percent: Mapped[int] = mapped_column(default=0)
    assigned_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    updated_on: Mapped[date | None]
    reports_from: Mapped[date]
    filed_until: Mapped[date | None]
    released_on: Mapped[date | None]

    item: Mapped[ActionItem] = relationship(back_populates="parts")
    department: Mapped[Department] = relationship()
    officer: Mapped[User | None] = relationship()


class ProgressUpdate(Base):
    """What a department reported (辦理情形); what it says never changes, and the review of it is added once.

    `approved` is None while the head of the unit has not looked at it; only an approved report moves the percentage.
    """

    __tablename__ = "progress_update"
    __table_args__ = (
        Index(
            "ix__progress_update__waiting",
            "item_id",
            sqlite_where=text("approved IS NULL"),
            postgresql_where=text("approved IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    round_no: Mapped[int]
    narrative: Mapped[str]
    percent: Mapped[int]
    next_step: Mapped[str] = mapped_column(default="")
    difficulty: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    period: Mapped[str] = mapped_column(default="")
    late: Mapped[bool] = mapped_column(default=False)
    approved: Mapped[bool | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    review_note: Mapped[str] = mapped_column(default="")

    item: Mapped[ActionItem] = relationship(back_populates="updates")
    part: Mapped[Part] = relationship()
    submitted_by: Mapped[User] = relationship(foreign_keys=[submitted_by_id])
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")


class Closing(Base):
    """A request to be released from tracking, and the decision on it; at most one of a part waits.

    `requested_on` is the day on which the department asked: None as long as the head of the unit has not forwarded
    what an officer prepared, and for ever when it was returned or taken back, which ends it without a release.
    """

    __tablename__ = "closing"
    __table_args__ = (
        Index(
            "uq__closing__one_waiting",
            "part_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    round_no: Mapped[int]
    result: Mapped[str]
    completed_on: Mapped[date]
    proposed_outcome: Mapped[Outcome] = mapped_column(code_column(Outcome))
    requested_at: Mapped[datetime]
    requested_on: Mapped[date | None]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    forwarded_at: Mapped[datetime | None]
    forwarded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed: Mapped[bool | None]
    outcome: Mapped[Outcome | None] = mapped_column(code_column(Outcome))
    decision: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(default="")

    item: Mapped[ActionItem] = relationship(back_populates="closings")
    part: Mapped[Part] = relationship()
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    forwarded_by: Mapped[User | None] = relationship(foreign_keys=[forwarded_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")


class Extension(Base):
    """A request to move the due date, with the decision on it; at most one of an item waits.

    `cumulative_days` counts from the original due date. `turn` is whose signature is due while nothing is decided.
    """

    __tablename__ = "extension"
    __table_args__ = (
        UniqueConstraint("item_id", "seq"),
        Index(
            "uq__extension__one_waiting",
            "item_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"))
    seq: Mapped[int]
    reason_code: Mapped[ExtensionReason] = mapped_column(code_column(ExtensionReason))
    reason: Mapped[str]
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    days: Mapped[int]
    cumulative_days: Mapped[int]
    required_level: Mapped[Level] = mapped_column(code_column(Level))
    turn: Mapped[Level] = mapped_column(code_column(Level))
    requested_at: Mapped[datetime]
    requested_on: Mapped[date]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_after_due: Mapped[bool]
    endorsed_at: Mapped[datetime | None]
    endorsed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    endorsement: Mapped[str] = mapped_column(default="")
    endorsement_no: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(default="")

    item: Mapped[ActionItem] = relationship(back_populates="extensions")
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])
    endorsed_by: Mapped[User | None] = relationship(foreign_keys=[endorsed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    evidence: Mapped[list["Evidence"]] = relationship(order_by="Evidence.id")


class Petition(Base):
    """What the leading department asks of the coordinating office (改分、撤銷、併案); at most one of an item waits."""

    __tablename__ = "petition"
    __table_args__ = (
        Index(
            "uq__petition__one_waiting",
            "item_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    kind: Mapped[PetitionKind] = mapped_column(code_column(PetitionKind))
    reason: Mapped[str]
    reason_code: Mapped[WithdrawalReason | None] = mapped_column(code_column(WithdrawalReason))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    into_item_no: Mapped[str] = mapped_column(default="")
    requested_at: Mapped[datetime]
    requested_on: Mapped[date]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(default="")

    item: Mapped[ActionItem] = relationship()
    department: Mapped[Department | None] = relationship()
    requested_by: Mapped[User] = relationship(foreign_keys=[requested_by_id])


class Evidence(Base):
    """A file (佐證資料) filed with progress or with a request; the bytes lie in the file store."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    progress_update_id: Mapped[int | None] = mapped_column(ForeignKey("progress_update.id"), index=True)
    closing_id: Mapped[int | None] = mapped_column(ForeignKey("closing.id"), index=True)
    extension_id: Mapped[int | None] = mapped_column(ForeignKey("extension.id"), index=True)
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    uploaded_by: Mapped[User] = relationship()


class PostCheck(Base):
    """The question, some months after an item was released as done, whether that still holds; at most one is live."""

    __tablename__ = "post_check"
    __table_args__ = (
        Index(
            "uq__post_check__one_live",
            "item_id",
            unique=True,
            sqlite_where=text("noted_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("noted_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index(
            "ix__post_check__due_on",
            "due_on",
            sqlite_where=text("noted_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("noted_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"))
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    adoption: Mapped[Adoption | None] = mapped_column(code_column(Adoption))
    in_effect: Mapped[bool | None]
    narrative: Mapped[str] = mapped_column(default="")
    noted_at: Mapped[datetime | None]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]

    item: Mapped[ActionItem] = relationship(back_populates="checks")
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    def state_on(self, day: date) -> CheckState:
        """Return where the check stands on a day."""
        if self.cancelled_at is not None:
            return CheckState.CANCELLED
        if self.noted_at is not None:
            return CheckState.NOTED
        if self.answered_at is not None:
            return CheckState.ANSWERED
        return CheckState.WAITING if self.due_on <= day else CheckState.AHEAD


class SearchedItem(Base):
    """What searching reads of an item: its folded words and their grams; written by `tracker.actions.searched`.

    On SQLite an FTS5 table, `searched_item_index`, follows the grams by triggers.
    """

    __tablename__ = "searched_item"
    __table_args__ = (
        Index("ix__searched_item__grams", "grams", postgresql_using="gin").ddl_if("postgresql"),
    )

    item_id: Mapped[int] = mapped_column(
        ForeignKey("action_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str]
    grams: Mapped[frozenset[str]] = mapped_column(Grams)


class SavedFilter(Base):
    """A filter of the list of items under a name; a shared one is offered to everybody."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    question: Mapped[dict[str, Any]]
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    owner: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class DefaultFilter(Base):
    """The saved filter with which the list of items opens for a person."""

    __tablename__ = "default_filter"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    filter_id: Mapped[int] = mapped_column(ForeignKey("saved_filter.id", ondelete="CASCADE"), index=True)


class ActionImport(Base):
    """A table that is being brought in: the file, what its columns mean, and how far it has come.

    The job is the one that looks through the table or, after that, the one that applies it.
    """

    __tablename__ = "action_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    name: Mapped[str]
    sha256: Mapped[str]
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    looked_through_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]


class ImportLine(Base):
    """A row of such a table as it was looked through: what it does, and what stands in the way.

    `changes` tells each change as name, before and after; `facts` is what applying works with.
    """

    __tablename__ = "action_import_line"
    __table_args__ = (Index("ix__action_import_line__import_id_outcome", "import_id", "outcome", "line"),)

    import_id: Mapped[int] = mapped_column(
        ForeignKey("action_import.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[LineOutcome] = mapped_column(code_column(LineOutcome))
    item_no: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    changes: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    problems: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
