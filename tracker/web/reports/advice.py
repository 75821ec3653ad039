"""Suggestions as the desk shows them: each department with its grounds in words, as far as the reader may read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.people.models import Department
from tracker.reports.duties import words_by_department
from tracker.reports.models import Draft, Report
from tracker.reports.rules.suggesting import Ground, Suggestion
from tracker.reports.suggesting import suggest_for_drafts
from tracker.web.session import act, session, today, wiring


@dataclass(frozen=True)
class AdvisedDepartment:
    """A department with its grounds; `is_hidden` tells of an earlier decision that the reader may not read."""

    id: int
    name: str
    ground: Ground | None
    is_hidden: bool
    duties: Sequence[str]
    is_chosen: bool


@dataclass(frozen=True)
class Advice:
    """What is proposed for a draft beyond what stands in it: departments, and a theme and a date that differ."""

    departments: Sequence[AdvisedDepartment]
    theme: str
    due_on: date | None
    days: int | None


def advice_for(
    report: Report,
    drafts: Sequence[Draft],
    read: Sequence[tuple[Department, Sequence[str]]],
    names: Mapping[int, str],
) -> Mapping[int, Advice]:
    """Return by id what is proposed for the drafts that wait, by the departments with their words."""
    proposed = suggest_for_drafts(session(), act().by, report, drafts, words_by_department(read))
    by_id = {draft.id: draft for draft in drafts}
    return {key: _advice(by_id[key], found, names) for key, found in proposed.items()}


def _advice(draft: Draft, found: Suggestion, names: Mapping[int, str]) -> Advice:
    departments = [
        AdvisedDepartment(
            each.department_id,
            names[each.department_id],
            each.nearest.ground if each.nearest else None,
            each.nearest is not None and each.nearest.ground is None,
            each.duties,
            each.department_id == draft.lead_department_id,
        )
        for each in found.departments
    ]
    due_on = today() + timedelta(days=found.days) if found.days is not None else None
    theme = found.theme if found.theme in wiring().settings.follow_up.themes else ""
    return Advice(
        departments,
        theme if theme != draft.theme else "",
        due_on if due_on != draft.due_on else None,
        found.days,
    )
