"""What a column of a table can mean, and how its head gives that away in either language."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from tracker.actions.exchange.columns import COLUMNS
from tracker.foundation.language import LANGUAGES, N_, translator


class Field(StrEnum):
    """What a column may hold; where an exported list has the same column, the code is the same."""

    ITEM_NO = "item_no"
    VERSION = "version"
    TITLE = "title"
    QUOTE = "quote"
    EXPECTED_RESULT = "expected_result"
    LEAD = "department"
    SUPPORT = "support"
    OFFICER = "officer"
    DUE = "due_on"
    START = "opened_at"
    STATUS = "status"
    LEVEL = "level"
    PRIORITY = "priority"
    TAGS = "tags"
    THEME = "theme"
    REPORT = "report"
    ORIGINAL_DUE = "original_due_on"
    PERCENT = "percent"
    CLOSED = "closed_on"
    ADOPTION = "adoption"

    @property
    def label(self) -> str:
        """Return the msgid of the field's name."""
        return COLUMNS[self.value].label if self.value in COLUMNS else _LABELS[self]


_LABELS: Final[Mapping[Field, str]] = {Field.QUOTE: N_("建議事項原文")}
REQUIRED_FOR_NEW: Final = (Field.TITLE, Field.LEAD, Field.DUE)
DAYS: Final = frozenset({Field.DUE, Field.START, Field.ORIGINAL_DUE, Field.CLOSED})
CHANGEABLE: Final = (
    Field.TITLE,
    Field.EXPECTED_RESULT,
    Field.LEVEL,
    Field.PRIORITY,
    Field.TAGS,
    Field.LEAD,
    Field.OFFICER,
)
FIXED: Final = (
    Field.DUE,
    Field.ORIGINAL_DUE,
    Field.STATUS,
    Field.PERCENT,
    Field.START,
    Field.CLOSED,
    Field.ADOPTION,
    Field.THEME,
    Field.SUPPORT,
    Field.REPORT,
)
"""What an import may only say as it is; something else in the cell is a problem of its row."""
_ALIASES: Final[Mapping[Field, Sequence[str]]] = {
    Field.ITEM_NO: ("item number", "item_no", "編號"),
    Field.VERSION: ("版本",),
    Field.TITLE: ("名稱", "標題", "事項", "subject", "name"),
    Field.QUOTE: ("建議事項", "建議內容", "原文", "quote", "recommendation", "description", "內容"),
    Field.EXPECTED_RESULT: ("expected result",),
    Field.LEAD: (
        "主辦單位", "機關", "機關代碼", "主辦機關代碼", "department_id", "department code", "lead", "lead department",
    ),
    Field.SUPPORT: ("協辦單位", "supporting departments"),
    Field.OFFICER: ("承辦人電子郵件", "assignee", "owner"),
    Field.DUE: ("期限", "due", "due_date", "due date", "deadline"),
    Field.START: ("開始日", "created_at", "created", "start date", "opened"),
    Field.STATUS: ("狀態", "state"),
    Field.PRIORITY: ("優先順序",),
    Field.LEVEL: ("層級", "tracking level"),
    Field.REPORT: ("報告", "報告名稱", "source_report", "source report", "report title"),
    Field.CLOSED: ("closed_at", "結案日"),
}  # fmt: skip


def guess(head: Sequence[str]) -> dict[Field, int]:
    """Return which column of a table holds what, as far as the names of the columns tell."""
    named = {name: place for place, name in reversed(list(enumerate(map(_folded, head)))) if name}
    found: dict[Field, int] = {}
    for field in Field:
        for name in _names(field):
            if name in named and named[name] not in found.values():
                found[field] = named[name]
                break
    return found


def _names(field: Field) -> list[str]:
    labels = [translator(language)(field.label) for language in LANGUAGES]
    return [_folded(each) for each in (field.value, *labels, *_ALIASES.get(field, ()))]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
