"""Verbs about which words a draft quotes: split, merge, move the boundary. No two drafts ever share words."""

from collections.abc import Mapping, Sequence
from datetime import date

from tracker import audit
from tracker.access import Act, Permission
from tracker.foundation.database import Session, check_version
from tracker.foundation.errors import Conflict, Invalid, NotFound
from tracker.foundation.language import N_
from tracker.people.queries import department_nodes
from tracker.people.rules.tree import Node, named_department
from tracker.reports import queries
from tracker.reports.drafting import Proposals, candidate_at, page_at, propose_draft, quote_at
from tracker.reports.guards import check_free, check_open, hold_desk, holders, open_draft
from tracker.reports.models import Draft, Report
from tracker.reports.rules.drafts import DraftKind, DraftState, short_title
from tracker.reports.rules.spans import WIDEST_GAP, cut, share_words, together, trimmed, widest_gap
from tracker.reports.rules.steps import Verb
from tracker.reports.undoing import facts_of, remember

_KINDS = (DraftKind.RECOMMENDATION, DraftKind.MANUAL, DraftKind.POSSIBLE)
"""What several drafts of different kinds become together: the first of these that is among them."""


class TooFarApart(Conflict):
    """Between the quotes lies more than one quote should hold."""

    message = N_("這幾則相隔太遠（中間有 %(count)s 個字），不能合併成一段引文。")


class SomethingBetween(Conflict):
    """Another draft lies between those that shall become one."""

    message = N_("中間還有另一則候選（%(title)s），請先合併或剔除那一則。")


def split_draft(
    session: Session,
    act: Act,
    draft_id: int,
    places: Sequence[int],
    proposals: Proposals,
    version: int | None = None,
) -> Sequence[Draft]:
    """Cut a draft at places of the text; its parts wait, each with what its own words propose.

    Raises Invalid when nothing would be cut off, WordsTaken for a rejected draft whose words another one holds.
    """
    draft = open_draft(session, act, draft_id, version)
    report = draft.report
    check_free(session, report.id, [(draft.start, draft.end)], without=[draft.id])
    parts = cut(report.text, (draft.start, draft.end), places)
    if len(parts) < 2:
        raise Invalid(fields={"cuts": N_("請選擇要從哪裡切開；切開的每一部分都要有文字。")})
    before = facts_of([draft])
    nodes = department_nodes(session)
    proposed = [_part_of(draft, part, nodes, proposals, act.today) for part in parts]
    _copy(proposed[0], draft)
    made = [draft, *proposed[1:]]
    for each in proposed[1:]:
        each.report_id = report.id
    session.add_all(proposed[1:])
    remember(session, act, Verb.SPLIT, before, made)
    facts = {"draft": draft.id, "parts": [each.id for each in made]}
    audit.record(session, act, "draft_split", "report", report.id, {}, facts)
    return made


def merge_drafts(session: Session, act: Act, report_id: int, shown: Mapping[int, int | None]) -> Draft:
    """Make one draft that waits of neighbours; `shown` gives their ids and the versions that were shown.

    The first keeps what was chosen for it, and takes from the others what it has not. Raises Invalid for fewer than
    two, TooFarApart, SomethingBetween, or VersionConflict.
    """
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id, with_text=True)
    hold_desk(session, report.id)
    known = {each.id: each for each in queries.list_drafts(session, report.id, with_gone=True)}
    if not known.keys() >= shown.keys():
        raise NotFound
    drafts = sorted((known[each] for each in shown), key=lambda draft: (draft.start, draft.id))
    _check_mergeable(session, report, drafts, shown)
    before = facts_of(drafts)
    first, *others = drafts
    _join(first, others, report)
    for each in others:
        each.state = DraftState.GONE
    remember(session, act, Verb.MERGE, before, drafts)
    facts = {"draft": first.id, "merged": [each.id for each in others]}
    audit.record(session, act, "drafts_merged", "report", report.id, {}, facts)
    return first


def move_boundary(
    session: Session, act: Act, draft_id: int, start: int, end: int, version: int | None = None
) -> Draft:
    """Let a draft quote other words; it keeps its state and what was chosen. Raises Invalid or WordsTaken."""
    draft = open_draft(session, act, draft_id, version)
    report = draft.report
    old_words = report.text[draft.start : draft.end]
    quote_at(report, start, end)
    span = trimmed(report.text, (start, end))
    check_free(session, report.id, [span], without=[draft.id])
    before = facts_of([draft])
    words = quote_at(report, *span)
    draft.start, draft.end = span
    draft.page = page_at(report, span.start)
    if draft.title == short_title(old_words):
        draft.title = short_title(words)
    if span != (before[draft.id]["start"], before[draft.id]["end"]):
        draft.why = _with_mark(draft.why, "moved-by-reviewer")
        if draft.state is DraftState.WAITING:
            _take_hints(draft, report, department_nodes(session), act.today)
    remember(session, act, Verb.MOVE, before, [draft])
    audit.record(
        session,
        act,
        "draft_moved",
        "report",
        report.id,
        {"draft": draft.id, "quote": old_words},
        {"draft": draft.id, "quote": words},
    )
    return draft


def _part_of(
    draft: Draft, part: tuple[int, int], nodes: Sequence[Node], proposals: Proposals, today: date
) -> Draft:
    """Return a draft for a part: what its own words say, and what was known of the whole where they say nothing."""
    candidate = candidate_at(
        draft.report, part, *_with_mark(draft.why, "split-by-reviewer"), label=draft.label
    )
    made = propose_draft(draft.kind, candidate, draft.report, nodes, proposals, today)
    made.confidence, made.reviewer_id = draft.confidence, draft.reviewer_id
    made.theme = made.theme or draft.theme
    if not made.owner_hint:
        made.owner_hint, made.lead_department_id = draft.owner_hint, draft.lead_department_id
    if made.lead_department_id == draft.lead_department_id:
        made.officer_id = draft.officer_id
        made.support_department_ids = list(draft.support_department_ids)
    if not made.due_hint:
        made.due_hint, made.due_hint_on, made.due_on = draft.due_hint, draft.due_hint_on, draft.due_on
    made.adoption, made.adoption_reason = draft.adoption, draft.adoption_reason
    made.study_until, made.expected_result = draft.study_until, draft.expected_result
    return made


def _copy(source: Draft, draft: Draft) -> None:
    """Let a stored draft become what another, unstored one proposes."""
    for name, value in vars(source).items():
        if not name.startswith("_"):
            setattr(draft, name, value)


def _check_mergeable(
    session: Session, report: Report, drafts: Sequence[Draft], shown: Mapping[int, int | None]
) -> None:
    if len(drafts) < 2:
        raise Invalid(N_("請選擇兩則以上相鄰的候選。"))
    for draft in drafts:
        check_open(draft)
        check_version(draft.version, shown[draft.id])
        if draft.state is DraftState.REJECTED:
            raise Conflict(N_("已剔除的候選不能合併，請先放回待處理。"))
    spans = [(draft.start, draft.end) for draft in drafts]
    if widest_gap(spans) > WIDEST_GAP:
        raise TooFarApart(count=widest_gap(spans))
    whole = together(spans)
    for other in holders(session, report.id, without=shown):
        if share_words(whole, (other.start, other.end)):
            raise SomethingBetween(title=other.title)


def _join(first: Draft, others: Sequence[Draft], report: Report) -> None:
    drafts = [first, *others]
    first.start, first.end = together([(each.start, each.end) for each in drafts])
    first.page = page_at(report, first.start)
    first.kind = next(kind for kind in _KINDS if kind in {each.kind for each in drafts})
    first.state = DraftState.WAITING
    first.confidence = max(each.confidence for each in drafts)
    reasons = list(dict.fromkeys(reason for each in drafts for reason in each.why))
    first.why = _with_mark(reasons, "merged-by-reviewer")
    for name in ("label", "theme"):
        setattr(first, name, next(filter(None, (getattr(each, name) for each in drafts)), ""))
    _join_departments(first, others)
    if not first.due_hint:
        dated = next((each for each in others if each.due_hint), first)
        first.due_hint, first.due_hint_on, first.due_on = dated.due_hint, dated.due_hint_on, dated.due_on
    results = dict.fromkeys(each.expected_result for each in drafts if each.expected_result)
    first.expected_result = "\n".join(results)


def _join_departments(first: Draft, others: Sequence[Draft]) -> None:
    """Let the lead departments that the others name become supporting ones, where the first names its own."""
    named = [each for each in others if each.owner_hint]
    if named and not first.owner_hint:
        first.owner_hint, first.lead_department_id = named[0].owner_hint, named[0].lead_department_id
    wanted = [*first.support_department_ids]
    for each in others:
        wanted += [each.lead_department_id] if each.owner_hint and each.lead_department_id else []
        wanted += each.support_department_ids
        if each.lead_department_id == first.lead_department_id:
            first.officer_id = first.officer_id or each.officer_id
    lead = first.lead_department_id
    first.support_department_ids = [number for number in dict.fromkeys(wanted) if number != lead]


def _take_hints(draft: Draft, report: Report, nodes: Sequence[Node], today: date) -> None:
    """Let a draft learn owner and due date from words that came to it, where it knew none."""
    found = candidate_at(report, (draft.start, draft.end))
    lead = named_department(nodes, found.owner_hint)
    if found.owner_hint and not draft.owner_hint:
        draft.owner_hint = found.owner_hint
        draft.lead_department_id = lead or draft.lead_department_id
    hint = found.due_hint
    if hint and not draft.due_hint:
        draft.due_hint, draft.due_hint_on = hint.text, hint.date
        draft.due_on = hint.date if hint.date and hint.date >= today else draft.due_on


def _with_mark(why: Sequence[str], mark: str) -> list[str]:
    return [*(reason for reason in why if reason != mark), mark]


def neighbours(session: Session, draft: Draft) -> tuple[int, int]:
    """Return what is free around a draft: from the end of the one before it to the start of the one after it."""
    others = holders(session, draft.report_id, without=[draft.id])
    ends = [each.end for each in others if each.end <= draft.start]
    starts = [each.start for each in others if each.start >= draft.end]
    return max(ends, default=0), min(starts, default=len(draft.report.text))
