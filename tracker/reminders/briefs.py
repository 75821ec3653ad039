"""What a letter tells of an item, read for a whole day's letters at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, literal, or_, select, union_all

from tracker.actions.models import ActionItem, Closing, Extension, Part, Petition, ProgressUpdate
from tracker.actions.queries import overdue_on
from tracker.actions.rules.workflow import OPEN, PartRole, PartStatus, Status
from tracker.foundation.database import Session
from tracker.foundation.membership import is_among
from tracker.people.models import Department, User
from tracker.people.rules.naming import Named
from tracker.reports.models import Recommendation, Report


@dataclass(frozen=True)
class ItemBrief:
    """What a letter tells of an item; `extension_days` count from the original due date, while a request waits.

    `prepared_parts` are those whose closing request waits for the head of the unit, `untaken_parts` the open ones that
    nobody holds; `supporting` are the departments of the parts beside the leading one; `petition` waits for an answer.
    """

    item_id: int
    item_no: str
    title: str
    status: Status
    due_on: date
    days_late: int
    department: Named
    quote: str
    report_title: str
    page: int | None
    progress: str = ""
    progress_at: datetime | None = None
    extension_until: date | None = None
    extension_days: int = 0
    extension_reason: str = ""
    prepared_parts: frozenset[int] = frozenset()
    untaken_parts: frozenset[int] = frozenset()
    supporting: Mapping[int, Named] = field(default_factory=dict)
    petition: Petition | None = None


def brief_items(session: Session, item_ids: Collection[int], today: date) -> Mapping[int, ItemBrief]:
    """Return what a letter tells of some items, as they stand today."""
    # Columns, not entities: a day's letters tell of thousands of items.
    query = (
        select(
            ActionItem.id,
            ActionItem.item_no,
            ActionItem.title,
            ActionItem.status,
            ActionItem.due_on,
            overdue_on(today).label("is_late"),
            Part.department_id,
            Recommendation.verbatim_quote,
            Recommendation.page,
            Report.title.label("report_title"),
            Extension.new_due_on,
            Extension.cumulative_days,
            Extension.reason.label("extension_reason"),
            Petition,
        )
        .join(Part, (Part.item_id == ActionItem.id) & (Part.role == PartRole.LEAD))
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
        .outerjoin(Extension, (Extension.item_id == ActionItem.id) & Extension.decided_at.is_(None))
        .outerjoin(Petition, (Petition.item_id == ActionItem.id) & Petition.decided_at.is_(None))
        # Said of both, or PostgreSQL reads every part to find theirs.
        .where(is_among(ActionItem.id, item_ids), is_among(Part.item_id, item_ids))
    )
    rows = session.execute(query).all()
    supporting = _supporting_parts(session, item_ids)
    named = {row.department_id for row in rows} | {each for of in supporting.values() for each in of.values()}
    departments = _departments(session, named)
    latest, parts = _latest_updates(session, item_ids), _parts_apart(session, item_ids)
    return {
        row.id: _brief(
            row,
            departments[row.department_id],
            {part_id: departments[each] for part_id, each in supporting.get(row.id, {}).items()},
            latest.get(row.id),
            parts.get(row.id, _PartsApart()),
            today,
        )
        for row in rows
    }


@dataclass(frozen=True)
class _PartsApart:
    """The parts of an item of which something else is asked than of the others."""

    prepared: set[int] = field(default_factory=set)
    untaken: set[int] = field(default_factory=set)


def _brief(
    row: Any,
    department: Named,
    supporting: Mapping[int, Named],
    update: tuple[str, datetime] | None,
    parts: _PartsApart,
    today: date,
) -> ItemBrief:
    progress, progress_at = update or ("", None)
    return ItemBrief(
        item_id=row.id,
        item_no=row.item_no,
        title=row.title,
        status=row.status,
        due_on=row.due_on,
        days_late=(today - row.due_on).days if row.is_late else 0,
        department=department,
        supporting=supporting,
        quote=row.verbatim_quote,
        report_title=row.report_title,
        page=row.page,
        progress=progress,
        progress_at=progress_at,
        extension_until=row.new_due_on,
        extension_days=row.cumulative_days or 0,
        extension_reason=row.extension_reason or "",
        petition=row.Petition,
        prepared_parts=frozenset(parts.prepared) if row.status in OPEN else frozenset(),
        untaken_parts=frozenset(parts.untaken) if row.status in OPEN else frozenset(),
    )


def _departments(session: Session, ids: Collection[int]) -> Mapping[int, Department]:
    return {each.id: each for each in session.scalars(select(Department).where(Department.id.in_(ids)))}


def _supporting_parts(session: Session, item_ids: Collection[int]) -> Mapping[int, Mapping[int, int]]:
    """Return, by item, the supporting parts and the department of each."""
    query = (
        select(Part.item_id, Part.id, Part.department_id)
        .where(is_among(Part.item_id, item_ids), Part.role == PartRole.SUPPORT)
        .order_by(Part.id)
    )
    found: dict[int, dict[int, int]] = {}
    for item_id, part_id, department_id in session.execute(query):
        found.setdefault(item_id, {})[part_id] = department_id
    return found


def _latest_updates(session: Session, item_ids: Collection[int]) -> Mapping[int, tuple[str, datetime]]:
    """Return, by item, the words of the newest report of progress, and since when they stand."""
    newest = select(func.max(ProgressUpdate.id)).where(is_among(ProgressUpdate.item_id, item_ids))
    query = select(ProgressUpdate.item_id, ProgressUpdate.narrative, ProgressUpdate.submitted_at)
    rows = session.execute(query.where(ProgressUpdate.id.in_(newest.group_by(ProgressUpdate.item_id))))
    return {item_id: (words, at) for item_id, words, at in rows}


def _parts_apart(session: Session, item_ids: Collection[int]) -> Mapping[int, _PartsApart]:
    """Return, by item, whose closing request waits for the head of the unit, and which open parts nobody holds."""
    prepared = select(literal(1).label("is_prepared"), Closing.item_id, Closing.part_id).where(
        is_among(Closing.item_id, item_ids), Closing.decided_at.is_(None), Closing.requested_on.is_(None)
    )
    untaken = (
        select(literal(0), Part.item_id, Part.id)
        .outerjoin(User, User.id == Part.officer_id)
        .where(is_among(Part.item_id, item_ids), Part.status == PartStatus.OPEN)
        .where(or_(User.id.is_(None), ~User.is_active))
    )
    found: dict[int, _PartsApart] = {}
    for is_prepared, item_id, part_id in session.execute(union_all(prepared, untaken)):
        parts = found.setdefault(item_id, _PartsApart())
        (parts.prepared if is_prepared else parts.untaken).add(part_id)
    return found
