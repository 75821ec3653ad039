"""What other reports say of an item's recommendation: the same one in later editions, and others that say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.actions.models import ActionItem
from tracker.foundation.likeness import bigrams, likeness
from tracker.reports.models import EditionVerdict
from tracker.reports.queries import is_visible_to
from tracker.reports.rules.wording import Piece, changes, unnumbered
from tracker.reports.twins import MOST_SHOWN, SAYS_THE_SAME
from tracker.web.session import act


@dataclass(frozen=True)
class TwinItem:
    """An open item whose recommendation says much the same, with what it says differently."""

    item: ActionItem
    likeness: float
    changes: Sequence[Piece]


def sources_of(item: ActionItem) -> Sequence[EditionVerdict]:
    """Return the further sources of an item's recommendation that the reader may see, the first one first."""
    return [each for each in item.recommendation.sources if is_visible_to(act().by, each.report)]


def twins_of(item: ActionItem, alike: Sequence[ActionItem]) -> Sequence[TwinItem]:
    """Return those of the items that may say the same which do, the likest first."""
    own = item.recommendation.verbatim_quote
    grams = bigrams(own)
    twins = [
        TwinItem(each, likeness(grams, bigrams(quote)), changes(unnumbered(own), unnumbered(quote)))
        for each in alike
        if likeness(grams, bigrams(quote := each.recommendation.verbatim_quote)) >= SAYS_THE_SAME
    ]
    return sorted(twins, key=lambda twin: -twin.likeness)[:MOST_SHOWN]
