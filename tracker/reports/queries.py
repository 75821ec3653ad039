"""Reading reports; what a person may see is decided in `visible_to`, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload, undefer

from tracker.access import Permission, Principal
from tracker.foundation.database import Page, Session
from tracker.foundation.errors import NotFound
from tracker.foundation.searching import holds
from tracker.people.queries import calendars_around
from tracker.reports.models import Draft, Edition, EditionVerdict, Recommendation, Report, ReviewStep
from tracker.reports.rules.drafts import SETTLED, Confidentiality, DraftKind, DraftState, ReportState
from tracker.reports.rules.editions import EditionState
from tracker.reports.rules.filing import FilingPeriod, FilingRule, filing_period


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the condition on `Report` for what a person may see.

    A reviewed public report is everybody's; a restricted one its lead agency's, from the head down to every unit, and
    the coordinator's; one still in review only the reviewers'.
    """
    if not principal.may(Permission.Report.READ):
        return false()
    restricted = principal.scope(Permission.Report.READ_RESTRICTED)
    readable = (
        true()
        if restricted.city
        else or_(
            Report.confidentiality == Confidentiality.PUBLIC,
            Report.lead_agency_id.in_(restricted.departments),
        )
    )
    if principal.may(Permission.Report.REVIEW):
        return readable
    return and_(readable, Report.state == ReportState.REVIEWED)


def is_visible_to(principal: Principal, report: Report) -> bool:
    """Tell whether a person may see a report: `visible_to` of a row at hand."""
    if not principal.may(Permission.Report.READ):
        return False
    is_public = report.confidentiality is Confidentiality.PUBLIC
    readable = is_public or principal.scope(Permission.Report.READ_RESTRICTED).covers(report.lead_agency_id)
    return readable and (principal.may(Permission.Report.REVIEW) or report.state is ReportState.REVIEWED)


def get_report(
    session: Session,
    principal: Principal,
    report_id: int,
    *,
    with_text: bool = False,
    with_editions: bool = False,
) -> Report:
    """Return a report with travellers and recommendations; raises NotFound, also when it may not be seen."""
    query = (
        select(Report)
        .where(Report.id == report_id, visible_to(principal))
        .options(
            selectinload(Report.travellers),
            selectinload(Report.recommendations),
            joinedload(Report.lead_agency),
            joinedload(Report.imported_by),
            joinedload(Report.edition).joinedload(Edition.former),
            joinedload(Report.edition).joinedload(Edition.decided_by),
        )
    )
    if with_text:
        query = query.options(undefer(Report.text))
    if with_editions:
        known = joinedload(Report.verdicts).joinedload(EditionVerdict.recommendation)
        query = query.options(
            joinedload(Report.later).joinedload(Edition.report), known.joinedload(Recommendation.report)
        )
    report = session.scalars(query).unique().one_or_none()
    if report is None:
        raise NotFound
    return report


def edition_of(principal: Principal, report: Report) -> Edition | None:
    """Return of which report one may be another edition, if the reader may see that one."""
    edition = report.edition
    return edition if edition is not None and is_visible_to(principal, edition.former) else None


def later_editions(principal: Principal, report: Report) -> Sequence[Report]:
    """Return the reports that were accepted as later editions of one and may be seen, the last one first."""
    accepted = (each.report for each in report.later if each.state is EditionState.ACCEPTED)
    return [each for each in accepted if is_visible_to(principal, each)]


def carried_by(principal: Principal, report: Report) -> Sequence[EditionVerdict]:
    """Return what a report says of recommendations of reports that may be seen, in the order of its text."""
    return [
        each
        for each in report.verdicts
        if each.is_source and is_visible_to(principal, each.recommendation.report)
    ]


def find_report_by_hash(session: Session, sha256: str) -> Report | None:
    """Return the report that was imported from a file of this content."""
    return session.scalars(select(Report).where(Report.source_sha256 == sha256)).one_or_none()


@dataclass(frozen=True)
class ReportLine:
    """One line of the list of reports: how many drafts wait of how many, and how many were confirmed.

    `first_waiting` is the draft at which a review goes on.
    """

    report: Report
    proposed: int
    waiting: int
    first_waiting: int | None
    recommendations: int

    @property
    def decided(self) -> int:
        """Return how many of the proposed drafts somebody has decided on."""
        return self.proposed - self.waiting


@dataclass(frozen=True)
class ReportFilter:
    """What a reader asks of the list of reports."""

    words: str = ""
    state: ReportState | None = None


def list_reports(
    session: Session, principal: Principal, wanted: ReportFilter, number: int = 1, size: int = 25
) -> Page[ReportLine]:
    """Return one page of reports, newest import first, with how far the review of each has come."""
    conditions = [visible_to(principal)]
    if wanted.state:
        conditions.append(Report.state == wanted.state)
    conditions += holds(wanted.words, Report.title, Report.report_no)
    total = session.scalar(select(func.count(Report.id)).where(*conditions)) or 0
    first_waiting = (
        select(Draft.id)
        .where(Draft.report_id == Report.id, _WAITS)
        .order_by(Draft.start, Draft.id)
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    counts = (_count(Draft, _IS_PROPOSED), _count(Draft, _WAITS), first_waiting, _count(Recommendation))
    rows = session.execute(
        select(Report, *counts)
        .where(*conditions)
        .options(joinedload(Report.lead_agency))
        .order_by(Report.imported_at.desc(), Report.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([ReportLine(*row) for row in rows], total, number, size)


def list_drafts(session: Session, report_id: int, *, with_gone: bool = False) -> Sequence[Draft]:
    """Return a report's drafts as they are stored now, in the order of the text."""
    query = (
        select(Draft)
        .where(Draft.report_id == report_id)
        .options(joinedload(Draft.lead_department), joinedload(Draft.officer))
        .order_by(Draft.start, Draft.id)
        .execution_options(populate_existing=True)
    )
    if not with_gone:
        query = query.where(Draft.state != DraftState.GONE)
    return session.scalars(query).all()


def find_last_step(session: Session, principal: Principal, report_id: int) -> ReviewStep | None:
    """Return the reader's own last step at a report's desk that was not taken back."""
    query = select(ReviewStep).where(
        ReviewStep.report_id == report_id,
        ReviewStep.person_id == principal.person_id,
        ReviewStep.undone_at.is_(None),
    )
    return session.scalars(query.order_by(ReviewStep.id.desc()).limit(1)).one_or_none()


def find_colleague_step(
    session: Session, principal: Principal, report_id: int, since: datetime
) -> ReviewStep | None:
    """Return the last step that somebody else took at a report's desk since a moment."""
    query = (
        select(ReviewStep)
        .where(
            ReviewStep.report_id == report_id,
            ReviewStep.person_id != principal.person_id,
            ReviewStep.at >= since,
        )
        .options(joinedload(ReviewStep.person))
        .order_by(ReviewStep.at.desc(), ReviewStep.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def find_latest_steps(
    session: Session, principal: Principal, report_id: int, since: datetime
) -> tuple[ReviewStep | None, ReviewStep | None]:
    """Return what `find_last_step` and `find_colleague_step` do, in one statement."""
    here = select(ReviewStep.id).where(ReviewStep.report_id == report_id)
    own = here.where(ReviewStep.person_id == principal.person_id, ReviewStep.undone_at.is_(None))
    others = here.where(ReviewStep.person_id != principal.person_id, ReviewStep.at >= since)
    last = own.order_by(ReviewStep.id.desc()).limit(1).scalar_subquery()
    last_of_others = others.order_by(ReviewStep.at.desc(), ReviewStep.id.desc()).limit(1).scalar_subquery()
    found = session.scalars(
        select(ReviewStep)
        .where(or_(ReviewStep.id == last, ReviewStep.id == last_of_others))
        .options(joinedload(ReviewStep.person))
    ).all()
    is_own = {each.person_id == principal.person_id: each for each in found}
    return is_own.get(True), is_own.get(False)


def get_draft(session: Session, principal: Principal, draft_id: int) -> Draft:
    """Return a draft of a report that may be seen; raises NotFound."""
    query = select(Draft).join(Report).where(Draft.id == draft_id, visible_to(principal))
    draft = session.scalars(query.options(joinedload(Draft.report).undefer(Report.text))).one_or_none()
    if draft is None:
        raise NotFound
    return draft


def get_recommendation(session: Session, principal: Principal, recommendation_id: int) -> Recommendation:
    """Return a confirmed recommendation with its report; raises NotFound."""
    query = (
        select(Recommendation)
        .join(Report)
        .where(Recommendation.id == recommendation_id, visible_to(principal))
        .options(joinedload(Recommendation.report))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def count_waiting_reports(session: Session, principal: Principal) -> int:
    """Return how many reports wait for this person's review."""
    if not principal.may(Permission.Report.REVIEW):
        return 0
    query = select(func.count(Report.id)).where(visible_to(principal), Report.state == ReportState.IN_REVIEW)
    return session.scalar(query) or 0


_WAITS = and_(Draft.state == DraftState.WAITING, Draft.kind != DraftKind.POSSIBLE)
_TAKEN_UP = Draft.state.in_((DraftState.ACCEPTED, *SETTLED))
_IS_PROPOSED = and_(Draft.state != DraftState.GONE, or_(Draft.kind != DraftKind.POSSIBLE, _TAKEN_UP))


def _count(model: type[Draft] | type[Recommendation], *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count(model.id))
        .where(model.report_id == Report.id, *conditions)
        .correlate(Report)
        .scalar_subquery()
    )


def filing_period_of(session: Session, report: Report, rule: FilingRule, country: str) -> FilingPeriod | None:
    """Return within which period a report had to be filed, by its agency's calendar; None without a day of return."""
    if report.trip_end is None:
        return None
    known = calendars_around(session, country, report.trip_end)
    calendar = known.of(report.lead_agency_id) if report.lead_agency_id is not None else known.everywhere
    return filing_period(report.trip_end, rule, calendar)
