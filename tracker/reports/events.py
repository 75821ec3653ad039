"""What happens to reports."""

from dataclasses import dataclass
from datetime import date

from tracker.access import Act
from tracker.foundation.events import Event


@dataclass(frozen=True)
class ReportImported(Event):
    """A report was read and its drafts wait for review."""

    report_id: int
    act: Act


@dataclass(frozen=True)
class DraftsAssigned(Event):
    """So many drafts were given to a reviewer."""

    reviewer_id: int
    count: int
    act: Act


@dataclass(frozen=True)
class RecommendationConfirmed(Event):
    """A recommendation was confirmed; with a leading department it asks for an action item."""

    recommendation_id: int
    act: Act
    item_no: str
    title: str
    expected_result: str
    lead_department_id: int | None
    support_department_ids: tuple[int, ...]
    officer_id: int | None
    due_on: date | None
