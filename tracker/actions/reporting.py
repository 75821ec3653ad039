"""What departments file on an item: progress (辦理情形), and evidence (佐證資料) with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.access import Act
from tracker.actions.events import ProgressSubmitted
from tracker.actions.models import ActionItem, Evidence, Part, ProgressUpdate
from tracker.actions.rights import own_part
from tracker.actions.rules.workflow import Step
from tracker.actions.steps import item_for, move, person_of
from tracker.foundation.database import Session, raise_event
from tracker.foundation.errors import Invalid
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_

COMPLETE = 100


@dataclass(frozen=True)
class Progress:
    """What a department reports."""

    narrative: str
    percent: int
    next_step: str = ""
    difficulty: str = ""


def submit_progress(
    session: Session,
    act: Act,
    item_id: int,
    progress: Progress,
    files: Sequence[StoredFile] = (),
    part_id: int | None = None,
) -> ProgressUpdate:
    """Add a report of progress by the department of the person who acts; raises Invalid. Nothing is overwritten.

    `part_id` chooses the department for somebody who acts for several.
    """
    item = item_for(session, act, item_id, Step.REPORT_PROGRESS)
    part = own_part(act, item, Step.REPORT_PROGRESS, part_id)
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
        evidence=[new_evidence(act, item, file) for file in files],
    )
    session.add(update)
    before = {"percent": part.percent}
    part.percent = progress.percent
    part.updated_on = act.today
    session.flush()
    after = {
        "department": part.department.name,
        "narrative": update.narrative,
        "percent": update.percent,
        "next_step": update.next_step,
        "difficulty": update.difficulty,
        "evidence": told_evidence(update.evidence),
    }
    move(session, act, item, Step.REPORT_PROGRESS, after, before)
    raise_event(session, ProgressSubmitted(item.id, act, part.id))
    return update


def new_evidence(act: Act, item: ActionItem, file: StoredFile) -> Evidence:
    """Return a stored file as a piece of evidence on an item."""
    return Evidence(
        item_id=item.id,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        uploaded_at=act.at,
        uploaded_by_id=person_of(act),
    )


def told_evidence(evidence: Sequence[Evidence]) -> list[dict[str, object]]:
    """Return how the record tells of some evidence."""
    return [{"id": file.id, "name": file.name, "sha256": file.sha256} for file in evidence]


def count_evidence(item: ActionItem, part: Part) -> int:
    """Return how many files a department has filed with its progress in this round."""
    return sum(len(u.evidence) for u in item.updates if u.part_id == part.id and u.round_no == item.round_no)


def _check_progress(progress: Progress) -> None:
    problems = {}
    if not progress.narrative.strip():
        problems["narrative"] = N_("請填寫辦理情形。")
    if not 0 <= progress.percent <= COMPLETE:
        problems["percent"] = N_("進度請填 0 到 100。")
    if problems:
        raise Invalid(fields=problems)
