"""Items with the facts of a past day, as a list of that day shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select

from tracker.actions.history import holding_on
from tracker.actions.models import ActionItem, ItemPeriod, Part
from tracker.actions.rules.deadlines import Deadline
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.workflow import CLOSED_AS, Outcome, Status
from tracker.foundation.database import Session
from tracker.people.models import Department, User
from tracker.reports.models import Report
from tracker.reports.rules.adoption import Adoption

T = TypeVar("T", Department, User)


@dataclass(frozen=True)
class LeadThen:
    """Who led an item on a past day."""

    department: Department
    officer: User | None
    percent: int


@dataclass(frozen=True)
class SourceThen:
    """What had been decided on the recommendation; the report and the quote are those of today."""

    report: Report
    verbatim_quote: str
    page: int | None
    adoption: Adoption
    theme: str


@dataclass(frozen=True)
class ItemThen:
    """An item as it stood at the end of a past day; its words, marks and supporting parts are those of today."""

    item: ActionItem
    lead: LeadThen
    recommendation: SourceThen
    deadline: Deadline
    closed_on: date | None

    @property
    def id(self) -> int:
        """Return the item's id."""
        return self.item.id

    @property
    def item_no(self) -> str:
        """Return the item's number."""
        return self.item.item_no

    @property
    def title(self) -> str:
        """Return the item's title."""
        return self.item.title

    @property
    def version(self) -> int:
        """Return the item's version, which is that of today."""
        return self.item.version

    @property
    def expected_result(self) -> str:
        """Return what is expected of the item."""
        return self.item.expected_result

    @property
    def opened_at(self) -> datetime:
        """Return when the item was opened."""
        return self.item.opened_at

    @property
    def outcome(self) -> Outcome | None:
        """Return how it had ended, if it had been released."""
        return next((each for each, status in CLOSED_AS.items() if status is self.status), None)

    @property
    def tags(self) -> list[str]:
        """Return the item's tags."""
        return self.item.tags

    @property
    def tracking_level(self) -> TrackingLevel:
        """Return the item's level."""
        return self.item.tracking_level

    @property
    def is_priority(self) -> bool:
        """Tell whether the item is a priority."""
        return self.item.is_priority

    @property
    def supporting(self) -> list[Part]:
        """Return the supporting parts."""
        return self.item.supporting

    @property
    def status(self) -> Status:
        """Return where the item stood."""
        return self.deadline.status

    @property
    def start_on(self) -> date:
        """Return from when on it was tracked."""
        return self.deadline.start_on

    @property
    def due_on(self) -> date:
        """Return when it was due."""
        return self.deadline.due_on

    @property
    def original_due_on(self) -> date:
        """Return when it was due at first."""
        return self.deadline.original_due_on


def as_they_stood(session: Session, items: Sequence[ActionItem], day: date) -> list[ItemThen]:
    """Return items, in their order, with the facts of the end of a day; one that was not there yet is left out."""
    query = select(ItemPeriod).where(ItemPeriod.item_id.in_([each.id for each in items]), holding_on(day))
    rows = {row.item_id: row for row in session.scalars(query)}
    departments = _by_id(session, Department, (row.department_id for row in rows.values()))
    officers = _by_id(session, User, (row.officer_id for row in rows.values() if row.officer_id))
    return [_then(each, rows[each.id], departments, officers) for each in items if each.id in rows]


def _then(
    item: ActionItem, row: ItemPeriod, departments: dict[int, Department], officers: dict[int, User]
) -> ItemThen:
    source = item.recommendation
    waits = row.asked_on if row.status is Status.CLOSE_REQUESTED else None
    return ItemThen(
        item,
        LeadThen(departments[row.department_id], officers.get(row.officer_id or 0), row.percent),
        SourceThen(source.report, source.verbatim_quote, source.page, row.adoption, row.theme),
        Deadline(
            row.status,
            row.due_on,
            row.original_due_on,
            row.start_on,
            row.percent,
            waits,
            row.updated_on,
            row.reported_until,
        ),
        row.closed_on,
    )


def _by_id(session: Session, kind: type[T], ids: Iterable[int]) -> dict[int, T]:
    return {each.id: each for each in session.scalars(select(kind).where(kind.id.in_(set(ids))))}
