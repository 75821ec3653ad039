"""Confirming many drafts that extraction was very sure of, after a person has looked at a sample of them.

Each is accepted and confirmed by the same verbs as by hand, with the same record, all or none of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, Invalid, VersionConflict
from tracker.foundation.language import N_
from tracker.reports.confirming import confirm
from tracker.reports.duties import read_words, words_by_department
from tracker.reports.models import Draft, Edition, Report
from tracker.reports.reviewing import accept_draft, check_choice, choice_of
from tracker.reports.rules.drafts import DraftKind
from tracker.reports.rules.editions import EditionState
from tracker.reports.suggesting import Asked, suggest_for
from tracker.reports.workbench import QueueFilter, narrowed, waits_for

MOST: int = 200
"""So many drafts are confirmed at once at most; the oldest come first."""
NO_AGENCY = N_("報告還沒有選定主辦機關")
INCOMPLETE = N_("還缺主辦機關或期限等資料")
DOUBTFUL = N_("系統建議的主辦機關與目前所選不同")
HELD_BY_OTHERS = N_("已指派給其他審閱人")
MAYBE_EDITION = N_("報告可能是已匯入報告的另一版，尚未決定")


@dataclass(frozen=True)
class BulkPreview:
    """What would be confirmed, a sample to look at, and how many stay for which reason (a msgid)."""

    drafts: Sequence[Draft]
    sample: Sequence[Draft]
    held: Mapping[str, int]

    @property
    def shown(self) -> dict[int, int]:
        """Return the versions of what would be confirmed, by id."""
        return {draft.id: draft.version for draft in self.drafts}


class NothingSure(Conflict):
    """No draft fulfils what confirming many asks for."""

    message = N_("沒有符合條件、可以一次確認的候選。")


def preview_sure(session: Session, act: Act, wanted: QueueFilter, least: float, sample: int) -> BulkPreview:
    """Return which drafts of the queue would be confirmed, of those at least so sure; raises Forbidden.

    One stays when its report has no agency, when something that confirming needs is missing, when somebody else has it
    to review, or when the department that would be proposed first is another than the one that is filled in.
    """
    act.require(Permission.Report.REVIEW)
    found = _sure(session, act, wanted, least)
    departments = _proposed_first(session, act, found)
    editions = set(session.scalars(select(Edition.report_id).where(Edition.state == EditionState.PROPOSED)))
    held: Counter[str] = Counter()
    ready = []
    for draft in found:
        if draft.report_id in editions:
            held[MAYBE_EDITION] += 1
        elif reason := _reason_to_stay(session, act, draft, departments[draft.id]):
            held[reason] += 1
        else:
            ready.append(draft)
    return BulkPreview(ready[:MOST], _sample(ready[:MOST], sample), held)


def confirm_sure(
    session: Session, act: Act, wanted: QueueFilter, least: float, shown: Mapping[int, int]
) -> int:
    """Accept and confirm what was previewed, all or nothing, and return how many recommendations there are now.

    Raises NothingSure, and VersionConflict when the drafts are not those that were shown any more.
    """
    present = preview_sure(session, act, wanted, least, 0)
    if not present.drafts:
        raise NothingSure
    if present.shown != shown:
        raise VersionConflict
    confirmed = 0
    for report_id, drafts in groupby(
        sorted(present.drafts, key=lambda each: (each.report_id, each.start, each.id)),
        key=lambda each: each.report_id,
    ):
        accepted = [accept_draft(session, act, each.id, version=shown[each.id]) for each in drafts]
        ids = {each.id: each.version for each in accepted}
        confirmed += len(confirm(session, act, report_id, only=ids))
    return confirmed


def _sure(session: Session, act: Act, wanted: QueueFilter, least: float) -> Sequence[Draft]:
    query = (
        select(Draft)
        .join(Report)
        .where(
            waits_for(act.by),
            *narrowed(act, wanted),
            Draft.kind == DraftKind.RECOMMENDATION,
            Draft.confidence >= least,
        )
        .options(
            selectinload(Draft.report).options(undefer(Report.text), joinedload(Report.lead_agency)),
            joinedload(Draft.lead_department),
        )
        .order_by(Report.imported_at, Draft.report_id, Draft.start, Draft.id)
        .limit(2 * MOST)
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _proposed_first(session: Session, act: Act, drafts: Sequence[Draft]) -> Mapping[int, int | None]:
    words = words_by_department(read_words(session))
    asked = [
        Asked(each.label, each.report.text[each.start : each.end], each.report.lead_agency_id)
        for each in drafts
    ]
    found = suggest_for(session, act.by, asked, words)
    return {
        draft.id: next(iter(each.department_ids), None) for draft, each in zip(drafts, found, strict=True)
    }


def _reason_to_stay(session: Session, act: Act, draft: Draft, proposed: int | None) -> str | None:
    if draft.report.lead_agency_id is None:
        return NO_AGENCY
    if draft.reviewer_id is not None and draft.reviewer_id not in act.by.persons:
        return HELD_BY_OTHERS
    try:
        check_choice(session, choice_of(draft), act.today)
    except Invalid:
        return INCOMPLETE
    if draft.lead_department_id is None:
        return INCOMPLETE
    return DOUBTFUL if proposed not in (None, draft.lead_department_id) else None


def _sample(drafts: Sequence[Draft], size: int) -> Sequence[Draft]:
    """Return some drafts from the least sure to the surest, evenly; the least sure one is always among them."""
    ranked = sorted(drafts, key=lambda each: (each.confidence, each.id))
    if len(ranked) <= size or size < 1:
        return ranked[:size]
    return [ranked[place * (len(ranked) - 1) // max(1, size - 1)] for place in range(size)]
