"""What a reviewer rejected in the edition before: pointed out in the new one, so that nobody reviews it twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

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


def find_set_aside(
    session: Session, principal: Principal, report: Report, quotes: Mapping[int, str]
) -> Mapping[int, SetAside]:
    """Return, by the key of its quote, what was rejected in the edition before in much the same words.

    Nothing is known of a report that is no edition of another one which the reader may see.
    """
    edition = edition_of(principal, report)
    if edition is None or edition.state is EditionState.REFUSED or not quotes:
        return {}
    passage = func.substr(Report.text, Draft.start + 1, Draft.end - Draft.start)
    rejected = session.execute(
        select(Draft.id, passage, Draft.rejection_reason)
        .join(Report)
        .where(Draft.report_id == edition.former_id, Draft.state == DraftState.REJECTED)
        .order_by(Draft.start, Draft.id)
    )
    known = [
        (SetAside(draft_id, edition.former_id, reason), bigrams(unnumbered(words)))
        for draft_id, words, reason in rejected
    ]
    found = {}
    for key, quote in quotes.items():
        grams = bigrams(unnumbered(quote))
        like, best = max(
            ((likeness(each, grams), one) for one, each in known), key=_first, default=(0.0, None)
        )
        if best is not None and like >= MUCH_THE_SAME:
            found[key] = best
    return found


def _first(pair: tuple[float, SetAside]) -> float:
    return pair[0]
