"""Taking a step: lock the visible item, check right, status and version, change the status, write the record."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from tracker import audit
from tracker.access import Act
from tracker.actions import queries
from tracker.actions.models import ActionItem, Extension, Part, Petition
from tracker.actions.rights import check_step
from tracker.actions.rules.workflow import NEEDED, Outcome, Step, next_status
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Forbidden, StepNotAllowed

OFFICERS_STEPS = frozenset(
    {
        Step.ACKNOWLEDGE,
        Step.REPORT_PROGRESS,
        Step.PREPARE_CLOSING,
        Step.REQUEST_CLOSING,
        Step.REQUEST_EXTENSION,
    }
)
ADDING: Final = frozenset({Step.REPORT_PROGRESS, Step.ASK_FOR_PROGRESS})
"""Steps that only add something: whoever decides on what was shown before overwrites nothing."""


def item_for(session: Session, act: Act, item_id: int, step: Step, version: int | None = None) -> ActionItem:
    """Return the item on which a step is taken, locked; raises Forbidden, StepNotAllowed or VersionConflict."""
    item = locked(session, act, item_id)
    try:
        check_step(act, item, step)
    except StepNotAllowed:
        check_version(item.version, version)
        raise
    check_version(item.version, version)
    return item


def locked(session: Session, act: Act, item_id: int) -> ActionItem:
    """Return a visible item, locked until the transaction ends; raises NotFound."""
    lock(session, item_id)
    return queries.get_action(session, act.by, item_id)


def lock(session: Session, *item_ids: int) -> None:
    """Let other steps on some items wait until the transaction ends."""
    # Two steps on one item wait for each other, so that neither is decided on what the other has just changed.
    # Several items are locked in one order, so that no two steps wait for each other's item.
    rows = select(ActionItem.id).where(ActionItem.id.in_(item_ids)).order_by(ActionItem.id)
    session.execute(rows.with_for_update()).all()


def touch(item: ActionItem) -> None:
    """Let the item's version go on with the next flush, also where what changed stands in other rows than its own."""
    flag_modified(item, "title")


def move(
    session: Session,
    act: Act,
    item: ActionItem,
    step: Step,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
    outcome: Outcome | None = None,
    part: Part | None = None,
) -> None:
    """Change an item's status by a step, and write both sides into the record; raises StepNotAllowed.

    `part` is the one that the step is about, the leading department's unless told otherwise.
    """
    as_deputy = told_deputy(act, step, part or item.lead)
    was = item.status
    item.status = next_status(was, step, outcome)
    if step not in ADDING:
        touch(item)
    session.flush()
    audit.record(
        session,
        act,
        step.value,
        "action_item",
        item.id,
        {**(before or {}), "status": was.value},
        {**after, **as_deputy, "status": item.status.value},
    )


def told_deputy(act: Act, step: Step, part: Part) -> dict[str, str]:
    """Return, for the record, as whose deputy somebody takes a step, nothing for who acts in their own right."""
    officer = act.by.stood_in_for(part.officer_id) if step in OFFICERS_STEPS else ""
    name = officer or act.by.acts_for(NEEDED[step], part.department_id)
    return {"acting_for": name} if name else {}


def person_of(act: Act) -> int:
    """Return the id of the person who acts; raises Forbidden for the system."""
    if act.by.person_id is None:
        raise Forbidden
    return act.by.person_id


def lapse(act: Act, *requests: Extension | Petition | None) -> None:
    """Set requests aside that still wait, since they were taken back or the item no longer needs an answer."""
    for each in requests:
        if each is not None and each.decided_at is None:
            each.decided_at, each.granted = act.at, False
