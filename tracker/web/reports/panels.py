"""The larger forms of a draft, each opened when it is asked for: change what was chosen, split, move the boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from flask import g

from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.people import queries as people
from tracker.people.models import Department
from tracker.people.rules.naming import department_name
from tracker.reports.models import Draft
from tracker.reports.rules.adoption import LABELS
from tracker.reports.rules.spans import Span, edges, sentences
from tracker.web.forms import Form
from tracker.web.reports.forms import BoundaryForm, DraftForm, SplitForm, name_apart
from tracker.web.session import say

_GLIMPSE = 24


@dataclass(frozen=True)
class Offer:
    """What can be chosen for a draft."""

    departments: Sequence[Department]
    depths: Mapping[int, int]
    officers: Mapping[str, str]
    themes: Sequence[str]

    @classmethod
    def read(cls, session: Session, themes: Sequence[str]) -> Self:
        """Read departments in tree order, and their people in the same order."""
        departments = people.list_departments(session, only_active=True)
        users = people.list_users(session, only_active=True)
        officers = {
            str(user.id): f"{department_name(department, g.language)}　{user.name} {user.title}".strip()
            for department in departments
            for user in users
            if department.id == next((g.department_id for g in user.grants if g.department_id), None)
        }
        return cls(departments, people.department_depths(session), officers, themes)

    def fill(self, form: DraftForm, draft: Draft) -> None:
        """Put the choices into a form; a theme that the city has since dropped stays choosable."""
        kept = [draft.theme] if draft.theme and draft.theme not in self.themes else []
        form.theme.choices = {"": say(N_("未分類")), **{each: each for each in [*self.themes, *kept]}}
        form.adoption.choices = {code: say(label) for code, label in LABELS.items()}
        form.lead_department_id.offer(self.departments, self.depths, say(N_("未指定，暫不列管")))
        form.support_department_ids.offer(self.departments, self.depths)
        form.officer_id.choices = {"": say(N_("由主辦機關指定")), **self.officers}


@dataclass(frozen=True)
class Panel:
    """A form of one draft; `kind` names its template, `sentences` are what a split can tell apart."""

    kind: str
    draft: Draft
    form: Form
    heading: str
    sentences: Sequence[tuple[int, str]] = ()
    supporting: Sequence[str] = field(default=())

    def renew(self) -> None:
        """Let the refused form stand against what is stored now."""
        self.form["version"].renew(self.draft.version)


def edit_panel(draft: Draft, offer: Offer, **options: Any) -> Panel:
    """Return the panel in which everything about a draft is chosen; `formdata=None` shows what is stored."""
    form = DraftForm(obj=draft, **options)
    offer.fill(form, draft)
    name_apart(form, f"draft-{draft.id}")
    names = {each.id: department_name(each, g.language) for each in offer.departments}
    supporting = [names[each] for each in draft.support_department_ids if each in names]
    return Panel("edit", draft, form, say(N_("修改候選建議")), supporting=supporting)


def split_panel(draft: Draft) -> Panel:
    """Return the panel in which a draft is cut at its sentences."""
    form = SplitForm(obj=draft)
    name_apart(form, f"split-{draft.id}")
    text = draft.report.text
    parts = [(each.start, text[slice(*each)]) for each in sentences(text, (draft.start, draft.end))]
    form.cuts.choices = {str(place): words for place, words in parts[1:]}
    return Panel("split", draft, form, say(N_("分割候選建議")), sentences=parts)


def boundary_panel(draft: Draft, free: tuple[int, int]) -> Panel:
    """Return the panel in which a draft's quote begins or ends at another sentence, within what is free."""
    form = BoundaryForm(obj=draft)
    name_apart(form, f"boundary-{draft.id}")
    text = draft.report.text
    near = edges(text, Span(draft.start, draft.end), free)
    form.offer(
        {place: _opening(text, place) for place in near.starts},
        {place: _ending(text, place) for place in near.ends},
    )
    return Panel("boundary", draft, form, say(N_("調整引文範圍")))


def _opening(text: str, place: int) -> str:
    return " ".join(text[place : place + _GLIMPSE].split()) + "…"


def _ending(text: str, place: int) -> str:
    return "…" + " ".join(text[max(0, place - _GLIMPSE) : place].split())
