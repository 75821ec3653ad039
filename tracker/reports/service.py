"""Verbs about reports: import, the review desk, adoption. Extraction proposes, a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from tracker import audit
from tracker.access import Act, Permission
from tracker.extraction.model import Candidate, ReadReport
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import (
    Conflict,
    Duplicate,
    Invalid,
    ReportUnreadable,
)
from tracker.foundation.filing import StoredFile
from tracker.foundation.language import N_
from tracker.people.models import Department
from tracker.people.queries import department_nodes, get_department, get_user
from tracker.people.rules.tree import Node, named_department, subtree
from tracker.reports import queries
from tracker.reports.events import RecommendationConfirmed, ReportImported
from tracker.reports.models import Draft, Recommendation, Report, Traveller
from tracker.reports.rules import adoption as adoption_rules
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import (
    Confidentiality,
    DraftKind,
    DraftState,
    ReportState,
    is_marked_secret,
    item_number,
    report_number,
    short_title,
)
from tracker.reports.rules.themes import propose_theme


class SecretReport(ReportUnreadable):
    """The cover marks the report 密; such reports are handled outside this system."""

    message = N_("這份報告標示為密件，依規定不得匯入本系統；檔案未儲存。")


class ReportKnown(Duplicate):
    """The same file was imported before."""

    message = N_("這份檔案已於先前匯入：%(title)s")


class PassageMissing(Invalid):
    """The words that a reviewer typed do not stand in the report."""

    message = N_("原文裡找不到這段文字，請從原文複製後再試。")


@dataclass(frozen=True)
class Proposals:
    """What the city's settings contribute to the first proposals for a draft."""

    themes: Sequence[str]
    default_due_days: int


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
    confidentiality: Confidentiality = Confidentiality.PUBLIC


@dataclass(frozen=True)
class DraftChoice:
    """What a reviewer chose for a draft; offsets are code points of the report's text."""

    start: int
    end: int
    title: str
    theme: str = ""
    adoption: Adoption = Adoption.PENDING
    adoption_reason: str = ""
    study_until: date | None = None
    lead_department_id: int | None = None
    support_department_ids: tuple[int, ...] = ()
    officer_id: int | None = None
    due_on: date | None = None
    expected_result: str = ""


def check_not_imported(session: Session, act: Act, file: StoredFile) -> None:
    """Raise Forbidden, or ReportKnown when the same file was imported before; called ahead of the costly reading."""
    act.require(Permission.Report.IMPORT)
    if known := queries.find_report_by_hash(session, file.sha256):
        raise ReportKnown(title=known.title)


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
    if is_marked_secret(read.document_text):
        raise SecretReport
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
        report.drafts += [_proposed(kind, c, report, nodes, proposals, act.today) for c in candidates]
    session.add(report)
    session.flush()
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
    if problems:
        raise Invalid(fields=problems)
    if fields.lead_agency_id is not None:
        get_department(session, fields.lead_agency_id)
    before = _report_facts(report)
    report.title = fields.title.strip()
    report.lead_agency_id = fields.lead_agency_id
    report.trip_category = fields.trip_category.strip()
    report.destinations = [each.strip() for each in fields.destinations if each.strip()]
    report.trip_start, report.trip_end = fields.trip_start, fields.trip_end
    report.report_date = fields.report_date
    report.confidentiality = fields.confidentiality
    session.flush()
    audit.record(session, act, "report_edited", "report", report.id, before, _report_facts(report))
    return report


def accept_draft(
    session: Session, act: Act, draft_id: int, choice: DraftChoice, version: int | None = None
) -> Draft:
    """Keep what a reviewer chose for a draft; nothing is published before `confirm`. Raises Invalid."""
    draft = _open_draft(session, act, draft_id, version)
    _check_choice(session, draft.report, choice, act.today)
    _fill_draft(draft, choice)
    draft.state = DraftState.ACCEPTED
    draft.rejection_reason = ""
    session.flush()
    audit.record(
        session,
        act,
        "draft_accepted",
        "report",
        draft.report_id,
        {},
        {"draft": draft.id, "title": draft.title},
    )
    return draft


def reject_draft(session: Session, act: Act, draft_id: int, reason: str, version: int | None = None) -> Draft:
    """Set a draft aside, with the reason; raises Invalid without one."""
    draft = _open_draft(session, act, draft_id, version)
    if not reason.strip():
        raise Invalid(fields={"rejection_reason": N_("請說明剔除的理由。")})
    draft.state = DraftState.REJECTED
    draft.rejection_reason = reason.strip()
    session.flush()
    after = {"draft": draft.id, "title": draft.title, "reason": draft.rejection_reason}
    audit.record(session, act, "draft_rejected", "report", draft.report_id, {}, after)
    return draft


def reconsider_draft(session: Session, act: Act, draft_id: int, version: int | None = None) -> Draft:
    """Put an accepted or rejected draft back among those that wait."""
    draft = _open_draft(session, act, draft_id, version)
    draft.state = DraftState.WAITING
    session.flush()
    audit.record(session, act, "draft_reconsidered", "report", draft.report_id, {}, {"draft": draft.id})
    return draft


def add_draft(
    session: Session, act: Act, report_id: int, start: int, end: int, proposals: Proposals
) -> Draft:
    """Add a passage that a reviewer marked in the text; raises Invalid for a place outside of it."""
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id, with_text=True)
    quote = _quote(report, start, end)
    page = _page_at(report, start)
    marked = Candidate(start, end, quote, page, confidence=1.0, why=("marked_by_reviewer",))
    draft = _proposed(DraftKind.MANUAL, marked, report, department_nodes(session), proposals, act.today)
    draft.report_id = report.id
    session.add(draft)
    session.flush()
    audit.record(session, act, "draft_added", "report", report.id, {}, {"draft": draft.id, "quote": quote})
    return draft


def confirm(
    session: Session, act: Act, report_id: int, version: int | None = None
) -> Sequence[Recommendation]:
    """Turn the accepted drafts into recommendations, and ask for their action items.

    Ends the review once no proposed recommendation waits; what was only possible and stayed untouched is set aside.
    Raises Conflict when nothing was accepted or a due date has passed, Invalid when the report has no lead agency.
    """
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id, with_text=True)
    check_version(report.version, version)
    drafts = queries.list_drafts(session, report_id)
    accepted = [draft for draft in drafts if draft.state is DraftState.ACCEPTED]
    if not accepted:
        raise Conflict(N_("還沒有採用任何建議事項。若報告沒有建議事項，請選「本報告無建議事項」。"))
    _check_still_fits(accepted, act.today)
    _number_report(session, report, act.today)
    report.no_recommendation_declared = False
    confirmed = [_confirm_one(session, act, report, draft) for draft in accepted]
    waiting = [d for d in drafts if d.state is DraftState.WAITING and d.kind is not DraftKind.POSSIBLE]
    if not waiting:
        _end_review(act, report)
    session.flush()
    after = {"recommendations": len(confirmed), "report_no": report.report_no, "state": report.state.value}
    audit.record(session, act, "recommendations_confirmed", "report", report.id, {}, after)
    return confirmed


def declare_no_recommendation(
    session: Session, act: Act, report_id: int, version: int | None = None
) -> Report:
    """End the review of a report that recommends nothing (無建議), a legal value; raises Conflict otherwise."""
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id)
    check_version(report.version, version)
    if report.recommendations or any(
        d.state is DraftState.ACCEPTED for d in queries.list_drafts(session, report_id)
    ):
        raise Conflict(N_("已有採用的建議事項，不能宣告無建議。"))
    _number_report(session, report, act.today)
    report.no_recommendation_declared = True
    _end_review(act, report)
    session.flush()
    audit.record(session, act, "no_recommendation_declared", "report", report.id)
    return report


def decide_adoption(
    session: Session,
    act: Act,
    recommendation_id: int,
    adoption: Adoption,
    reason: str = "",
    study_until: date | None = None,
    version: int | None = None,
) -> Recommendation:
    """Record 採行情形 for a confirmed recommendation; raises Invalid or VersionConflict."""
    act.require(Permission.Report.REVIEW)
    recommendation = queries.get_recommendation(session, act.by, recommendation_id)
    check_version(recommendation.version, version)
    if problems := adoption_rules.problems_with(adoption, reason, study_until, act.today):
        raise Invalid(fields=problems)
    before = _adoption_facts(recommendation)
    recommendation.adoption = adoption
    recommendation.adoption_reason = reason.strip()
    recommendation.study_until = study_until if adoption is Adoption.UNDER_STUDY else None
    recommendation.decided_by_id, recommendation.decided_at = act.by.person_id, act.at
    session.flush()
    audit.record(
        session,
        act,
        "adoption_decided",
        "recommendation",
        recommendation.id,
        before,
        _adoption_facts(recommendation),
    )
    return recommendation


def _confirm_one(session: Session, act: Act, report: Report, draft: Draft) -> Recommendation:
    decided = draft.adoption is not Adoption.PENDING
    recommendation = Recommendation(
        report_id=report.id,
        draft_id=draft.id,
        seq_no=1 + max((r.seq_no for r in report.recommendations), default=0),
        verbatim_quote=_quote(report, draft.start, draft.end),
        start=draft.start,
        end=draft.end,
        page=draft.page,
        label=draft.label,
        theme=draft.theme,
        adoption=draft.adoption,
        adoption_reason=draft.adoption_reason,
        study_until=draft.study_until,
        decided_by_id=act.by.person_id if decided else None,
        decided_at=act.at if decided else None,
        confirmed_at=act.at,
        confirmed_by_id=act.by.person_id,
    )
    report.recommendations.append(recommendation)
    draft.state = DraftState.CONFIRMED
    session.flush()
    assigned = draft.lead_department_id is not None and draft.adoption in adoption_rules.OPENS_ITEMS
    raise_event(
        session,
        RecommendationConfirmed(
            recommendation_id=recommendation.id,
            act=act,
            item_no=item_number(report.report_no or "", recommendation.seq_no),
            title=draft.title,
            expected_result=draft.expected_result,
            lead_department_id=draft.lead_department_id if assigned else None,
            support_department_ids=tuple(draft.support_department_ids),
            officer_id=draft.officer_id,
            due_on=draft.due_on,
        ),
    )
    return recommendation


def _number_report(session: Session, report: Report, today: date) -> None:
    if report.lead_agency_id is None:
        raise Invalid(fields={"lead_agency_id": N_("請先選定報告的主辦機關，才能編號。")})
    if report.report_no:
        return
    day = report.report_date or report.trip_end or today
    lead_agency = select(Department).where(Department.id == report.lead_agency_id)
    # Numbers are given out one after the other: two reviews of one agency's reports may end in the same moment.
    code = session.scalars(lead_agency.with_for_update(key_share=True)).one().code
    sequence = 1
    while session.scalar(
        select(func.count(Report.id)).where(Report.report_no == report_number(day, code, sequence))
    ):
        sequence += 1
    report.report_no = report_number(day, code, sequence)


def _end_review(act: Act, report: Report) -> None:
    report.state = ReportState.REVIEWED
    report.reviewed_at = act.at


def _open_draft(session: Session, act: Act, draft_id: int, version: int | None) -> Draft:
    act.require(Permission.Report.REVIEW)
    draft = queries.get_draft(session, act.by, draft_id)
    check_version(draft.version, version)
    if draft.state is DraftState.CONFIRMED:
        raise Conflict(N_("這項建議已確認，引文不能再更動。"))
    return draft


def _check_choice(session: Session, report: Report, choice: DraftChoice, today: date) -> None:
    _quote(report, choice.start, choice.end)
    problems = adoption_rules.problems_with(
        choice.adoption, choice.adoption_reason, choice.study_until, today
    )
    opens = choice.adoption in adoption_rules.OPENS_ITEMS
    if not choice.title.strip():
        problems["title"] = N_("請填寫列管事項的名稱。")
    if opens and choice.adoption is not Adoption.PENDING and choice.lead_department_id is None:
        problems["lead_department_id"] = N_("請選擇主辦機關。")
    if opens and choice.lead_department_id is not None:
        get_department(session, choice.lead_department_id)
        if choice.due_on is None:
            problems["due_on"] = N_("請訂出預定完成日。")
        elif choice.due_on < today:
            problems["due_on"] = N_("預定完成日不可早於今天。")
    if not _may_work_there(session, choice.officer_id, choice.lead_department_id):
        problems["officer_id"] = N_("承辦人必須是主辦機關或其所屬單位的同仁。")
    if choice.lead_department_id is not None and choice.lead_department_id in choice.support_department_ids:
        problems["support_department_ids"] = N_("協辦機關不可與主辦機關相同。")
    if problems:
        raise Invalid(fields=problems)


def _may_work_there(session: Session, officer_id: int | None, department_id: int | None) -> bool:
    if officer_id is None or department_id is None:
        return officer_id is None
    below = subtree(department_nodes(session), department_id)
    officer = get_user(session, officer_id)
    return officer.is_active and any(grant.department_id in below for grant in officer.grants)


def _check_still_fits(accepted: Sequence[Draft], today: date) -> None:
    for draft in accepted:
        opens = draft.lead_department_id is not None and draft.adoption in adoption_rules.OPENS_ITEMS
        if opens and (draft.due_on is None or draft.due_on < today):
            raise Conflict(N_("「%(title)s」的預定完成日已過，請先改期再確認。"), title=draft.title)


def _fill_draft(draft: Draft, choice: DraftChoice) -> None:
    draft.start, draft.end = choice.start, choice.end
    draft.page = _page_at(draft.report, choice.start)
    draft.title = choice.title.strip()
    draft.theme = choice.theme
    draft.adoption = choice.adoption
    draft.adoption_reason = choice.adoption_reason.strip()
    draft.study_until = choice.study_until if choice.adoption is Adoption.UNDER_STUDY else None
    draft.lead_department_id = choice.lead_department_id
    draft.support_department_ids = list(choice.support_department_ids)
    draft.officer_id = choice.officer_id
    draft.due_on = choice.due_on
    draft.expected_result = choice.expected_result.strip()


def _proposed(
    kind: DraftKind,
    candidate: Candidate,
    report: Report,
    nodes: Sequence[Node],
    proposals: Proposals,
    today: date,
) -> Draft:
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
        lead_department_id=named_department(nodes, candidate.owner_hint) or report.lead_agency_id,
        support_department_ids=[],
        due_on=hinted_on
        if hinted_on and hinted_on >= today
        else today + timedelta(days=proposals.default_due_days),
    )


def _quote(report: Report, start: int, end: int) -> str:
    if not 0 <= start < end <= len(report.text) or not report.text[start:end].strip():
        raise Invalid(fields={"start": N_("引文的位置不在報告內文中，請重新選取。")})
    return report.text[start:end]


def _page_at(report: Report, offset: int) -> int | None:
    if report.page_starts is None:
        return None
    return max(1, sum(1 for start in report.page_starts if start <= offset))


def _report_facts(report: Report) -> dict[str, object]:
    return {
        "title": report.title,
        "lead_agency_id": report.lead_agency_id,
        "trip_category": report.trip_category,
        "destinations": list(report.destinations),
        "trip_start": report.trip_start,
        "trip_end": report.trip_end,
        "report_date": report.report_date,
        "confidentiality": report.confidentiality.value,
    }


def _adoption_facts(recommendation: Recommendation) -> dict[str, object]:
    return {
        "adoption": recommendation.adoption.value,
        "reason": recommendation.adoption_reason,
        "study_until": recommendation.study_until,
    }
