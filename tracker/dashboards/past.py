"""Items as they stood when a past day ended: their facts from the history, and loaded items set back to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm.attributes import set_committed_value

from tracker.access import Principal
from tracker.actions.history import holding_on
from tracker.actions.models import ActionItem, Closing, ItemPeriod
from tracker.actions.queries import visible_to
from tracker.actions.rules.deadlines import Deadline
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.foundation.database import Session
from tracker.people.models import Department, User
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """How an item stood: what its lateness is told from, who led it, and how its recommendation was decided."""

    item_id: int
    recommendation_id: int
    item_no: str
    title: str
    status: Status
    department_id: int
    officer_id: int | None
    closed_on: date | None
    adoption: Adoption
    theme: str
    deadline: Deadline


def standings_on(
    session: Session, principal: Principal, day: date, narrowed: Iterable[ColumnElement[bool]] = ()
) -> Mapping[int, Standing]:
    """Return how the items that a person may see today stood on a day, by department, due date and id.

    Conditions may narrow `ItemPeriod` and `Report`. Number and title are those of today.
    """
    query = (
        select(ItemPeriod, ActionItem.recommendation_id, ActionItem.item_no, ActionItem.title)
        .join(ActionItem, ActionItem.id == ItemPeriod.item_id)
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
        .join(Department, Department.id == ItemPeriod.department_id)
        .where(holding_on(day), visible_to(principal), and_(True, *narrowed))
        .order_by(Department.code, ItemPeriod.due_on, ItemPeriod.item_id)
    )
    return {row[0].item_id: _standing(*row) for row in session.execute(query)}


def _standing(facts: ItemPeriod, recommendation_id: int, item_no: str, title: str) -> Standing:
    return Standing(
        item_id=facts.item_id,
        recommendation_id=recommendation_id,
        item_no=item_no,
        title=title,
        status=facts.status,
        department_id=facts.department_id,
        officer_id=facts.officer_id,
        closed_on=facts.closed_on,
        adoption=facts.adoption,
        theme=facts.theme,
        deadline=Deadline(
            status=facts.status,
            due_on=facts.due_on,
            original_due_on=facts.original_due_on,
            start_on=facts.start_on,
            percent=facts.percent,
            closing_requested_on=facts.asked_on if facts.status is Status.CLOSE_REQUESTED else None,
            updated_on=facts.updated_on,
            reported_until=facts.reported_until,
        ),
    )


def rewind(
    session: Session, items: Iterable[ActionItem], past: Mapping[int, Standing], end: datetime
) -> None:
    """Set loaded items back to how they stood, `end` being the moment at which that day was over.

    For showing in a session that only reads: nothing of it is a change, and nothing is ever written.
    """
    for item in items:
        stood = past[item.id]
        _set(
            item,
            status=stood.status,
            due_on=stood.deadline.due_on,
            original_due_on=stood.deadline.original_due_on,
            start_on=stood.deadline.start_on,
            closed_on=stood.closed_on,
        )
        _rewind_parts(session, item, stood)
        _rewind_closings(item, end)
        _set(item.recommendation, adoption=stood.adoption, theme=stood.theme)


def rewind_decisions(recommendations: Iterable[Recommendation], end: datetime) -> None:
    """Set recommendations without items back: one that was decided on later still waited."""
    for each in recommendations:
        if each.decided_at is not None and each.decided_at >= end:
            _set(each, adoption=Adoption.PENDING, adoption_reason="")


def _rewind_parts(session: Session, item: ActionItem, stood: Standing) -> None:
    until = stood.deadline.reported_until
    for part in item.parts:
        # The history keeps one day for all the parts of an item: each of them tells it.
        owes = PartStatus.RELEASED if until is None else PartStatus.OPEN
        _set(part, status=owes, updated_on=stood.deadline.updated_on)
        if until is not None:
            _set(part, reports_from=until + _DAY, filed_until=None)
    lead = item.lead
    officer = session.get(User, stood.officer_id) if stood.officer_id else None
    _set(
        lead,
        percent=stood.deadline.percent,
        department_id=stood.department_id,
        department=session.get_one(Department, stood.department_id),
        officer_id=stood.officer_id,
        officer=officer,
    )


def _rewind_closings(item: ActionItem, end: datetime) -> None:
    known = [each for each in item.closings if each.requested_at < end]
    for each in known:
        _rewind_closing(each, end)
    _set(item, closings=known)


def _rewind_closing(closing: Closing, end: datetime) -> None:
    if closing.decided_at is not None and closing.decided_at >= end:
        _set(closing, decided_at=None, agreed=None, decision="", document_no="")


def _set(row: object, **values: object) -> None:
    for name, value in values.items():
        set_committed_value(row, name, value)
