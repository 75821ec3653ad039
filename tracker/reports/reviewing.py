"""Verbs of the review desk: what a reviewer keeps, sets aside or adds; nothing is published before `confirming`."""

from dataclasses import dataclass
from datetime import date

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session
from tracker.foundation.errors import Invalid
from tracker.foundation.language import N_
from tracker.people.queries import department_nodes, get_department, get_user
from tracker.people.rules.tree import subtree
from tracker.reports import queries
from tracker.reports.drafting import Proposals, candidate_at, propose_draft, quote_at
from tracker.reports.guards import check_free, hold_desk, open_draft
from tracker.reports.models import Draft
from tracker.reports.rules import adoption as adoption_rules
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.reports.rules.spans import trimmed
from tracker.reports.rules.steps import Verb
from tracker.reports.undoing import facts_of, remember


class PassageMissing(Invalid):
    """The words that a reviewer typed do not stand in the report."""

    message = N_("原文裡找不到這段文字，請從原文複製後再試。")


@dataclass(frozen=True)
class DraftChoice:
    """What a reviewer chose for a draft."""

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


def choice_of(draft: Draft) -> DraftChoice:
    """Return what is proposed or chosen for a draft now."""
    return DraftChoice(
        title=draft.title,
        theme=draft.theme,
        adoption=draft.adoption,
        adoption_reason=draft.adoption_reason,
        study_until=draft.study_until,
        lead_department_id=draft.lead_department_id,
        support_department_ids=tuple(draft.support_department_ids),
        officer_id=draft.officer_id,
        due_on=draft.due_on,
        expected_result=draft.expected_result,
    )


def accept_draft(
    session: Session, act: Act, draft_id: int, choice: DraftChoice | None = None, version: int | None = None
) -> Draft:
    """Keep a draft with what a reviewer chose, or as it stands; nothing is published before `confirm`.

    Raises Invalid, and Conflict when it can no longer be changed or was changed since it was shown.
    """
    draft = open_draft(session, act, draft_id, version)
    choice = choice or choice_of(draft)
    check_choice(session, choice, act.today)
    _check_words(session, draft)
    before = facts_of([draft])
    _fill_draft(draft, choice)
    draft.state = DraftState.ACCEPTED
    draft.rejection_reason = ""
    remember(session, act, Verb.ACCEPT, before, [draft])
    after = {"draft": draft.id, "title": draft.title}
    audit.record(session, act, "draft_accepted", "report", draft.report_id, {}, after)
    return draft


def reject_draft(session: Session, act: Act, draft_id: int, reason: str, version: int | None = None) -> Draft:
    """Set a draft aside, with the reason; raises Invalid without one."""
    draft = open_draft(session, act, draft_id, version)
    if not reason.strip():
        raise Invalid(fields={"rejection_reason": N_("請填寫剔除說明。")})
    before = facts_of([draft])
    draft.state = DraftState.REJECTED
    draft.rejection_reason = reason.strip()
    remember(session, act, Verb.REJECT, before, [draft])
    after = {"draft": draft.id, "title": draft.title, "reason": draft.rejection_reason}
    audit.record(session, act, "draft_rejected", "report", draft.report_id, {}, after)
    return draft


def reconsider_draft(session: Session, act: Act, draft_id: int, version: int | None = None) -> Draft:
    """Put an accepted or rejected draft back among those that wait; raises WordsTaken if others hold its words."""
    draft = open_draft(session, act, draft_id, version)
    _check_words(session, draft)
    before = facts_of([draft])
    draft.state = DraftState.WAITING
    remember(session, act, Verb.RECONSIDER, before, [draft])
    audit.record(session, act, "draft_reconsidered", "report", draft.report_id, {}, {"draft": draft.id})
    return draft


def add_draft(
    session: Session, act: Act, report_id: int, start: int, end: int, proposals: Proposals
) -> Draft:
    """Add a passage that a reviewer marked in the text.

    Raises Invalid for a place outside of it, WordsTaken where another draft holds the words.
    """
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id, with_text=True)
    hold_desk(session, report.id)
    quote_at(report, start, end)
    span = trimmed(report.text, (start, end))
    check_free(session, report.id, [span])
    marked = candidate_at(report, span, "marked_by_reviewer")
    draft = propose_draft(DraftKind.MANUAL, marked, report, department_nodes(session), proposals, act.today)
    draft.report_id = report.id
    session.add(draft)
    remember(session, act, Verb.ADD, {}, [draft])
    after = {"draft": draft.id, "quote": marked.text}
    audit.record(session, act, "draft_added", "report", report.id, {}, after)
    return draft


def _check_words(session: Session, draft: Draft) -> None:
    """Let a rejected draft come back only while no other one holds its words."""
    if draft.state is DraftState.REJECTED:
        check_free(session, draft.report_id, [(draft.start, draft.end)], without=[draft.id])


def check_choice(session: Session, choice: DraftChoice, today: date) -> None:
    """Raise Invalid, with a sentence for each field, when a choice cannot be accepted."""
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


def _fill_draft(draft: Draft, choice: DraftChoice) -> None:
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
