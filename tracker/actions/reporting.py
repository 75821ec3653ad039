"""What departments file on an item: progress (辦理情形) with evidence (佐證資料), and its review by the unit's head."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.access import Act, Permission, Role
from tracker.actions import queries
from tracker.actions.events import ProgressReturned, ProgressSubmitted
from tracker.actions.evidence import file_evidence, told_evidence
from tracker.actions.models import ActionItem, Part, ProgressUpdate
from tracker.actions.rights import may_review, own_part
from tracker.actions.rules.filing import Cycle, Period, fileable, is_late
from tracker.actions.rules.workflow import OPEN, Step
from tracker.actions.steps import item_for, locked, move, person_of
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Forbidden, Invalid, StepNotAllowed
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.people.queries import list_people_in, parents_of
from tracker.people.rules.tree import upwards

COMPLETE = 100


@dataclass(frozen=True)
class Progress:
    """What a department reports; without a `period` (its code) the one that the day speaks for."""

    narrative: str
    percent: int
    next_step: str = ""
    difficulty: str = ""
    period: str = ""


@dataclass(frozen=True)
class Filing:
    """How the city lets progress be filed: how often, for how many days afterwards, and whether a head approves it."""

    cycle: Cycle = Cycle.MONTHLY
    days: int = 5
    approval: bool = True


@dataclass(frozen=True)
class ProgressReview:
    """What the head of a unit says to a report of progress."""

    approve: bool
    note: str = ""


def submit_progress(
    session: Session,
    act: Act,
    item_id: int,
    progress: Progress,
    files: Sequence[StoredFile] = (),
    part_id: int | None = None,
    filing: Filing | None = None,
    quota: int | None = None,
) -> ProgressUpdate:
    """Add a report of progress by the department of the person who acts; raises Invalid. Nothing is overwritten.

    `part_id` chooses the department for somebody who acts for several. The report of an officer waits for the head of
    the unit, where there is one; until then the percentage stays. `quota` is how many bytes of evidence an item holds.
    """
    filing = filing or Filing()
    item = item_for(session, act, item_id, Step.REPORT_PROGRESS)
    part = own_part(act, item, Step.REPORT_PROGRESS, part_id)
    period = _period(act, item, part, progress, filing)
    _check_progress(progress)
    update = ProgressUpdate(
        item=item,
        part=part,
        round_no=item.round_no,
        narrative=progress.narrative.strip(),
        percent=progress.percent,
        next_step=progress.next_step.strip(),
        difficulty=progress.difficulty.strip(),
        submitted_at=act.at,
        submitted_by_id=person_of(act),
        period=period.code,
        late=is_late(period, act.today, filing.days),
        approved=None if filing.approval and waits_for_head(session, act, part) else True,
        evidence=file_evidence(act, item, files, quota),
    )
    session.add(update)
    before = {"percent": part.percent}
    part.updated_on = act.today
    part.filed_until = max(part.filed_until or period.last_day, period.last_day)
    if update.approved:
        part.percent = progress.percent
    session.flush()
    after = {
        "department": part.department.name,
        "period": update.period,
        "late": update.late,
        "narrative": update.narrative,
        "percent": update.percent,
        "next_step": update.next_step,
        "difficulty": update.difficulty,
        "evidence": told_evidence(update.evidence),
        "waits": update.approved is None,
    }
    move(session, act, item, Step.REPORT_PROGRESS, after, before, part=part)
    raise_event(session, ProgressSubmitted(item.id, act, part.id, waits=update.approved is None))
    return update


def review_progress(
    session: Session, act: Act, update_id: int, review: ProgressReview, version: int | None = None
) -> ProgressUpdate:
    """Approve a report of progress, which then moves the percentage, or return it with a note.

    What the same department filed before it and nobody looked at shares its fate. Raises Forbidden for one's own,
    StepNotAllowed once it was reviewed, Invalid for a return without a note.
    """
    update = queries.get_update(session, act.by, update_id)
    item = locked(session, act, update.item_id)
    if not may_review(act, update):
        raise Forbidden(N_("辦理情形須由填報人以外的主管核可。"))
    check_version(item.version, version)
    if update.approved is not None or item.status not in OPEN:
        raise StepNotAllowed
    if not review.approve and not review.note.strip():
        raise Invalid(fields={"note": N_("退回時請說明要補充什麼。")})
    part = update.part
    for each in item.waiting_updates:
        if each.part_id == part.id and each.id <= update.id:
            each.approved, each.review_note = review.approve, review.note.strip()
            each.reviewed_at, each.reviewed_by_id = act.at, person_of(act)
    before = {"percent": part.percent}
    if review.approve:
        part.percent = update.percent
    else:
        part.filed_until = _filed_until(item, part)
    after = {"department": part.department.name, "percent": part.percent, "note": update.review_note}
    step = Step.APPROVE_PROGRESS if review.approve else Step.RETURN_PROGRESS
    move(session, act, item, step, after, before, part=part)
    if not review.approve:
        raise_event(session, ProgressReturned(item.id, act, update.id))
    return update


def periods_for(act: Act, item: ActionItem, part: Part, filing: Filing) -> list[Period]:
    """Return the periods that a department may report for today, the likeliest first."""
    filed = {each.period for each in item.updates if each.part_id == part.id and each.approved is not False}
    return fileable(act.today, filing.cycle, filing.days, filed, part.reports_from)


def waits_for_head(session: Session, act: Act, part: Part) -> bool:
    """Tell whether what a person files waits for a head: not what a head files, nor where no other head is."""
    if act.by.may(Permission.Action.REVIEW_PROGRESS, part.department_id):
        return False
    parents = parents_of(session)
    above = frozenset(upwards(parents, part.department_id))
    heads = list_people_in(session, above, Role.UNIT_HEAD)
    return any(head.id not in act.by.persons for head in heads)


def _period(act: Act, item: ActionItem, part: Part, progress: Progress, filing: Filing) -> Period:
    offered = periods_for(act, item, part, filing)
    chosen = next((each for each in offered if each.code == progress.period), None)
    if progress.period and chosen is None:
        raise Invalid(fields={"period": N_("這個期別不能填報，請重新選擇。")})
    return chosen or offered[0]


def _filed_until(item: ActionItem, part: Part) -> date | None:
    filed = (u.period for u in item.updates if u.part_id == part.id and u.approved is not False)
    return max((Period.read(code).last_day for code in filed if code), default=None)


def _check_progress(progress: Progress) -> None:
    problems = {}
    if not progress.narrative.strip():
        problems["narrative"] = N_("請填寫辦理情形。")
    if not 0 <= progress.percent <= COMPLETE:
        problems["percent"] = N_("進度請填 0 到 100。")
    if problems:
        raise Invalid(fields=problems)
