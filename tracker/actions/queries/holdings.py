"""What a person holds: asked before they leave, or leave a department."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, String, cast, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload

from tracker.access import Principal
from tracker.actions.models import ActionItem, Closing, Extension, Part, ProgressUpdate, SavedFilter
from tracker.actions.queries.visibility import visible_to
from tracker.actions.rules.workflow import OPEN, PartStatus, Status
from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.people.models import Delegation, RoleGrant, User
from tracker.people.queries import (
    department_nodes,
    get_user,
    list_delegations_touching,
    list_sole_holders,
)
from tracker.people.rules import tree
from tracker.reports.models import Draft
from tracker.reports.rules.drafts import DraftState
from tracker.reports.workbench import count_assigned


@dataclass(frozen=True)
class WaitingRequest:
    """A request that a person filed and nobody has decided; it stays as it is. `label` is a msgid."""

    label: str
    item_no: str


@dataclass(frozen=True)
class Holdings:
    """What a person holds; `sole_roles` are those which nobody else who is active holds in the same place."""

    parts: Sequence[Part] = ()
    requests: Sequence[WaitingRequest] = ()
    filters: Sequence[SavedFilter] = ()
    delegations: Sequence[Delegation] = ()
    sole_roles: Sequence[RoleGrant] = ()
    drafts: int = 0
    to_review: int = 0


def holdings_of(session: Session, person_id: int, parts: Sequence[Part], today: date) -> Holdings:
    """Return everything that a person holds, beside the open parts, which are handed in."""
    requests, drafts = _waiting_requests(session, person_id)
    return Holdings(
        parts=parts,
        requests=requests,
        filters=shared_filters_of(session, person_id),
        delegations=list_delegations_touching(session, person_id, today),
        sole_roles=list_sole_holders(session, person_id),
        drafts=drafts,
        to_review=count_assigned(session, person_id),
    )


def open_parts_of(session: Session, person_id: int) -> Sequence[Part]:
    """Return the parts that a person still has to do, drafts of items included, read anew, by number."""
    query = (
        select(Part)
        .join(Part.item)
        .where(Part.officer_id == person_id, _is_open())
        .options(contains_eager(Part.item), joinedload(Part.department), joinedload(Part.officer))
        .order_by(ActionItem.item_no)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def misplaced_parts_of(session: Session, person_id: int) -> Sequence[Part]:
    """Return a person's open parts of departments in which they hold no role any more."""
    nodes = department_nodes(session)
    held = {grant.department_id for grant in get_user(session, person_id).grants}
    parts = open_parts_of(session, person_id)
    return [part for part in parts if not held & tree.subtree(nodes, part.department_id)]


def successors_for(
    session: Session, parts: Iterable[Part], people: Sequence[User]
) -> Mapping[int, Sequence[User]]:
    """Return, by department of the parts, those of some people who may take them on; needs their grants."""
    nodes = department_nodes(session)
    found = {}
    for department_id in {part.department_id for part in parts}:
        below = tree.subtree(nodes, department_id)
        found[department_id] = [
            each for each in people if any(grant.department_id in below for grant in each.grants)
        ]
    return found


def readable_of(session: Session, principal: Principal, item_ids: Sequence[int]) -> frozenset[int]:
    """Return which of some items a person may read: whoever hands over need not see what they are about."""
    if not item_ids:
        return frozenset()
    query = select(ActionItem.id).where(ActionItem.id.in_(item_ids), visible_to(principal))
    return frozenset(session.scalars(query))


def shared_filters_of(session: Session, person_id: int) -> Sequence[SavedFilter]:
    """Return the filters that a person shares with everybody, by name."""
    query = select(SavedFilter).where(SavedFilter.owner_id == person_id, SavedFilter.is_shared)
    return session.scalars(query.order_by(SavedFilter.name)).all()


def drafts_naming(session: Session, person_id: int) -> Sequence[Draft]:
    """Return the drafts on the review desk for which a person was chosen as the officer."""
    return session.scalars(select(Draft).where(_names(person_id))).all()


def _names(person_id: int) -> ColumnElement[bool]:
    return (Draft.officer_id == person_id) & Draft.state.in_((DraftState.WAITING, DraftState.ACCEPTED))


def _is_open() -> ColumnElement[bool]:
    return ActionItem.status.in_((Status.DRAFT, *OPEN)) & (Part.status != PartStatus.RELEASED)


_DRAFT = "draft"


def _waiting_requests(session: Session, person_id: int) -> tuple[list[WaitingRequest], int]:
    """Return, in one statement, the requests that wait, by kind and number, and how many drafts name the person."""
    closings = Closing.decided_at.is_(None) & (Closing.requested_by_id == person_id)
    extensions = Extension.decided_at.is_(None) & (Extension.requested_by_id == person_id)
    updates = ProgressUpdate.approved.is_(None) & (ProgressUpdate.submitted_by_id == person_id)
    kinds = (
        _numbers(N_("申請解除列管"), Closing.item_id, closings),
        _numbers(N_("申請展延"), Extension.item_id, extensions),
        _numbers(N_("辦理情形等候核可"), ProgressUpdate.item_id, updates),
    )
    drafts = select(literal(_DRAFT), cast(Draft.id, String)).where(_names(person_id))
    rows = session.execute(union_all(*kinds, drafts)).all()
    requests = sorted((row.label, row.item_no) for row in rows if row.label != _DRAFT)
    return [WaitingRequest(*each) for each in requests], len(rows) - len(requests)


def _numbers(
    label: str, item_id: InstrumentedAttribute[int], is_waiting: ColumnElement[bool]
) -> Select[str, str]:
    waiting = ActionItem.id.in_(select(item_id).where(is_waiting))
    named = literal(label).label("label"), ActionItem.item_no.label("item_no")
    return select(*named).where(waiting, ActionItem.status.in_(OPEN))
