"""Whether a report is another edition of a known one, and which of its recommendations are the known ones; pure.

Nothing here decides: a recognition is put to a person, and so is every pair of wordings that differ.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_
from tracker.reports.rules.sketches import Sketch, shared_text
from tracker.reports.rules.wording import says_the_same

Grams = Counter[str]
Likeness = Callable[[Grams, Grams], float]


class EditionState(StrEnum):
    """What a person made of a recognition."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Ground(StrEnum):
    """By what a report is recognised."""

    TEXT = "text"
    TITLE = "title"
    AGENCY = "agency"
    TRIP = "trip"
    CHOSEN = "chosen"


GROUNDS: Final[Mapping[Ground, str]] = {
    Ground.TEXT: N_("內文相近"),
    Ground.TITLE: N_("報告名稱相同"),
    Ground.AGENCY: N_("機關相同"),
    Ground.TRIP: N_("出國期間相同"),
    Ground.CHOSEN: N_("由審閱人指定"),
}


class Verdict(StrEnum):
    """What a person decided about a known recommendation in another edition."""

    SAME = "same"
    REWORDED = "reworded"
    APART = "apart"
    KEPT = "kept"


CARRIED_ON: Final = frozenset({Verdict.SAME, Verdict.REWORDED})
"""With these the passage is a further source of the recommendation."""


@dataclass(frozen=True)
class ReportFacts:
    """What is compared of two reports."""

    title_grams: Grams
    lead_agency_id: int | None
    agencies: frozenset[str]
    trip: tuple[date | None, date | None]
    sketch: Sketch


@dataclass(frozen=True)
class Recognition:
    """Why a report is taken for another edition, and how much of text and title they share, from 0 to 1."""

    grounds: tuple[Ground, ...]
    likeness: float
    title_likeness: float

    @property
    def strength(self) -> float:
        """Return what the better one of two recognitions has more of."""
        return self.likeness + self.title_likeness + len(self.grounds) / 10


_LIKE_TITLE: Final = 0.8
_MUCH_TEXT: Final = 0.4
_SOME_TEXT: Final = 0.08
_MUCH_THE_SAME: Final = 0.1
"""Sketches judge no finer than this."""


def recognise(report: ReportFacts, known: ReportFacts, like: Likeness) -> Recognition | None:
    """Tell by what a report can be another edition of a known one; None when it rather is a report of its own.

    Much of the same text is enough; with less, the title or the trip has to agree as well, and so has the agency.
    """
    text = shared_text(report.sketch, known.sketch)
    same_agency = report.lead_agency_id is not None and report.lead_agency_id == known.lead_agency_id
    title = like(report.title_grams, known.title_grams)
    holds = {
        Ground.TEXT: text >= _MUCH_TEXT,
        Ground.TITLE: title >= _LIKE_TITLE,
        Ground.AGENCY: same_agency or bool(report.agencies & known.agencies),
        Ground.TRIP: None not in report.trip and report.trip == known.trip,
    }
    agrees = holds[Ground.AGENCY] and (holds[Ground.TITLE] or holds[Ground.TRIP])
    if not holds[Ground.TEXT] and not (agrees and text >= _SOME_TEXT):
        return None
    return Recognition(tuple(ground for ground, held in holds.items() if held), round(text, 2), title)


def best_of(recognitions: Mapping[int, Recognition]) -> int | None:
    """Return the key of the report before: the strongest recognition, and of much the same ones the highest key."""
    strongest = max((each.strength for each in recognitions.values()), default=0.0)
    near = (key for key, each in recognitions.items() if each.strength >= strongest - _MUCH_THE_SAME)
    return max(near, default=None)


@dataclass(frozen=True)
class Passage:
    """A quote with its number or heading; `key` is whatever its owner knows it by."""

    key: int
    text: str
    grams: Grams
    label: str = ""


@dataclass(frozen=True)
class Pair:
    """A known passage and the one that it became."""

    known: int
    found: int
    likeness: float
    is_reworded: bool


@dataclass(frozen=True)
class Matching:
    """What became of known passages: each is in a pair or dropped, each found one in a pair or new."""

    pairs: Sequence[Pair]
    new: Sequence[int] = field(default=())
    dropped: Sequence[int] = field(default=())


ALIKE: Final = 0.45
"""From this likeness on two passages are taken for one, wherever they stand."""
ALIKE_IN_PLACE: Final = 0.25
"""From this one on when both neighbours, or the edge of the list, tell that they stand at the same place."""
_LABEL_COUNTS: Final = 0.03
_PLACE_COUNTS: Final = 0.02


def match(
    known: Sequence[Passage],
    found: Sequence[Passage],
    like: Likeness,
    apart: Collection[tuple[int, int]] = (),
) -> Matching:
    """Pair known passages with found ones, each at most once, the likest first; the order is that of the text.

    Among equally like ones those pair that bear the same label, then those that stand at much the same place. Pairs
    that a person has set `apart` are not made.
    """
    scores = {
        (i, j): like(one.grams, other.grams)
        for i, one in enumerate(known)
        for j, other in enumerate(found)
        if (one.key, other.key) not in apart
    }
    taken = _greedily({place: each for place, each in scores.items() if each >= ALIKE}, known, found)
    rest = {
        (i, j): each
        for (i, j), each in scores.items()
        if each >= ALIKE_IN_PLACE and i not in taken and _stand_alike(i, j, taken, len(known), len(found))
    }
    taken |= _greedily(
        {(i, j): each for (i, j), each in rest.items() if j not in taken.values()}, known, found
    )
    pairs = [
        Pair(
            known[i].key,
            found[j].key,
            scores[i, j],
            is_reworded=not says_the_same(known[i].text, found[j].text),
        )
        for i, j in sorted(taken.items(), key=lambda each: each[1])
    ]
    return Matching(
        pairs,
        new=[each.key for j, each in enumerate(found) if j not in taken.values()],
        dropped=[each.key for i, each in enumerate(known) if i not in taken],
    )


def _greedily(
    scores: Mapping[tuple[int, int], float], known: Sequence[Passage], found: Sequence[Passage]
) -> dict[int, int]:
    def worth(place: tuple[int, int]) -> tuple[float, int, int]:
        i, j = place
        label = _LABEL_COUNTS if known[i].label and known[i].label == found[j].label else 0.0
        distance = abs(i / len(known) - j / len(found))
        return scores[place] + label + _PLACE_COUNTS * (1 - distance), -i, -j

    return _one_to_one(sorted(scores, key=worth, reverse=True))


def _one_to_one(places: Iterable[tuple[int, int]]) -> dict[int, int]:
    taken: dict[int, int] = {}
    for i, j in places:
        if i not in taken and j not in taken.values():
            taken[i] = j
    return taken


def _stand_alike(i: int, j: int, taken: Mapping[int, int], many_known: int, many_found: int) -> bool:
    before = taken.get(i - 1) == j - 1 if i and j else i == j == 0
    after = taken.get(i + 1) == j + 1 if i + 1 < many_known else j + 1 == many_found
    return before and after
