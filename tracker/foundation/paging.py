"""Going through a long list by keys: on from the row that was last shown, whatever was added or removed meanwhile.

A key is the value that a row is sorted by and, for rows that share one, its id. Pages by number would skip or repeat
rows when the list changes, and cost more the further one goes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, SQLColumnExpression, and_, or_

T = TypeVar("T")


@dataclass(frozen=True)
class Key:
    """The place of a row in a list: what the list is sorted by, and the row's id."""

    value: Any
    id: int


@dataclass(frozen=True)
class Place:
    """Where a stretch of a list begins or ends; with neither key it begins at the beginning."""

    after: Key | None = None
    before: Key | None = None


BEGINNING = Place()


@dataclass(frozen=True)
class Stretch(Generic[T]):
    """Some rows of a list in its order, and from which keys it goes back and on, if it does."""

    rows: Sequence[T]
    back: Key | None = None
    on: Key | None = None


@dataclass(frozen=True)
class Sorting:
    """By what a list is sorted: the value, the id that tells equals apart, and the direction of both."""

    value: SQLColumnExpression[Any]
    id: SQLColumnExpression[int]
    descending: bool = False

    def cut(self, query: Select[Any], place: Place, size: int) -> Select[Any]:
        """Return the query for one row more than a stretch holds, from a place on or, turned round, back from it."""
        backwards = place.before is not None
        key = place.before or place.after
        falling = self.descending != backwards
        if key is not None:
            query = query.where(self._beyond(key, falling))
        order = (self.value.desc(), self.id.desc()) if falling else (self.value, self.id)
        return query.order_by(*order).limit(size + 1)

    def order(self) -> tuple[SQLColumnExpression[Any], ...]:
        """Return what the rows of a stretch are sorted by."""
        return (self.value.desc(), self.id.desc()) if self.descending else (self.value, self.id)

    def _beyond(self, key: Key, falling: bool) -> Any:
        # The first half alone lets an index be walked from the key on; row values do not on every database.
        if falling:
            return and_(self.value <= key.value, or_(self.value < key.value, self.id < key.id))
        return and_(self.value >= key.value, or_(self.value > key.value, self.id > key.id))


def stretch_of(rows: Sequence[T], place: Place, size: int, key_of: Callable[[T], Key]) -> Stretch[T]:
    """Return the stretch that a query cut by `Sorting.cut` found, its rows in the order of the list."""
    has_more = len(rows) > size
    if place.before is not None:
        shown = rows[-size:]
        goes_back, goes_on = has_more, True
    else:
        shown = rows[:size]
        goes_back, goes_on = place.after is not None, has_more
    if not shown:
        return Stretch(())
    return Stretch(shown, key_of(shown[0]) if goes_back else None, key_of(shown[-1]) if goes_on else None)
