"""The stages of a ladder: from which day they are counted, on which working day they stand, and who hears.

What stands here is what the system ships with; a city changes it on a page, by tracking level, theme or department. A
stage's code follows from what it is and says all of it but the audience, so a reminder planned under a rule that was
changed since is still understood.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final

from tracker.foundation.language import N_
from tracker.foundation.office_days import ONE_DAY, OfficeCalendar

Words = tuple[str, Mapping[str, object]]
"""A msgid with its values."""


class Anchor(StrEnum):
    """The day that a stage is counted from."""

    DUE = "due"
    ASSIGNED = "assigned"
    PERIOD_ENDED = "period_ended"
    FILING_CLOSES = "filing_closes"
    FILING_MISSED_TWICE = "filing_missed_twice"
    PROGRESS_SUBMITTED = "progress_submitted"
    EXTENSION_REQUESTED = "extension_requested"
    PETITION_MADE = "petition_made"
    CLOSING_PREPARED = "closing_prepared"
    CLOSING_REQUESTED = "closing_requested"
    POST_CHECK = "post_check"


class Capacity(StrEnum):
    """As what a person hears of an item, strongest first; shown as the reason for a letter."""

    OFFICER = "officer"
    UNIT_HEAD = "unit_head"
    DECIDER = "decider"
    APPROVER = "approver"
    AGENCY_HEAD = "agency_head"
    COORDINATOR = "coordinator"


CAPACITY_LABELS: Final = {
    Capacity.OFFICER: N_("承辦人"),
    Capacity.UNIT_HEAD: N_("單位主管"),
    Capacity.DECIDER: N_("解除列管審查人"),
    Capacity.APPROVER: N_("展延核定人"),
    Capacity.AGENCY_HEAD: N_("機關首長"),
    Capacity.COORDINATOR: N_("研考"),
}
ANCHOR_LABELS: Final = {
    Anchor.DUE: N_("預定完成日"),
    Anchor.ASSIGNED: N_("分案後尚未簽收"),
    Anchor.PERIOD_ENDED: N_("填報期開始"),
    Anchor.FILING_CLOSES: N_("填報期限"),
    Anchor.FILING_MISSED_TWICE: N_("連續兩期未填報"),
    Anchor.PROGRESS_SUBMITTED: N_("辦理情形等候核可"),
    Anchor.EXTENSION_REQUESTED: N_("展延申請等候核定"),
    Anchor.PETITION_MADE: N_("改分、撤銷管制或併案的申請等候決定"),
    Anchor.CLOSING_PREPARED: N_("解列申請等候轉送"),
    Anchor.CLOSING_REQUESTED: N_("解列申請等候決定"),
    Anchor.POST_CHECK: N_("解列後續查日"),
}

_OWNERS: Final = (Capacity.OFFICER, Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD, Capacity.COORDINATOR)
AUDIENCES: Final[Mapping[Anchor, Sequence[Capacity]]] = {
    Anchor.DUE: _OWNERS,
    Anchor.ASSIGNED: _OWNERS,
    Anchor.PERIOD_ENDED: _OWNERS,
    Anchor.FILING_CLOSES: _OWNERS,
    Anchor.FILING_MISSED_TWICE: _OWNERS,
    Anchor.PROGRESS_SUBMITTED: (Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD),
    Anchor.EXTENSION_REQUESTED: (Capacity.APPROVER, Capacity.COORDINATOR),
    Anchor.PETITION_MADE: (Capacity.DECIDER, Capacity.COORDINATOR),
    Anchor.CLOSING_PREPARED: (Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD),
    Anchor.CLOSING_REQUESTED: (Capacity.DECIDER, Capacity.COORDINATOR),
    Anchor.POST_CHECK: _OWNERS,
}
"""Who may hear of what: nobody who could not act on it."""

_AFTER: Final = {
    Anchor.DUE: "late",
    Anchor.ASSIGNED: "unacknowledged",
    Anchor.PERIOD_ENDED: "period",
    Anchor.FILING_CLOSES: "filing",
    Anchor.FILING_MISSED_TWICE: "missed",
    Anchor.PROGRESS_SUBMITTED: "unreviewed",
    Anchor.EXTENSION_REQUESTED: "unextended",
    Anchor.PETITION_MADE: "unanswered",
    Anchor.CLOSING_PREPARED: "unforwarded",
    Anchor.CLOSING_REQUESTED: "undecided",
    Anchor.POST_CHECK: "check",
}
_BEFORE: Final = {**_AFTER, Anchor.DUE: "due"}
_ANCHORS: Final = {prefix: anchor for names in (_AFTER, _BEFORE) for anchor, prefix in names.items()}
_CODE: Final = re.compile(r"(?P<prefix>[a-z]+)(?:(?P<offset>[+-]\d+)(?P<unit>[cw]?)|(?P<weekly>-weekly))")

_BEFORE_WORDS: Final = {
    Anchor.DUE: (N_("到期前 %(days)s 日"), N_("到期前 %(days)s 個工作日")),
    Anchor.FILING_CLOSES: (N_("填報期限前 %(days)s 日"), N_("填報期限前 %(days)s 個工作日")),
}
_AFTER_WORDS: Final = {
    Anchor.DUE: (N_("逾期 %(days)s 日"), N_("逾期 %(days)s 個工作日")),
    Anchor.ASSIGNED: (N_("分案 %(days)s 日未簽收"), N_("分案 %(days)s 個工作日未簽收")),
    Anchor.PERIOD_ENDED: (N_("填報期第 %(days)s 日"), N_("填報期第 %(days)s 個工作日")),
    Anchor.FILING_CLOSES: (
        N_("填報期限後 %(days)s 日未填報"),
        N_("填報期限後 %(days)s 個工作日未填報"),
    ),
    Anchor.FILING_MISSED_TWICE: (
        N_("連續兩期未填報 %(days)s 日"),
        N_("連續兩期未填報 %(days)s 個工作日"),
    ),
    Anchor.PROGRESS_SUBMITTED: (N_("填報 %(days)s 日未核可"), N_("填報 %(days)s 個工作日未核可")),
    Anchor.EXTENSION_REQUESTED: (
        N_("申請展延 %(days)s 日未核定"),
        N_("申請展延 %(days)s 個工作日未核定"),
    ),
    Anchor.PETITION_MADE: (
        N_("申請改分、撤銷管制或併案 %(days)s 日未決定"),
        N_("申請改分、撤銷管制或併案 %(days)s 個工作日未決定"),
    ),
    Anchor.CLOSING_PREPARED: (
        N_("申請解列 %(days)s 日未轉送"),
        N_("申請解列 %(days)s 個工作日未轉送"),
    ),
    Anchor.CLOSING_REQUESTED: (
        N_("申請解列 %(days)s 日未決定"),
        N_("申請解列 %(days)s 個工作日未決定"),
    ),
    Anchor.POST_CHECK: (N_("解列後續查 %(days)s 日未答覆"), N_("解列後續查 %(days)s 個工作日未答覆")),
}
_WEEKLY_WORDS: Final = {
    Anchor.DUE: N_("逾期後每週一"),
    Anchor.ASSIGNED: N_("分案未簽收，每週一"),
    Anchor.PERIOD_ENDED: N_("填報期內每週一"),
    Anchor.FILING_CLOSES: N_("填報期限後未填報，每週一"),
    Anchor.FILING_MISSED_TWICE: N_("連續兩期未填報，每週一"),
    Anchor.PROGRESS_SUBMITTED: N_("填報未核可，每週一"),
    Anchor.EXTENSION_REQUESTED: N_("申請展延未核定，每週一"),
    Anchor.PETITION_MADE: N_("申請改分、撤銷管制或併案未決定，每週一"),
    Anchor.CLOSING_PREPARED: N_("申請解列未轉送，每週一"),
    Anchor.CLOSING_REQUESTED: N_("申請解列未決定，每週一"),
    Anchor.POST_CHECK: N_("解列後續查未答覆，每週一"),
}
_ON_THE_DAY: Final = {
    Anchor.DUE: N_("到期當日"),
    Anchor.FILING_CLOSES: N_("填報期限當日"),
    Anchor.POST_CHECK: N_("解列後續查到期"),
}
_BEGINNINGS: Final = frozenset({Anchor.POST_CHECK})
"""The days from which something is asked, not until which: a stage on one of them never comes before it."""


@dataclass(frozen=True)
class Stage:
    """One rung: `offset` days from its anchor (negative is before), then, if `weekly`, every Monday after that day."""

    anchor: Anchor
    offset: int
    audience: tuple[Capacity, ...] = ()
    in_working_days: bool = False
    weekly: bool = False

    @cached_property
    def code(self) -> str:
        """Return the stable name: due-30, late+3, late+3c where days are counted in the other unit, late-weekly."""
        if self.weekly:
            return f"{_AFTER[self.anchor]}-weekly"
        prefix = (_BEFORE if self.offset < 0 else _AFTER)[self.anchor]
        usual = _usually_in_working_days(self.anchor, self.offset)
        unit = "" if self.in_working_days == usual else "w" if self.in_working_days else "c"
        return f"{prefix}{self.offset:+d}{unit}"

    @property
    def words(self) -> Words:
        """Return what the stage is called."""
        if self.weekly:
            return _WEEKLY_WORDS[self.anchor], {}
        if self.offset == 0 and self.anchor in _ON_THE_DAY:
            return _ON_THE_DAY[self.anchor], {}
        names = _BEFORE_WORDS if self.offset < 0 else _AFTER_WORDS
        return names[self.anchor][self.in_working_days], {"days": abs(self.offset)}

    def may_stand_by(self, anchor_day: date, day: date) -> bool:
        """Tell, without a calendar, whether the stage can stand on or before a day; days off only move it on."""
        return self.offset <= 0 or anchor_day + timedelta(days=self.offset) <= day

    def occurrence(self, anchor_day: date, calendar: OfficeCalendar) -> date:
        """Return the working day on which the stage stands, counted from the day of its anchor."""
        if self.in_working_days and self.offset:
            return calendar.add_working_days(anchor_day, self.offset)
        day = self.nominal(anchor_day)
        if self._moves_back:
            return calendar.last_working_day_on_or_before(day)
        return calendar.next_working_day_on_or_after(day)

    def latest_anchor(self, day: date, calendar: OfficeCalendar) -> date:
        """Return the latest day of an anchor whose stage stands on or before a day: `occurrence` read backwards."""
        latest = calendar.last_working_day_on_or_before(day)
        if self.in_working_days and self.offset > 0:
            return calendar.add_working_days(latest, 1 - self.offset) - ONE_DAY
        if self.in_working_days and self.offset:
            return calendar.add_working_days(day, -self.offset)
        if self._moves_back:
            latest = calendar.add_working_days(day, 1) - ONE_DAY
        return latest - timedelta(days=self.offset)

    @property
    def _moves_back(self) -> bool:
        return self.offset < 0 or (self.offset == 0 and self.anchor not in _BEGINNINGS)

    def nominal(self, anchor_day: date) -> date:
        """Return the day that the bare number of days gives, worked or not."""
        return anchor_day + timedelta(days=self.offset)


def _usually_in_working_days(anchor: Anchor, offset: int) -> bool:
    return offset > 0 and anchor is not Anchor.PROGRESS_SUBMITTED


@lru_cache(maxsize=512)
def read_code(code: str) -> Stage:
    """Return the stage that a code names, without its audience; raises ValueError.

    Since when a weekly one goes on is not told by its code: each of its Mondays is the same step.
    """
    match = _CODE.fullmatch(code)
    if match is None or match["prefix"] not in _ANCHORS:
        raise ValueError(code)
    anchor = _ANCHORS[match["prefix"]]
    if match["weekly"]:
        return Stage(anchor, 1, in_working_days=True, weekly=True)
    offset = int(match["offset"])
    usual = _usually_in_working_days(anchor, offset)
    return Stage(anchor, offset, in_working_days={"": usual, "w": True, "c": False}[match["unit"]])


def in_order(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return stages anchor by anchor, earliest first, the weekly one last."""
    anchors = list(Anchor)
    return tuple(
        sorted(stages, key=lambda each: (anchors.index(each.anchor), each.weekly, reach(each), each.offset))
    )


def reach(stage: Stage) -> float:
    """Return about how many calendar days a stage lies from its anchor."""
    return stage.offset * (7 / 5 if stage.in_working_days else 1)


_OFFICER: Final = (Capacity.OFFICER,)
_WITH_HEAD: Final = (Capacity.OFFICER, Capacity.UNIT_HEAD)
SHIPPED: Final[Sequence[Stage]] = (
    Stage(Anchor.DUE, -30, _OFFICER),
    Stage(Anchor.DUE, -14, _OFFICER),
    Stage(Anchor.DUE, -7, _WITH_HEAD),
    Stage(Anchor.DUE, -1, _WITH_HEAD),
    Stage(Anchor.DUE, 1, _OFFICER, in_working_days=True),
    Stage(Anchor.DUE, 3, _WITH_HEAD, in_working_days=True),
    Stage(Anchor.DUE, 10, (*_WITH_HEAD, Capacity.AGENCY_HEAD), in_working_days=True),
    Stage(Anchor.DUE, 20, (*_OFFICER, Capacity.COORDINATOR), in_working_days=True),
    Stage(Anchor.DUE, 20, _OFFICER, in_working_days=True, weekly=True),
    Stage(Anchor.ASSIGNED, 2, _OFFICER, in_working_days=True),
    Stage(Anchor.ASSIGNED, 5, _WITH_HEAD, in_working_days=True),
    Stage(Anchor.PERIOD_ENDED, 1, _OFFICER, in_working_days=True),
    Stage(Anchor.FILING_CLOSES, 0, _OFFICER),
    Stage(Anchor.FILING_CLOSES, 1, _WITH_HEAD, in_working_days=True),
    Stage(Anchor.FILING_MISSED_TWICE, 1, (Capacity.COORDINATOR,), in_working_days=True),
    Stage(Anchor.PROGRESS_SUBMITTED, 7, (Capacity.UNIT_HEAD,)),
    Stage(Anchor.EXTENSION_REQUESTED, 3, (Capacity.APPROVER,), in_working_days=True),
    Stage(Anchor.EXTENSION_REQUESTED, 3, (Capacity.APPROVER,), in_working_days=True, weekly=True),
    Stage(Anchor.PETITION_MADE, 2, (Capacity.DECIDER,), in_working_days=True),
    Stage(Anchor.PETITION_MADE, 2, (Capacity.DECIDER,), in_working_days=True, weekly=True),
    Stage(Anchor.CLOSING_PREPARED, 5, (Capacity.UNIT_HEAD,), in_working_days=True),
    Stage(Anchor.CLOSING_PREPARED, 5, (Capacity.UNIT_HEAD,), in_working_days=True, weekly=True),
    Stage(Anchor.CLOSING_REQUESTED, 5, (Capacity.DECIDER,), in_working_days=True),
    Stage(Anchor.CLOSING_REQUESTED, 5, (Capacity.DECIDER,), in_working_days=True, weekly=True),
    Stage(Anchor.POST_CHECK, 0, _WITH_HEAD),
    Stage(Anchor.POST_CHECK, 0, _WITH_HEAD, weekly=True),
)
"""The ladder of a city that chose none of its own; source: the city's reminder policy."""
