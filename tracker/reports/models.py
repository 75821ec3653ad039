"""Reports, travellers, drafts and confirmed recommendations as rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.foundation.database import Base, code_column
from tracker.people.models import Department, User
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality, DraftKind, DraftState, ReportState
from tracker.reports.rules.editions import CARRIED_ON, EditionState, Verdict
from tracker.reports.rules.steps import Verb


class Report(Base):
    """An official report with its whole text; one row for each file, told apart by its SHA-256."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_no: Mapped[str | None] = mapped_column(unique=True)
    title: Mapped[str]
    lead_agency_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    agencies: Mapped[list[str]] = mapped_column(default=list)
    destinations: Mapped[list[str]] = mapped_column(default=list)
    trip_category: Mapped[str] = mapped_column(default="")
    trip_start: Mapped[date | None]
    trip_end: Mapped[date | None]
    report_date: Mapped[date | None]
    dispatched_on: Mapped[date | None]
    document_no: Mapped[str] = mapped_column(default="")
    confidentiality: Mapped[Confidentiality] = mapped_column(
        code_column(Confidentiality), default=Confidentiality.PUBLIC
    )
    state: Mapped[ReportState] = mapped_column(
        code_column(ReportState), default=ReportState.IN_REVIEW, index=True
    )
    no_recommendation_declared: Mapped[bool] = mapped_column(default=False)
    source_name: Mapped[str]
    source_kind: Mapped[str]
    source_sha256: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(deferred=True)
    page_starts: Mapped[list[int] | None]
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    lead_agency: Mapped[Department | None] = relationship()
    imported_by: Mapped[User | None] = relationship()
    travellers: Mapped[list["Traveller"]] = relationship(
        cascade="all, delete-orphan", order_by="Traveller.seq", back_populates="report"
    )
    drafts: Mapped[list["Draft"]] = relationship(
        cascade="all, delete-orphan", order_by="(Draft.start, Draft.id)", back_populates="report"
    )
    recommendations: Mapped[list["Recommendation"]] = relationship(
        order_by="Recommendation.seq_no", back_populates="report"
    )
    edition: Mapped["Edition | None"] = relationship(
        foreign_keys="Edition.report_id", back_populates="report", uselist=False
    )
    later: Mapped[list["Edition"]] = relationship(
        foreign_keys="Edition.former_id", order_by="Edition.report_id.desc()", viewonly=True
    )
    verdicts: Mapped[list["EditionVerdict"]] = relationship(
        order_by="(EditionVerdict.start, EditionVerdict.id)", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class Traveller(Base):
    """A member of the delegation."""

    __tablename__ = "traveller"
    __table_args__ = (UniqueConstraint("report_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    seq: Mapped[int]
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")

    report: Mapped[Report] = relationship(back_populates="travellers")


class Draft(Base):
    """What extraction proposed or a person marked, with what was chosen for it on the review desk so far."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    kind: Mapped[DraftKind] = mapped_column(code_column(DraftKind))
    state: Mapped[DraftState] = mapped_column(code_column(DraftState), default=DraftState.WAITING)
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    label: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float]
    why: Mapped[list[str]] = mapped_column(default=list)
    owner_hint: Mapped[str] = mapped_column(default="")
    due_hint: Mapped[str] = mapped_column(default="")
    due_hint_on: Mapped[date | None]
    title: Mapped[str] = mapped_column(default="")
    theme: Mapped[str] = mapped_column(default="")
    adoption: Mapped[Adoption] = mapped_column(code_column(Adoption), default=Adoption.PENDING)
    adoption_reason: Mapped[str] = mapped_column(default="")
    study_until: Mapped[date | None]
    lead_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    support_department_ids: Mapped[list[int]] = mapped_column(default=list)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    expected_result: Mapped[str] = mapped_column(default="")
    rejection_reason: Mapped[str] = mapped_column(default="")
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    version: Mapped[int] = mapped_column()

    report: Mapped[Report] = relationship(back_populates="drafts")
    lead_department: Mapped[Department | None] = relationship()
    officer: Mapped[User | None] = relationship(foreign_keys=[officer_id])
    reviewer: Mapped[User | None] = relationship(foreign_keys=[reviewer_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class ReviewStep(Base):
    """What a reviewer did at the desk: the drafts it changed, by id, as they were before and after.

    A draft that the step made was gone before it; rows are never deleted, so that no id is given to another draft.
    """

    __tablename__ = "review_step"
    __table_args__ = (Index("ix__review_step__report_id", "report_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    verb: Mapped[Verb] = mapped_column(code_column(Verb))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]

    person: Mapped[User | None] = relationship()

    @property
    def title(self) -> str:
        """Return the title of the first draft that the step was about."""
        return str(next(iter(self.after.values()))["title"])


class RecognisedPage(Base):
    """What was recognised on a page of a scanned file, kept at once; words as `reading.scan` tells them."""

    __tablename__ = "recognised_page"
    __table_args__ = (UniqueConstraint("source_sha256", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_sha256: Mapped[str]
    number: Mapped[int]
    lines: Mapped[list[Any]] = mapped_column(JSON)
    sureness: Mapped[float | None]
    read_at: Mapped[datetime]


class Recommendation(Base):
    """A confirmed recommendation; its quote, place and page never change (a trigger refuses it)."""

    __tablename__ = "recommendation"
    __table_args__ = (UniqueConstraint("report_id", "seq_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), unique=True)
    seq_no: Mapped[int]
    verbatim_quote: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    label: Mapped[str] = mapped_column(default="")
    theme: Mapped[str] = mapped_column(default="", index=True)
    adoption: Mapped[Adoption] = mapped_column(code_column(Adoption))
    adoption_reason: Mapped[str] = mapped_column(default="")
    study_until: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column()

    report: Mapped[Report] = relationship(back_populates="recommendations")
    sources: Mapped[list["EditionVerdict"]] = relationship(
        primaryjoin=lambda: and_(
            EditionVerdict.recommendation_id == Recommendation.id, EditionVerdict.verdict.in_(CARRIED_ON)
        ),
        order_by="EditionVerdict.id",
        viewonly=True,
    )
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class Edition(Base):
    """That a report may be another edition of a known one: why it was recognised, and what a person made of it."""

    __tablename__ = "edition"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    former_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    state: Mapped[EditionState] = mapped_column(code_column(EditionState), default=EditionState.PROPOSED)
    grounds: Mapped[list[str]] = mapped_column(default=list)
    likeness: Mapped[float]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column()

    report: Mapped[Report] = relationship(foreign_keys=[report_id], back_populates="edition")
    former: Mapped[Report] = relationship(foreign_keys=[former_id])
    decided_by: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class EditionVerdict(Base):
    """What a person decided about a known recommendation in another report.

    With `same` and `reworded` the quote is a further source of the recommendation.
    """

    __tablename__ = "edition_verdict"
    __table_args__ = (UniqueConstraint("report_id", "recommendation_id", "draft_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(code_column(Verdict))
    quote: Mapped[str] = mapped_column(default="")
    start: Mapped[int | None]
    end: Mapped[int | None]
    page: Mapped[int | None]
    label: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    report: Mapped[Report] = relationship()
    recommendation: Mapped[Recommendation] = relationship()
    decided_by: Mapped[User | None] = relationship()

    @property
    def is_source(self) -> bool:
        """Tell whether the passage is a further source of the recommendation."""
        return self.verdict in CARRIED_ON


class ReportMark(Base):
    """One number of a report's sketch, by which reports of much the same text are found."""

    __tablename__ = "report_mark"

    mark: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report_id: Mapped[int] = mapped_column(
        ForeignKey("report.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class RecommendationMark(Base):
    """One number of a recommendation's sketch, by which recommendations of much the same words are found."""

    __tablename__ = "recommendation_mark"

    mark: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recommendation_id: Mapped[int] = mapped_column(
        ForeignKey("recommendation.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class Precedent(Base):
    """An earlier decision that suggestions look at: which department leads the item of a recommendation.

    `size` is the number of its grams, `days` how many were granted when it was decided.
    """

    __tablename__ = "precedent"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_no: Mapped[str] = mapped_column(unique=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    size: Mapped[int]
    days: Mapped[int]

    recommendation: Mapped[Recommendation] = relationship()


class PrecedentGram(Base):
    """A gram of a precedent; the key is the index by which what is similar is found."""

    __tablename__ = "precedent_gram"
    __table_args__ = (Index("ix__precedent_gram__precedent_id", "precedent_id"), {"sqlite_with_rowid": False})

    gram: Mapped[str] = mapped_column(primary_key=True)
    precedent_id: Mapped[int] = mapped_column(
        ForeignKey("precedent.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class DepartmentDuties(Base):
    """What an administrator wrote down as the duties of a department, instead of the usual ones of its kind."""

    __tablename__ = "department_duties"

    department_id: Mapped[int] = mapped_column(
        ForeignKey("department.id"), primary_key=True, autoincrement=False
    )
    words: Mapped[list[str]]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain class attribute


class SuggestionOutcome(Base):
    """What was proposed for a recommendation and what a person decided, noted when it was confirmed."""

    __tablename__ = "suggestion_outcome"

    recommendation_id: Mapped[int] = mapped_column(
        ForeignKey("recommendation.id"), primary_key=True, autoincrement=False
    )
    noted_at: Mapped[datetime] = mapped_column(index=True)
    suggested_ids: Mapped[list[int]]
    suggested_theme: Mapped[str]
    suggested_days: Mapped[int | None]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    place: Mapped[int | None]
    """At which place the chosen department stood among those proposed, 0 when it was none, None without a proposal."""
    theme_taken: Mapped[bool]
    days_taken: Mapped[bool]
