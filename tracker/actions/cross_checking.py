"""The history of items held against what granted extensions, closing requests and releases say in their own tables.

The history is written from the same changes, so a difference means that one of them was changed past the services, or
that a change was written down on another day than that on which it happened.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select

from tracker.actions.models import ActionItem, Closing, Extension, ItemPeriod, Part
from tracker.actions.rules.workflow import CLOSED, PartRole, Status
from tracker.foundation.clock import local_date
from tracker.foundation.database import Session

_BATCH: Final = 500


@dataclass(frozen=True)
class Contradiction:
    """A day of which the history says something else than the item's own papers; `fact` names the column."""

    item_no: str
    day: date
    fact: str
    told: date | None
    recorded: date | None


@dataclass(frozen=True)
class _Papers:
    """What was decided on an item: the extensions and lead closing requests with their days, and its release."""

    item_no: str
    closed_on: date | None
    granted: Sequence[tuple[date, date]]
    asked: Sequence[tuple[date, date | None]]

    def due_on(self, day: date, original: date) -> date:
        """Return the due date at the end of a day."""
        known = [new for decided_on, new in self.granted if decided_on <= day]
        return known[-1] if known else original

    def asked_on(self, day: date) -> date | None:
        """Return when release had last been asked for at the end of a day, refused requests left out."""
        return max(
            (asked for asked, refused in self.asked if asked <= day and (refused is None or refused > day)),
            default=None,
        )


def contradictions(session: Session, zone: ZoneInfo) -> Iterator[Contradiction]:
    """Yield what the history and the item's papers tell differently, by item; a draft has no papers yet."""
    ids = session.scalars(
        select(ActionItem.id).where(ActionItem.status != Status.DRAFT).order_by(ActionItem.id)
    ).all()
    for begin in range(0, len(ids), _BATCH):
        batch = ids[begin : begin + _BATCH]
        papers = _papers(session, batch, zone)
        query = select(ItemPeriod).where(ItemPeriod.item_id.in_(batch), ItemPeriod.status != Status.DRAFT)
        rows = session.scalars(query.order_by(ItemPeriod.item_id, ItemPeriod.from_on)).all()
        for item_id, history in groupby(rows, attrgetter("item_id")):
            yield from _compared(papers[item_id], list(history))
        session.expunge_all()


def _compared(papers: _Papers, history: Sequence[ItemPeriod]) -> Iterator[Contradiction]:
    turns = {day for day, _ in papers.granted} | {asked for asked, _ in papers.asked}
    turns |= {refused for _, refused in papers.asked if refused} | {row.from_on for row in history}
    for day in sorted(turns):
        row = _row_of(history, day)
        if row is not None:
            due_on, asked_on = papers.due_on(day, row.original_due_on), papers.asked_on(day)
            if row.due_on != due_on:
                yield Contradiction(papers.item_no, day, "due_on", row.due_on, due_on)
            if _is_odd(row, asked_on):
                yield Contradiction(papers.item_no, day, "asked_on", row.asked_on, asked_on)
    if papers.closed_on is not None:
        row = _row_of(history, papers.closed_on)
        if row is not None and row.closed_on != papers.closed_on:
            yield Contradiction(
                papers.item_no, papers.closed_on, "closed_on", row.closed_on, papers.closed_on
            )


def _is_odd(row: ItemPeriod, asked_on: date | None) -> bool:
    """Tell whether a row tells wrongly when release was asked for, as far as it is told from at all.

    A request that was taken back forgets its day, so that a later one than is on record may have waited.
    """
    if row.status is Status.CLOSE_REQUESTED:
        return asked_on is not None and (row.asked_on is None or row.asked_on < asked_on)
    return row.status in CLOSED and row.asked_on != asked_on


def _row_of(history: Sequence[ItemPeriod], day: date) -> ItemPeriod | None:
    held = (row for row in history if row.from_on <= day and (row.until_on is None or row.until_on > day))
    return next(held, None)


def _papers(session: Session, ids: Sequence[int], zone: ZoneInfo) -> Mapping[int, _Papers]:
    def by_item(query: Any, read: Callable[..., Any]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        for item_id, *values in session.execute(query):
            found.setdefault(item_id, []).append(read(*values))
        return found

    extensions = (
        select(Extension.item_id, Extension.decided_at, Extension.new_due_on)
        .where(Extension.item_id.in_(ids), Extension.granted.is_(True))
        .order_by(Extension.decided_at, Extension.seq)
    )
    closings = (
        select(Closing.item_id, Closing.requested_on, Closing.decided_at, Closing.agreed)
        .join(Part, and_(Part.id == Closing.part_id, Part.role == PartRole.LEAD))
        .where(Closing.item_id.in_(ids), Closing.requested_on.is_not(None))
    )
    granted = by_item(extensions, lambda decided_at, new: (local_date(decided_at, zone), new))
    asked = by_item(
        closings,
        lambda day, decided_at, agreed: (
            day,
            None if agreed or decided_at is None else local_date(decided_at, zone),
        ),
    )
    items = select(ActionItem.id, ActionItem.item_no, ActionItem.closed_on).where(ActionItem.id.in_(ids))
    return {
        item_id: _Papers(item_no, closed_on, granted.get(item_id, ()), asked.get(item_id, ()))
        for item_id, item_no, closed_on in session.execute(items)
    }
