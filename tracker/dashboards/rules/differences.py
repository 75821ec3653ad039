"""What became of items between two moments at which their standing was written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.actions.rules.workflow import OPEN, Status
from tracker.foundation.language import N_


class Change(StrEnum):
    """What may become of an item; several may be true of one."""

    NEW = "new"
    CLOSED = "closed"
    SLIPPED = "slipped"
    EXTENDED = "extended"
    REOPENED = "reopened"


CHANGE_NAMES: Final[Mapping[Change, str]] = {
    Change.NEW: N_("新增"),
    Change.CLOSED: N_("離開列管"),
    Change.SLIPPED: N_("轉為逾期"),
    Change.EXTENDED: N_("展期"),
    Change.REOPENED: N_("重新列管"),
}
CHANGE_DEFINITIONS: Final[Mapping[Change, str]] = {
    Change.NEW: N_("前一時點沒有、後一時點有的事項。"),
    Change.CLOSED: N_("前一時點列管中或尚未開始，後一時點已解列、撤銷、併案或作廢的事項。"),
    Change.SLIPPED: N_("前一時點未逾期、後一時點逾期的事項。"),
    Change.EXTENDED: N_("預定完成日改晚的事項。"),
    Change.REOPENED: N_("前一時點已離開列管、後一時點又列管中的事項。"),
}


@dataclass(frozen=True)
class Stood:
    """How an item stood at a moment."""

    item_no: str
    title: str
    department: str
    status: Status
    due_on: date
    is_overdue: bool

    @property
    def is_open(self) -> bool:
        """Tell whether it was under tracking."""
        return self.status in OPEN


@dataclass(frozen=True)
class Changed:
    """An item of which something became, as it stood before, if it was there, and after."""

    changes: frozenset[Change]
    before: Stood | None
    after: Stood


def changes_between(before: Stood | None, after: Stood) -> frozenset[Change]:
    """Return what became of an item; of one that was not there before, that it is new, and how it stands."""
    was_open = before is None or before.is_open
    found = {
        Change.NEW: before is None,
        Change.CLOSED: was_open and not after.is_open,
        Change.SLIPPED: after.is_overdue and not (before is not None and before.is_overdue),
        Change.EXTENDED: before is not None and after.due_on > before.due_on,
        Change.REOPENED: not was_open and after.is_open,
    }
    return frozenset(change for change, holds in found.items() if holds)


def differences(before: Mapping[int, Stood], after: Mapping[int, Stood]) -> list[Changed]:
    """Return the items of which something became, in the order of `after`."""
    found = (
        Changed(changes_between(before.get(item_id), stood), before.get(item_id), stood)
        for item_id, stood in after.items()
    )
    return [each for each in found if each.changes]


def count(changed: Iterable[Changed]) -> dict[Change, int]:
    """Count items by what became of them; one of which two things became counts twice."""
    numbers = dict.fromkeys(Change, 0)
    for each in changed:
        for change in each.changes:
            numbers[change] += 1
    return numbers
