"""What a reviewer rejected in the edition before: pointed out in the new one, so that nobody reviews it twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from tracker.access import Principal
from tracker.foundation.database import Session
from tracker.foundation.likeness import bigrams, likeness
from tracker.reports.models import Draft, Report
from tracker.reports.queries import edition_of
from tracker.reports.rules.drafts import DraftState
from tracker.reports.rules.editions import EditionState
from tracker.reports.rules.wording import unnumbered

MUCH_THE_SAME: Final = 0.8
"""From this likeness on a passage is taken for the one that was rejected: what was reworded is worth a second look."""


@dataclass(frozen=True)
class SetAside:
    """A passage of the edition before that a reviewer rejected, and why."""

    draft_id: int
    report_id: int
    reason: str
    words: str


def list_drafts_and_set_aside(
    session: Session, principal: Principal, report: Report
) -> tuple[Sequence[Draft], Sequence[SetAside]]:
    """Return a report's drafts as they are stored now, and what was rejected in the edition before, both in order.

    Nothing is known of a report that is no edition of another one which the reader may see. One statement for both,
    since the desk asks many.
    """
    former_id = _former_of(principal, report)
    passage = func.substr(Report.text, Draft.start + 1, Draft.end - Draft.start)
    own = and_(Draft.report_id == report.id, Draft.state != DraftState.GONE)
    rejected = and_(Draft.report_id == former_id, Draft.state == DraftState.REJECTED)
    rows = session.execute(
        select(Draft, case((Draft.report_id == former_id, passage), else_=""))
        .join(Report)
        .where(or_(own, rejected))
        .options(joinedload(Draft.lead_department), joinedload(Draft.officer))
        .order_by(Draft.start, Draft.id)
        .execution_options(populate_existing=True)
    ).all()
    drafts = [draft for draft, _ in rows if draft.report_id == report.id]
    return drafts, [
        SetAside(draft.id, draft.report_id, draft.rejection_reason, words)
        for draft, words in rows
        if draft.report_id == former_id
    ]


def match_set_aside(set_aside: Iterable[SetAside], quotes: Mapping[int, str]) -> Mapping[int, SetAside]:
    """Return, by the key of its quote, what was set aside in much the same words."""
    known = [(each, bigrams(unnumbered(each.words))) for each in set_aside]
    found = {}
    for key, quote in quotes.items():
        grams = bigrams(unnumbered(quote))
        like, best = max(
            ((likeness(each, grams), one) for one, each in known), key=_first, default=(0.0, None)
        )
        if best is not None and like >= MUCH_THE_SAME:
            found[key] = best
    return found


def _former_of(principal: Principal, report: Report) -> int | None:
    edition = edition_of(principal, report)
    return None if edition is None or edition.state is EditionState.REFUSED else edition.former_id


def _first(pair: tuple[float, SetAside]) -> float:
    return pair[0]
