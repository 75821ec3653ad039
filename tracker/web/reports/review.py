"""What the review desk shows: each draft with its words, its reasons and its forms.

Forms of many drafts stand on one page, so their fields have plain names and an id that carries the draft's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, repeat
from string import ascii_uppercase
from typing import Any, Self

from flask import g
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from tracker.foundation.database import Session
from tracker.foundation.language import N_
from tracker.people import queries as people
from tracker.people.models import Department
from tracker.people.rules.naming import department_name
from tracker.reports.models import Draft, Recommendation, Report
from tracker.reports.reviewing import DraftChoice
from tracker.reports.rules.adoption import LABELS, OPENS_ITEMS, Adoption
from tracker.reports.rules.drafts import DraftKind, DraftState
from tracker.reports.rules.reasons import confidence_word, reasons
from tracker.web.forms import Day, DepartmentChoice, DepartmentChoices, Form, Words, required
from tracker.web.session import say

_LOOKS = {
    DraftState.ACCEPTED: "accepted",
    DraftState.CONFIRMED: "accepted",
    DraftState.REJECTED: "rejected",
}
_LONGEST_WORDS = 3000


class Version(IntegerField):
    """The version of the row that was shown; it is sent back so that nobody overwrites what they did not see."""

    widget = HiddenInput()

    def renew(self, version: int) -> None:
        """Let a refused form stand against what is stored now."""
        self.data, self.raw_data = version, None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; raises ValueError for anything else."""
        text = valuelist[0] if valuelist else ""
        if not text.isdecimal():
            raise ValueError(say(N_("這個表單不完整，請重新整理頁面後再試。")))
        self.data = int(text)


class Offset(IntegerField):
    """A place in the source, counted in characters."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; raises ValueError with a sentence for anything else."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = int(text) if text.isdecimal() else None
        if text and self.data is None:
            raise ValueError(say(N_("請填寫原文中的位置，例如 120。")))


class StepForm(Form):
    """A step that asks for nothing but the version that was shown."""

    version = Version()


class RejectForm(Form):
    """Setting a draft aside, with the reason."""

    version = Version()
    rejection_reason = Words(N_("剔除說明"), [required(N_("請填寫剔除說明。"))])


class SpanForm(Form):
    """A passage to add: by its place, as the desk fills it in from a selection, or by its words."""

    start = Offset(N_("起點"))
    end = Offset(N_("終點"))
    words = TextAreaField(N_("原文的文字"), [Length(max=_LONGEST_WORDS)])


class DraftForm(Form):
    """What a reviewer chooses for a draft."""

    version = Version()
    title = Words(N_("列管事項名稱"), [required(N_("請填寫列管事項的名稱。"))])
    theme = SelectField(N_("主題"))
    adoption = SelectField(N_("採行情形"), coerce=Adoption)
    adoption_reason = Words(N_("採行說明"))
    study_until = Day(N_("研議期限"))
    lead_department_id = DepartmentChoice(N_("主辦機關"))
    support_department_ids = DepartmentChoices(N_("協辦機關"))
    officer_id = SelectField(N_("承辦人"), coerce=lambda value: int(value) if value else None)
    due_on = Day(N_("預定完成日"))
    expected_result = TextAreaField(N_("預期成果"))

    @classmethod
    def of(cls, draft: Draft, offer: "Offer", **options: Any) -> Self:
        """Return the form of a draft; with `formdata=None` it shows what is stored, whatever was sent."""
        form = cls(obj=draft, **options)
        offer.fill(form, draft)
        name_apart(form, f"draft-{draft.id}")
        return form

    def value(self) -> DraftChoice:
        """Return the choice as the service takes it."""
        return DraftChoice(
            title=self.title.data or "",
            theme=self.theme.data or "",
            adoption=self.adoption.data,
            adoption_reason=self.adoption_reason.data or "",
            study_until=self.study_until.data,
            lead_department_id=self.lead_department_id.data,
            support_department_ids=tuple(self.support_department_ids.data or ()),
            officer_id=self.officer_id.data,
            due_on=self.due_on.data,
            expected_result=self.expected_result.data or "",
        )


def name_apart(form: Form, prefix: str) -> None:
    """Give the fields of a form ids of their own on a page with many forms."""
    for each in form:
        each.id = f"{prefix}-{each.name}"
        each.label.field_id = each.id


@dataclass(frozen=True)
class Offer:
    """What can be chosen on the desk, read once for all of its forms."""

    departments: Sequence[Department]
    depths: Mapping[int, int]
    officers: Sequence[tuple[int, str]]
    themes: Sequence[str]

    @classmethod
    def read(cls, session: Session, themes: Sequence[str]) -> Self:
        """Read departments in tree order, and their people in the same order."""
        departments = people.list_departments(session, only_active=True)
        users = people.list_users(session, only_active=True)
        officers = [
            (user.id, f"{department_name(department, g.language)}　{user.name} {user.title}".strip())
            for department in departments
            for user in users
            if department.id == next((g.department_id for g in user.grants if g.department_id), None)
        ]
        return cls(departments, people.department_depths(session), officers, themes)

    def fill(self, form: DraftForm, draft: Draft) -> None:
        """Put the choices into a form; a theme that the city has since dropped stays choosable."""
        kept = [draft.theme] if draft.theme and draft.theme not in self.themes else []
        form.theme.choices = [("", say(N_("未分類"))), *((t, t) for t in [*self.themes, *kept])]
        form.adoption.choices = [(code, say(label)) for code, label in LABELS.items()]
        form.lead_department_id.offer(self.departments, self.depths, say(N_("未指定，暫不列管")))
        form.support_department_ids.offer(self.departments, self.depths)
        form.officer_id.choices = [("", say(N_("由主辦機關指定"))), *self.officers]


@dataclass(frozen=True)
class Place:
    """Where a confirmed recommendation stands in its report, as the source text shows it."""

    id: int
    start: int
    end: int
    number: int
    state: str = "accepted"


def places_of(report: Report) -> Sequence[Place]:
    """Return the places of a report's confirmed recommendations, in the order of the text."""
    places = [Place(each.id, each.start, each.end, each.seq_no) for each in report.recommendations]
    return sorted(places, key=lambda place: place.start)


@dataclass(frozen=True)
class Card:
    """One draft on the desk, which is also one marked place in the source."""

    draft: Draft
    number: str
    quote: str
    form: DraftForm
    reject: RejectForm
    supporting: Sequence[str]
    recommendation: Recommendation | None = None

    @property
    def id(self) -> int:
        """Return the draft's id, which also names its place in the source."""
        return self.draft.id

    @property
    def start(self) -> int:
        """Return where the quote begins in the source."""
        return self.draft.start

    @property
    def end(self) -> int:
        """Return where the quote ends in the source."""
        return self.draft.end

    @property
    def state(self) -> str:
        """Return how far the draft has come, as the desk and the source show it."""
        waiting = "possible" if self.draft.kind is DraftKind.POSSIBLE else "pending"
        return _LOOKS.get(self.draft.state, waiting)

    @property
    def why(self) -> Sequence[str]:
        """Return why the passage was proposed, as msgids."""
        return reasons(self.draft.why)

    @property
    def sureness(self) -> str:
        """Return how sure extraction was, as a msgid."""
        return confidence_word(self.draft.confidence)

    @property
    def opens_item(self) -> bool:
        """Tell whether confirming would open an action item."""
        return self.draft.lead_department_id is not None and self.draft.adoption in OPENS_ITEMS


@dataclass(frozen=True)
class Desk:
    """The whole desk: cards in the order of the text, and the forms that concern the report."""

    report: Report
    cards: Sequence[Card]
    span: SpanForm
    step: StepForm
    current: int | None = None
    proposed: Sequence[Card] = field(init=False)
    possible: Sequence[Card] = field(init=False)

    def __post_init__(self) -> None:
        aside = [card for card in self.cards if stands_aside(card.draft)]
        object.__setattr__(self, "possible", aside)
        object.__setattr__(self, "proposed", [card for card in self.cards if card not in aside])

    @property
    def waiting(self) -> Sequence[Card]:
        """Return the proposed cards that nobody has decided on."""
        return [card for card in self.proposed if card.draft.state is DraftState.WAITING]

    @property
    def accepted(self) -> Sequence[Card]:
        """Return what the next confirmation will turn into recommendations."""
        return [card for card in self.cards if card.draft.state is DraftState.ACCEPTED]

    @property
    def items_to_open(self) -> int:
        """Return how many action items the next confirmation will open."""
        return sum(card.opens_item for card in self.accepted)


def build_desk(report: Report, drafts: Sequence[Draft], offer: Offer, sent: "Sent | None" = None) -> Desk:
    """Lay out the desk; what was sent and refused stands where it was typed."""
    sent = sent or Sent()
    numbers = numbered(drafts)
    names = {each.id: department_name(each, g.language) for each in offer.departments}
    confirmed = {each.draft_id: each for each in report.recommendations}
    cards = [
        Card(
            draft=draft,
            number=numbers[draft.id],
            quote=report.text[draft.start : draft.end],
            form=sent.form_for(draft, DraftForm) or DraftForm.of(draft, offer, formdata=None),
            reject=sent.form_for(draft, RejectForm) or reject_form(draft, formdata=None),
            supporting=[names[each] for each in draft.support_department_ids if each in names],
            recommendation=confirmed.get(draft.id),
        )
        for draft in drafts
    ]
    step = sent.step or StepForm(formdata=None)
    step.version.renew(report.version)
    return Desk(report, cards, sent.span or span_form(formdata=None), step, sent.draft_id)


def stands_aside(draft: Draft) -> bool:
    """Tell whether a draft is only possible, and nobody has taken it up."""
    return draft.kind is DraftKind.POSSIBLE and draft.state in (DraftState.WAITING, DraftState.REJECTED)


def numbered(drafts: Sequence[Draft]) -> Mapping[int, str]:
    """Count the proposals 1, 2, … and letter what is only possible A, B, …, both in the order of the text."""
    numbers = map(str, count(1))
    letters = chain(
        ascii_uppercase, (f"{a}{b}" for a in ascii_uppercase for b in ascii_uppercase), repeat("…")
    )
    return {draft.id: next(letters if stands_aside(draft) else numbers) for draft in drafts}


def reject_form(draft: Draft, **options: Any) -> RejectForm:
    """Return the form that sets a draft aside."""
    form = RejectForm(obj=draft, **options)
    name_apart(form, f"reject-{draft.id}")
    return form


def span_form(**options: Any) -> SpanForm:
    """Return the form that adds a passage."""
    form = SpanForm(**options)
    name_apart(form, "span")
    return form


@dataclass(frozen=True)
class Sent:
    """A form of the desk that was refused."""

    draft_id: int | None = None
    form: Form | None = None
    span: SpanForm | None = None
    step: StepForm | None = None

    def form_for(self, draft: Draft, kind: type[Any]) -> Any:
        """Return the refused form of a draft, ready to be sent against what is stored now."""
        if draft.id != self.draft_id or not isinstance(self.form, kind):
            return None
        self.form["version"].renew(draft.version)
        return self.form
