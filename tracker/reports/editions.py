"""Editions: a report recognised as another edition of a known one at import, and what a person says to that.

A recognition changes nothing. Only once a person accepts it are recommendations compared, in `comparing`.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker import audit
from tracker.access import Act, Permission, Principal
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict, Invalid, NotFound
from tracker.foundation.language import N_
from tracker.foundation.likeness import bigrams, likeness
from tracker.reports import queries, sketching
from tracker.reports.events import ReportImported
from tracker.reports.guards import hold_desk
from tracker.reports.models import Draft, Edition, EditionVerdict, Report
from tracker.reports.rules.drafts import DraftState, ReportState
from tracker.reports.rules.editions import EditionState, Ground, Recognition, ReportFacts, best_of, recognise
from tracker.reports.rules.sketches import Sketch, without_year


def propose_edition(session: Session, happened: ReportImported) -> None:
    """Note of which known report one that was just imported seems to be another edition."""
    act = happened.act
    report = queries.get_report(session, act.by, happened.report_id)
    best = _best(session, act.by, report)
    if best is None:
        return
    former, recognition = best
    session.add(
        Edition(
            report_id=report.id,
            former_id=former.id,
            state=EditionState.PROPOSED,
            grounds=[each.value for each in recognition.grounds],
            likeness=recognition.likeness,
            proposed_at=act.at,
        )
    )
    session.flush()
    facts = {"former": former.id, "grounds": [each.value for each in recognition.grounds]}
    audit.record(session, act, "edition_recognised", "report", report.id, {}, facts)


def find_edition(session: Session, principal: Principal, report_id: int) -> Edition | None:
    """Return of which report one may be another edition, if the reader may see both."""
    query = (
        select(Edition)
        .join(Edition.former)
        .where(Edition.report_id == report_id, queries.visible_to(principal))
        .options(joinedload(Edition.report), joinedload(Edition.former), joinedload(Edition.decided_by))
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def accept_edition(session: Session, act: Act, report_id: int, version: int | None = None) -> Edition:
    """Say that a report is another edition of the one it was recognised as; raises Conflict for a decided one."""
    edition = _open(session, act, report_id, version)
    return _decide(session, act, edition, EditionState.ACCEPTED)


def refuse_edition(session: Session, act: Act, report_id: int, version: int | None = None) -> Edition:
    """Say that a report is one of its own; raises Conflict for a decided one."""
    edition = _open(session, act, report_id, version)
    return _decide(session, act, edition, EditionState.REFUSED)


def choose_former(session: Session, act: Act, report_id: int, report_no: str) -> Edition:
    """Say of which report one is another edition, by that one's number; raises Invalid.

    Raises Conflict while it counts as an edition of another report.
    """
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id)
    hold_desk(session, report.id)
    wanted = select(Report).where(Report.report_no == report_no.strip(), queries.visible_to(act.by))
    former = session.scalars(wanted).one_or_none()
    if former is None or former.id == report.id or _stems_from(session, former.id, report.id):
        raise Invalid(fields={"report_no": N_("請填寫另一份報告的編號。")})
    edition = session.get(Edition, report.id)
    if edition is None:
        edition = Edition(report_id=report.id, likeness=0.0, proposed_at=act.at)
        session.add(edition)
    elif edition.state is EditionState.ACCEPTED:
        raise Conflict(N_("這份報告已視為另一份報告的新版本，請先復原。"))
    edition.former_id, edition.former = former.id, former
    edition.grounds = [Ground.CHOSEN.value]
    return _decide(session, act, edition, EditionState.ACCEPTED)


def take_back_answer(session: Session, act: Act, report_id: int, version: int | None = None) -> Edition:
    """Let a recognition wait for an answer again; what was decided about its recommendations is taken back with it.

    Passages that had been matched wait on the desk again, and with them the report.
    """
    edition = _get(session, act, report_id, version)
    if edition.state is EditionState.PROPOSED:
        raise Conflict(N_("還沒有決定，沒有可以復原的步驟。"))
    verdicts = session.scalars(select(EditionVerdict).where(EditionVerdict.report_id == report_id)).all()
    undo_verdicts(session, act, edition.report, verdicts)
    before = {"state": edition.state.value, "former": edition.former_id}
    edition.state = EditionState.PROPOSED
    edition.decided_at, edition.decided_by_id = None, None
    session.flush()
    audit.record(session, act, "edition_reconsidered", "report", report_id, before, {})
    return edition


def undo_verdicts(session: Session, act: Act, report: Report, verdicts: Sequence[EditionVerdict]) -> None:
    """Take verdicts on a report's passages back, each with a record; matched drafts wait again."""
    drafts = {each.id: each for each in queries.list_drafts(session, report.id)}
    for each in verdicts:
        draft: Draft | None = drafts.get(each.draft_id or 0)
        if draft is not None and draft.state is DraftState.MATCHED and each.is_source:
            draft.state = DraftState.WAITING
            report.state, report.reviewed_at = ReportState.IN_REVIEW, None
        session.delete(each)
        facts = {"recommendation": each.recommendation_id, "verdict": each.verdict.value}
        audit.record(session, act, "edition_verdict_undone", "report", report.id, facts, {})
    session.flush()


def _best(session: Session, principal: Principal, report: Report) -> tuple[Report, Recognition] | None:
    like = sketching.find_like_reports(session, report.id)
    if not like:
        return None
    sketches = sketching.sketches_of(session, [report.id, *like])
    own = _facts(report, sketches[report.id])
    known = session.scalars(select(Report).where(Report.id.in_(like), queries.visible_to(principal)))
    reports = {each.id: each for each in known}
    found = {
        key: recognition
        for key, each in reports.items()
        if (recognition := recognise(own, _facts(each, sketches[key]), likeness))
    }
    best = best_of(found)
    return (reports[best], found[best]) if best is not None else None


def _facts(report: Report, sketch: Sketch) -> ReportFacts:
    return ReportFacts(
        bigrams(without_year(report.title)),
        report.lead_agency_id,
        frozenset(report.agencies),
        (report.trip_start, report.trip_end),
        sketch,
    )


def _open(session: Session, act: Act, report_id: int, version: int | None) -> Edition:
    edition = _get(session, act, report_id, version)
    if edition.state is not EditionState.PROPOSED:
        raise Conflict(N_("這項辨識已經決定過了。"))
    return edition


def _get(session: Session, act: Act, report_id: int, version: int | None) -> Edition:
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id)
    hold_desk(session, report.id)
    edition = find_edition(session, act.by, report.id)
    if edition is None:
        raise NotFound
    check_version(edition.version, version)
    return edition


def _decide(session: Session, act: Act, edition: Edition, state: EditionState) -> Edition:
    edition.state = state
    edition.decided_at, edition.decided_by_id = act.at, act.by.person_id
    session.flush()
    verb = "edition_accepted" if state is EditionState.ACCEPTED else "edition_refused"
    facts = {"former": edition.former_id, "grounds": list(edition.grounds)}
    audit.record(session, act, verb, "report", edition.report_id, {}, facts)
    return edition


def _stems_from(session: Session, report_id: int, ancestor_id: int) -> bool:
    """Tell whether a report is an accepted edition of another one, however many editions lie between."""
    accepted = Edition.state == EditionState.ACCEPTED
    present: int | None = report_id
    while present is not None and present != ancestor_id:
        present = session.scalar(select(Edition.former_id).where(Edition.report_id == present, accepted))
    return present == ancestor_id
