"""The steps of a reviewer, kept with what the drafts were before and after, and taken back one by one."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import inspect

from tracker import audit
from tracker.access import Act, Permission, Principal
from tracker.foundation.database import Session
from tracker.foundation.errors import Conflict, VersionConflict
from tracker.foundation.language import N_
from tracker.reports import queries
from tracker.reports.guards import WordsTaken, hold_desk
from tracker.reports.models import Draft, ReviewStep
from tracker.reports.rules.drafts import HOLDS_ITS_WORDS, SETTLED, DraftState
from tracker.reports.rules.spans import share_words
from tracker.reports.rules.steps import Verb

Facts = dict[str, Any]
_KEPT = {
    name: column.type.python_type
    for name, column in inspect(Draft).columns.items()
    if name not in ("reviewer_id", "id", "report_id", "version")
}


class NothingToUndo(Conflict):
    """The reader has taken no step at this desk that could be taken back."""

    message = N_("沒有可以復原的步驟。")


class Overtaken(Conflict):
    """Somebody changed a draft after the step."""

    message = N_("「%(title)s」在這一步之後又被更動了，不能復原；什麼都沒有變更，畫面上是目前的內容。")


class StepConfirmed(Conflict):
    """What was confirmed stays."""

    message = N_("「%(title)s」已經確認，不能復原；什麼都沒有變更。")


def facts_of(drafts: Iterable[Draft]) -> dict[int, Facts]:
    """Return by id what a step may change of drafts, as plain values."""
    return {draft.id: {name: _plain(getattr(draft, name)) for name in _KEPT} for draft in drafts}


def remember(
    session: Session, act: Act, verb: Verb, before: Mapping[int, Facts], drafts: Iterable[Draft]
) -> ReviewStep | None:
    """Keep a step so that it can be taken back; a draft that was not there before is made by it.

    The first of the drafts names the step. Returns None for a step that changed nothing.
    """
    drafts = list(drafts)
    session.flush()
    after = facts_of(drafts)
    before = {key: before.get(key, {**facts, "state": DraftState.GONE.value}) for key, facts in after.items()}
    if before == after:
        return None
    step = ReviewStep(
        report_id=drafts[0].report_id,
        person_id=act.by.person_id,
        at=act.at,
        verb=verb,
        before={str(key): facts for key, facts in before.items()},
        after={str(key): facts for key, facts in after.items()},
    )
    session.add(step)
    session.flush()
    return step


def find_undoable(
    session: Session, principal: Principal, report_id: int, drafts: Iterable[Draft]
) -> ReviewStep | None:
    """Return the reader's last step as far as it can still be offered for undoing, by the drafts of the report."""
    return undoable(queries.find_last_step(session, principal, report_id), drafts)


def undoable(step: ReviewStep | None, drafts: Iterable[Draft]) -> ReviewStep | None:
    """Return a step as far as it can still be offered for undoing, by the drafts of the report."""
    settled = {str(draft.id) for draft in drafts if draft.state in SETTLED}
    return None if step is None or settled & step.after.keys() else step


def undo(session: Session, act: Act, report_id: int, shown: int | None = None) -> ReviewStep:
    """Take back the reader's own last step on a report; `shown` is the id of the step that they saw.

    Raises NothingToUndo, StepConfirmed, Overtaken when a draft was changed since, WordsTaken when somebody uses the
    words that it would hold again, or VersionConflict when another step of the reader's own came between.
    """
    act.require(Permission.Report.REVIEW)
    report = queries.get_report(session, act.by, report_id)
    hold_desk(session, report.id)
    step = queries.find_last_step(session, act.by, report.id)
    if step is None:
        raise NothingToUndo
    if shown is not None and step.id != shown:
        raise VersionConflict
    drafts = {each.id: each for each in queries.list_drafts(session, report.id, with_gone=True)}
    concerned = [drafts[int(each)] for each in step.after]
    _check_untouched(step, concerned)
    for draft in concerned:
        _restore(draft, step.before[str(draft.id)])
    _check_words_free(concerned, drafts.values())
    step.undone_at = act.at
    session.flush()
    facts = {"step": step.id, "verb": step.verb.value, "drafts": [each.id for each in concerned]}
    audit.record(session, act, "review_step_undone", "report", report.id, {}, facts)
    return step


def _check_untouched(step: ReviewStep, concerned: Iterable[Draft]) -> None:
    for draft in concerned:
        if draft.state is DraftState.CONFIRMED:
            raise StepConfirmed(title=draft.title)
        if facts_of([draft])[draft.id] != step.after[str(draft.id)]:
            raise Overtaken(title=draft.title)


def _check_words_free(restored: list[Draft], drafts: Iterable[Draft]) -> None:
    others = [each for each in drafts if each not in restored and each.state in HOLDS_ITS_WORDS]
    for draft in restored:
        for other in others:
            if draft.state in HOLDS_ITS_WORDS and share_words(
                (draft.start, draft.end), (other.start, other.end)
            ):
                raise WordsTaken(title=other.title)


def _restore(draft: Draft, facts: Facts) -> None:
    for name, kind in _KEPT.items():
        setattr(draft, name, _typed(facts[name], kind))


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, list | tuple) else value


def _typed(value: Any, kind: type[Any]) -> Any:
    if value is None:
        return None
    if issubclass(kind, date):
        return date.fromisoformat(value)
    return kind(value) if issubclass(kind, StrEnum) else value
