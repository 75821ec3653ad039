"""Recommendations that come as rows of a list instead of a report's text: one report holds them, quote by quote.

There is nothing to extract and nothing to review: who brings the list in has already decided what it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.foundation.filing import StoredFile, describe
from tracker.people.queries import get_department
from tracker.reports import sketching
from tracker.reports.confirming import number_report
from tracker.reports.models import Recommendation, Report
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality, ReportState
from tracker.reports.service import check_not_imported


@dataclass(frozen=True)
class Listed:
    """A recommendation as a list tells it."""

    quote: str
    theme: str = ""


@dataclass(frozen=True)
class ListText:
    """The text of a report that is made of a list, and where in it each quote stands."""

    title: str
    text: str
    spans: Sequence[tuple[int, int]]

    def file(self) -> tuple[StoredFile, bytes]:
        """Return the file that holds the text, and its bytes."""
        data = self.text.encode()
        return describe(data, f"{self.title}.txt"), data


def text_of(title: str, listed: Sequence[Listed]) -> ListText:
    """Write a list as the text of a report; the same list is always the same text."""
    pieces, spans, place = [f"{title}\n\n"], [], len(title) + 2
    for each in listed:
        spans.append((place, place + len(each.quote)))
        pieces.append(f"{each.quote}\n\n")
        place += len(each.quote) + 2
    return ListText(title, "".join(pieces), spans)


def open_listed(
    session: Session, act: Act, written: ListText, listed: Sequence[Listed], lead_agency_id: int
) -> Sequence[Recommendation]:
    """Store a list as a report whose review is over, with a recommendation for each row, whose adoption is pending.

    Raises Forbidden, NotFound, or ReportKnown for a list that was brought in before.
    """
    act.require(Permission.Report.REVIEW)
    file, _ = written.file()
    check_not_imported(session, act, file)
    report = Report(
        title=written.title,
        lead_agency_id=get_department(session, lead_agency_id).id,
        agencies=[],
        destinations=[],
        trip_category="",
        confidentiality=Confidentiality.PUBLIC,
        state=ReportState.REVIEWED,
        source_name=file.name,
        source_kind="text",
        source_sha256=file.sha256,
        text=written.text,
        page_starts=None,
        imported_at=act.at,
        imported_by_id=act.by.person_id,
        reviewed_at=act.at,
    )
    session.add(report)
    number_report(session, report, act.today)
    report.recommendations = [
        Recommendation(
            seq_no=number,
            verbatim_quote=each.quote,
            start=start,
            end=end,
            theme=each.theme,
            label="",
            adoption=Adoption.PENDING,
            adoption_reason="",
            confirmed_at=act.at,
            confirmed_by_id=act.by.person_id,
        )
        for number, (each, (start, end)) in enumerate(zip(listed, written.spans, strict=True), 1)
    ]
    session.flush()
    sketching.mark_report(session, report)
    sketching.mark_recommendations(session, report.recommendations)
    counts = {"title": report.title, "report_no": report.report_no, "recommendations": len(listed)}
    audit.record(session, act, "list_imported", "report", report.id, {}, counts)
    return report.recommendations
