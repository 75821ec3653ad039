"""The end of a review: accepted drafts become recommendations with numbers, and adoption (採行情形) is recorded."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session, check_version, raise_event
from tracker.foundation.errors import Conflict, Invalid, VersionConflict
from tracker.foundation.language import N_
from tracker.people.models import Department
from tracker.reports import queries, sketching
from tracker.reports.drafting import quote_at
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.guards import hold_desk
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.rules import adoption as adoption_rules
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftKind, DraftState, ReportState, item_number, report_number


def confirm(
    session: Session,
    act: Act,
    report_id: int,
    version: int | None = None,
    shown: Mapping[int, int] | None = None,
    only: Collection[int] | None = None,
) -> Sequence[Recommendation]:
    """Turn the accepted drafts into recommendations, and ask for their action items.

    `shown` gives the ids and versions of the accepted drafts that were seen: what a colleague accepted or changed
    meanwhile is not confirmed unseen. With `only`, what else was accepted stays as it is. Ends the review once no
    proposed recommendation waits; what was only possible and stayed untouched is set aside. An edition that only says
    what is known has nothing to accept, and its review ends all the same. Raises Conflict when nothing was accepted or
    a due date has passed, VersionConflict, and Invalid when the report has no lead agency.
    """
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id, with_text=True)
    hold_desk(session, report.id)
    check_version(report.version, version)
    drafts = queries.list_drafts(session, report_id)
    accepted = [d for d in drafts if d.state is DraftState.ACCEPTED and (only is None or d.id in only)]
    if shown is not None and shown != {draft.id: draft.version for draft in accepted}:
        raise VersionConflict
    waiting = [
        d
        for d in drafts
        if (d.state is DraftState.ACCEPTED and d not in accepted)
        or (d.state is DraftState.WAITING and d.kind is not DraftKind.POSSIBLE)
    ]
    if not accepted and (waiting or not any(draft.state is DraftState.MATCHED for draft in drafts)):
        raise Conflict(N_("還沒有採用任何建議事項。若報告沒有建議事項，請選「本報告無建議事項」。"))
    _check_still_fits(accepted, act.today)
    number_report(session, report, act.today)
    report.no_recommendation_declared = False
    confirmed = [_confirm_one(session, act, report, draft) for draft in accepted]
    if not waiting:
        _end_review(act, report)
    session.flush()
    sketching.mark_recommendations(session, confirmed)
    after = {"recommendations": len(confirmed), "report_no": report.report_no, "state": report.state.value}
    audit.record(session, act, "recommendations_confirmed", "report", report.id, {}, after)
    return confirmed


def declare_no_recommendation(
    session: Session, act: Act, report_id: int, version: int | None = None
) -> Report:
    """End the review of a report that recommends nothing (無建議), a legal value; raises Conflict otherwise."""
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id)
    hold_desk(session, report.id)
    check_version(report.version, version)
    if report.recommendations or any(
        d.state in (DraftState.ACCEPTED, DraftState.MATCHED) for d in queries.list_drafts(session, report_id)
    ):
        raise Conflict(N_("已有採用的建議事項，不能宣告無建議。"))
    number_report(session, report, act.today)
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
        verbatim_quote=quote_at(report, draft.start, draft.end),
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


def number_report(session: Session, report: Report, today: date) -> None:
    """Give a report its number, the next of its agency and year; raises Invalid without a lead agency."""
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


def _check_still_fits(accepted: Sequence[Draft], today: date) -> None:
    for draft in accepted:
        opens = draft.lead_department_id is not None and draft.adoption in adoption_rules.OPENS_ITEMS
        if opens and (draft.due_on is None or draft.due_on < today):
            raise Conflict(N_("「%(title)s」的預定完成日已過，請先改期再確認。"), title=draft.title)


def _adoption_facts(recommendation: Recommendation) -> dict[str, object]:
    return {
        "adoption": recommendation.adoption.value,
        "reason": recommendation.adoption_reason,
        "study_until": recommendation.study_until,
    }
