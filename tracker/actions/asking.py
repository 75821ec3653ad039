"""Asking a department for a report of progress (催報), outside of the reminders that come by themselves."""

from tracker.access import Act
from tracker.actions.events import ProgressAsked
from tracker.actions.models import ActionItem
from tracker.actions.rules.workflow import Step
from tracker.actions.steps import item_for, move
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_

LONGEST_MESSAGE = 500


def ask_for_progress(
    session: Session, act: Act, item_id: int, message: str = "", version: int | None = None
) -> ActionItem:
    """Ask every department that still works on an item to report; raises Invalid for a message too long."""
    item = item_for(session, act, item_id, Step.ASK_FOR_PROGRESS, version)
    words = message.strip()
    if len(words) > LONGEST_MESSAGE:
        raise Invalid(fields={"message": N_("留言請在 500 字以內。")})
    move(session, act, item, Step.ASK_FOR_PROGRESS, {"message": words})
    raise_event(session, ProgressAsked(item.id, act, words))
    return item
