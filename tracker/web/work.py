"""How the work page shows what waits: headings, lines, and on each line the one thing to do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import url_for

from tracker.actions.rights import owner_step
from tracker.actions.rules.workflow import STEP_LABELS, Step
from tracker.foundation.language import N_
from tracker.reminders.rules.digest import OVERVIEWS, SECTION_LABELS, Section
from tracker.reminders.work import Pile, Waiting
from tracker.web.actions.lists import ActionLine, lines_of
from tracker.web.session import act, today

ASKS_NOTHING: Final = OVERVIEWS | {Section.LATER}


@dataclass(frozen=True)
class Shelf:
    """The items under one heading; `total` counts also those that are not shown."""

    section: Section
    lines: Sequence[ActionLine]
    total: int

    @property
    def label(self) -> str:
        """Return the msgid of the heading, the same as in the letter."""
        return SECTION_LABELS[self.section]

    @property
    def is_decision(self) -> bool:
        """Tell whether others have done their part and the reader decides."""
        return self.section in _DECISIONS


@dataclass(frozen=True)
class Urgency:
    """How much waits for the reader's own hand, how much of it is late, and for how many days at most."""

    total: int
    late: int
    longest: int


def shelves_of(piles: Iterable[Pile], *, overseen: bool) -> list[Shelf]:
    """Return the piles of one's own hand, or those of what others do below, as shelves."""
    return [Shelf(pile.section, _lines(pile), pile.total) for pile in piles if pile.is_overseen is overseen]


def urgency_of(piles: Iterable[Pile]) -> Urgency:
    """Return how much waits for the reader's own hand."""
    asking = [pile for pile in piles if not pile.is_overseen and pile.section not in ASKS_NOTHING]
    late_since = [pile.earliest_due_on for pile in asking if pile.earliest_due_on]
    return Urgency(
        sum(pile.total for pile in asking),
        sum(pile.late for pile in asking),
        max(((today() - day).days for day in late_since), default=0),
    )


def _lines(pile: Pile) -> list[ActionLine]:
    lines = lines_of([waiting.item for waiting in pile.items])
    return [_with_step(line, pile, waiting) for line, waiting in zip(lines, pile.items, strict=True)]


def _with_step(line: ActionLine, pile: Pile, waiting: Waiting) -> ActionLine:
    label, address = _next_step(pile, waiting)
    return replace(line, next_step=label, next_address=address, stands_in_for=waiting.stands_in_for)


_DECISIONS: Final[Mapping[Section, tuple[str, Callable[[int], str]]]] = {
    Section.TO_DECIDE: (N_("審查解除列管"), lambda id_: url_for("actions.decide_closing", closing_id=id_)),
    Section.TO_ANSWER: (
        N_("決定改分、撤銷管制或併案"),
        lambda id_: url_for("actions.decide_petition", petition_id=id_),
    ),
    Section.TO_FORWARD: (
        N_("轉送解除列管申請"),
        lambda id_: url_for("actions.forward_closing", closing_id=id_),
    ),
    Section.TO_EXTEND: (N_("核定展延"), lambda id_: url_for("actions.decide_extension", extension_id=id_)),
    Section.TO_APPROVE: (N_("核可辦理情形"), lambda id_: url_for("actions.review_progress", update_id=id_)),
}


def _next_step(pile: Pile, waiting: Waiting) -> tuple[str, str]:
    """Return the words and the address of the one thing to do."""
    if pile.section in _DECISIONS:
        label, address = _DECISIONS[pile.section]
        return label, address(waiting.target_id)
    step = None if pile.is_overseen else owner_step(act(), waiting.item)
    if step is Step.ACKNOWLEDGE:
        return STEP_LABELS[step], url_for("actions.acknowledge", item_id=waiting.item.id)
    if step is Step.REPORT_PROGRESS:
        return STEP_LABELS[step], url_for("actions.report_progress", item_id=waiting.item.id)
    return N_("查看"), url_for("actions.show_action", item_id=waiting.item.id)
