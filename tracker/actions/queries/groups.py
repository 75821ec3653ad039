"""The groups of items that tabs and tiles count and lists show."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, select, true

from tracker.actions.models import ActionItem, Closing, Extension, PostCheck
from tracker.actions.queries.conditions import due_soon_on, is_closed, is_live_check, is_open, overdue_on
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.workflow import Status
from tracker.foundation.language import N_


class Group(StrEnum):
    """The groups that tiles count and lists show; the later ones are open and neither overdue nor due soon."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    AWAITING_DECISION = "awaiting_decision"
    CLOSED = "closed"
    ALL = "all"
    LATER = "later"
    PAST_ORIGINAL = "past_original"
    EXTENSION_ASKED = "extension_asked"
    CLOSING_PREPARED = "closing_prepared"
    TO_CHECK = "to_check"


_WORDS: Mapping[Group, str] = {
    Group.OPEN: N_("列管中"),
    Group.DUE_SOON: N_("%(days)s 日內到期"),
    Group.OVERDUE: N_("逾期"),
    Group.AWAITING_DECISION: N_("待解列"),
    Group.CLOSED: N_("已解列"),
    Group.ALL: N_("全部"),
    Group.LATER: N_("其他列管中"),
    Group.PAST_ORIGINAL: N_("已過原預定完成日"),
    Group.EXTENSION_ASKED: N_("申請展延中"),
    Group.CLOSING_PREPARED: N_("待轉送解列"),
    Group.TO_CHECK: N_("待續查"),
}


def group_words(group: Group, standards: Standards) -> tuple[str, dict[str, int]]:
    """Return the msgid of a group's name with its values."""
    return _WORDS[group], {"days": standards.due_soon_days}


def group_condition(group: Group, today: date, standards: Standards) -> ColumnElement[bool]:
    """Return the condition for belonging to a group on a day."""
    conditions: Mapping[Group, ColumnElement[bool]] = {
        Group.OPEN: is_open(),
        Group.DUE_SOON: due_soon_on(today, standards),
        Group.OVERDUE: overdue_on(today),
        Group.AWAITING_DECISION: ActionItem.status == Status.CLOSE_REQUESTED,
        Group.CLOSED: is_closed(),
        Group.ALL: true(),
        Group.LATER: and_(is_open(), ~overdue_on(today), ~due_soon_on(today, standards)),
        Group.PAST_ORIGINAL: and_(is_open(), ActionItem.original_due_on < today),
        Group.EXTENSION_ASKED: and_(is_open(), _asks_for_time()),
        Group.CLOSING_PREPARED: and_(is_open(), _waits_to_be_forwarded()),
        Group.TO_CHECK: and_(is_closed(), _waits_to_be_checked(today)),
    }
    return conditions[group]


def _asks_for_time() -> ColumnElement[bool]:
    return exists(
        select(Extension.id).where(Extension.item_id == ActionItem.id, Extension.decided_at.is_(None))
    )


def _waits_to_be_checked(today: date) -> ColumnElement[bool]:
    return ActionItem.id.in_(select(PostCheck.item_id).where(is_live_check(), PostCheck.due_on <= today))


def _waits_to_be_forwarded() -> ColumnElement[bool]:
    # Asked for by a list of ids: few requests wait among many items, and a partial index knows them.
    waiting = select(Closing.item_id).where(Closing.decided_at.is_(None), Closing.requested_on.is_(None))
    return ActionItem.id.in_(waiting)
