"""The ladder of reminders: which stages are due on or before a day and not yet covered.

Source: the city's reminder policy. A stage before the due date that falls on a day off moves to the last working day
before it, a later one to the next working day; nothing is planned for the due day itself. A stage counts once for each
due date: an extension, which brings a new due date, re-arms the ladder by itself. `cycle` is the day that a stage is
counted from, so a stage is covered for one due date, one assignment or one closing request.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final

from tracker.actions.rules.deadlines import is_open
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.foundation.language import N_
from tracker.foundation.office_days import ONE_DAY, OfficeCalendar
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage, read_code

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Facts:
    """What the ladder needs to know of one department's part in an item; `covered` holds (step, cycle).

    `closing_prepared_on` is the local day of the part's closing request, while the head of the unit has not forwarded
    it; `closing_requested_on` the day of forwarding, while it waits for a decision.
    `extension_requested_on` is the local day of the leading department's request for more time, while it waits,
    `petition_made_on` that of what it asks of the coordinating office;
    `progress_submitted_on` that of the oldest report of progress that its head has not looked at. `period_ended_on` is
    the last day of the period that the department has not filed for, `filing_closes_on` the last day on which that is
    in time; `filing_missed_twice_on` is the same day where nothing was filed for the period before either.
    `post_check_on` is the day of the check after closing that the leading department has not answered.
    """

    status: Status
    part_status: PartStatus
    is_lead: bool
    due_on: date
    assigned_on: date
    closing_requested_on: date | None = None
    closing_prepared_on: date | None = None
    extension_requested_on: date | None = None
    petition_made_on: date | None = None
    progress_submitted_on: date | None = None
    period_ended_on: date | None = None
    filing_closes_on: date | None = None
    filing_missed_twice_on: date | None = None
    post_check_on: date | None = None
    covered: frozenset[tuple[str, date]] = frozenset()

    @property
    def offered_on(self) -> date | None:
        """Return since when the leading department may take the item; the others need not."""
        return self.assigned_on if self.is_lead else None


_DAYS: Final[Mapping[Anchor, Callable[[Facts], date | None]]] = {
    Anchor.DUE: attrgetter("due_on"),
    Anchor.ASSIGNED: attrgetter("offered_on"),
    Anchor.PERIOD_ENDED: attrgetter("period_ended_on"),
    Anchor.FILING_CLOSES: attrgetter("filing_closes_on"),
    Anchor.FILING_MISSED_TWICE: attrgetter("filing_missed_twice_on"),
    Anchor.PROGRESS_SUBMITTED: attrgetter("progress_submitted_on"),
    Anchor.EXTENSION_REQUESTED: attrgetter("extension_requested_on"),
    Anchor.PETITION_MADE: attrgetter("petition_made_on"),
    Anchor.CLOSING_REQUESTED: attrgetter("closing_requested_on"),
    Anchor.CLOSING_PREPARED: attrgetter("closing_prepared_on"),
    Anchor.POST_CHECK: attrgetter("post_check_on"),
}
_REQUESTS: Final = frozenset(
    {
        Anchor.PROGRESS_SUBMITTED,
        Anchor.EXTENSION_REQUESTED,
        Anchor.PETITION_MADE,
        Anchor.CLOSING_REQUESTED,
        Anchor.CLOSING_PREPARED,
    }
)
"""What waits for somebody other than the owner; it is asked for also while the owner's reminders pause."""


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
    FILED = "filed"
    ANSWERED = "answered"
    DECIDED = "decided"
    REASSIGNED = "reassigned"
    NO_LONGER_CONCERNED = "no_longer_concerned"
    RECIPIENT_INACTIVE = "recipient_inactive"
    ADDRESS_REFUSED = "address_refused"
    LETTER_REFUSED = "letter_refused"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    OUTDATED = "outdated"
    RULE_CHANGED = "rule_changed"
    PAST_WHEN_RULED = "past_when_ruled"
    SWITCHED_OFF = "switched_off"


REASON_LABELS: Final = {
    Reason.LATER_STAGE: N_("併入較後階段的提醒"),
    Reason.ENDED: N_("事項已結束列管"),
    Reason.RELEASED: N_("該機關的部分已解列"),
    Reason.PAUSED: N_("已申請解列，暫停催辦"),
    Reason.EXTENSION_WAITS: N_("已申請展延，暫停催辦"),
    Reason.DUE_DATE_MOVED: N_("預定完成日已變更"),
    Reason.ACKNOWLEDGED: N_("已簽收"),
    Reason.FILED: N_("已填報，或已是下一期"),
    Reason.ANSWERED: N_("續查已答覆或已取消"),
    Reason.DECIDED: N_("申請已決定"),
    Reason.REASSIGNED: N_("已改分"),
    Reason.NO_LONGER_CONCERNED: N_("收件人已不負責這個事項"),
    Reason.RECIPIENT_INACTIVE: N_("收件人的帳號已停用"),
    Reason.ADDRESS_REFUSED: N_("郵件伺服器拒收這個地址"),
    Reason.LETTER_REFUSED: N_("郵件伺服器拒收這封信"),
    Reason.EXPIRED: N_("超過寄送期限仍無法送出"),
    Reason.SUPERSEDED: N_("由較新的信件取代"),
    Reason.OUTDATED: N_("內容已過時，重新製作"),
    Reason.RULE_CHANGED: N_("提醒規則已變更"),
    Reason.PAST_WHEN_RULED: N_("訂定這條規則時，這一天已過"),
    Reason.SWITCHED_OFF: N_("本人設定不收早期提醒"),
}


def due_stages(
    facts: Facts, today: date, calendar: OfficeCalendar, stages: Sequence[Stage] = SHIPPED
) -> list[DueStage]:
    """Return the stages that stand on or before a day and are not covered, the latest last.

    Stages that stood before the part was assigned are left out: nobody could have acted on them.
    """
    found = [
        due
        for stage in stages
        if (cycle := cycle_of(stage, facts)) is not None
        if (stage.code, cycle) not in facts.covered and stage.may_stand_by(cycle, today)
        for due in _occurrences(stage, cycle, today, calendar)
        if due.occurs_on > facts.assigned_on and (due.step, cycle) not in facts.covered
    ]
    return sorted(found, key=lambda due: (due.occurs_on, stages.index(due.stage)))


def stages_within(
    facts: Facts, first: date, last: date, calendar: OfficeCalendar, stages: Sequence[Stage] = SHIPPED
) -> list[DueStage]:
    """Return the stages that will stand on the days from first to last if nothing changes meanwhile, earliest first."""
    found = [
        due
        for stage in stages
        if (cycle := cycle_of(stage, facts)) is not None and stage.may_stand_by(cycle, last)
        for due in _standing(stage, cycle, first, last, calendar)
        if due.occurs_on > facts.assigned_on and (due.step, cycle) not in facts.covered
    ]
    return sorted(found, key=lambda due: (due.occurs_on, stages.index(due.stage)))


def audience_of(stage: Stage, facts: Facts) -> tuple[Capacity, ...]:
    """Return who hears: while a closing request waits for the head of the unit, the head in the officer's place."""
    if stage.anchor is not Anchor.DUE or facts.closing_prepared_on is None:
        return stage.audience
    heads = (Capacity.UNIT_HEAD if each is Capacity.OFFICER else each for each in stage.audience)
    return tuple(dict.fromkeys(heads))


def last_anchor(stage_code: str, today: date, calendar: OfficeCalendar) -> date:
    """Return the latest day of an anchor whose stage stands on or before a day."""
    return read_code(stage_code).latest_anchor(today, calendar)


def steps_reached(stages: Iterable[Stage], today: date, calendar: OfficeCalendar) -> Mapping[str, date]:
    """Return, by step, the latest due date that has reached it on a day; every earlier one has too."""
    monday = _latest_monday(today, calendar)
    found: dict[str, date] = {}
    for stage in stages:
        if stage.anchor is Anchor.DUE:
            # The Mondays of a weekly stage follow the day on which it would stand itself.
            by = monday - ONE_DAY if stage.weekly else today
            step, due_on = _step(stage, monday), stage.latest_anchor(by, calendar)
            found[step] = max(due_on, found.get(step, due_on))
    return found


def why_void(stage_code: str, cycle: date, facts: Facts) -> Reason | None:
    """Return why a stage that was planned no longer asks for anything, or None when it still does."""
    return _why_void(read_code(stage_code).anchor, cycle, facts)


def _why_void(anchor: Anchor, cycle: date, facts: Facts) -> Reason | None:
    if anchor is Anchor.POST_CHECK:
        return None if facts.post_check_on == cycle else Reason.ANSWERED
    if not is_open(facts.status):
        return Reason.ENDED
    if facts.part_status is PartStatus.RELEASED:
        return Reason.RELEASED
    if anchor in _REQUESTS:
        return None if _DAYS[anchor](facts) == cycle else Reason.DECIDED
    if facts.part_status is PartStatus.CLOSE_REQUESTED:
        return Reason.PAUSED
    return _why_owner_is_spared(anchor, cycle, facts)


def _why_owner_is_spared(anchor: Anchor, cycle: date, facts: Facts) -> Reason | None:
    if anchor is Anchor.DUE:
        if facts.due_on != cycle:
            return Reason.DUE_DATE_MOVED
        return Reason.EXTENSION_WAITS if facts.extension_requested_on else None
    if anchor is Anchor.ASSIGNED:
        if facts.assigned_on != cycle:
            return Reason.REASSIGNED
        return None if facts.status is Status.ASSIGNED else Reason.ACKNOWLEDGED
    is_asked = facts.status is Status.IN_PROGRESS and _DAYS[anchor](facts) == cycle
    return None if is_asked else Reason.FILED


def cycle_of(stage: Stage, facts: Facts) -> date | None:
    """Return the day that a stage is counted from, or None when the stage asks for nothing now."""
    day = _DAYS[stage.anchor](facts)
    if day is None or _why_void(stage.anchor, day, facts):
        return None
    return day


def paused_stages(
    facts: Facts, today: date, calendar: OfficeCalendar, stages: Sequence[Stage] = SHIPPED
) -> list[tuple[DueStage, Reason]]:
    """Return the stages whose day came while nothing was asked of the owner, with the reason; for the ledger."""
    found: list[tuple[DueStage, Reason]] = []
    for stage in stages:
        day = _DAYS[stage.anchor](facts)
        reason = _why_void(stage.anchor, day, facts) if day is not None else None
        if day is None or reason not in (Reason.PAUSED, Reason.EXTENSION_WAITS):
            continue
        found += [
            (due, reason)
            for due in _occurrences(stage, day, today, calendar)
            if due.occurs_on > facts.assigned_on and (due.step, day) not in facts.covered
        ]
    return found


def _occurrences(stage: Stage, cycle: date, today: date, calendar: OfficeCalendar) -> Iterator[DueStage]:
    """Yield the occurrence that stands on or before a day; of a weekly stage the latest."""
    first = stage.occurrence(cycle, calendar)
    if not stage.weekly:
        if first <= today:
            yield DueStage(stage, stage.code, cycle, first)
    elif (monday := _latest_monday(today, calendar)) > first:
        moved = calendar.next_working_day_on_or_after(monday)
        yield DueStage(stage, _step(stage, monday), cycle, moved)


def _latest_monday(today: date, calendar: OfficeCalendar) -> date:
    """Return the latest Monday of which what stands on it, or is moved on from it, stands on or before a day."""
    monday = today - timedelta(days=today.weekday())
    while calendar.next_working_day_on_or_after(monday) > today:
        monday -= WEEK
    return monday


def _step(stage: Stage, monday: date) -> str:
    return f"{stage.code}:{monday}" if stage.weekly else stage.code


def _standing(
    stage: Stage, cycle: date, first: date, last: date, calendar: OfficeCalendar
) -> Iterator[DueStage]:
    """Yield what stands on each day from first to last; of the Mondays that move to one day the latest alone."""
    if not stage.weekly:
        for due in _occurrences(stage, cycle, last, calendar):
            if due.occurs_on >= first:
                yield due
        return
    begins = stage.occurrence(cycle, calendar)
    monday = max(begins, first - WEEK) + ONE_DAY
    monday += timedelta(days=(-monday.weekday()) % 7)
    latest: dict[date, date] = {}
    while monday <= last:
        latest[calendar.next_working_day_on_or_after(monday)] = monday
        monday += WEEK
    for moved, monday in latest.items():
        if first <= moved <= last:
            yield DueStage(stage, _step(stage, monday), cycle, moved)
