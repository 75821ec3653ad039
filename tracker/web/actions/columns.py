"""The columns that a list of items can show; number and title always stand there."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_


class Column(StrEnum):
    """What a column shows; where a list is sorted by it, the code is that of the order."""

    SIGNAL = "signal"
    NUMBER = "item_no"
    TITLE = "title"
    DOING = "doing"
    DEPARTMENT = "department"
    SUPPORT = "support"
    OFFICER = "officer"
    STATUS = "status"
    DUE = "due_on"
    ORIGINAL_DUE = "original_due_on"
    DAYS_LATE = "days_late"
    PERCENT = "percent"
    UPDATED = "updated_on"
    OPENED = "opened_at"
    CLOSED = "closed_on"
    ADOPTION = "adoption"
    THEME = "theme"
    TRIP_CATEGORY = "trip_category"
    REPORT = "report"
    LEVEL = "level"
    PRIORITY = "priority"
    TAGS = "tags"

    @property
    def label(self) -> str:
        """Return the msgid of the column's head."""
        return COLUMN_LABELS[self]

    @property
    def kind(self) -> str:
        """Return what stands in its cells, as the table lays it out."""
        if self in (Column.DUE, Column.ORIGINAL_DUE, Column.UPDATED, Column.OPENED, Column.CLOSED):
            return "date"
        if self is Column.DOING:
            return "tool"
        return "number" if self in (Column.PERCENT, Column.DAYS_LATE) else "text"


COLUMN_LABELS: Final[Mapping[Column, str]] = {
    Column.SIGNAL: N_("燈號"),
    Column.NUMBER: N_("列管編號"),
    Column.TITLE: N_("列管事項"),
    Column.DOING: N_("動作"),
    Column.DEPARTMENT: N_("主辦機關"),
    Column.SUPPORT: N_("協辦機關"),
    Column.OFFICER: N_("承辦人"),
    Column.STATUS: N_("狀態"),
    Column.DUE: N_("預定完成日"),
    Column.ORIGINAL_DUE: N_("原預定完成日"),
    Column.DAYS_LATE: N_("逾期日數"),
    Column.PERCENT: N_("進度"),
    Column.UPDATED: N_("最近填報"),
    Column.OPENED: N_("開始列管日"),
    Column.CLOSED: N_("離開列管日"),
    Column.ADOPTION: N_("採行情形"),
    Column.THEME: N_("主題"),
    Column.TRIP_CATEGORY: N_("出國類別"),
    Column.REPORT: N_("來源報告"),
    Column.LEVEL: N_("列管層級"),
    Column.PRIORITY: N_("優先"),
    Column.TAGS: N_("標籤"),
}
ALWAYS: Final = (Column.NUMBER, Column.TITLE)
USUAL: Final = (
    Column.SIGNAL,
    Column.NUMBER,
    Column.TITLE,
    Column.DEPARTMENT,
    Column.OFFICER,
    Column.STATUS,
    Column.DUE,
    Column.PERCENT,
)
OF_WORK: Final = (Column.SIGNAL, Column.NUMBER, Column.TITLE, Column.DUE, Column.DOING)
"""The columns of one's own work, which end with what to do."""
OF_OTHERS: Final = (
    Column.SIGNAL,
    Column.NUMBER,
    Column.TITLE,
    Column.DEPARTMENT,
    Column.OFFICER,
    Column.DUE,
    Column.DOING,
)
"""The columns of what others ask for or do."""
CHOICES: Final = tuple(column for column in Column if column not in (*ALWAYS, Column.DOING))


def columns_of(codes: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns that some codes name, in the order of `Column`; the usual ones when they name none."""
    asked = {code for written in codes for code in written.split(",")}
    chosen = {column for column in CHOICES if column.value in asked}
    return tuple(column for column in Column if column in chosen or column in ALWAYS) if chosen else USUAL


def code_of(columns: Iterable[Column]) -> str:
    """Return how an address names columns, empty for the usual ones."""
    shown = tuple(columns)
    return "" if shown == USUAL else ",".join(column.value for column in shown if column in CHOICES)
