"""A passage on its way to becoming a candidate."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.extraction.model import DueHint
from tracker.extraction.passage import Passage
from tracker.extraction.wording.asks import STRONG, Ask, ask_of
from tracker.extraction.wording.own import Own


@dataclass(frozen=True)
class Found:
    """A passage with the rules that spoke for it and the hints that stand beside it."""

    passage: Passage
    category: str | None
    why: tuple[str, ...]
    is_possible: bool = False
    owner: str | None = None
    due: DueHint | None = None
    hints_are_given: bool = False


@dataclass(frozen=True)
class Reader:
    """What is known of the whole report while its parts are read."""

    own: Own = field(default_factory=Own)
    anyone: bool = False

    def ask(self, passage: Passage) -> Ask | None:
        """Say how a passage asks; where `anyone` may be spoken to, it need not say whom it asks."""
        return ask_of(passage.words, self.own, anyone=self.anyone)

    def asks(self, passage: Passage) -> bool:
        """Say whether a passage asks outright, by a modal verb, or in a place for recommendations by a promise."""
        ask = self.ask(passage)
        return ask in STRONG or (self.anyone and ask is Ask.COMMITMENT)


Proposals = Iterator[Found]
