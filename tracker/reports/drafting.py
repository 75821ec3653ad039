"""How a candidate becomes a draft, with the first proposals for what a reviewer will choose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.extraction.model import Candidate
from tracker.extraction.wording.duedates import due_in
from tracker.extraction.wording.owners import owner_in
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.rules.tree import Node, named_department
from tracker.reports.models import Draft, Report
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftKind, DraftState, short_title
from tracker.reports.rules.themes import propose_theme

_READ_AT_MOST = 1500
_BLANKS_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")


@dataclass(frozen=True)
class Proposals:
    """What the city's settings contribute to the first proposals for a draft."""

    themes: Sequence[str]
    default_due_days: int


def propose_draft(
    kind: DraftKind,
    candidate: Candidate,
    report: Report,
    nodes: Sequence[Node],
    proposals: Proposals,
    today: date,
) -> Draft:
    """Return a draft that waits, with title, theme, lead department and due date proposed."""
    hint = candidate.due_hint
    hinted_on = hint.date if hint else None
    label = candidate.category or ""
    return Draft(
        kind=kind,
        state=DraftState.WAITING,
        start=candidate.start,
        end=candidate.end,
        page=candidate.page,
        label=label,
        confidence=candidate.confidence,
        why=list(candidate.why),
        owner_hint=candidate.owner_hint or "",
        due_hint=hint.text if hint else "",
        due_hint_on=hinted_on,
        title=short_title(candidate.text),
        theme=propose_theme(proposals.themes, label, candidate.text),
        adoption=Adoption.PENDING,
        adoption_reason="",
        lead_department_id=named_department(nodes, candidate.owner_hint) or report.lead_agency_id,
        support_department_ids=[],
        due_on=hinted_on
        if hinted_on and hinted_on >= today
        else today + timedelta(days=proposals.default_due_days),
        expected_result="",
        rejection_reason="",
    )


def candidate_at(report: Report, span: tuple[int, int], *why: str, label: str = "") -> Candidate:
    """Return the candidate that a person marked, with the owner and the due date that its words name.

    Raises Invalid for a place outside of the text.
    """
    words = quote_at(report, *span)
    return Candidate(
        *span,
        words,
        page_at(report, span[0]),
        label,
        owner_in(_one_line(words)),
        due_in(_one_line(words), report.trip_start or report.report_date),
        confidence=1.0,
        why=why,
    )


def _one_line(words: str) -> str:
    """Return words without the line ends of the page, as the rules of extraction read them."""
    return " ".join(_BLANKS_IN_CHINESE.sub("", words[:_READ_AT_MOST]).split())


def quote_at(report: Report, start: int, end: int) -> str:
    """Return the words at a place of the text, exactly as they stand; raises Invalid for a place outside of it."""
    if not 0 <= start < end <= len(report.text) or not report.text[start:end].strip():
        raise Invalid(fields={"start": N_("引文的位置不在報告內文中，請重新選取。")})
    return report.text[start:end]


def page_at(report: Report, offset: int) -> int | None:
    """Return the page on which a place of the text lies; None for a source without pages."""
    if report.page_starts is None:
        return None
    return max(1, sum(1 for start in report.page_starts if start <= offset))
