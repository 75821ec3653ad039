"""One letter per person and day: what stands in it, in which order, under which heading.

An item stands in a letter once, under its most urgent heading, whatever the number of reasons. What is called for the
last time before it falls due, and what is late and known above the officer, have headings of their own at the top.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_
from tracker.reminders.rules.stages import Anchor, Capacity, Stage, read_code


class NoticeKind(StrEnum):
    """What a notice tells."""

    ASSIGNED = "assigned"
    REASSIGNED_AWAY = "reassigned_away"
    SPLIT = "split"
    OFFICER_GIVEN = "officer_given"
    OFFICER_TAKEN = "officer_taken"
    OFFICER_MISSING = "officer_missing"
    DEPUTY_NAMED = "deputy_named"
    DRAFTS_GIVEN = "drafts_given"
    RETURNED = "returned"
    REOPENED = "reopened"
    DECIDED = "decided"
    ENDED = "ended"
    ACKNOWLEDGED = "acknowledged"
    CLOSING_REQUESTED = "closing_requested"
    CLOSING_PREPARED = "closing_prepared"
    CLOSING_RETURNED = "closing_returned"
    PROGRESS_SUBMITTED = "progress_submitted"
    PROGRESS_RETURNED = "progress_returned"
    CHECK_ANSWERED = "check_answered"
    CHECK_NOTED = "check_noted"
    PROGRESS_ASKED = "progress_asked"
    PETITION_MADE = "petition_made"
    PETITION_GRANTED = "petition_granted"
    PETITION_REFUSED = "petition_refused"
    EXTENSION_REQUESTED = "extension_requested"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    LETTER_FAILED = "letter_failed"
    RUN_HELD = "run_held"


NOTICE_LABELS: Final = {
    NoticeKind.ASSIGNED: N_("分案通知"),
    NoticeKind.REASSIGNED_AWAY: N_("改分至其他機關"),
    NoticeKind.SPLIT: N_("已分出另案"),
    NoticeKind.OFFICER_GIVEN: N_("改由您承辦"),
    NoticeKind.OFFICER_TAKEN: N_("改由其他同仁承辦"),
    NoticeKind.OFFICER_MISSING: N_("尚待指派承辦人"),
    NoticeKind.DEPUTY_NAMED: N_("已指定職務代理人"),
    NoticeKind.DRAFTS_GIVEN: N_("有候選建議指派給您審閱"),
    NoticeKind.RETURNED: N_("決定持續列管"),
    NoticeKind.REOPENED: N_("已重新列管"),
    NoticeKind.DECIDED: N_("已同意解除列管"),
    NoticeKind.ENDED: N_("已結束列管"),
    NoticeKind.ACKNOWLEDGED: N_("已簽收"),
    NoticeKind.CLOSING_REQUESTED: N_("已申請解除列管"),
    NoticeKind.CLOSING_PREPARED: N_("解除列管申請等候轉送"),
    NoticeKind.CLOSING_RETURNED: N_("解除列管申請被退回"),
    NoticeKind.PROGRESS_SUBMITTED: N_("辦理情形等候核可"),
    NoticeKind.PROGRESS_RETURNED: N_("辦理情形被退回"),
    NoticeKind.CHECK_ANSWERED: N_("已答覆解列後續查"),
    NoticeKind.CHECK_NOTED: N_("解列後續查已備查"),
    NoticeKind.PROGRESS_ASKED: N_("催請填報辦理情形"),
    NoticeKind.PETITION_MADE: N_("申請改分、撤銷管制或併案"),
    NoticeKind.PETITION_GRANTED: N_("已同意您的申請"),
    NoticeKind.PETITION_REFUSED: N_("已退回改分、撤銷管制或併案的申請"),
    NoticeKind.EXTENSION_REQUESTED: N_("已申請展延"),
    NoticeKind.EXTENSION_GRANTED: N_("已核准展延"),
    NoticeKind.EXTENSION_REFUSED: N_("已退回展延申請"),
    NoticeKind.LETTER_FAILED: N_("信件無法送達"),
    NoticeKind.RUN_HELD: N_("今日提醒超過上限，等候放行"),
}
MAILED: Final = frozenset(
    {
        NoticeKind.ASSIGNED,
        NoticeKind.REASSIGNED_AWAY,
        NoticeKind.SPLIT,
        NoticeKind.OFFICER_GIVEN,
        NoticeKind.OFFICER_TAKEN,
        NoticeKind.OFFICER_MISSING,
        NoticeKind.RETURNED,
        NoticeKind.REOPENED,
        NoticeKind.DECIDED,
        NoticeKind.ENDED,
        NoticeKind.PROGRESS_RETURNED,
        NoticeKind.PROGRESS_ASKED,
        NoticeKind.CLOSING_RETURNED,
        NoticeKind.PETITION_GRANTED,
        NoticeKind.PETITION_REFUSED,
        NoticeKind.EXTENSION_GRANTED,
        NoticeKind.EXTENSION_REFUSED,
    }
)
"""The notices that also go out by mail, in the day's one letter; the others stay inside the system."""


class Section(StrEnum):
    """The headings of a letter and of the work page, in order."""

    TOMORROW = "tomorrow"
    LATE_THREE_DAYS = "late_three_days"
    TO_ACKNOWLEDGE = "to_acknowledge"
    ASSIGNED = "assigned"
    GIVEN = "given"
    RETURNED = "returned"
    TO_REPORT = "to_report"
    FILING_MISSED = "filing_missed"
    LATE = "late"
    TO_FILE = "to_file"
    TO_DECIDE = "to_decide"
    TO_ANSWER = "to_answer"
    TO_EXTEND = "to_extend"
    TO_FORWARD = "to_forward"
    TO_APPROVE = "to_approve"
    TO_CHECK = "to_check"
    HELD_UP = "held_up"
    SOON = "soon"
    THIS_PERIOD = "this_period"
    LATER = "later"
    DECIDED = "decided"
    OVERVIEW = "overview"
    UNFILED_OVERVIEW = "unfiled_overview"


SECTION_LABELS: Final = {
    Section.TOMORROW: N_("即將到期，請於期限前完成"),
    Section.LATE_THREE_DAYS: N_("逾期，請儘速辦理"),
    Section.TO_ACKNOWLEDGE: N_("尚未簽收"),
    Section.ASSIGNED: N_("新分案"),
    Section.GIVEN: N_("改由您承辦"),
    Section.RETURNED: N_("退回或重新列管"),
    Section.TO_REPORT: N_("請填報辦理情形"),
    Section.FILING_MISSED: N_("上期辦理情形逾期未填報"),
    Section.LATE: N_("逾期"),
    Section.TO_FILE: N_("上期辦理情形待填報"),
    Section.TO_DECIDE: N_("等待您決定"),
    Section.TO_ANSWER: N_("等待您決定改分、撤銷管制或併案"),
    Section.TO_EXTEND: N_("等待您核定展延"),
    Section.TO_FORWARD: N_("等待您轉送解除列管申請"),
    Section.TO_APPROVE: N_("等待您核可辦理情形"),
    Section.TO_CHECK: N_("已解列事項的續查"),
    Section.HELD_UP: N_("主辦機關已申請解列，等待協辦機關完成"),
    Section.SOON: N_("期限將屆"),
    Section.THIS_PERIOD: N_("本期尚未填報"),
    Section.LATER: N_("其他辦理中"),
    Section.DECIDED: N_("已決定"),
    Section.OVERVIEW: N_("所屬機關逾期事項"),
    Section.UNFILED_OVERVIEW: N_("所屬機關未依期填報事項"),
}
_NOTICE_SECTIONS: Final = {
    NoticeKind.ASSIGNED: Section.ASSIGNED,
    NoticeKind.OFFICER_GIVEN: Section.GIVEN,
    NoticeKind.OFFICER_MISSING: Section.TO_ACKNOWLEDGE,
    NoticeKind.RETURNED: Section.RETURNED,
    NoticeKind.REOPENED: Section.RETURNED,
    NoticeKind.EXTENSION_REFUSED: Section.RETURNED,
    NoticeKind.PROGRESS_RETURNED: Section.RETURNED,
    NoticeKind.PROGRESS_ASKED: Section.TO_REPORT,
    NoticeKind.CLOSING_RETURNED: Section.RETURNED,
    NoticeKind.PETITION_REFUSED: Section.RETURNED,
}
_ANCHOR_SECTIONS: Final = {
    Anchor.CLOSING_REQUESTED: Section.TO_DECIDE,
    Anchor.CLOSING_PREPARED: Section.TO_FORWARD,
    Anchor.PETITION_MADE: Section.TO_ANSWER,
    Anchor.EXTENSION_REQUESTED: Section.TO_EXTEND,
    Anchor.PROGRESS_SUBMITTED: Section.TO_APPROVE,
    Anchor.ASSIGNED: Section.TO_ACKNOWLEDGE,
    Anchor.POST_CHECK: Section.TO_CHECK,
}
FILING: Final = frozenset({Anchor.PERIOD_ENDED, Anchor.FILING_CLOSES, Anchor.FILING_MISSED_TWICE})
OVERVIEWS: Final = frozenset({Section.OVERVIEW, Section.UNFILED_OVERVIEW})
"""The headings under which stands a short list instead of every fact."""

_OVERSEERS: Final = frozenset({Capacity.AGENCY_HEAD, Capacity.COORDINATOR})


@dataclass(frozen=True)
class Cause:
    """One reason to write to a person about one item."""

    item_id: int
    item_no: str
    due_on: date
    section: Section


@dataclass(frozen=True)
class Group:
    """A heading and the items under it, each once."""

    section: Section
    item_ids: tuple[int, ...]


def section_of_stage(
    stage_code: str, capacity: Capacity, due_on: date, today: date, *, is_late: bool
) -> Section:
    """Return the heading for a reminder of an item that is not on the reader's work page.

    Today's facts decide, not the day the stage once stood on.
    A past date is not late while the leading department's request, made in time, waits: `is_late` is what
    `deadlines.is_overdue` says. What a supporting department still has to do then stands under a heading of its own.
    """
    stage = read_code(stage_code)
    if stage.anchor in _ANCHOR_SECTIONS:
        return _ANCHOR_SECTIONS[stage.anchor]
    if stage.anchor in FILING:
        return _section_of_filing(stage, capacity)
    if due_on < today and not is_late:
        return Section.HELD_UP
    if is_late:
        return Section.OVERVIEW if capacity in _OVERSEERS else Section.LATE
    return Section.SOON


def _section_of_filing(stage: Stage, capacity: Capacity) -> Section:
    if capacity in _OVERSEERS:
        return Section.UNFILED_OVERVIEW
    in_time = stage.anchor is Anchor.PERIOD_ENDED or stage.offset <= 0
    return Section.TO_FILE if in_time else Section.FILING_MISSED


def section_of_notice(kind: NoticeKind) -> Section:
    """Return the heading for a notice."""
    return _NOTICE_SECTIONS.get(kind, Section.DECIDED)


def arrange(causes: Iterable[Cause]) -> Sequence[Group]:
    """Group causes under headings: each item once, under its most urgent heading, earliest due date first."""
    order = list(Section)
    strongest: dict[int, Cause] = {}
    for cause in sorted(causes, key=lambda each: order.index(each.section)):
        strongest.setdefault(cause.item_id, cause)
    by_date = sorted(strongest.values(), key=lambda each: (each.due_on, each.item_no))
    groups = (Group(section, tuple(c.item_id for c in by_date if c.section is section)) for section in order)
    return [group for group in groups if group.item_ids]
