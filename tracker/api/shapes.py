"""What each resource looks like in JSON; days are ISO dates, moments UTC."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from tracker.actions.models import ActionItem
from tracker.actions.queries import Group, ItemThen, deadline_of
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Cause, Signal, Standards
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.workflow import Outcome, Status
from tracker.people.models import Department
from tracker.reports.rules.adoption import Adoption

MAX_PER_PAGE = 100


class Shape(BaseModel):
    """The parent of all resources."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")


class DepartmentShape(Shape):
    """A department by its stable code."""

    code: str
    name: str
    english_name: str

    @classmethod
    def of(cls, department: Department) -> "DepartmentShape":
        """Return the shape of a row."""
        return cls.model_validate({name: getattr(department, name) for name in cls.model_fields})


class SourceShape(Shape):
    """Where an item comes from: the report, and the verbatim quote with its page."""

    report_no: str | None
    report_title: str
    quote: str
    page: int | None = Field(description="Counted from 1; null for a text without pages.")


class ActionItemShape(Shape):
    """An action item under tracking."""

    item_no: str
    title: str
    status: Status
    outcome: Outcome | None
    lead_department: DepartmentShape
    supporting_departments: list[DepartmentShape]
    officer: str | None
    start_on: date
    original_due_on: date
    due_on: date
    closed_on: date | None
    percent: int = Field(ge=0, le=100)
    tracking_level: TrackingLevel
    is_priority: bool
    tags: list[str]
    signal: Signal
    signal_causes: list[Cause] = Field(description="All that is amiss, the worst first.")
    is_overdue: bool
    days_late: int = Field(ge=0)
    adoption: Adoption
    theme: str
    source: SourceShape
    opened_at: datetime
    page_address: str

    @classmethod
    def of(
        cls, item: ActionItem | ItemThen, today: date, standards: Standards, address: str
    ) -> "ActionItemShape":
        """Return the shape of a row with parts, closings, recommendation and report loaded."""
        deadline = item.deadline if isinstance(item, ItemThen) else deadline_of(item)
        recommendation = item.recommendation
        return cls(
            item_no=item.item_no,
            title=item.title,
            status=item.status,
            outcome=item.outcome,
            lead_department=DepartmentShape.of(item.lead.department),
            supporting_departments=[DepartmentShape.of(part.department) for part in item.supporting],
            officer=item.lead.officer.name if item.lead.officer else None,
            start_on=item.start_on,
            original_due_on=item.original_due_on,
            due_on=item.due_on,
            closed_on=item.closed_on,
            percent=item.lead.percent,
            tracking_level=item.tracking_level,
            is_priority=item.is_priority,
            tags=list(item.tags),
            signal=deadlines.signal(deadline, today, standards),
            signal_causes=[each.cause for each in deadlines.reasons(deadline, today, standards)],
            is_overdue=deadlines.is_overdue(deadline, today),
            days_late=deadlines.days_late(deadline, today),
            adoption=recommendation.adoption,
            theme=recommendation.theme,
            source=SourceShape(
                report_no=recommendation.report.report_no,
                report_title=recommendation.report.title,
                quote=recommendation.verbatim_quote,
                page=recommendation.page,
            ),
            opened_at=item.opened_at,
            page_address=address,
        )


class ActionItemPage(Shape):
    """Some of the items; `total` counts the whole result, `next` goes on from here and `previous` back."""

    as_at: date
    total: int = Field(ge=0)
    items: list[ActionItemShape]
    next: str | None = Field(
        description="What to send as `after` for the items that follow; null at the end."
    )
    previous: str | None = Field(
        description="What to send as `before` for the items that come before; null at the beginning."
    )


class ActionItemQuery(BaseModel):
    """What to list; every parameter narrows the result."""

    model_config = ConfigDict(extra="forbid")

    group: Group = Group.ALL
    status: Status | None = None
    department: str | None = Field(
        default=None, max_length=40, description="A department's code; its units count."
    )
    theme: str | None = Field(default=None, max_length=100)
    adoption: Adoption | None = None
    signal: Signal | None = None
    report: str | None = Field(default=None, max_length=40, description="A report's number.")
    trip_category: str | None = Field(default=None, max_length=40)
    tag: str | None = Field(default=None, max_length=40)
    tracking_level: TrackingLevel | None = None
    only_priority: bool = Field(default=False, description="Only the items marked as a priority.")
    q: str | None = Field(
        default=None,
        max_length=200,
        description="Words in number, title, expected result, quote, report title or a department's name.",
    )
    due_from: date | None = None
    due_until: date | None = None
    as_at: date | None = Field(
        default=None,
        description="A past day, of whose end the facts are told; groups told of today alone ignore it.",
    )
    after: str | None = Field(default=None, max_length=60, description="`next` of an earlier answer.")
    before: str | None = Field(default=None, max_length=60, description="`previous` of an earlier answer.")
    per_page: int = Field(default=25, ge=1, le=MAX_PER_PAGE)


class FiguresQuery(BaseModel):
    """Whose figures, and of which day."""

    model_config = ConfigDict(extra="forbid")

    as_at: date | None = Field(
        default=None, description="A past day, of whose end the figures are told; today without it."
    )

    department: str | None = Field(
        default=None, max_length=40, description="A department's code; its units count."
    )


class DepartmentFigures(Shape):
    """The open items of one first-level agency with its units, each counted once."""

    department: DepartmentShape
    open: int = Field(ge=0)
    due_soon: int = Field(ge=0)
    overdue: int = Field(ge=0)


class ThemeFigures(Shape):
    """The open items of one theme."""

    theme: str
    open: int = Field(ge=0)
    overdue: int = Field(ge=0)


class AgeFigures(Shape):
    """The overdue items that are late by some calendar days."""

    from_days: int
    until_days: int | None
    items: int = Field(ge=0)


class MonthFigures(Shape):
    """What happened in a month, and how many items were overdue when it ended."""

    month: str = Field(description="YYYY-MM")
    opened: int = Field(ge=0)
    closed: int = Field(ge=0)
    overdue: int = Field(ge=0)


class Figures(Shape):
    """The numbers of the dashboard, over what the token's owner may see."""

    as_at: date
    open: int = Field(ge=0, description="Assigned, in progress or waiting to be released.")
    due_soon: int = Field(
        ge=0, description="Open and due within the days that count as near, thirty unless set otherwise."
    )
    overdue: int = Field(
        ge=0, description="Open and late, unless a closing request made in time still waits."
    )
    past_original: int = Field(ge=0, description="Open and past the date first agreed.")
    awaiting_decision: int = Field(ge=0, description="Release was asked for and nobody has decided.")
    silent: int = Field(ge=0, description="A part owes the report on the period that closed last.")
    extended: int = Field(ge=0, description="Open and due later than first agreed.")
    closed: int = Field(ge=0, description="Released, whatever the outcome.")
    closed_this_year: int = Field(ge=0)
    closing_rate: int | None = Field(
        description="Of a hundred: released this year, of those and the open ones."
    )
    on_time_rate: int | None = Field(
        description="Of a hundred released this year: asked for on or before the due date."
    )
    median_days: int | None = Field(description="From the first day to the release, of those of this year.")
    by_department: list[DepartmentFigures]
    by_theme: list[ThemeFigures]
    ageing: list[AgeFigures]
    trend: list[MonthFigures]
