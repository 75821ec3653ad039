"""The check a year after closing (續列管): the department says how things stand, the coordinating office takes note.

An item that no longer holds is tracked again by `releasing.reopen`, which cancels the check.
"""

from dataclasses import dataclass

from tracker import audit
from tracker.access import Act, Permission
from tracker.actions import queries
from tracker.actions.events import PostCheckAnswered, PostCheckNoted
from tracker.actions.models import ActionItem, PostCheck
from tracker.actions.rules.post_checking import CheckState, check_day, problems_with_answer
from tracker.actions.steps import locked, person_of
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Forbidden, Invalid, StepNotAllowed
from tracker.foundation.language import N_
from tracker.reports.confirming import decide_adoption
from tracker.reports.rules.adoption import Adoption


@dataclass(frozen=True)
class CheckAnswer:
    """What a department says about an item that was released: 採行情形 now, whether it holds, and how it stands."""

    adoption: Adoption | None
    in_effect: bool
    narrative: str


def plan_check(act: Act, item: ActionItem, months: int) -> PostCheck | None:
    """Let an item that is released today be looked at again after some months; none with zero months."""
    if months <= 0:
        return None
    check = PostCheck(due_on=check_day(act.today, months), narrative="", note="")
    item.checks.append(check)
    return check


def cancel_check(act: Act, item: ActionItem) -> None:
    """Drop the check of an item that is tracked again."""
    if item.live_check:
        item.live_check.cancelled_at = act.at


def answer_check(session: Session, act: Act, check_id: int, answer: CheckAnswer) -> PostCheck:
    """Say, for the leading department, how things stand; from the day on which the check falls due.

    Raises NotFound, Forbidden, StepNotAllowed before that day and once it was answered, or Invalid.
    """
    check, item = _locked_check(session, act, check_id)
    if not may_answer(act, item):
        raise Forbidden
    if check.state_on(act.today) is not CheckState.WAITING:
        raise StepNotAllowed
    if problems := problems_with_answer(answer.adoption, answer.narrative):
        raise Invalid(fields=problems)
    check.answered_at, check.answered_by_id = act.at, person_of(act)
    check.adoption, check.in_effect = answer.adoption, answer.in_effect
    check.narrative = answer.narrative.strip()
    session.flush()
    after = {"adoption": check.adoption, "in_effect": answer.in_effect, "narrative": check.narrative}
    audit.record(session, act, "post_check_answered", "action_item", item.id, {}, after)
    raise_event(session, PostCheckAnswered(item.id, act, check.id))
    return check


def note_check(
    session: Session, act: Act, check_id: int, note: str = "", *, record_adoption: bool = False
) -> PostCheck:
    """Take note of an answer (備查), and record the adoption that it gives where that is asked for.

    Raises NotFound, Forbidden for one's own answer, StepNotAllowed unless an answer waits.
    """
    check, item = _locked_check(session, act, check_id)
    if not may_note(act, check):
        raise Forbidden(N_("續查須由答覆人以外的研考備查。"))
    if check.state_on(act.today) is not CheckState.ANSWERED:
        raise StepNotAllowed
    check.noted_at, check.noted_by_id, check.note = act.at, person_of(act), note.strip()
    session.flush()
    audit.record(session, act, "post_check_noted", "action_item", item.id, {}, {"note": check.note})
    changed = check.adoption is not None and check.adoption is not item.recommendation.adoption
    if record_adoption and changed and check.adoption is not None:
        decide_adoption(session, act, item.recommendation_id, check.adoption, check.narrative)
    raise_event(session, PostCheckNoted(item.id, act, check.id))
    return check


def may_answer(act: Act, item: ActionItem) -> bool:
    """Tell whether the person who acts answers for the leading department."""
    scope = act.by.scope(Permission.Action.ANSWER_CHECK)
    return scope.covers(item.lead.department_id) or (bool(scope) and item.lead.officer_id in act.by.persons)


def may_note(act: Act, check: PostCheck) -> bool:
    """Tell whether the person who acts may take note of an answer: never of their own."""
    return act.by.may(Permission.Action.NOTE_CHECK) and check.answered_by_id not in act.by.persons


def _locked_check(session: Session, act: Act, check_id: int) -> tuple[PostCheck, ActionItem]:
    item = locked(session, act, queries.get_check(session, act.by, check_id).item_id)
    return next(each for each in item.checks if each.id == check_id), item
