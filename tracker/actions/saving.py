"""Keeping filters of the list of items under a name, for oneself or for everybody.

A shared filter shares the question, never the answer: whoever opens it sees the items that they may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from tracker.access import Act, Permission
from tracker.actions.models import DefaultFilter, SavedFilter
from tracker.actions.queries.saved import get_saved_filter
from tracker.actions.steps import person_of
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict, Forbidden, Invalid
from tracker.foundation.language import N_

LONGEST_NAME: Final = 40
MOST_FILTERS: Final = 50


@dataclass(frozen=True)
class FilterFields:
    """What a person says of a filter beside what it asks."""

    name: str
    is_shared: bool = False
    is_default: bool = False


def save_filter(session: Session, act: Act, question: Mapping[str, str], fields: FilterFields) -> SavedFilter:
    """Keep a question under a name; raises Forbidden, Conflict when one has too many, or Invalid."""
    act.require(Permission.Action.READ)
    owner_id = person_of(act)
    owned = select(func.count(SavedFilter.id)).where(SavedFilter.owner_id == owner_id)
    if (session.scalar(owned) or 0) >= MOST_FILTERS:
        raise Conflict(N_("您已儲存 %(most)s 個檢視，請先刪除不用的。"), most=MOST_FILTERS)
    saved = SavedFilter(
        owner_id=owner_id,
        name=_free_name(session, owner_id, fields.name),
        question=dict(question),
        is_shared=fields.is_shared,
        created_at=act.at,
    )
    session.add(saved)
    session.flush()
    _set_default(session, owner_id, saved.id, fields.is_default)
    return saved


def change_filter(
    session: Session, act: Act, filter_id: int, fields: FilterFields, version: int | None = None
) -> SavedFilter:
    """Rename one's own filter, share it or not; raises NotFound, Forbidden, VersionConflict or Invalid."""
    saved = _own_filter(session, act, filter_id)
    check_version(saved.version, version)
    saved.name = _free_name(session, saved.owner_id, fields.name, but=saved.id)
    saved.is_shared = fields.is_shared
    session.flush()
    _set_default(session, saved.owner_id, saved.id, fields.is_default)
    return saved


def delete_filter(session: Session, act: Act, filter_id: int) -> None:
    """Forget one's own filter; whose list opened with it sees the usual list again."""
    session.delete(_own_filter(session, act, filter_id))
    session.flush()


def choose_default(session: Session, act: Act, filter_id: int | None) -> None:
    """Let one's list open with a filter, or with the usual one; raises NotFound or Forbidden."""
    act.require(Permission.Action.READ)
    person_id = person_of(act)
    if filter_id is not None:
        _set_default(session, person_id, get_saved_filter(session, act.by, filter_id).id, is_default=True)
    elif present := session.get(DefaultFilter, person_id):
        session.delete(present)


def _own_filter(session: Session, act: Act, filter_id: int) -> SavedFilter:
    act.require(Permission.Action.READ)
    saved = get_saved_filter(session, act.by, filter_id)
    if saved.owner_id != act.by.person_id:
        raise Forbidden
    return saved


def _free_name(session: Session, owner_id: int, name: str, but: int | None = None) -> str:
    wanted = " ".join(name.split())
    if not wanted:
        raise Invalid(fields={"name": N_("請為這個檢視命名。")})
    if len(wanted) > LONGEST_NAME:
        raise Invalid(fields={"name": N_("名稱請在 40 字以內。")})
    same = select(SavedFilter.id).where(SavedFilter.owner_id == owner_id, SavedFilter.name == wanted)
    if session.scalar(same) not in (None, but):
        raise Invalid(fields={"name": N_("您已有同名的檢視。")})
    return wanted


def _set_default(session: Session, person_id: int, filter_id: int, is_default: bool) -> None:
    present = session.get(DefaultFilter, person_id)
    if is_default and present:
        present.filter_id = filter_id
    elif is_default:
        session.add(DefaultFilter(person_id=person_id, filter_id=filter_id))
    elif present and present.filter_id == filter_id:
        session.delete(present)
    session.flush()
