"""Which department, theme and period to propose for a recommendation, by what was decided about similar ones before.

Earlier decisions vote, each as far as it is near; a department's duties speak for it where the words name them, which
is all there is on an empty installation. Without ground nothing is proposed. A person decides.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import median_low
from typing import Final

MOST_DEPARTMENTS: Final = 3
NEIGHBOURS: Final = 8
"""How many earlier decisions vote."""
TOO_FAR: Final = 0.12
"""Below this nearness an earlier decision is no ground."""
_AS_IF_KNOWN: Final = 20
"""So many texts are thought to be known in addition, or the grams of a small memory would tell nothing."""
_SHARPNESS: Final = 2
_SAME_AGENCY: Final = 1.25
_DUTY: Final = 0.2
"""What the full duty of a department weighs, beside the vote of an earlier decision."""
_FULL_DUTY: Final = 3
_SAID_IN_ALL: Final = frozenset({"建請", "建議", "議事", "事項"})
"""Grams of what nearly every recommendation, or the heading above it, says; a small memory would take them for rare."""
_DAYS: Final = re.compile(r"(?:中華民國|民國)?\d+年度?|\d+月|\d+日|[年月]?底前|[年月]底|以前")
_FAR_BEHIND: Final = 0.05
"""A department with a smaller share of the first one's weight is not worth a line."""


@dataclass(frozen=True)
class Ground:
    """An earlier decision in words."""

    quote: str
    item_no: str


@dataclass(frozen=True)
class Remembered:
    """An earlier decision as it votes: who got the item, its theme, and how many days were granted.

    `ground` tells it in words, None for a reader who may not read its report.
    """

    id: int
    department_id: int
    agency_id: int | None
    theme: str
    days: int
    ground: Ground | None = None


@dataclass(frozen=True)
class ProposedDepartment:
    """A department with its grounds: the nearest earlier decision, and the words of its duties that were found."""

    department_id: int
    weight: float
    nearest: Remembered | None
    duties: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """What is proposed, the likeliest department first; empty where there is no ground."""

    departments: tuple[ProposedDepartment, ...] = ()
    theme: str = ""
    days: int | None = None

    @property
    def department_ids(self) -> list[int]:
        """Return the proposed departments, the likeliest first."""
        return [each.department_id for each in self.departments]


def undated(words: str) -> str:
    """Return words without the days that they name: to be asked by the same month makes no two tasks alike."""
    return _DAYS.sub("\n", words)


def telling(grams: frozenset[str]) -> frozenset[str]:
    """Return the grams of a text by which it may be likened to another."""
    return grams - _SAID_IN_ALL


def rarity(known: int, holders: int) -> float:
    """Return how much a gram tells that so many of the known texts hold."""
    return log(1 + (_AS_IF_KNOWN + known) / (1 + holders))


def nearness(shared: float, asked: float, size: int, asked_size: int) -> float:
    """Return how near a known text of so many grams is, by the rarity of the shared grams and of all asked."""
    return shared / (asked * sqrt(max(size, 1) / max(asked_size, 1))) if asked else 0.0


def suggest(
    near: Sequence[tuple[Remembered, float]],
    duties: Mapping[int, tuple[str, ...]],
    agency_id: int | None = None,
) -> Suggestion:
    """Return what near decisions and found duties propose; `agency_id` is the lead agency of the report."""
    votes = [
        (each, near_by**_SHARPNESS * (_SAME_AGENCY if each.agency_id == agency_id else 1.0))
        for each, near_by in near
        if near_by >= TOO_FAR
    ]
    weights: defaultdict[int, float] = defaultdict(float)
    nearest: dict[int, Remembered] = {}
    for each, vote in votes:
        weights[each.department_id] += vote
        nearest.setdefault(each.department_id, each)
    for department_id, words in duties.items():
        weights[department_id] += _DUTY * min(1.0, len(words) / _FULL_DUTY)
    ranked = sorted(weights, key=lambda key: (-weights[key], key))[:MOST_DEPARTMENTS]
    proposed = tuple(
        ProposedDepartment(key, weights[key], nearest.get(key), tuple(duties.get(key, ())))
        for key in ranked
        if weights[key] >= _FAR_BEHIND * weights[ranked[0]]
    )
    return Suggestion(proposed, _theme(votes), _days(votes, ranked))


def _theme(votes: Sequence[tuple[Remembered, float]]) -> str:
    weights: Counter[str] = Counter()
    for each, vote in votes:
        if each.theme:
            weights[each.theme] += vote  # type: ignore[assignment]  # A Counter adds up parts as well as wholes.
    return weights.most_common(1)[0][0] if weights else ""


def _days(votes: Sequence[tuple[Remembered, float]], ranked: Sequence[int]) -> int | None:
    """Return the days that were typically granted to the likeliest department."""
    granted = [each.days for each, _ in votes if ranked and each.department_id == ranked[0]]
    return median_low(granted) if granted else None
