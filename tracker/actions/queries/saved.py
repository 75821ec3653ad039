"""Filters that were saved under a name: one's own, and those that others share."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager

from tracker.access import Principal
from tracker.actions.models import DefaultFilter, SavedFilter
from tracker.foundation.database import Session
from tracker.foundation.errors import NotFound
from tracker.people.models import User


@dataclass(frozen=True)
class OfferedFilter:
    """A saved filter as it is offered to a person; with their default one their list opens."""

    filter: SavedFilter
    is_own: bool
    is_default: bool


def list_saved_filters(session: Session, principal: Principal) -> Sequence[OfferedFilter]:
    """Return a person's own filters and those that others share, own ones first, by name."""
    query = (
        select(SavedFilter, DefaultFilter.person_id.is_not(None))
        .join(User, User.id == SavedFilter.owner_id)
        .outerjoin(
            DefaultFilter,
            and_(DefaultFilter.filter_id == SavedFilter.id, DefaultFilter.person_id == principal.person_id),
        )
        .where(or_(SavedFilter.owner_id == principal.person_id, SavedFilter.is_shared))
        .options(contains_eager(SavedFilter.owner).load_only(User.name))
        .order_by(SavedFilter.owner_id != principal.person_id, SavedFilter.name, SavedFilter.id)
    )
    return [
        OfferedFilter(saved, saved.owner_id == principal.person_id, is_default)
        for saved, is_default in session.execute(query)
    ]


def get_saved_filter(session: Session, principal: Principal, filter_id: int) -> SavedFilter:
    """Return a person's own filter or a shared one; raises NotFound."""
    query = select(SavedFilter).where(
        SavedFilter.id == filter_id,
        or_(SavedFilter.owner_id == principal.person_id, SavedFilter.is_shared),
    )
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def is_default_filter(session: Session, principal: Principal, filter_id: int) -> bool:
    """Tell whether a person's list opens with a filter."""
    chosen = session.get(DefaultFilter, principal.person_id) if principal.person_id is not None else None
    return chosen is not None and chosen.filter_id == filter_id
