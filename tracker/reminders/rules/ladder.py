"""The ladder of reminders: which stages are due on or before a day and not yet covered.

Source: the city's reminder policy. A stage before the due date that falls on a day off moves to the last working day
before it, a later one to the next working day; nothing is planned for the due day itself. A stage counts once for each
due date: an extension, which brings a new due date, re-arms the ladder by itself. `cycle` is the day that a stage is
counted from, so a stage is covered for one due date, one assignment or one closing request.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final

from tracker.actions.rules.deadlines import is_open
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.foundation.language import N_
from tracker.foundation.office_days import OfficeCalendar

WEEK: Final = timedelta(days=7)


class Anchor(StrEnum):
    """The day that a stage is counted from."""

    DUE = "due"
    ASSIGNED = "assigned"
    CLOSING_REQUESTED = "closing_requested"
    CLOSING_PREPARED = "closing_prepared"
    EXTENSION_REQUESTED = "extension_requested"
    PROGRESS_SUBMITTED = "progress_submitted"


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


@dataclass(frozen=True)
class Stage:
    """One rung: `offset` days from its anchor (negative is before), then, if `weekly`, every Monday after that day."""

    code: str
    label: str
    anchor: Anchor
    offset: int
    audience: tuple[Capacity, ...]
    in_working_days: bool = False
    weekly: bool = False

    def may_stand_by(self, anchor_day: date, day: date) -> bool:
        """Tell, without a calendar, whether the stage can stand on or before a day; days off only move it on."""
        return self.offset < 0 or anchor_day + timedelta(days=self.offset) <= day

    def occurrence(self, anchor_day: date, calendar: OfficeCalendar) -> date:
        """Return the working day on which the stage stands, counted from the day of its anchor."""
        if self.in_working_days:
            return calendar.add_working_days(anchor_day, self.offset)
        day = anchor_day + timedelta(days=self.offset)
        if self.offset < 0:
            return calendar.last_working_day_on_or_before(day)
        return calendar.next_working_day_on_or_after(day)


_OFFICER = (Capacity.OFFICER,)
_WITH_HEAD = (Capacity.OFFICER, Capacity.UNIT_HEAD)
STAGES: Final[Sequence[Stage]] = (
    Stage("due-30", N_("到期前 30 日"), Anchor.DUE, -30, _OFFICER),
    Stage("due-14", N_("到期前 14 日"), Anchor.DUE, -14, _OFFICER),
    Stage("due-7", N_("到期前 7 日"), Anchor.DUE, -7, _WITH_HEAD),
    Stage("due-1", N_("到期前 1 日"), Anchor.DUE, -1, _WITH_HEAD),
    Stage("late+1", N_("逾期 1 個工作日"), Anchor.DUE, 1, _OFFICER, in_working_days=True),
    Stage("late+3", N_("逾期 3 個工作日"), Anchor.DUE, 3, _WITH_HEAD, in_working_days=True),
    Stage(
        "late+10",
        N_("逾期 10 個工作日"),
        Anchor.DUE,
        10,
        (*_WITH_HEAD, Capacity.AGENCY_HEAD),
        in_working_days=True,
    ),
    Stage(
        "late+20",
        N_("逾期 20 個工作日"),
        Anchor.DUE,
        20,
        (*_OFFICER, Capacity.COORDINATOR),
        in_working_days=True,
    ),
    Stage("late-weekly", N_("逾期後每週一"), Anchor.DUE, 20, _OFFICER, in_working_days=True, weekly=True),
    Stage(
        "unacknowledged+2", N_("分案 2 個工作日未簽收"), Anchor.ASSIGNED, 2, _OFFICER, in_working_days=True
    ),
    Stage(
        "unacknowledged+5", N_("分案 5 個工作日未簽收"), Anchor.ASSIGNED, 5, _WITH_HEAD, in_working_days=True
    ),
    Stage(
        "undecided+5",
        N_("申請解列 5 個工作日未決定"),
        Anchor.CLOSING_REQUESTED,
        5,
        (Capacity.DECIDER,),
        in_working_days=True,
    ),
    Stage(
        "undecided-weekly",
        N_("申請解列未決定，每週一"),
        Anchor.CLOSING_REQUESTED,
        5,
        (Capacity.DECIDER,),
        in_working_days=True,
        weekly=True,
    ),
    Stage(
        "unforwarded+5",
        N_("申請解列 5 個工作日未轉送"),
        Anchor.CLOSING_PREPARED,
        5,
        (Capacity.UNIT_HEAD,),
        in_working_days=True,
    ),
    Stage(
        "unforwarded-weekly",
        N_("申請解列未轉送，每週一"),
        Anchor.CLOSING_PREPARED,
        5,
        (Capacity.UNIT_HEAD,),
        in_working_days=True,
        weekly=True,
    ),
    Stage("unreviewed+7", N_("填報 7 日未核可"), Anchor.PROGRESS_SUBMITTED, 7, (Capacity.UNIT_HEAD,)),
    Stage(
        "unextended+3",
        N_("申請展延 3 個工作日未核定"),
        Anchor.EXTENSION_REQUESTED,
        3,
        (Capacity.APPROVER,),
        in_working_days=True,
    ),
    Stage(
        "unextended-weekly",
        N_("申請展延未核定，每週一"),
        Anchor.EXTENSION_REQUESTED,
        3,
        (Capacity.APPROVER,),
        in_working_days=True,
        weekly=True,
    ),
)
STAGES_BY_CODE: Final = {stage.code: stage for stage in STAGES}


@dataclass(frozen=True)
class Facts:
    """What the ladder needs to know of one department's part in an item; `covered` holds (step, cycle).

    `closing_prepared_on` is the local day of the part's closing request, while the head of the unit has not forwarded
    it; `closing_requested_on` the day of forwarding, while it waits for a decision.
    `extension_requested_on` is the local day of the leading department's request for more time, while it waits;
    `progress_submitted_on` that of the oldest report of progress that its head has not looked at.
    """

    status: Status
    part_status: PartStatus
    is_lead: bool
    due_on: date
    assigned_on: date
    closing_requested_on: date | None = None
    closing_prepared_on: date | None = None
    extension_requested_on: date | None = None
    progress_submitted_on: date | None = None
    covered: frozenset[tuple[str, date]] = frozenset()


_ASKED_ON: Final[Mapping[Anchor, Callable[[Facts], date | None]]] = {
    Anchor.CLOSING_REQUESTED: attrgetter("closing_requested_on"),
    Anchor.CLOSING_PREPARED: attrgetter("closing_prepared_on"),
    Anchor.EXTENSION_REQUESTED: attrgetter("extension_requested_on"),
    Anchor.PROGRESS_SUBMITTED: attrgetter("progress_submitted_on"),
}
"""The day on which something was asked that still waits for an answer."""

_ANCHORED_ON: Final[Mapping[Anchor, Callable[[Facts], date | None]]] = {
    Anchor.DUE: attrgetter("due_on"),
    Anchor.ASSIGNED: lambda facts: facts.assigned_on if facts.is_lead else None,
    **_ASKED_ON,
}


@dataclass(frozen=True)
class DueStage:
    """A stage whose day has come. `step` names the occurrence: the stage, and the Monday of a weekly one."""

    stage: Stage
    step: str
    cycle: date
    occurs_on: date


class Reason(StrEnum):
    """Why something planned was not sent."""

    LATER_STAGE = "later_stage"
    ENDED = "ended"
    RELEASED = "released"
    PAUSED = "paused"
    EXTENSION_WAITS = "extension_waits"
    DUE_DATE_MOVED = "due_date_moved"
    ACKNOWLEDGED = "acknowledged"
    DECIDED = "decided"
    REASSIGNED = "reassigned"
    NO_LONGER_CONCERNED = "no_longer_concerned"
    RECIPIENT_INACTIVE = "recipient_inactive"
    ADDRESS_REFUSED = "address_refused"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    OUTDATED = "outdated"


REASON_LABELS: Final = {
    Reason.LATER_STAGE: N_("併入較後階段的提醒"),
    Reason.ENDED: N_("事項已結束列管"),
    Reason.RELEASED: N_("該機關的部分已解列"),
    Reason.PAUSED: N_("已申請解列，暫停催辦"),
    Reason.EXTENSION_WAITS: N_("已申請展延，暫停催辦"),
    Reason.DUE_DATE_MOVED: N_("預定完成日已變更"),
    Reason.ACKNOWLEDGED: N_("已簽收"),
    Reason.DECIDED: N_("申請已決定"),
    Reason.REASSIGNED: N_("已改分"),
    Reason.NO_LONGER_CONCERNED: N_("收件人已不負責這個事項"),
    Reason.RECIPIENT_INACTIVE: N_("收件人的帳號已停用"),
    Reason.ADDRESS_REFUSED: N_("郵件伺服器拒收這個地址"),
    Reason.EXPIRED: N_("超過寄送期限仍無法送出"),
    Reason.SUPERSEDED: N_("由較新的信件取代"),
    Reason.OUTDATED: N_("內容已過時，重新製作"),
}


def due_stages(facts: Facts, today: date, calendar: OfficeCalendar) -> list[DueStage]:
    """Return the stages that stand on or before a day and are not covered, the latest last.

    Stages that stood before the part was assigned are left out: nobody could have acted on them.
    """
    found = [
        due
        for stage in STAGES
        if (cycle := _cycle(stage, facts)) is not None
        if (stage.code, cycle) not in facts.covered and stage.may_stand_by(cycle, today)
        for due in _occurrences(stage, cycle, today, calendar)
        if due.occurs_on > facts.assigned_on and (due.step, cycle) not in facts.covered
    ]
    return sorted(found, key=lambda due: (due.occurs_on, STAGES.index(due.stage)))


def audience_of(stage: Stage, facts: Facts) -> tuple[Capacity, ...]:
    """Return who hears: while a closing request waits for the head of the unit, the head in the officer's place."""
    if stage.anchor is not Anchor.DUE or facts.closing_prepared_on is None:
        return stage.audience
    heads = (Capacity.UNIT_HEAD if each is Capacity.OFFICER else each for each in stage.audience)
    return tuple(dict.fromkeys(heads))


def why_void(stage_code: str, cycle: date, facts: Facts) -> Reason | None:
    """Return why a stage that was planned no longer asks for anything, or None when it still does."""
    stage = STAGES_BY_CODE[stage_code]
    if not is_open(facts.status):
        return Reason.ENDED
    if facts.part_status is PartStatus.RELEASED:
        return Reason.RELEASED
    if asked_on := _ASKED_ON.get(stage.anchor):
        return None if asked_on(facts) == cycle else Reason.DECIDED
    return _why_owner_is_spared(stage, cycle, facts)


def _why_owner_is_spared(stage: Stage, cycle: date, facts: Facts) -> Reason | None:
    if facts.part_status is PartStatus.CLOSE_REQUESTED:
        return Reason.PAUSED
    if stage.anchor is Anchor.DUE:
        if facts.due_on != cycle:
            return Reason.DUE_DATE_MOVED
        return Reason.EXTENSION_WAITS if facts.extension_requested_on else None
    if facts.assigned_on != cycle:
        return Reason.REASSIGNED
    return None if facts.status is Status.ASSIGNED else Reason.ACKNOWLEDGED


def _cycle(stage: Stage, facts: Facts) -> date | None:
    """Return the day that a stage is counted from, or None when the stage asks for nothing now."""
    day = _ANCHORED_ON[stage.anchor](facts)
    if day is None or why_void(stage.code, day, facts):
        return None
    return day


def _occurrences(stage: Stage, cycle: date, today: date, calendar: OfficeCalendar) -> Iterator[DueStage]:
    first = stage.occurrence(cycle, calendar)
    if not stage.weekly:
        if first <= today:
            yield DueStage(stage, stage.code, cycle, first)
        return
    monday = today - timedelta(days=today.weekday())
    while monday > first and (moved := calendar.next_working_day_on_or_after(monday)) > today:
        monday -= WEEK
    if monday > first:
        yield DueStage(stage, f"{stage.code}:{monday}", cycle, moved)
