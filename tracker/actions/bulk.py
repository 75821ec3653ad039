"""The same step on many items (批次): each item stands or falls by itself, and all of it can be rehearsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from tracker import audit
from tracker.access import Act
from tracker.actions import assigning, editing, queries
from tracker.actions.asking import ask_for_progress
from tracker.actions.assigning import Assignment
from tracker.actions.editing import ItemChanges
from tracker.actions.extending import ExtensionRequest, request_extension
from tracker.actions.models import ActionItem
from tracker.actions.rules.extending import Limits
from tracker.actions.rules.workflow import Status, Step
from tracker.foundation.database import Session, attempt
from tracker.foundation.errors import Invalid, TrackerError
from tracker.foundation.language import N_

MOST_ITEMS: Final = 200
"""So many items are changed while a person waits; longer lists go through the import of a file."""


@dataclass(frozen=True)
class Chosen:
    """An item that was chosen, as it stood when it was."""

    item_id: int
    item_no: str
    title: str
    version: int


@dataclass(frozen=True)
class Result:
    """What became of one item; `refusal` says why nothing did."""

    chosen: Chosen
    refusal: TrackerError | None = None


class Change(Protocol):
    """What is done with each item."""

    step: ClassVar[Step]

    def make(self, session: Session, act: Act, chosen: Chosen) -> object:
        """Change one item; raises a member of the error family when it cannot be."""
        ...


@dataclass(frozen=True)
class GiveToDepartment:
    """Bring drafts out (分案) and give open items to another department (改分); supporting departments stay."""

    step: ClassVar[Step] = Step.REASSIGN
    lead_department_id: int | None
    officer_id: int | None
    reason: str

    def make(self, session: Session, act: Act, chosen: Chosen) -> ActionItem:
        """Assign a draft, or reassign an open item; raises Invalid without a department for the latter."""
        item = queries.get_action(session, act.by, chosen.item_id)
        if self.lead_department_id is None:
            if item.status is Status.DRAFT:
                return assigning.assign(session, act, item.id, chosen.version)
            raise Invalid(fields={"lead_department_id": N_("請選擇主辦機關。")})
        support = (part.department_id for part in item.supporting)
        assignment = Assignment(
            self.lead_department_id,
            item.due_on,
            tuple(each for each in support if each != self.lead_department_id),
            self.officer_id,
        )
        if item.status is Status.DRAFT:
            return assigning.assign(session, act, item.id, chosen.version, assignment)
        return assigning.reassign(session, act, item.id, assignment, self.reason, chosen.version)


@dataclass(frozen=True)
class GiveToOfficer:
    """Let another officer hold the parts of the department that the officer belongs to."""

    step: ClassVar[Step] = Step.CHANGE_OFFICER
    officer_id: int
    reason: str = ""

    def make(self, session: Session, act: Act, chosen: Chosen) -> object:
        """Change the officer of the leading part."""
        item = queries.get_action(session, act.by, chosen.item_id)
        return editing.change_officer(
            session, act, item.lead.id, self.officer_id, chosen.version, self.reason
        )


@dataclass(frozen=True)
class ProposeDate:
    """Ask for the same later date for each item (展延); whoever decides, decides on each."""

    step: ClassVar[Step] = Step.REQUEST_EXTENSION
    request: ExtensionRequest
    limits: Limits

    def make(self, session: Session, act: Act, chosen: Chosen) -> object:
        """Ask for more time."""
        return request_extension(
            session, act, chosen.item_id, self.request, self.limits, version=chosen.version
        )


@dataclass(frozen=True)
class Tag:
    """Add tags to each item and take others away."""

    step: ClassVar[Step] = Step.EDIT
    add: tuple[str, ...]
    remove: tuple[str, ...]

    def make(self, session: Session, act: Act, chosen: Chosen) -> object:
        """Change the tags and nothing else."""
        item = queries.get_action(session, act.by, chosen.item_id)
        kept = [tag for tag in item.tags if tag not in self.remove]
        changes = ItemChanges(tags=(*kept, *(tag for tag in self.add if tag not in kept)))
        return editing.edit_action(session, act, item.id, changes, chosen.version)


@dataclass(frozen=True)
class AskForProgress:
    """Ask the departments at work for a report."""

    step: ClassVar[Step] = Step.ASK_FOR_PROGRESS
    message: str

    def make(self, session: Session, act: Act, chosen: Chosen) -> object:
        """Ask for progress on one item."""
        return ask_for_progress(session, act, chosen.item_id, self.message, chosen.version)


def change_many(session: Session, act: Act, chosen: Sequence[Chosen], change: Change) -> list[Result]:
    """Make a change on each item by itself and say what became of it; an item that refuses keeps no other back.

    One line of the record says that these were made together; raises Invalid for more than `MOST_ITEMS`.
    """
    if len(chosen) > MOST_ITEMS:
        raise Invalid(N_("一次最多處理 %(most)s 件，請縮小範圍。"), most=MOST_ITEMS)
    results = [_change_one(session, act, each, change) for each in chosen]
    done = [result.chosen.item_no for result in results if result.refusal is None]
    if done:
        facts = {"step": change.step.value, "items": done, "quiet": act.quiet}
        audit.record(session, act, "changed_many", "action_item", None, {}, facts)
    return results


def _change_one(session: Session, act: Act, chosen: Chosen, change: Change) -> Result:
    try:
        with attempt(session):
            change.make(session, act, chosen)
            session.flush()
    except TrackerError as error:
        return Result(chosen, error)
    return Result(chosen)
