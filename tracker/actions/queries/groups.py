"""The groups of items that tabs and tiles count and lists show."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, select, true

from tracker.access import Principal
from tracker.actions.models import ActionItem, Closing, Extension, PostCheck
from tracker.actions.queries.conditions import (
    PRESENT,
    Facts,
    awaiting,
    due_soon_on,
    is_closed,
    is_live_check,
    is_open,
    missed_on,
    overdue_on,
)
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
    MINE = "mine"
    SILENT = "silent"
    EXTENDED = "extended"
    CLOSED_IN_TIME = "closed_in_time"


OF_PAST_DAYS: Final = frozenset(Group) - {
    Group.EXTENSION_ASKED,
    Group.CLOSING_PREPARED,
    Group.TO_CHECK,
    Group.MINE,
}
"""The groups that the history tells of; the others are told of today alone."""


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
    Group.MINE: N_("待我決定"),
    Group.SILENT: N_("未填報"),
    Group.EXTENDED: N_("曾展延"),
    Group.CLOSED_IN_TIME: N_("如期解列"),
}


def group_words(group: Group, standards: Standards) -> tuple[str, dict[str, int]]:
    """Return the msgid of a group's name with its values."""
    return _WORDS[group], {"days": standards.due_soon_days}


def group_condition(
    group: Group, day: date, standards: Standards, principal: Principal, facts: Facts = PRESENT
) -> ColumnElement[bool]:
    """Return the condition for belonging to a group on a day, told from the facts of that day."""
    conditions: Mapping[Group, Callable[[], ColumnElement[bool]]] = {
        Group.OPEN: lambda: is_open(facts),
        Group.DUE_SOON: lambda: due_soon_on(day, standards, facts),
        Group.OVERDUE: lambda: overdue_on(day, facts),
        Group.AWAITING_DECISION: lambda: facts.status == Status.CLOSE_REQUESTED,
        Group.CLOSED: lambda: is_closed(facts),
        Group.ALL: true,
        Group.LATER: lambda: and_(
            is_open(facts), ~overdue_on(day, facts), ~due_soon_on(day, standards, facts)
        ),
        Group.PAST_ORIGINAL: lambda: and_(is_open(facts), facts.original_due_on < day),
        Group.EXTENSION_ASKED: lambda: and_(is_open(), _asks_for_time()),
        Group.CLOSING_PREPARED: lambda: and_(is_open(), _waits_to_be_forwarded()),
        Group.TO_CHECK: lambda: and_(is_closed(), _waits_to_be_checked(day)),
        Group.MINE: lambda: awaiting(principal),
        Group.SILENT: lambda: missed_on(day, 1, standards, facts),
        Group.EXTENDED: lambda: and_(is_open(facts), facts.due_on != facts.original_due_on),
        Group.CLOSED_IN_TIME: lambda: and_(is_closed(facts), facts.released_in_time),
    }
    return conditions[group]()


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
