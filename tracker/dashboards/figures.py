"""What the dashboards show, as values; every measure carries the sentence that defines it, shown on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.actions.queries import Group
from tracker.actions.rules.periods import Period
from tracker.foundation.language import N_


class Measure(StrEnum):
    """What a figure measures."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    OPEN = "open"
    PAST_ORIGINAL = "past_original"
    AWAITING_DECISION = "awaiting_decision"
    MINE = "mine"
    SILENT = "silent"
    EXTENDED = "extended"
    CLOSED = "closed"
    CLOSING_RATE = "closing_rate"
    ON_TIME_RATE = "on_time_rate"
    MEDIAN_DAYS = "median_days"

    @property
    def label(self) -> str:
        """Return the msgid of the name, which takes the days that count as near."""
        return _LABELS[self]

    @property
    def definition(self) -> str:
        """Return the msgid of the sentence that says what is counted, which takes the days that count as near."""
        return _DEFINITIONS[self]


_LABELS: Final[Mapping[Measure, str]] = {
    Measure.OPEN: N_("列管中"),
    Measure.DUE_SOON: N_("%(days)s 日內到期"),
    Measure.OVERDUE: N_("逾期"),
    Measure.PAST_ORIGINAL: N_("已過原預定完成日"),
    Measure.AWAITING_DECISION: N_("待解列"),
    Measure.MINE: N_("待我決定"),
    Measure.SILENT: N_("未填報"),
    Measure.EXTENDED: N_("曾展延"),
    Measure.CLOSED: N_("本年已解列"),
    Measure.CLOSING_RATE: N_("本年解列率"),
    Measure.ON_TIME_RATE: N_("本年如期解列率"),
    Measure.MEDIAN_DAYS: N_("解列日數中位數"),
}
_DEFINITIONS: Final[Mapping[Measure, str]] = {
    Measure.OPEN: N_("待受理、辦理中、待解列的事項，依主辦機關計算。"),
    Measure.DUE_SOON: N_("列管中，且預定完成日在當日起 %(days)s 日內。"),
    Measure.OVERDUE: N_("列管中且已過預定完成日；預定完成日當日或之前申請解除列管、還在等候決定的不算。"),
    Measure.PAST_ORIGINAL: N_("列管中且已過原預定完成日；展期不會消除原有的逾期。"),
    Measure.AWAITING_DECISION: N_("主辦機關已申請解除列管，還在等候決定。"),
    Measure.MINE: N_("列管中，有辦理情形、展延、解列或改分等申請等您核可、轉送或決定。"),
    Measure.SILENT: N_("待受理或辦理中，且最近一個已截止的期別有機關沒有填報。"),
    Measure.EXTENDED: N_("列管中，且現在的預定完成日晚於原預定完成日。"),
    Measure.CLOSED: N_("本年解除列管的事項，不含撤銷管制、併案與作廢。"),
    Measure.CLOSING_RATE: N_("本年已解列件數，除以本年已解列與列管中件數的合計。"),
    Measure.ON_TIME_RATE: N_("本年已解列的事項中，在預定完成日當日或之前申請解除列管的比率。"),
    Measure.MEDIAN_DAYS: N_("本年已解列的事項，從開始列管到解除列管的日數，取中位數。"),
}


RATES: Final = frozenset({Measure.CLOSING_RATE, Measure.ON_TIME_RATE})
"""What is told as so many of a hundred."""


class Figure(StrEnum):
    """A figure that is drawn as a chart or a table."""

    BY_DEPARTMENT = "by_department"
    STATUS = "status"
    ADOPTION = "adoption"
    THEMES = "themes"
    THEME_ADOPTION = "theme_adoption"
    AGEING = "ageing"
    TREND = "trend"
    SIGNALS = "signals"
    CALENDAR = "calendar"
    LONGEST = "longest"
    LATEST = "latest"

    @property
    def question(self) -> str:
        """Return the msgid of the question that the figure answers."""
        return _QUESTIONS[self]

    @property
    def definition(self) -> str:
        """Return the msgid of the sentence that says what is counted."""
        return _FIGURE_DEFINITIONS[self]


_QUESTIONS: Final[Mapping[Figure, str]] = {
    Figure.BY_DEPARTMENT: N_("哪些機關逾期最多？"),
    Figure.STATUS: N_("各機關的事項辦到哪裡？"),
    Figure.ADOPTION: N_("各機關的採行情形如何？"),
    Figure.THEMES: N_("哪些主題的事項最多？"),
    Figure.THEME_ADOPTION: N_("各主題的採行情形如何？"),
    Figure.AGEING: N_("逾期多久了？"),
    Figure.TREND: N_("每月列管、解列與逾期怎麼變化？"),
    Figure.SIGNALS: N_("哪些機關亮紅燈？"),
    Figure.CALENDAR: N_("接下來哪些月份到期最多？"),
    Figure.LONGEST: N_("列管最久的是哪些？"),
    Figure.LATEST: N_("逾期最久的是哪些？"),
}
_FIGURE_DEFINITIONS: Final[Mapping[Figure, str]] = {
    Figure.BY_DEPARTMENT: N_("列管中的事項依主辦機關計算，每件只算一次。"),
    Figure.STATUS: N_("列管中的事項依主辦機關與狀態計算。"),
    Figure.ADOPTION: N_("列管中的事項依主辦機關與其建議事項的採行情形計算。"),
    Figure.THEMES: N_("列管中的事項依其建議事項的主題與狀態計算；沒有主題的不列。"),
    Figure.THEME_ADOPTION: N_("列管中的事項依其建議事項的主題與採行情形計算。"),
    Figure.AGEING: N_("逾期的事項依預定完成日到當日的日曆天數分段。"),
    Figure.TREND: N_("開始列管與解列依發生的月份計算；逾期是該月最後一日終了時的件數，當月算到當日。"),
    Figure.SIGNALS: N_("列管中的事項依主辦機關與燈號計算。"),
    Figure.CALENDAR: N_("列管中、還沒到期的事項依預定完成日的月份計算。"),
    Figure.LONGEST: N_("列管中的事項，開始列管日最早的在前。"),
    Figure.LATEST: N_("逾期的事項，預定完成日最早的在前。"),
}


@dataclass(frozen=True)
class Counts:
    """How open items stand on a day; each number counts items.

    `adoptions` are in the order of `Adoption`. `later` are neither overdue nor due soon; `red`, `amber` and `green` the
    lights (燈號).
    """

    open: int = 0
    due_soon: int = 0
    overdue: int = 0
    later: int = 0
    past_original: int = 0
    silent: int = 0
    extended: int = 0
    assigned: int = 0
    in_progress: int = 0
    awaiting_decision: int = 0
    red: int = 0
    amber: int = 0
    green: int = 0
    adoptions: tuple[int, ...] = ()

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both together."""
        numbers = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(self)
            if field.name != "adoptions"
        }
        longer = max(self.adoptions, other.adoptions, key=len)
        pairs = zip(self.adoptions or (0,) * len(longer), other.adoptions or (0,) * len(longer), strict=True)
        return Counts(**numbers, adoptions=tuple(one + two for one, two in pairs))


@dataclass(frozen=True)
class DepartmentLoad:
    """The open items of one leading department, each counted once; `with_units`: with everything below it."""

    department_id: int
    name: str
    english_name: str
    with_units: bool
    counts: Counts


@dataclass(frozen=True)
class ThemeLoad:
    """The open items of one theme, empty for those without."""

    theme: str
    counts: Counts


@dataclass(frozen=True)
class AgeBand:
    """Overdue items by calendar days late, the last band without an end; the due dates that it stands for."""

    from_days: int
    until_days: int | None
    due_from: date | None
    due_until: date
    number: int


@dataclass(frozen=True)
class MonthDue:
    """Open items that are not past their date, by the month of it; the due dates counted."""

    month: Period
    due_from: date
    due_until: date
    number: int


@dataclass(frozen=True)
class MonthOfTrend:
    """What happened in a month, and how many were overdue when it ended, or on the day of the figure."""

    month: Period
    told_on: date
    opened: int
    closed: int
    overdue: int


@dataclass(frozen=True)
class Releases:
    """What was released in the year so far; `in_time` when it was asked for on or before the due date."""

    year: Period
    closed: int
    in_time: int
    median_days: int | None

    @property
    def on_time_rate(self) -> int | None:
        """Return how many of a hundred were in time, rounded; None when nothing was released."""
        return round(100 * self.in_time / self.closed) if self.closed else None

    def closing_rate(self, still_open: int) -> int | None:
        """Return how many of a hundred were released, of those and the open ones; None when there are neither."""
        whole = self.closed + still_open
        return round(100 * self.closed / whole) if whole else None


@dataclass(frozen=True)
class LongOpen:
    """An open item that has been there for long, with the name of its leading department."""

    item_id: int
    item_no: str
    title: str
    name: str
    english_name: str
    start_on: date
    due_on: date
    days_open: int
    days_past_due: int


@dataclass(frozen=True)
class Tiles:
    """The numbers on top of a dashboard; `mine` is None for a past day, and no rate where there is nothing to rate."""

    open: int
    due_soon: int
    overdue: int
    past_original: int
    awaiting_decision: int
    silent: int
    extended: int
    closed: int
    closing_rate: int | None
    on_time_rate: int | None
    median_days: int | None
    mine: int | None = None


@dataclass(frozen=True)
class Overview:
    """All figures of a manager's dashboard, over the items of a filter, as they stood at the end of a day."""

    day: date
    counts: Counts
    departments: Sequence[DepartmentLoad]
    themes: Sequence[ThemeLoad]
    ageing: Sequence[AgeBand]
    calendar: Sequence[MonthDue]
    trend: Sequence[MonthOfTrend]
    releases: Releases
    longest: Sequence[LongOpen]
    latest: Sequence[LongOpen]

    def tiles(self, mine: int | None = None) -> Tiles:
        """Return the numbers on top."""
        counts = self.counts
        return Tiles(
            open=counts.open,
            due_soon=counts.due_soon,
            overdue=counts.overdue,
            past_original=counts.past_original,
            awaiting_decision=counts.awaiting_decision,
            silent=counts.silent,
            extended=counts.extended,
            closed=self.releases.closed,
            closing_rate=self.releases.closing_rate(counts.open),
            on_time_rate=self.releases.on_time_rate,
            median_days=self.releases.median_days,
            mine=mine,
        )


GROUP_OF: Final[Mapping[Measure, Group]] = {
    Measure.OPEN: Group.OPEN,
    Measure.DUE_SOON: Group.DUE_SOON,
    Measure.OVERDUE: Group.OVERDUE,
    Measure.PAST_ORIGINAL: Group.PAST_ORIGINAL,
    Measure.AWAITING_DECISION: Group.AWAITING_DECISION,
    Measure.MINE: Group.MINE,
    Measure.SILENT: Group.SILENT,
    Measure.EXTENDED: Group.EXTENDED,
    Measure.CLOSED: Group.CLOSED,
    Measure.CLOSING_RATE: Group.CLOSED,
    Measure.ON_TIME_RATE: Group.CLOSED_IN_TIME,
    Measure.MEDIAN_DAYS: Group.CLOSED,
}
"""The group whose list stands behind a measure."""
GROUP_DEFINITIONS: Final[Mapping[Group, str]] = {
    Group.OPEN: Measure.OPEN.definition,
    Group.DUE_SOON: Measure.DUE_SOON.definition,
    Group.OVERDUE: Measure.OVERDUE.definition,
    Group.MINE: Measure.MINE.definition,
    Group.AWAITING_DECISION: Measure.AWAITING_DECISION.definition,
    Group.EXTENSION_ASKED: N_("列管中，且有展延申請還在等候核定。"),
    Group.CLOSING_PREPARED: N_("列管中，且承辦人已送出解列申請，還在等候單位主管轉送。"),
    Group.TO_CHECK: N_("解列後到了續列管查核的日子，還沒有答覆目前的採行情形。"),
    Group.CLOSED: N_("已解除列管的事項，不含撤銷管制、併案與作廢。"),
}
"""The sentences that define the numbers of groups."""
OF_THE_YEAR: Final = frozenset(
    {Measure.CLOSED, Measure.CLOSING_RATE, Measure.ON_TIME_RATE, Measure.MEDIAN_DAYS}
)
"""Measures of what was released in the year so far; the others are told of the day."""
