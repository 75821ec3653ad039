"""What the review desk shows: each draft with its words, its reasons, its neighbour, and a form that was refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count, pairwise, repeat
from string import ascii_uppercase

from tracker.reports.models import Draft, Edition, EditionVerdict, Recommendation, Report, ReviewStep
from tracker.reports.rules.adoption import OPENS_ITEMS
from tracker.reports.rules.drafts import HOLDS_ITS_WORDS, DraftKind, DraftState, ReportState
from tracker.reports.rules.reasons import confidence_word, reasons
from tracker.reports.rules.spans import WIDEST_GAP
from tracker.reports.rules.steps import DONE
from tracker.reports.set_aside import SetAside
from tracker.reports.twins import Twin
from tracker.web.forms import Form
from tracker.web.reports.forms import RejectForm, SpanForm, StepForm, name_apart, shown
from tracker.web.reports.panels import Panel
from tracker.web.session import say

_LOOKS = {
    DraftState.ACCEPTED: "accepted",
    DraftState.CONFIRMED: "accepted",
    DraftState.MATCHED: "accepted",
    DraftState.REJECTED: "rejected",
}
_OPEN = frozenset({DraftState.WAITING, DraftState.ACCEPTED})


@dataclass(frozen=True)
class Place:
    """Where a recommendation stands in a report, as the source text shows it; one `carried` on bears a letter."""

    id: int
    start: int
    end: int
    number: str
    quote: str
    page: int | None
    label: str
    recommendation: Recommendation
    state: str = "accepted"


def places_of(report: Report, carried: Sequence[EditionVerdict]) -> Sequence[Place]:
    """Return the places of a report's recommendations, its own and those it carries on, in the order of the text."""
    own = [
        Place(
            each.id,
            each.start,
            each.end,
            str(each.seq_no),
            each.verbatim_quote,
            each.page,
            each.label,
            each,
        )
        for each in report.recommendations
    ]
    further = [
        Place(
            each.recommendation_id,
            each.start,
            each.end,
            letter,
            each.quote,
            each.page,
            each.label,
            each.recommendation,
            "carried",
        )
        for letter, each in zip(_letters(), carried, strict=False)
        if each.start is not None and each.end is not None
    ]
    return sorted((*own, *further), key=lambda place: place.start)


@dataclass(frozen=True)
class Joinable:
    """The neighbour that a draft can become one with: its number, and both as they are shown."""

    number: str
    shown: str


@dataclass(frozen=True)
class Card:
    """One draft on the desk, which is also one marked place in the source."""

    draft: Draft
    number: str
    quote: str
    reject: RejectForm
    supporting: Sequence[str]
    next: Joinable | None = None
    recommendation: Recommendation | None = None
    panel: Panel | None = None
    refused: Form | None = None
    set_aside: SetAside | None = None

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
    def look(self) -> str:
        """Return how far the draft has come, as the desk shows it."""
        return look_of(self.draft)

    @property
    def state(self) -> str:
        """Return how far the draft has come, as the source shows it: what the edition before decided stands out."""
        if self.draft.state is DraftState.MATCHED:
            return "carried"
        return "set-aside" if self.set_aside else self.look

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
class Sent:
    """A form of the desk that was refused: a draft's, or one that concerns the report."""

    draft_id: int | None = None
    form: Form | None = None
    panel: Panel | None = None
    span: SpanForm | None = None
    step: Form | None = None


@dataclass(frozen=True)
class Colleague:
    """Somebody else who took a step at this desk a few minutes ago."""

    name: str
    minutes: int


@dataclass(frozen=True)
class KnownWords:
    """What is known already of a report's words: of which one it may be an edition, and what others say the same.

    `twins`, `carried`, and what was `set_aside` in the edition before, are kept by the id of the draft.
    """

    edition: Edition | None = None
    twins: Mapping[int, Sequence[Twin]] = field(default_factory=dict)
    carried: Mapping[int, EditionVerdict] = field(default_factory=dict)
    set_aside: Mapping[int, SetAside] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """The whole desk: cards in the order of the text, and the forms that concern the report."""

    report: Report
    cards: Sequence[Card]
    span: SpanForm
    step: Form
    current: int | None = None
    last_step: ReviewStep | None = None
    colleague: Colleague | None = None
    known: KnownWords = field(default_factory=KnownWords)
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
    def accepted_shown(self) -> str:
        """Return what is confirmed next as it is shown, so that nothing else is."""
        return shown(card.draft for card in self.accepted)

    @property
    def says_only_what_is_known(self) -> bool:
        """Tell whether the review can end although nothing was accepted: all that was proposed is known."""
        has_matched = any(card.draft.state is DraftState.MATCHED for card in self.cards)
        is_open = self.report.state is ReportState.IN_REVIEW
        return is_open and has_matched and not self.waiting and not self.accepted

    @property
    def items_to_open(self) -> int:
        """Return how many action items the next confirmation will open."""
        return sum(card.opens_item for card in self.accepted)

    @property
    def last_done(self) -> str | None:
        """Return what the reader did last, in a sentence."""
        return say(DONE[self.last_step.verb], title=self.last_step.title) if self.last_step else None


def build_desk(
    report: Report,
    drafts: Sequence[Draft],
    names: Mapping[int, str],
    sent: Sent | None = None,
    last_step: ReviewStep | None = None,
    colleague: Colleague | None = None,
    known: KnownWords | None = None,
) -> Desk:
    """Lay out the desk; what was sent and refused stands where it was typed."""
    sent, known = sent or Sent(), known or KnownWords()
    numbers = numbered(drafts)
    neighbours = joinable(drafts, numbers)
    confirmed = {each.draft_id: each for each in report.recommendations}
    cards = [
        Card(
            draft=draft,
            number=numbers[draft.id],
            quote=report.text[draft.start : draft.end],
            reject=_reject_of(draft, sent),
            supporting=[names[each] for each in draft.support_department_ids if each in names],
            next=neighbours.get(draft.id),
            recommendation=confirmed.get(draft.id),
            panel=sent.panel if draft.id == sent.draft_id else None,
            refused=sent.form if draft.id == sent.draft_id else None,
            set_aside=known.set_aside.get(draft.id),
        )
        for draft in drafts
    ]
    step = sent.step or StepForm(formdata=None)
    span = sent.span or span_form(formdata=None)
    return Desk(report, cards, span, step, sent.draft_id, last_step, colleague, known)


def look_of(draft: Draft) -> str:
    """Return how far a draft has come, as the desk, the source and the page show it."""
    waiting = "possible" if draft.kind is DraftKind.POSSIBLE else "pending"
    return _LOOKS.get(draft.state, waiting)


def stands_aside(draft: Draft) -> bool:
    """Tell whether a draft is only possible, and nobody has taken it up."""
    return draft.kind is DraftKind.POSSIBLE and draft.state in (DraftState.WAITING, DraftState.REJECTED)


def numbered(drafts: Sequence[Draft]) -> Mapping[int, str]:
    """Count the proposals 1, 2, … and letter what is only possible A, B, …, both in the order of the text."""
    numbers, letters = map(str, count(1)), _letters()
    return {draft.id: next(letters if stands_aside(draft) else numbers) for draft in drafts}


def _letters() -> Iterator[str]:
    """Count A, B and so on, then AA, AB."""
    return chain(ascii_uppercase, (f"{a}{b}" for a in ascii_uppercase for b in ascii_uppercase), repeat("…"))


def joinable(drafts: Iterable[Draft], numbers: Mapping[int, str]) -> Mapping[int, Joinable]:
    """Return for each draft the neighbour after it with which it can become one."""
    holding = [draft for draft in drafts if draft.state in HOLDS_ITS_WORDS]
    return {
        draft.id: Joinable(numbers[after.id], shown((draft, after)))
        for draft, after in pairwise(holding)
        if draft.state in _OPEN and after.state in _OPEN and after.start - draft.end <= WIDEST_GAP
    }


def colleague_of(step: ReviewStep | None, now: datetime) -> Colleague | None:
    """Return who took a step at this desk, and how many minutes ago."""
    if step is None or step.person is None:
        return None
    return Colleague(step.person.name, int((now - step.at).total_seconds() // 60))


def reject_form(draft: Draft) -> RejectForm:
    """Return the form that sets a draft aside, as it was sent."""
    form = RejectForm(obj=draft)
    name_apart(form, f"reject-{draft.id}")
    return form


def span_form(**options: object) -> SpanForm:
    """Return the form that adds a passage."""
    form = SpanForm(**options)
    name_apart(form, "span")
    return form


def _reject_of(draft: Draft, sent: Sent) -> RejectForm:
    if draft.id == sent.draft_id and isinstance(sent.form, RejectForm):
        return sent.form
    form = RejectForm(formdata=None, obj=draft)
    name_apart(form, f"reject-{draft.id}")
    return form
