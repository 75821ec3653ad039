"""Verbs about reports as a whole: import and correction. Extraction proposes, a person decides in `reviewing`."""

from dataclasses import dataclass
from datetime import date

from tracker import audit
from tracker.access import Act, Permission
from tracker.extraction.model import ReadReport
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Duplicate, Invalid, ReportUnreadable
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.people.queries import department_nodes, get_department
from tracker.people.rules.tree import named_department
from tracker.reports import queries, sketching
from tracker.reports.drafting import Proposals, propose_draft
from tracker.reports.events import ReportImported
from tracker.reports.models import Report, Traveller
from tracker.reports.rules.drafts import Confidentiality, DraftKind, ReportState, is_marked_secret


class SecretReport(ReportUnreadable):
    """The cover marks the report 密; such reports are handled outside this system."""

    message = N_("這份報告標示為密件，依規定不得匯入本系統；檔案未儲存。")


class ReportKnown(Duplicate):
    """The same file was imported before."""

    message = N_("這份檔案已於先前匯入：%(title)s")


@dataclass(frozen=True)
class ReportFields:
    """What a reviewer may correct about a report."""

    title: str
    lead_agency_id: int | None
    trip_category: str = ""
    destinations: tuple[str, ...] = ()
    trip_start: date | None = None
    trip_end: date | None = None
    report_date: date | None = None
    dispatched_on: date | None = None
    document_no: str = ""
    confidentiality: Confidentiality = Confidentiality.PUBLIC


def check_not_imported(session: Session, act: Act, file: StoredFile) -> None:
    """Raise Forbidden, or ReportKnown when the same file was imported before; called ahead of the costly reading."""
    act.require(Permission.Report.IMPORT)
    check_unknown(session, file)


def check_unknown(session: Session, file: StoredFile) -> None:
    """Raise ReportKnown when the same file was imported before."""
    if known := queries.find_report_by_hash(session, file.sha256):
        raise ReportKnown(title=known.title)


def check_may_be_kept(read: ReadReport) -> None:
    """Raise SecretReport for a report whose cover marks it 密."""
    if is_marked_secret(read.document_text):
        raise SecretReport


def import_report(
    session: Session,
    act: Act,
    file: StoredFile,
    read: ReadReport,
    proposals: Proposals,
    confidentiality: Confidentiality = Confidentiality.PUBLIC,
) -> Report:
    """Store a report that was read, with its drafts, all or nothing; raises ReportKnown or SecretReport."""
    check_not_imported(session, act, file)
    check_may_be_kept(read)
    found = read.extraction.metadata
    nodes = department_nodes(session)
    report = Report(
        title=found.title or file.name.rsplit(".", 1)[0],
        lead_agency_id=next((d for a in found.agencies if (d := named_department(nodes, a))), None),
        agencies=list(found.agencies),
        destinations=list(found.destinations),
        trip_category=found.category or "",
        trip_start=found.trip_start,
        trip_end=found.trip_end,
        report_date=found.report_date,
        confidentiality=confidentiality,
        state=ReportState.IN_REVIEW,
        source_name=file.name,
        source_kind=read.kind,
        source_sha256=file.sha256,
        text=read.document_text,
        page_starts=list(read.page_starts) if read.page_starts is not None else None,
        imported_at=act.at,
        imported_by_id=act.by.person_id,
        travellers=[
            Traveller(seq=number, name=person.name, title=person.title or "")
            for number, person in enumerate(found.people, 1)
        ],
    )
    for kind, candidates in (
        (DraftKind.RECOMMENDATION, read.extraction.recommendations),
        (DraftKind.POSSIBLE, read.extraction.possible),
    ):
        report.drafts += [propose_draft(kind, c, report, nodes, proposals, act.today) for c in candidates]
    session.add(report)
    session.flush()
    sketching.mark_report(session, report)
    counts = {"title": report.title, "file": file.name, "drafts": len(report.drafts)}
    audit.record(session, act, "report_imported", "report", report.id, {}, counts)
    raise_event(session, ReportImported(report.id, act))
    return report


def edit_report(
    session: Session, act: Act, report_id: int, fields: ReportFields, version: int | None = None
) -> Report:
    """Correct a report's facts; raises Invalid, or VersionConflict when it changed since it was shown."""
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id)
    check_version(report.version, version)
    problems = {}
    if not fields.title.strip():
        problems["title"] = N_("請填寫報告名稱。")
    if fields.trip_start and fields.trip_end and fields.trip_end < fields.trip_start:
        problems["trip_end"] = N_("返國日不可早於出國日。")
    if fields.trip_end and fields.dispatched_on and fields.dispatched_on < fields.trip_end:
        problems["dispatched_on"] = N_("發文日期不可早於返國日。")
    if problems:
        raise Invalid(fields=problems)
    if fields.lead_agency_id is not None:
        get_department(session, fields.lead_agency_id)
    before = _report_facts(report)
    is_renamed = report.title != fields.title.strip()
    report.title = fields.title.strip()
    report.lead_agency_id = fields.lead_agency_id
    report.trip_category = fields.trip_category.strip()
    report.destinations = [each.strip() for each in fields.destinations if each.strip()]
    report.trip_start, report.trip_end = fields.trip_start, fields.trip_end
    report.report_date = fields.report_date
    report.dispatched_on, report.document_no = fields.dispatched_on, fields.document_no.strip()
    report.confidentiality = fields.confidentiality
    session.flush()
    if is_renamed:
        sketching.mark_report(session, report)
    audit.record(session, act, "report_edited", "report", report.id, before, _report_facts(report))
    return report


def _report_facts(report: Report) -> dict[str, object]:
    return {
        "title": report.title,
        "lead_agency_id": report.lead_agency_id,
        "trip_category": report.trip_category,
        "destinations": list(report.destinations),
        "trip_start": report.trip_start,
        "trip_end": report.trip_end,
        "report_date": report.report_date,
        "dispatched_on": report.dispatched_on,
        "document_no": report.document_no,
        "confidentiality": report.confidentiality.value,
    }
