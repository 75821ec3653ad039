"""What the person who acts may do with an item now: told by their rights, the status, and who asked."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Final

from tracker.access import Act, Permission, Role
from tracker.actions.models import ActionItem, Closing, Extension, Part, Petition, ProgressUpdate
from tracker.actions.rules import closing as closing_rules
from tracker.actions.rules import extending as extension_rules
from tracker.actions.rules.workflow import NEEDED, OPEN, PartRole, PartStatus, Status, Step, allowed_steps
from tracker.foundation.errors import Forbidden, StepNotAllowed

CLOSING_STEPS = frozenset({Step.PREPARE_CLOSING, Step.REQUEST_CLOSING})
DEPARTMENT_STEPS = CLOSING_STEPS | {Step.REPORT_PROGRESS, Step.CHANGE_OFFICER}
FORWARDING = frozenset({Step.FORWARD_CLOSING, Step.RETURN_CLOSING})
DECISIONS = frozenset({Step.AGREE_CLOSING, Step.REFUSE_CLOSING})
REVIEWS = frozenset({Step.APPROVE_PROGRESS, Step.RETURN_PROGRESS})
PETITION_DECISIONS = frozenset({Step.GRANT_PETITION, Step.REFUSE_PETITION})
EXTENSION_DECISIONS = frozenset({Step.ENDORSE_EXTENSION, Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION})


def steps_for(act: Act, item: ActionItem) -> tuple[Step, ...]:
    """Return the steps that the person who acts may take on an item now."""
    return tuple(step for step in Step if _may_take(act, item, step))


def check_step(act: Act, item: ActionItem, step: Step) -> None:
    """Raise Forbidden when a step is not the person's to take, StepNotAllowed when the status does not allow it."""
    parts = item.parts if step in DEPARTMENT_STEPS | REVIEWS | FORWARDING else (item.lead,)
    waiting = [closing for closing in item.closings if step in DECISIONS and is_waiting(closing)]
    prepared = [closing for closing in item.closings if step in FORWARDING and is_prepared(closing)]
    extension = item.waiting_extension if step in EXTENSION_DECISIONS else None
    petition = item.waiting_petition if step in PETITION_DECISIONS else None
    if waiting:
        permitted = any(may_decide(act, closing) for closing in waiting)
    elif prepared:
        permitted = any(may_forward(act, closing) for closing in prepared)
    elif petition:
        permitted = may_decide_petition(act, item, petition)
    elif extension:
        permitted = may_decide_extension(act, extension)
    elif step in REVIEWS and item.waiting_updates:
        permitted = any(may_review(act, update) for update in item.waiting_updates)
    else:
        permitted = any(_acts_for(act, part, step) for part in parts)
    if not permitted:
        raise Forbidden
    if not _may_take(act, item, step):
        raise StepNotAllowed


def may_decide(act: Act, closing: Closing) -> bool:
    """Tell whether the person who acts may decide on a closing request."""
    return closing_rules.may_decide(
        act.by,
        closing.requested_by_id,
        closing.part.officer_id,
        closing.part.department_id,
        led_by_coordinating_office=closing.part.department.is_coordinating,
        forwarder_id=closing.forwarded_by_id,
    )


def may_forward(act: Act, closing: Closing) -> bool:
    """Tell whether the person who acts may forward or return a prepared request: a head, and never their own."""
    is_own = closing.requested_by_id in act.by.persons
    return not is_own and act.by.may(Permission.Action.REQUEST_CLOSING, closing.part.department_id)


def may_review(act: Act, update: ProgressUpdate) -> bool:
    """Tell whether the person who acts may approve or return a report of progress: a head, and never their own."""
    is_own = update.submitted_by_id in act.by.persons
    return not is_own and act.by.may(Permission.Action.REVIEW_PROGRESS, update.part.department_id)


def updates_to_review(act: Act, item: ActionItem) -> tuple[ProgressUpdate, ...]:
    """Return the reports of progress that the person who acts may approve or return now, oldest first."""
    if item.status not in OPEN:
        return ()
    return tuple(update for update in item.waiting_updates if may_review(act, update))


def may_decide_petition(act: Act, item: ActionItem, petition: Petition) -> bool:
    """Tell whether the person who acts may decide on a petition: by the same rule as on a closing."""
    return closing_rules.may_decide(
        act.by,
        petition.requested_by_id,
        item.lead.officer_id,
        item.lead.department_id,
        led_by_coordinating_office=item.lead.department.is_coordinating,
    )


def petition_to_decide(act: Act, item: ActionItem) -> Petition | None:
    """Return the petition on which the person who acts may decide now."""
    waiting = item.waiting_petition
    if waiting is None or item.status not in OPEN or not may_decide_petition(act, item, waiting):
        return None
    return waiting


def may_decide_extension(act: Act, extension: Extension) -> bool:
    """Tell whether the person who acts may decide on a request for more time, as far as it has come."""
    department = extension.item.lead.department
    return extension_rules.may_decide(
        act.by,
        extension.requested_by_id,
        department.id,
        extension.turn,
        led_by_coordinating_office=department.is_coordinating,
    )


def extension_step(act: Act, extension: Extension) -> Step:
    """Return what agreeing means for the person who acts: granting, or handing on to the coordinating office."""
    needs_another = extension_rules.needs_second_signature(extension.required_level, extension.turn)
    hands_on = needs_another and not act.by.holds(Role.COORDINATOR)
    return Step.ENDORSE_EXTENSION if hands_on else Step.GRANT_EXTENSION


def extension_to_decide(act: Act, item: ActionItem) -> Extension | None:
    """Return the request for more time on which the person who acts may decide now."""
    waiting = item.waiting_extension
    if waiting is None or item.status not in OPEN or not may_decide_extension(act, waiting):
        return None
    return waiting


def is_waiting(closing: Closing) -> bool:
    """Tell whether a closing request, the leading department's or a supporting one's, still waits for a decision."""
    asked = closing.part.status is PartStatus.CLOSE_REQUESTED
    return closing.decided_at is None and asked and closing.item.status in OPEN


def is_prepared(closing: Closing) -> bool:
    """Tell whether a closing request still waits for the head of the unit to forward it."""
    return closing.decided_at is None and closing.requested_on is None and closing.item.status in OPEN


def prepared_for(act: Act, item: ActionItem) -> tuple[Closing, ...]:
    """Return the closing requests of an item that the person who acts may forward or return now."""
    return tuple(each for each in item.closings if is_prepared(each) and may_forward(act, each))


def waiting_for(act: Act, item: ActionItem) -> tuple[Closing, ...]:
    """Return the closing requests of an item on which the person who acts may decide now."""
    return tuple(each for each in item.closings if is_waiting(each) and may_decide(act, each))


def parts_for(act: Act, item: ActionItem, step: Step) -> tuple[Part, ...]:
    """Return the parts for which the person who acts may report, or ask for release, now; their own first.

    A supporting department asks for release as long as the item is open, whatever the leading one has asked; nobody
    asks twice, while a request waits for the head of the unit.
    """
    asked = {each.part_id for each in item.closings if step in CLOSING_STEPS and is_prepared(each)}
    mine = [
        part
        for part in item.parts
        if _is_at_hand(part, step)
        and part.id not in asked
        and _acts_for(act, part, step)
        and (step in allowed_steps(item.status) or _supports_open(item, part, step))
    ]
    return tuple(sorted(mine, key=lambda part: part.officer_id not in act.by.persons))


def owner_step(act: Act, item: ActionItem) -> Step | None:
    """Return what the person who acts does next with an item of their own: take it, or report on it."""
    if item.status is Status.ASSIGNED and _acts_for(act, item.lead, Step.ACKNOWLEDGE):
        return Step.ACKNOWLEDGE
    return Step.REPORT_PROGRESS if parts_for(act, item, Step.REPORT_PROGRESS) else None


def own_part(act: Act, item: ActionItem, step: Step, part_id: int | None) -> Part:
    """Return the part for which the person who acts takes a step, the chosen one or their own; raises Forbidden."""
    mine = parts_for(act, item, step)
    chosen = next((part for part in mine if part.id == part_id), None) if part_id is not None else mine[0]
    if chosen is None:
        raise Forbidden
    return chosen


_ANSWERS: Final[Sequence[tuple[frozenset[Step], Callable[[Act, ActionItem], object]]]] = (
    (DECISIONS, waiting_for),
    (FORWARDING, prepared_for),
    (REVIEWS, updates_to_review),
    (PETITION_DECISIONS, petition_to_decide),
)
"""Steps that answer something, and what there is to answer for the person who acts."""

_ASKED_ONCE: Final[Mapping[Step, Callable[[ActionItem], object]]] = {
    Step.REQUEST_EXTENSION: attrgetter("waiting_extension"),
    Step.PETITION: attrgetter("waiting_petition"),
}
"""What is not asked for a second time while it waits."""


def _may_take(act: Act, item: ActionItem, step: Step) -> bool:
    for answers, asked in _ANSWERS:
        if step in answers:
            return bool(asked(act, item))
    if step in EXTENSION_DECISIONS:
        extension = extension_to_decide(act, item)
        return extension is not None and step in (extension_step(act, extension), Step.REFUSE_EXTENSION)
    if step in DEPARTMENT_STEPS:
        return bool(parts_for(act, item, step))
    if step in _ASKED_ONCE and _ASKED_ONCE[step](item) is not None:
        return False
    return step in allowed_steps(item.status) and _acts_for(act, item.lead, step)


def _is_at_hand(part: Part, step: Step) -> bool:
    # Somebody has to answer for a part until it is released, also while its request waits.
    waits = step is Step.CHANGE_OFFICER and part.status is PartStatus.CLOSE_REQUESTED
    return part.status is PartStatus.OPEN or waits


def _supports_open(item: ActionItem, part: Part, step: Step) -> bool:
    return step in CLOSING_STEPS and part.role is PartRole.SUPPORT and item.status in OPEN


def _acts_for(act: Act, part: Part, step: Step) -> bool:
    scope = act.by.scope(NEEDED[step])
    return scope.covers(part.department_id) or (bool(scope) and part.officer_id in act.by.persons)
