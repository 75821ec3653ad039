"""What the columns of an exported list are called and hold; the codes are those of the list's own columns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.actions.models import ActionItem
from tracker.actions.queries import ItemThen, deadline_of
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import SIGNAL_LABELS, Deadline, Standards
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.actions.rules.workflow import LABELS
from tracker.foundation.language import N_, translator
from tracker.foundation.sheets import Cell
from tracker.people.rules.naming import department_name
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS

VERSION: Final = "version"
EXPECTED_RESULT: Final = "expected_result"
JOINT: Final = "、"


@dataclass(frozen=True)
class Shown:
    """An item on a day, for a reader's language."""

    item: ActionItem | ItemThen
    today: date
    standards: Standards
    language: str

    @property
    def facts(self) -> Deadline:
        """Return the facts that lateness is told from."""
        return self.item.deadline if isinstance(self.item, ItemThen) else deadline_of(self.item)

    def say(self, msgid: str) -> str:
        """Return a sentence in the reader's language."""
        return translator(self.language)(msgid)


@dataclass(frozen=True)
class Column:
    """The msgid of a column's name, and what stands in it."""

    label: str
    value: Callable[[Shown], Cell]


def _signal(shown: Shown) -> deadlines.Signal:
    return deadlines.signal(shown.facts, shown.today, shown.standards)


def _days_late(shown: Shown) -> int | None:
    return deadlines.days_late(shown.facts, shown.today) or None


def _report(shown: Shown) -> str:
    report = shown.item.recommendation.report
    return f"{report.report_no or ''} {report.title}".strip()


COLUMNS: Final[Mapping[str, Column]] = {
    "signal": Column(N_("燈號"), lambda shown: shown.say(SIGNAL_LABELS[_signal(shown)])),
    "item_no": Column(N_("列管編號"), lambda shown: shown.item.item_no),
    VERSION: Column(N_("版本（請勿修改）"), lambda shown: shown.item.version),
    "title": Column(N_("列管事項"), lambda shown: shown.item.title),
    "department": Column(
        N_("主辦機關"), lambda shown: department_name(shown.item.lead.department, shown.language)
    ),
    "support": Column(
        N_("協辦機關"),
        lambda shown: JOINT.join(
            department_name(part.department, shown.language) for part in shown.item.supporting
        ),
    ),
    "officer": Column(
        N_("承辦人"), lambda shown: shown.item.lead.officer.name if shown.item.lead.officer else ""
    ),
    "status": Column(N_("狀態"), lambda shown: shown.say(LABELS[shown.item.status])),
    "due_on": Column(N_("預定完成日"), lambda shown: shown.item.due_on),
    "original_due_on": Column(N_("原預定完成日"), lambda shown: shown.item.original_due_on),
    "days_late": Column(N_("逾期日數"), _days_late),
    "percent": Column(N_("進度"), lambda shown: shown.item.lead.percent),
    "updated_on": Column(N_("最近填報"), lambda shown: shown.facts.updated_on),
    "opened_at": Column(N_("開始列管日"), lambda shown: shown.item.start_on),
    "closed_on": Column(N_("離開列管日"), lambda shown: shown.item.closed_on),
    "adoption": Column(
        N_("採行情形"), lambda shown: shown.say(ADOPTION_LABELS[shown.item.recommendation.adoption])
    ),
    "theme": Column(N_("主題"), lambda shown: shown.item.recommendation.theme),
    "trip_category": Column(N_("出國類別"), lambda shown: shown.item.recommendation.report.trip_category),
    "report": Column(N_("來源報告"), _report),
    "level": Column(
        N_("列管層級"), lambda shown: shown.say(TRACKING_LEVEL_LABELS[shown.item.tracking_level])
    ),
    "priority": Column(
        N_("優先"), lambda shown: shown.say(N_("優先") if shown.item.is_priority else N_("一般"))
    ),
    "tags": Column(N_("標籤"), lambda shown: JOINT.join(shown.item.tags)),
    EXPECTED_RESULT: Column(N_("預期成果"), lambda shown: shown.item.expected_result),
}
NEEDED: Final = ("item_no", VERSION)
"""Without these an edited file could not be brought in again."""
EDITABLE: Final = ("title", EXPECTED_RESULT, "officer", "level", "priority", "tags")
"""What bringing a file in may change."""


def columns_of(codes: Iterable[str], *, with_editable: bool = False) -> tuple[str, ...]:
    """Return the columns of an exported file in their order: those asked for and those needed to bring it in again."""
    asked = {*codes, *NEEDED, *(EDITABLE if with_editable else ())}
    return tuple(code for code in COLUMNS if code in asked)
