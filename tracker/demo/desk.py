"""The coordinator's desk in the demonstration: imports the sample reports and decides on what was proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.access import Act
from tracker.demo.founding import act_of
from tracker.demo.plan import ItemPlan, ReportPlan, day_of
from tracker.demo.samples import Sample
from tracker.foundation.database import Session
from tracker.foundation.jobs import JobState, enqueue, find_job, run_next
from tracker.people.queries import find_department_by_code, find_user_by_email
from tracker.reports import confirming, importing, queries, reviewing, spanning
from tracker.reports.models import Draft
from tracker.reports.reviewing import DraftChoice
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality, DraftState
from tracker.reports.rules.spans import share_words
from tracker.wiring import Wiring

COORDINATOR = "shuyi.wei"
NO_REQUEST = "屬參訪見聞，未提出具體作為。"


@dataclass(frozen=True)
class Desk:
    """Who sits at the desk, and the day from which the plan's days count."""

    wiring: Wiring
    today: date

    def import_report(self, data: bytes, file_name: str) -> int:
        """Import a report's file as the upload page does, by a background job; returns its id."""
        wiring = self.wiring
        file = wiring.files.put(data, file_name)
        with wiring.database.transaction() as session:
            act = act_of(wiring, session, COORDINATOR)
            payload = importing.payload_of(file, Confidentiality.PUBLIC)
            job_id = enqueue(session, importing.KIND, payload, act.at, act.by.person_id).id
        run_next(wiring.database, wiring.handlers(), wiring.clock)
        with wiring.database.reading() as session:
            job = find_job(session, job_id)
            assert job is not None
            assert job.state is JobState.DONE, job.message
            return int(job.result["report_id"])

    def review(self, report_id: int, sample: Sample, plan: ReportPlan) -> Sequence[int]:
        """Accept what was really recommended, set the rest aside, confirm; returns the recommendations' ids."""
        for quote, decided in zip(sample.quotes, plan.recommendations, strict=True):
            self._accept(report_id, quote, decided)
        self._reject_others(report_id)
        with self.wiring.database.transaction() as session:
            act = act_of(self.wiring, session, COORDINATOR)
            confirmed = confirming.confirm(session, act, report_id)
            return [each.id for each in confirmed]

    def _accept(self, report_id: int, quote: str, decided: ItemPlan) -> None:
        with self.wiring.database.transaction() as session:
            act = act_of(self.wiring, session, COORDINATOR)
            report = queries.get_report(session, act.by, report_id, with_text=True)
            start = report.text.index(quote)
            end = start + len(quote)
            draft = self._draft_at(session, act, report_id, (start, end))
            departments = [
                find_department_by_code(session, code) for code in (decided.lead, *decided.support)
            ]
            officer = find_user_by_email(session, f"{decided.officer}@city.example")
            lead, *support = (each.id if each else None for each in departments)
            choice = DraftChoice(
                decided.title,
                decided.theme,
                Adoption(decided.adoption),
                decided.reason,
                day_of(decided.study, self.today) if decided.study else None,
                lead,
                tuple(each for each in support if each is not None),
                officer.id if officer else None,
                day_of(decided.due, self.today) if decided.due else None,
                decided.expected,
            )
            reviewing.accept_draft(session, act, draft.id, choice)

    def _draft_at(self, session: Session, act: Act, report_id: int, span: tuple[int, int]) -> Draft:
        drafts = queries.list_drafts(session, report_id)
        best = _best(drafts, *span)
        for other in drafts:
            waits = other is not best and other.state is DraftState.WAITING
            if waits and share_words(span, (other.start, other.end)):
                reviewing.reject_draft(session, act, other.id, NO_REQUEST)
        if best is None:
            return reviewing.add_draft(session, act, report_id, *span, self.wiring.proposals())
        return spanning.move_boundary(session, act, best.id, *span)

    def _reject_others(self, report_id: int) -> None:
        with self.wiring.database.transaction() as session:
            act = act_of(self.wiring, session, COORDINATOR)
            for draft in queries.list_drafts(session, report_id):
                if draft.state is DraftState.WAITING:
                    reviewing.reject_draft(session, act, draft.id, NO_REQUEST)


def _best(drafts: Sequence[Draft], start: int, end: int) -> Draft | None:
    """Return the waiting draft that shares most with a span; a reviewer would correct its ends."""
    overlaps = [(min(end, each.end) - max(start, each.start), each) for each in drafts]
    waiting = [(shared, each) for shared, each in overlaps if each.state is DraftState.WAITING and shared > 0]
    return max(waiting, key=lambda pair: pair[0])[1] if waiting else None
