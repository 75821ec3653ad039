"""Suggestions at the desk: what earlier decisions and the duties of departments say about a draft.

They fill in nothing. A person takes one by a step of their own, which can be taken back like every other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker import audit
from tracker.access import Act, Principal
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, Invalid
from tracker.foundation.language import N_
from tracker.people.queries import get_department, list_above
from tracker.reports.duties import read_words, words_by_department
from tracker.reports.events import RecommendationConfirmed
from tracker.reports.guards import check_free, open_draft
from tracker.reports.models import Draft, Recommendation, Report, SuggestionOutcome
from tracker.reports.precedents import grams_of_text, nearest
from tracker.reports.rules.drafts import DraftState
from tracker.reports.rules.duties import duties_in
from tracker.reports.rules.steps import Verb
from tracker.reports.rules.suggesting import Suggestion, suggest, telling, undated
from tracker.reports.undoing import facts_of, remember


@dataclass(frozen=True)
class Asked:
    """What a suggestion goes by: the words of a recommendation, and the lead agency of its report."""

    label: str
    quote: str
    agency_id: int | None


@dataclass(frozen=True)
class Taken:
    """What a person takes of a suggestion; what is None stays."""

    department_id: int | None = None
    theme: str | None = None
    due_on: date | None = None


class AlreadyDecided(Conflict):
    """Only what waits takes a suggestion."""

    message = N_("這一則已經處理過，請用「修改」變更。")


def suggest_for(
    session: Session, principal: Principal, asked: Sequence[Asked], words: Mapping[int, Sequence[str]]
) -> list[Suggestion]:
    """Return what is proposed for each of some recommendations, by the `words_by_department` in use.

    The grounds tell an earlier decision in words where the reader may read its report.
    """
    if not asked:
        return []
    grams = [telling(grams_of_text(undated(each.label), undated(each.quote))) for each in asked]
    near = nearest(session, principal, grams)
    return [
        suggest(found, duties_in(f"{each.label}\n{each.quote}", words), each.agency_id)
        for each, found in zip(asked, near, strict=True)
    ]


def suggest_for_drafts(
    session: Session,
    principal: Principal,
    report: Report,
    drafts: Sequence[Draft],
    words: Mapping[int, Sequence[str]],
) -> Mapping[int, Suggestion]:
    """Return by id what is proposed for those drafts of a report that wait for a decision."""
    waiting = [draft for draft in drafts if draft.state is DraftState.WAITING]
    asked = [Asked(each.label, report.text[each.start : each.end], report.lead_agency_id) for each in waiting]
    found = suggest_for(session, principal, asked, words)
    return {draft.id: each for draft, each in zip(waiting, found, strict=True)}


def take_suggestion(
    session: Session, act: Act, draft_id: int, taken: Taken, version: int | None = None
) -> Draft:
    """Fill in what a person takes of a suggestion; the draft goes on waiting.

    Raises Invalid for a department that is not in use or a date that has gone by, and what `open_draft` raises.
    """
    draft = open_draft(session, act, draft_id, version)
    if draft.state is not DraftState.WAITING:
        raise AlreadyDecided
    check_free(session, draft.report_id, [(draft.start, draft.end)], without=[draft.id])
    before = facts_of([draft])
    if taken.department_id is not None:
        _give_department(session, draft, taken.department_id)
    if taken.theme is not None:
        draft.theme = taken.theme
    if taken.due_on is not None:
        if taken.due_on < act.today:
            raise Invalid(fields={"due_on": N_("預定完成日不可早於今天。")})
        draft.due_on = taken.due_on
    if remember(session, act, Verb.TAKE, before, [draft]):
        after = {"draft": draft.id, "title": draft.title, "department": draft.lead_department_id}
        audit.record(session, act, "suggestion_taken", "report", draft.report_id, {}, after)
    return draft


def note_outcome(session: Session, happened: RecommendationConfirmed) -> None:
    """React to a confirmed recommendation: note what would have been proposed beside what was decided."""
    if happened.lead_department_id is None or happened.due_on is None:
        return
    source = session.get_one(Recommendation, happened.recommendation_id)
    asked = Asked(source.label, source.verbatim_quote, source.report.lead_agency_id)
    words = words_by_department(read_words(session))
    (proposed,) = suggest_for(session, happened.act.by, [asked], words)
    ids = proposed.department_ids
    session.add(
        SuggestionOutcome(
            recommendation_id=source.id,
            noted_at=happened.act.at,
            suggested_ids=ids,
            suggested_theme=proposed.theme,
            suggested_days=proposed.days,
            department_id=happened.lead_department_id,
            place=_place(ids, list_above(session, happened.lead_department_id)),
            theme_taken=bool(proposed.theme) and proposed.theme == source.theme,
            days_taken=(happened.due_on - happened.act.today).days == proposed.days,
        )
    )


def _place(proposed: Sequence[int], chosen: Collection[int]) -> int | None:
    """Return which of the proposed departments was chosen, itself or by a unit of it: from 1, 0 for none of them."""
    if not proposed:
        return None
    return next((place for place, each in enumerate(proposed, 1) if each in chosen), 0)


def _give_department(session: Session, draft: Draft, department_id: int) -> None:
    department = get_department(session, department_id)
    if not department.is_active:
        raise Invalid(N_("這個機關或單位已停用。"))
    if department_id != draft.lead_department_id:
        draft.lead_department = department
        draft.lead_department_id = department_id
        draft.officer, draft.officer_id = None, None
        draft.support_department_ids = [
            each for each in draft.support_department_ids if each != department_id
        ]
