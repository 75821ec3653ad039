"""Handing over (移交): what a person holds goes to others before they leave, or leave a department.

No open part ever stays with somebody who was deactivated. `refuse_left_behind` and `refuse_misplaced` answer the events
of the people room, so that this holds whichever way a person is taken out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import select

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions.assigning import check_officer
from tracker.actions.events import PartsHandedOver
from tracker.actions.models import Part, SavedFilter
from tracker.actions.queries.holdings import (
    drafts_naming,
    misplaced_parts_of,
    open_parts_of,
    shared_filters_of,
)
from tracker.actions.rules.workflow import PartRole, Status
from tracker.actions.saving import LONGEST_NAME
from tracker.actions.steps import lock, touch
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Conflict, Invalid
from tracker.foundation.language import N_
from tracker.people import service as people
from tracker.people.events import PersonDeactivated, RolesTaken
from tracker.people.models import User
from tracker.people.queries import get_user

MOST_NAMED = 10
_WITHOUT_OFFICER = frozenset({Status.DRAFT, Status.ASSIGNED})


class StillHolding(Conflict):
    """A person has open parts that have to go to others first."""

    message = N_("%(name)s仍承辦 %(count)s 件列管中的事項，請先移交：%(items)s。")


@dataclass(frozen=True)
class Handover:
    """To whom a person's open parts go, by id of the part, None for nobody yet; and their shared filters.

    A part that is not named stays where it is.
    """

    reason: str
    successors: Mapping[int, int | None] = field(default_factory=dict)
    filters_to: int | None = None


def hand_over(session: Session, act: Act, person_id: int, handover: Handover) -> int:
    """Give a person's open parts and shared filters to others, and return how many parts moved.

    It is a change of people, not of what is done: the administrator names them. Raises Forbidden, or Invalid where a
    successor does not belong to the department or an item in progress would be left without an officer.
    """
    act.require(Permission.People.MANAGE)
    gives_something = handover.successors or handover.filters_to is not None
    if gives_something and not handover.reason.strip():
        raise Invalid(fields={"reason": N_("請說明移交的原因。")})
    leaver = _locked_person(session, person_id)
    parts = _locked_parts(session, person_id, handover.successors)
    _check_successors(session, leaver, parts, handover)
    moved: dict[int | None, list[int]] = {}
    for part in parts:
        successor_id = handover.successors[part.id]
        _move(session, act, part, leaver, successor_id, handover.reason)
        moved.setdefault(successor_id, []).append(part.id)
    _give_filters(session, act, person_id, handover.filters_to)
    for successor_id, part_ids in moved.items():
        raise_event(session, PartsHandedOver(person_id, successor_id, tuple(part_ids), act))
    return len(parts)


def deactivate_person(session: Session, act: Act, person_id: int, handover: Handover) -> None:
    """Take a person out once everything they hold has gone to others.

    Raises what `hand_over` and `people.deactivate_person` raise, and StillHolding while a part is left.
    """
    hand_over(session, act, person_id, handover)
    for draft in drafts_naming(session, person_id):
        draft.officer_id = None
    people.deactivate_person(session, act, person_id)
    refuse_left_behind(session, PersonDeactivated(person_id))


def refuse_left_behind(session: Session, happened: PersonDeactivated) -> None:
    """Raise StillHolding when somebody who was deactivated has an open part."""
    _refuse(session, happened.person_id, open_parts_of(session, happened.person_id))


def refuse_misplaced(session: Session, happened: RolesTaken) -> None:
    """Raise StillHolding when somebody has an open part of a department in which they hold no role any more."""
    _refuse(session, happened.person_id, misplaced_parts_of(session, happened.person_id))


def needs_officer(part: Part) -> bool:
    """Tell whether a part may not be left without an officer: that of the leading department, once it was taken."""
    return part.role is PartRole.LEAD and part.item.status not in _WITHOUT_OFFICER


def _refuse(session: Session, person_id: int, parts: Sequence[Part]) -> None:
    if not parts:
        return
    numbers = [part.item.item_no for part in parts]
    shown = "、".join(numbers[:MOST_NAMED]) + ("…" if len(numbers) > MOST_NAMED else "")
    raise StillHolding(name=get_user(session, person_id).name, count=len(numbers), items=shown)


def _locked_person(session: Session, person_id: int) -> User:
    # Whoever names this person as an officer at the same moment waits, and then finds them gone.
    session.execute(select(User.id).where(User.id == person_id).with_for_update()).all()
    return get_user(session, person_id)


def _locked_parts(session: Session, person_id: int, wanted: Iterable[int]) -> list[Part]:
    lock(session, *(part.item_id for part in open_parts_of(session, person_id)))
    chosen = set(wanted)
    return [part for part in open_parts_of(session, person_id) if part.id in chosen]


def _check_successors(session: Session, leaver: User, parts: Sequence[Part], handover: Handover) -> None:
    problems: dict[str, str] = {}
    for part in parts:
        successor_id = handover.successors[part.id]
        if successor_id == leaver.id:
            problems[f"successor_{part.id}"] = N_("接辦人不能是本人。")
        elif successor_id is not None:
            try:
                check_officer(session, successor_id, part.department_id)
            except Invalid as error:
                problems[f"successor_{part.id}"] = error.fields["officer_id"]
        elif needs_officer(part):
            problems[f"successor_{part.id}"] = N_("辦理中的事項必須有承辦人，請指定接辦人。")
    if handover.filters_to is not None and not get_user(session, handover.filters_to).is_active:
        problems["filters_to"] = N_("這位同仁的帳號已停用。")
    if problems:
        raise Invalid(fields=problems)


def _move(
    session: Session, act: Act, part: Part, leaver: User, successor_id: int | None, reason: str
) -> None:
    successor = get_user(session, successor_id) if successor_id is not None else None
    part.officer_id, part.officer = successor_id, successor
    touch(part.item)
    session.flush()
    name = successor.name if successor else None
    after = {"officer": name, "department": part.department.name, "reason": reason.strip()}
    audit.record(session, act, "hand_over", "action_item", part.item_id, {"officer": leaver.name}, after)


def _give_filters(session: Session, act: Act, person_id: int, successor_id: int | None) -> None:
    if successor_id is None or successor_id == person_id:
        return
    owned = select(SavedFilter.name).where(SavedFilter.owner_id == successor_id)
    taken = set(session.scalars(owned))
    for saved in shared_filters_of(session, person_id):
        saved.owner_id, saved.name = successor_id, _free_name(saved.name, taken)
        taken.add(saved.name)
        facts = {"name": saved.name, "owner_id": successor_id}
        audit.record(
            session, act, "filter_handed_over", "saved_filter", saved.id, {"owner_id": person_id}, facts
        )


def _free_name(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    numbered = (f"{name[: LONGEST_NAME - 4]} {number}" for number in count(2))
    return next(each for each in numbered if each not in taken)
