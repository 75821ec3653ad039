"""What the columns of the tables to hand up may show: for each kind of row its fields, with their usual names."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from tracker.actions.exchange.columns import COLUMNS, JOINT, VERSION, Shown
from tracker.actions.models import ActionItem, ProgressUpdate
from tracker.actions.queries import deadline_of
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.workflow import CLOSED, OPEN, Status
from tracker.dashboards.rules.tables import Subject
from tracker.foundation.clock import local_date
from tracker.foundation.language import N_, translator
from tracker.foundation.sheets import Cell, show_day
from tracker.people.rules.naming import department_name
from tracker.reports.models import Recommendation
from tracker.reports.rules.adoption import LABELS as ADOPTION_LABELS

Row = TypeVar("Row")


@dataclass(frozen=True)
class Extras:
    """What hangs on some items beyond what a list loads: latest reports, extensions granted, reminders sent."""

    updates: Mapping[int, tuple[ProgressUpdate, ...]]
    extensions: Mapping[int, int]
    chases: Mapping[int, int]


@dataclass(frozen=True)
class ItemRow:
    """A recommendation and one of its items, or none; `number` counts the rows from 1."""

    number: int
    recommendation: Recommendation
    item: ActionItem | None
    today: date
    standards: Standards
    zone: ZoneInfo
    language: str
    extras: Extras

    def say(self, msgid: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        sentence = translator(self.language)(msgid)
        return sentence % values if values else sentence


@dataclass(frozen=True)
class DepartmentRow:
    """How the items stand that a department leads; the row of the sums has no number.

    other: withdrawn, merged and void. extended: with an extension granted. days_late: of all overdue items together.
    """

    number: int | None
    name: str
    closed: int = 0
    open: int = 0
    other: int = 0
    overdue: int = 0
    extended: int = 0
    days_late: int = 0

    @property
    def total(self) -> int:
        """Return all items."""
        return self.closed + self.open + self.other

    @property
    def average_late(self) -> int | None:
        """Return the days by which an overdue item is late on the average, in whole days."""
        return round(self.days_late / self.overdue) if self.overdue else None


@dataclass(frozen=True)
class Field(Generic[Row]):
    """The msgid of a column's usual name, and what stands in it."""

    label: str
    value: Callable[[Row], Cell]


def _of_item(value: Callable[[ItemRow, ActionItem], Cell]) -> Callable[[ItemRow], Cell]:
    return lambda row: None if row.item is None else value(row, row.item)


def _listed(code: str) -> Callable[[ItemRow], Cell]:
    """Return what the list of items shows in a column of its own."""
    value = COLUMNS[code].value
    return _of_item(lambda row, item: value(Shown(item, row.today, row.standards, row.language)))


def _departments(row: ItemRow, item: ActionItem) -> str:
    lead = department_name(item.lead.department, row.language)
    support = JOINT.join(department_name(part.department, row.language) for part in item.supporting)
    return row.say(N_("%(lead)s（協辦：%(support)s）"), lead=lead, support=support) if support else lead


def _progress(row: ItemRow, item: ActionItem) -> str:
    told = row.extras.updates.get(item.id, ())
    return "\n".join(
        row.say(
            N_("%(day)s %(department)s：%(words)s（%(percent)s%%）"),
            day=show_day(local_date(update.submitted_at, row.zone), row.language),
            department=department_name(update.part.department, row.language),
            words=update.narrative,
            percent=update.percent,
        )
        for update in told
    )


def _schedule(row: ItemRow, item: ActionItem) -> str:
    return f"{show_day(item.start_on, row.language)}－{show_day(item.due_on, row.language)}"


def _opinion(_row: ItemRow, item: ActionItem) -> str:
    return next((each.decision for each in reversed(item.closings) if each.decision), "")


def _missed(row: ItemRow, item: ActionItem) -> int | None:
    return deadlines.missed_filings(deadline_of(item), row.today, row.standards) or None


def _period(row: ItemRow, item: ActionItem) -> str:
    if not _missed(row, item):
        return ""
    words, values = row.standards.last_closed(row.today).words
    return row.say(words, **values)


def _proposal(row: ItemRow, item: ActionItem) -> str:
    if item.status in CLOSED:
        return row.say(N_("已解除列管"))
    if item.status is Status.CLOSE_REQUESTED:
        return row.say(N_("擬解除列管"))
    return row.say(N_("持續列管") if item.status in OPEN else N_("不再列管"))


def _adoption(row: ItemRow) -> str:
    return row.say(ADOPTION_LABELS[row.recommendation.adoption])


def _handling(row: ItemRow) -> str:
    reason = row.recommendation.adoption_reason
    return f"{_adoption(row)}：{reason}" if reason else _adoption(row)


_ON_ITEMS: Final[Mapping[str, Field[ItemRow]]] = {
    "seq": Field(N_("項次"), lambda row: row.number),
    "report_title": Field(N_("報告名稱"), lambda row: row.recommendation.report.title),
    "report_no": Field(N_("報告編號"), lambda row: row.recommendation.report.report_no or ""),
    "quote": Field(N_("建議事項"), lambda row: row.recommendation.verbatim_quote),
    "handling": Field(N_("初步處理"), _handling),
    "departments": Field(N_("主（協）辦機關"), _of_item(_departments)),
    "schedule": Field(N_("執行期程"), _of_item(_schedule)),
    "progress": Field(N_("辦理情形"), _of_item(_progress)),
    "opinion": Field(N_("管考意見"), _of_item(_opinion)),
    "extensions": Field(
        N_("展期次數"), _of_item(lambda row, item: row.extras.extensions.get(item.id) or None)
    ),
    "missed": Field(N_("未填報期數"), _of_item(_missed)),
    "period": Field(N_("期別"), _of_item(_period)),
    "chases": Field(N_("催辦次數"), _of_item(lambda row, item: row.extras.chases.get(item.id) or None)),
    "proposal": Field(N_("擬議"), _of_item(_proposal)),
    "blank": Field(N_("備註"), lambda _row: None),
    **{code: Field(column.label, _listed(code)) for code, column in COLUMNS.items() if code != VERSION},
    "adoption": Field(N_("採行情形"), _adoption),
}
_ON_DEPARTMENTS: Final[Mapping[str, Field[DepartmentRow]]] = {
    "seq": Field(N_("項次"), lambda row: row.number),
    "department": Field(N_("機關"), lambda row: row.name),
    "total": Field(N_("案件數"), lambda row: row.total),
    "closed": Field(N_("已結案"), lambda row: row.closed),
    "open": Field(N_("未結案"), lambda row: row.open),
    "other": Field(N_("撤銷、併案、作廢"), lambda row: row.other),
    "overdue": Field(N_("逾期"), lambda row: row.overdue),
    "extended": Field(N_("展期件數"), lambda row: row.extended),
    "average_late": Field(N_("平均逾期日數"), lambda row: row.average_late),
    "blank": Field(N_("備註"), lambda _row: None),
}


def field_of(subject: Subject, code: str) -> Field[ItemRow] | Field[DepartmentRow]:
    """Return a field of a kind of row."""
    return _ON_DEPARTMENTS[code] if subject is Subject.DEPARTMENT else _ON_ITEMS[code]


FIELDS: Final[Mapping[Subject, Collection[str]]] = {
    Subject.ITEM: tuple(_ON_ITEMS),
    Subject.RECOMMENDATION: tuple(_ON_ITEMS),
    Subject.DEPARTMENT: tuple(_ON_DEPARTMENTS),
}
