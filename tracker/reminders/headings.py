"""Under which heading of a reader's work page the items of a letter stand: the letter and the page agree by this.

Most letters are those of officers and of heads of units with nothing out of the way in them: theirs are asked for
together, since a hundred questions cost a hundred times what one does. The others are asked for one by one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, union

from tracker.access import Principal, Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, Petition, ProgressUpdate
from tracker.actions.queries import is_open
from tracker.actions.rules.workflow import PartStatus
from tracker.foundation.database import Session
from tracker.foundation.membership import is_among
from tracker.people.models import User
from tracker.people.queries import get_user, principal_of
from tracker.people.rules.tree import upwards
from tracker.reminders.models import Notice
from tracker.reminders.post_office import PostOffice
from tracker.reminders.ranking import ORDER, Yardstick, own_rank, rank_below
from tracker.reminders.rules.digest import NoticeKind, Section
from tracker.reminders.rules.recipients import Directory
from tracker.reminders.work import Desk, chosen_claims
from tracker.reminders.yardsticks import Yardsticks

Headings = Mapping[int, Section]
"""The heading of each item, by its id."""


def headings_of(
    office: PostOffice,
    session: Session,
    principal: Principal,
    yardsticks: Yardsticks,
    item_ids: Collection[int],
) -> Headings:
    """Return, of some items, under which heading each stands on a person's work page, where it stands there."""
    if not item_ids:
        return {}
    chosen = chosen_claims(Desk.of(office, session, principal, yardsticks, frozenset(item_ids)))
    return {row.item_id: ORDER[row.rank] for row in session.execute(select(chosen.c.item_id, chosen.c.rank))}


def headings_of_all(
    office: PostOffice,
    session: Session,
    directory: Directory,
    today: date,
    about: Mapping[int, Collection[int]],
    noticed: Collection[int] = (),
) -> Mapping[int, Headings]:
    """Return, by person, what `headings_of` returns for the items `about` which each is told.

    The `noticed` are asked for one by one: what a notice tells of need be neither their own nor below them.
    """
    apart = {*noticed, *_singled_out(session, list(about))}
    alike: dict[_Alike, list[int]] = {}
    yardsticks = Yardsticks.load(office, session, today)
    for person_id in about.keys() - apart:
        role, place = directory.only_post_of(person_id)
        if place is not None and role in _TOGETHER:
            alike.setdefault(_Alike(role, yardsticks.of(place)), []).append(person_id)
    found: dict[int, Headings] = {}
    for kind, people in alike.items():
        theirs = {each: about[each] for each in people}
        found |= _TOGETHER[kind.role](session, directory, kind.yardstick, theirs)
    for person_id in about.keys() - found.keys():
        reader = principal_of(session, get_user(session, person_id), today)
        found[person_id] = headings_of(office, session, reader, yardsticks, about[person_id])
    return found


@dataclass(frozen=True)
class _Alike:
    """What makes the headings of two people one question: the role, and what they are judged by."""

    role: Role
    yardstick: Yardstick


def _of_officers(
    session: Session,
    _directory: Directory,
    yardstick: Yardstick,
    about: Mapping[int, Collection[int]],
) -> Mapping[int, Headings]:
    """Return the headings of those officers who have no other claim on an item than the part they hold."""
    rank = func.min(own_rank(yardstick, false(), false())).label("rank")
    held: Any = select(Part.officer_id, Part.item_id, rank)
    query = _open_parts(held, about).where(is_among(Part.officer_id, about))
    found: dict[int, dict[int, Section]] = {each: {} for each in about}
    for person_id, item_id, place in session.execute(query.group_by(Part.officer_id, Part.item_id)):
        if item_id in about[person_id]:
            found[person_id][item_id] = ORDER[place]
    could_be_taken = set(session.scalars(_with_open_part(about, _is_untaken())))
    return {person_id: found[person_id] for person_id in about if could_be_taken.isdisjoint(about[person_id])}


def _of_unit_heads(
    session: Session,
    directory: Directory,
    yardstick: Yardstick,
    about: Mapping[int, Collection[int]],
) -> Mapping[int, Headings]:
    """Return the headings of those heads of units of whose items nothing else is asked than what their officers do."""
    rank = rank_below(yardstick).label("rank")
    query: Any = _open_parts(select(Part.item_id, Part.department_id, rank), about)
    places: dict[int, list[tuple[frozenset[int], int]]] = {}
    for item_id, department_id, place in session.execute(query.where(rank.is_not(None))):
        above = frozenset(upwards(directory.parents, department_id))
        places.setdefault(item_id, []).append((above, place))
    more_is_asked = set(session.scalars(_asked_more(about)))
    return {
        person_id: dict(_below(directory.only_post_of(person_id)[1], places, item_ids))
        for person_id, item_ids in about.items()
        if more_is_asked.isdisjoint(item_ids)
    }


_TOGETHER = {Role.OFFICER: _of_officers, Role.UNIT_HEAD: _of_unit_heads}


def _below(
    head_of: int | None,
    places: Mapping[int, Sequence[tuple[frozenset[int], int]]],
    item_ids: Collection[int],
) -> Iterator[tuple[int, Section]]:
    for item_id in item_ids:
        ranks = [place for above, place in places.get(item_id, ()) if head_of in above]
        if ranks:
            yield item_id, ORDER[min(ranks)]


def _open_parts(query: Any, about: Mapping[int, Collection[int]]) -> Any:
    joined = query.join(ActionItem, ActionItem.id == Part.item_id)
    return joined.where(is_open(), is_among(ActionItem.id, _items(about)), Part.status == PartStatus.OPEN)


def _asked_more(about: Mapping[int, Collection[int]]) -> Any:
    """Return which items have a request or a report that waits, or a part that a head holds or nobody does."""
    waiting = (
        exists().where(Closing.item_id == ActionItem.id, Closing.decided_at.is_(None)),
        exists().where(Extension.item_id == ActionItem.id, Extension.decided_at.is_(None)),
        exists().where(Petition.item_id == ActionItem.id, Petition.decided_at.is_(None)),
        exists().where(
            and_(Part.item_id == ActionItem.id, ProgressUpdate.part_id == Part.id),
            ProgressUpdate.approved.is_(None),
        ),
    )
    held = _with_open_part(about, or_(_is_untaken(), is_among(Part.officer_id, about)))
    return union(select(ActionItem.id).where(is_among(ActionItem.id, _items(about)), or_(*waiting)), held)


def _with_open_part(about: Mapping[int, Collection[int]], condition: ColumnElement[bool]) -> Any:
    open_parts = select(Part.item_id).where(
        is_among(Part.item_id, _items(about)), Part.status == PartStatus.OPEN
    )
    return open_parts.where(condition)


def _is_untaken() -> ColumnElement[bool]:
    return or_(Part.officer_id.is_(None), Part.officer_id.in_(select(User.id).where(~User.is_active)))


def _items(about: Mapping[int, Collection[int]]) -> list[int]:
    return sorted(set(chain.from_iterable(about.values())))


def _singled_out(session: Session, people: Collection[int]) -> Sequence[int]:
    """Return those of some people whom a notice ever gave an item or asked for a report."""
    kinds = (NoticeKind.OFFICER_GIVEN, NoticeKind.PROGRESS_ASKED)
    query = select(Notice.person_id).where(Notice.kind.in_(kinds), Notice.person_id.in_(people))
    return session.scalars(query.distinct()).all()
