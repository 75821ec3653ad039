"""The check after closing (續列管): 採行情形 is asked again some months after an item was released as done."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_
from tracker.reports.rules.adoption import FINAL, Adoption


class CheckState(StrEnum):
    """Where a check stands."""

    AHEAD = "ahead"
    WAITING = "waiting"
    ANSWERED = "answered"
    NOTED = "noted"
    CANCELLED = "cancelled"


CHECK_LABELS: Final[Mapping[CheckState, str]] = {
    CheckState.AHEAD: N_("未到期"),
    CheckState.WAITING: N_("待答覆"),
    CheckState.ANSWERED: N_("待備查"),
    CheckState.NOTED: N_("已備查"),
    CheckState.CANCELLED: N_("已取消"),
}


def check_day(closed_on: date, months: int) -> date:
    """Return the day some months after a closing; where that month is too short, its last day."""
    years, month = divmod(closed_on.month - 1 + months, 12)
    year, month = closed_on.year + years, month + 1
    return date(year, month, min(closed_on.day, monthrange(year, month)[1]))


def problems_with_answer(adoption: Adoption | None, narrative: str) -> dict[str, str]:
    """Return, by field, the msgids of what an answer still lacks."""
    problems = {}
    if adoption not in FINAL:
        problems["adoption"] = N_("請選擇目前的採行情形。")
    if not narrative.strip():
        problems["narrative"] = N_("請說明目前的情形。")
    return problems
