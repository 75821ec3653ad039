"""The index that searching asks: a row for each item, written in the transaction of whatever it tells of.

Nobody has to remember it: when a session flushes a title, a number, a report's title or a department's name, the rows
that tell of it are written anew. What changed behind the session's back is found by `outdated_items`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    event,
    exists,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from tracker.actions.models import ActionItem, Part, SearchedItem
from tracker.foundation.database import Session
from tracker.foundation.folding import fold, grams_of
from tracker.foundation.searching import (
    has_grams,
    is_told_by_grams,
    words_of,
)
from tracker.people.models import Department
from tracker.reports.models import Recommendation, Report

T = TypeVar("T")
BATCH: Final = 1_000
_TOLD: Final[Mapping[type[Any], tuple[str, ...]]] = {
    ActionItem: ("item_no", "title", "expected_result", "tags", "recommendation_id"),
    Part: ("item_id", "department_id"),
    Recommendation: ("verbatim_quote", "report_id"),
    Report: ("title",),
    Department: ("name", "english_name"),
}
"""What the index tells of, by class."""


def found_by(question: str) -> ColumnElement[bool] | None:
    """Return the condition on `ActionItem` for holding every word of a question, None when there is no word."""
    words = words_of(question)
    if not words:
        return None
    conditions: list[ColumnElement[bool]] = []
    possible = has_grams(ActionItem.id, SearchedItem.__table__, words)
    if possible is not None:
        conditions.append(possible)
    if unsure := [word for word in words if not is_told_by_grams(word)]:
        holding = (SearchedItem.words.contains(word, autoescape=True) for word in unsure)
        conditions.append(exists().where(SearchedItem.item_id == ActionItem.id, *holding))
    return and_(*conditions)


def rebuild(session: Session) -> int:
    """Write the whole index anew and return how many items it holds."""
    session.execute(delete(SearchedItem))
    if _has_fts5(session):
        session.execute(text("INSERT INTO searched_item_index(searched_item_index) VALUES ('rebuild')"))
    ids = _all_items(session)
    for batch in _batches(ids):
        session.execute(insert(SearchedItem), _rows(session, batch))
    return len(ids)


def outdated_items(session: Session) -> list[int]:
    """Return the items of which the index says something else than their rows do."""
    wrong: list[int] = []
    for batch in _batches(_all_items(session)):
        stored = select(SearchedItem.item_id, SearchedItem.words, SearchedItem.grams)
        rows = session.execute(stored.where(SearchedItem.item_id.in_(batch)))
        present = {row.item_id: row._asdict() for row in rows}
        wrong += [row["item_id"] for row in _rows(session, batch) if present.get(row["item_id"]) != row]
    return wrong


def is_index_sound(session: Session) -> bool:
    """Tell whether SQLite's index of grams says what the rows say; PostgreSQL keeps its own by itself."""
    if not _has_fts5(session):
        return True
    check = text("INSERT INTO searched_item_index(searched_item_index, rank) VALUES ('integrity-check', 1)")
    try:
        session.execute(check)
    except DatabaseError:
        return False
    return True


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: object) -> None:
    """Write the rows of the index anew whose items were told of differently in this flush."""
    ids: set[int] = set()
    for row in (*session.new, *session.dirty, *session.deleted):
        told = _TOLD.get(type(row))
        if told and (row not in session.dirty or _has_changed(row, told)):
            ids |= _items_told_by(session, row)
    for batch in _batches(sorted(ids)):
        session.execute(delete(SearchedItem).where(SearchedItem.item_id.in_(batch)), execution_options=_PLAIN)
        if rows := _rows(session, batch):
            session.execute(insert(SearchedItem), rows)


_PLAIN: Final = {"synchronize_session": False}


def _has_changed(row: Any, names: Sequence[str]) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


def _items_told_by(session: Session, row: Any) -> set[int]:
    match row:
        case ActionItem():
            return {row.id}
        case Part():
            return {row.item_id}
        case Recommendation():
            query = select(ActionItem.id).where(ActionItem.recommendation_id == row.id)
        case Report():
            query = select(ActionItem.id).join(Recommendation).where(Recommendation.report_id == row.id)
        case _:
            query = select(Part.item_id).where(Part.department_id == row.id)
    return set(session.scalars(query))


def _rows(session: Session, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return the rows that the index should hold for some items."""
    names: dict[int, list[str]] = {}
    for item_id, *both in session.execute(_department_names(ids)):
        names.setdefault(item_id, []).extend(both)
    return [
        _row(item_id, [*texts, *names.get(item_id, ()), *tags])
        for item_id, tags, *texts in session.execute(_texts(ids))
    ]


def _row(item_id: int, texts: Sequence[str]) -> dict[str, Any]:
    # Each text is folded by itself, so that no word is found across the border of two.
    words = "\n".join(fold(each) for each in texts if each)
    return {"item_id": item_id, "words": words, "grams": grams_of(words)}


def _texts(ids: Sequence[int]) -> Select[int, list[str], str, str, str, str, str]:
    return (
        select(
            ActionItem.id,
            ActionItem.tags,
            ActionItem.item_no,
            ActionItem.title,
            ActionItem.expected_result,
            Recommendation.verbatim_quote,
            Report.title,
        )
        .join(Recommendation, Recommendation.id == ActionItem.recommendation_id)
        .join(Report, Report.id == Recommendation.report_id)
        .where(ActionItem.id.in_(ids))
    )


def _department_names(ids: Sequence[int]) -> Select[int, str, str]:
    return (
        select(Part.item_id, Department.name, Department.english_name)
        .join(Department, Department.id == Part.department_id)
        .where(Part.item_id.in_(ids))
        .order_by(Part.item_id, Part.id)
    )


def _all_items(session: Session) -> Sequence[int]:
    return session.scalars(select(ActionItem.id).order_by(ActionItem.id)).all()


def _batches(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _has_fts5(session: Session) -> bool:
    return session.connection().dialect.name == "sqlite"
