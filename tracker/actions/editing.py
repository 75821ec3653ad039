"""Editing an item without taking a step: what it is called, how it is marked, and who answers for a part of it.

The due date is none of these: only a granted extension moves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete

from tracker import audit
from tracker.access import Act
from tracker.actions import queries
from tracker.actions.assigning import check_officer
from tracker.actions.events import OfficerChanged
from tracker.actions.models import ActionItem, ItemTag, Part
from tracker.actions.rights import own_part
from tracker.actions.rules.editing import TrackingLevel, normal_tags, problem_with_tags
from tracker.actions.rules.workflow import Step
from tracker.actions.steps import item_for, told_deputy, touch
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.queries import get_user


@dataclass(frozen=True)
class ItemChanges:
    """What is to be changed of an item; None leaves a fact as it is, tags are the item's whole set of them."""

    title: str | None = None
    expected_result: str | None = None
    tracking_level: TrackingLevel | None = None
    is_priority: bool | None = None
    tags: tuple[str, ...] | None = None


def edit_action(
    session: Session, act: Act, item_id: int, changes: ItemChanges, version: int | None = None
) -> ActionItem:
    """Change what an item says of itself; what is as it was before writes nothing.

    Raises Forbidden, StepNotAllowed for an item that left tracking, VersionConflict, or Invalid by field.
    """
    item = item_for(session, act, item_id, Step.EDIT, version)
    before, after = set_changes(item, changes)
    if after:
        index_tags(session, [item] if "tags" in after else [])
        session.flush()
        record_changes(session, act, item, before, after)
    return item


def set_changes(item: ActionItem, changes: ItemChanges) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write changes on a locked item and return both sides of what is another now; raises Invalid.

    `index_tags`, a flush and `record_changes` come after it, for one item or for many at once.
    """
    wanted = _wanted(changes)
    if problems := _problems_with(wanted):
        raise Invalid(fields=problems)
    present = facts_of(item)
    changed = {name: value for name, value in wanted.items() if value != present[name]}
    for name, value in changed.items():
        setattr(item, name, value)
    return {name: present[name] for name in changed}, changed


def record_changes(
    session: Session, act: Act, item: ActionItem, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Write into the record what an edit changed."""
    audit.record(session, act, Step.EDIT.value, "action_item", item.id, before, after)


def facts_of(item: ActionItem) -> dict[str, Any]:
    """Return what an edit can change of an item, by the names of `ItemChanges`."""
    return {
        "title": item.title,
        "expected_result": item.expected_result,
        "tracking_level": item.tracking_level,
        "is_priority": item.is_priority,
        "tags": item.tags,
    }


def change_officer(
    session: Session, act: Act, part_id: int, officer_id: int, version: int | None = None, reason: str = ""
) -> Part:
    """Let another person of the department answer for its part; both officers are told. The same one writes nothing.

    `version` is the item's. Raises NotFound, Forbidden, StepNotAllowed, VersionConflict, or Invalid for somebody who
    is not active in the department or below it.
    """
    item = item_for(
        session, act, queries.get_part(session, act.by, part_id).item_id, Step.CHANGE_OFFICER, version
    )
    part = own_part(act, item, Step.CHANGE_OFFICER, part_id)
    officer = check_officer(session, officer_id, part.department_id)
    if part.officer_id == officer.id:
        return part
    former_id = part.officer_id
    former = get_user(session, former_id) if former_id is not None else None
    part.officer_id, part.officer = officer.id, officer
    touch(item)
    session.flush()
    before = {"officer": former.name if former else None}
    after = {"department": part.department.name, "officer": officer.name, "reason": reason.strip()}
    after |= told_deputy(act, Step.CHANGE_OFFICER, part)
    audit.record(session, act, Step.CHANGE_OFFICER.value, "action_item", item.id, before, after)
    raise_event(session, OfficerChanged(item.id, act, part.id, former_id, reason.strip()))
    return part


def _wanted(changes: ItemChanges) -> dict[str, Any]:
    """Return the facts that are to be changed, as they would be stored."""
    written = {
        "title": None if changes.title is None else " ".join(changes.title.split()),
        "expected_result": None if changes.expected_result is None else changes.expected_result.strip(),
        "tracking_level": changes.tracking_level,
        "is_priority": changes.is_priority,
        "tags": None if changes.tags is None else list(normal_tags(changes.tags)),
    }
    return {name: value for name, value in written.items() if value is not None}


def _problems_with(wanted: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    if wanted.get("title") == "":
        problems["title"] = N_("請填寫列管事項的名稱。")
    if problem := problem_with_tags(wanted.get("tags", ())):
        problems["tags"] = problem
    return problems


def index_tags(session: Session, items: Sequence[ActionItem]) -> None:
    """Let items be found by the tags that they carry now."""
    if not items:
        return
    gone = delete(ItemTag).where(ItemTag.item_id.in_([item.id for item in items]))
    session.execute(gone, execution_options={"synchronize_session": False})
    session.add_all(ItemTag(item_id=item.id, tag=tag) for item in items for tag in item.tags)
