"""How every item stood on every day: rows that begin and end on local days.

Nobody has to remember it: what a session flushed of items, parts, closing requests and recommendations is held against
the present rows before the session commits, and what differs is written in the same transaction. The day is that of the
act that was recorded; a change that no act explains corrects the present row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, event, exists, func, insert, or_, select, update

from tracker.actions.models import ActionItem, Closing, ItemPeriod, Part
from tracker.actions.rules.workflow import OWING, PartRole, PartStatus
from tracker.foundation.database import Session, day_of
from tracker.reports.models import Recommendation

BATCH: Final = 500
_TOUCHED: Final = "touched_items"
_DAY: Final = timedelta(days=1)
_FACTS: Final = tuple(
    column.name for column in ItemPeriod.__table__.columns if column.name not in ("from_on", "until_on")
)

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """An item of which the history says something else than its rows do."""

    item_id: int
    told: Facts | None
    found: Facts | None

    @property
    def facts(self) -> list[str]:
        """Return the names of the columns that differ; of an item that the history does not know, all of them."""
        told, found = self.told or {}, self.found or {}
        return [name for name in _FACTS if told.get(name) != found.get(name)]


def holding_on(day: date) -> ColumnElement[bool]:
    """Return the condition on `ItemPeriod` for telling of a day, as it ended."""
    return holding_between(day, day)


def holding_between(first: date, last: date) -> ColumnElement[bool]:
    """Return the condition on `ItemPeriod` for telling of the end of any day from one to another."""
    return and_(ItemPeriod.from_on <= last, or_(ItemPeriod.until_on.is_(None), ItemPeriod.until_on > first))


def rebuild(session: Session) -> int:
    """Let the history begin anew: one row for each item, from its first day with its present facts; return how many."""
    session.execute(delete(ItemPeriod))
    number = 0
    for batch in _batches(_all_items(session)):
        rows = [{**facts, "from_on": facts["start_on"]} for facts in _found(session, batch).values()]
        session.execute(insert(ItemPeriod), rows)
        number += len(rows)
    return number


def differences(session: Session) -> list[Difference]:
    """Return the items whose present row says something else than the item's own rows."""
    wrong: list[Difference] = []
    for batch in _batches(_all_items(session)):
        told, found = _told(session, batch), _found(session, batch)
        for item_id in batch:
            before, now = told.get(item_id), found.get(item_id)
            if before is None or now is None or _differ(before, now):
                wrong.append(Difference(item_id, before, now))
    return wrong


def torn_items(session: Session) -> list[int]:
    """Return the items whose rows do not follow upon each other day by day, or that have no present row."""
    later = ItemPeriod.__table__.alias("later")
    follows = exists().where(later.c.item_id == ItemPeriod.item_id, later.c.from_on == ItemPeriod.until_on)
    torn = select(ItemPeriod.item_id).where(ItemPeriod.until_on.is_not(None), ~follows)
    starts = select(ItemPeriod.item_id).group_by(ItemPeriod.item_id)
    overlaps = starts.having(func.count() - 1 != func.count(ItemPeriod.until_on))
    return sorted({*session.scalars(torn), *session.scalars(overlaps)})


def mend(session: Session, wrong: Sequence[Difference], day: date) -> None:
    """Let the history say from a day on what the items' rows say."""
    lost = [each.item_id for each in wrong if each.told is None]
    for batch in _batches(lost):
        session.execute(delete(ItemPeriod).where(ItemPeriod.item_id.in_(batch), ItemPeriod.from_on >= day))
    for batch in _batches([each.item_id for each in wrong]):
        _write(session, batch, day)


@event.listens_for(Session, "after_flush")
def _note(session: Session, _context: object) -> None:
    """Remember which items a flush touched; what of them changed is looked at before the commit."""
    touched: set[tuple[str, int]] = session.info.setdefault(_TOUCHED, set())
    for row in (*session.new, *session.dirty, *session.deleted):
        match row:
            case ActionItem():
                touched.add(("item", row.id))
            case Part() | Closing():
                touched.add(("item", row.item_id))
            case Recommendation():
                touched.add(("recommendation", row.id))


@event.listens_for(Session, "before_commit")
def _follow(session: Session) -> None:
    """Write down what changed, with the changes themselves."""
    session.flush()
    touched: set[tuple[str, int]] = session.info.pop(_TOUCHED, set())
    ids = {number for kind, number in touched if kind == "item"}
    if sources := [number for kind, number in touched if kind == "recommendation"]:
        ids |= set(session.scalars(select(ActionItem.id).where(ActionItem.recommendation_id.in_(sources))))
    for batch in _batches(sorted(ids)):
        _write(session, batch, day_of(session))


def _write(session: Session, ids: Sequence[int], day: date | None) -> None:
    told, found = _told(session, ids), _found(session, ids)
    begun: list[dict[str, Any]] = []
    for item_id, now in found.items():
        before = told.get(item_id)
        if before is None:
            begun.append({**now, "from_on": day or now["start_on"]})
        elif _differ(before, now):
            begun += _changed(session, before, now, day)
    if begun:
        session.execute(insert(ItemPeriod), begun)


def _changed(session: Session, before: Facts, now: Facts, day: date | None) -> list[dict[str, Any]]:
    """End the present row and return the one that follows, or correct it when it began on the same day."""
    present = (
        update(ItemPeriod)
        .where(ItemPeriod.item_id == now["item_id"], ItemPeriod.until_on.is_(None))
        .execution_options(synchronize_session=False)
    )
    if day is None or day <= before["from_on"]:
        session.execute(present.values(**now))
        return []
    session.execute(present.values(until_on=day))
    return [{**now, "from_on": day}]


def _differ(before: Facts, now: Facts) -> bool:
    return any(before[name] != now[name] for name in _FACTS)


def _told(session: Session, ids: Sequence[int]) -> dict[int, Facts]:
    """Return the present rows of some items."""
    columns = [ItemPeriod.__table__.c[name] for name in (*_FACTS, "from_on")]
    query = select(*columns).where(ItemPeriod.item_id.in_(ids), ItemPeriod.until_on.is_(None))
    return {row["item_id"]: dict(row) for row in session.execute(query).mappings()}


def _found(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return what the rows of some items should say."""
    reported = _reported_until(session, ids)
    return {
        row["item_id"]: {**row, "reported_until": reported.get(row["item_id"])}
        for row in session.execute(_facts_of(ids)).mappings()
    }


def _facts_of(ids: Sequence[int]) -> Select[Any]:
    is_standing = or_(Closing.decided_at.is_(None), Closing.agreed.is_(True))
    asked_on = (
        select(func.max(Closing.requested_on))
        .where(Closing.item_id == ActionItem.id, Closing.part_id == Part.id, is_standing)
        .correlate(ActionItem, Part)
    )
    return (
        select(
            ActionItem.id.label("item_id"),
            ActionItem.status,
            ActionItem.start_on,
            ActionItem.due_on,
            ActionItem.original_due_on,
            ActionItem.closed_on,
            asked_on.scalar_subquery().label("asked_on"),
            _updated_on().label("updated_on"),
            Part.percent,
            Part.department_id,
            Part.officer_id,
            Recommendation.adoption,
            Recommendation.theme,
        )
        .join(Part, and_(Part.item_id == ActionItem.id, Part.role == PartRole.LEAD))
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .where(ActionItem.id.in_(ids))
        .order_by(ActionItem.id)
    )


def _updated_on() -> Any:
    every = Part.__table__.alias("every_part")
    latest = select(func.max(every.c.updated_on)).where(every.c.item_id == ActionItem.id)
    return latest.correlate(ActionItem).scalar_subquery()


def _reported_until(session: Session, ids: Sequence[int]) -> dict[int, date]:
    owing = (
        select(Part.item_id, Part.reports_from, Part.filed_until)
        .join(ActionItem, ActionItem.id == Part.item_id)
        .where(Part.item_id.in_(ids), Part.status == PartStatus.OPEN, ActionItem.status.in_(OWING))
    )
    until: dict[int, date] = {}
    for item_id, reports_from, filed_until in session.execute(owing):
        day = max(reports_from - _DAY, filed_until or date.min)
        until[item_id] = min(day, until.get(item_id, day))
    return until


def _all_items(session: Session) -> Sequence[int]:
    return session.scalars(select(ActionItem.id).order_by(ActionItem.id)).all()


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
