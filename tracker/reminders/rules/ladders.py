"""Which ladder applies to a department's part in an item.

The most particular wins: a ladder of the department, else of the nearest one above it; then one of the item's theme;
then one of its tracking level; then the city's own; and where none is in force, the one that the system ships with.
A ladder stands for itself: nothing is added to it from a more general one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Final

from tracker.foundation.language import N_
from tracker.people.rules.tree import upwards
from tracker.reminders.rules.stages import AUDIENCES, SHIPPED, Anchor, Stage, reach


class Scope(StrEnum):
    """What a ladder applies to, the most particular first."""

    DEPARTMENT = "department"
    THEME = "theme"
    LEVEL = "level"
    CITY = "city"


SCOPE_LABELS: Final = {
    Scope.DEPARTMENT: N_("機關（含所屬單位）"),
    Scope.THEME: N_("主題"),
    Scope.LEVEL: N_("列管層級"),
    Scope.CITY: N_("全市"),
}

WEEKLY_NEEDED: Final = (Anchor.DUE, Anchor.EXTENSION_REQUESTED, Anchor.CLOSING_REQUESTED)
"""What must not fall silent after the last stage: an overdue item, and a request that nobody decides."""

MAY_STAND_ON_THE_DAY: Final = frozenset({Anchor.FILING_CLOSES, Anchor.POST_CHECK})
MAY_PRECEDE: Final = frozenset({Anchor.DUE, Anchor.FILING_CLOSES})
LONGEST: Final = 365
LONGEST_IN_WORKING_DAYS: Final = 250
MOST_STAGES: Final = 60
Target = tuple[Scope, str]
"""A scope with its value: a department's id, a theme, a tracking level's code; nothing for the whole city."""

WHOLE_CITY: Final[Target] = (Scope.CITY, "")


@dataclass(frozen=True)
class Ladders:
    """The ladders in force, by what they apply to; `parents` is the tree of departments."""

    stages: Mapping[Target, Sequence[Stage]] = field(default_factory=dict)
    parents: Mapping[int, int | None] = field(default_factory=dict)
    _found: dict[tuple[int, str, str], Sequence[Stage]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def choose(self, department_id: int, theme: str, level: str) -> Sequence[Stage]:
        """Return the stages for a department's part in an item of a theme and a tracking level."""
        asked = department_id, theme, level
        if asked not in self._found:
            targets = self._targets(*asked)
            self._found[asked] = next((self.stages[each] for each in targets if each in self.stages), SHIPPED)
        return self._found[asked]

    @property
    def of_city(self) -> Sequence[Stage]:
        """Return the stages of whatever no more particular ladder applies to."""
        return self.stages.get(WHOLE_CITY, SHIPPED)

    def apart(self) -> Sequence[tuple[Target, Sequence[Stage]]]:
        """Return the ladders of less than the whole city, in the order in which the first that applies is chosen."""
        order = list(Scope)

        def place(target: Target) -> tuple[int, int]:
            scope, value = target
            depth = len(list(upwards(self.parents, int(value)))) if scope is Scope.DEPARTMENT else 0
            return order.index(scope), -depth

        targets = sorted(self.stages.keys() - {WHOLE_CITY}, key=lambda each: (*place(each), each[1]))
        return [(each, self.stages[each]) for each in targets]

    def at_or_below(self, department_id: int) -> Collection[int]:
        """Return the ids of a department and of everything below it."""
        return [here for here in self.parents if department_id in upwards(self.parents, here)]

    def all_stages(self) -> list[Stage]:
        """Return every stage that applies to anything: those that the system ships with only where no other does."""
        shipped = () if WHOLE_CITY in self.stages else SHIPPED
        return [*shipped, *chain.from_iterable(self.stages.values())]

    def _targets(self, department_id: int, theme: str, level: str) -> Iterator[Target]:
        for here in upwards(self.parents, department_id):
            yield Scope.DEPARTMENT, str(here)
        yield Scope.THEME, theme
        yield Scope.LEVEL, level
        yield WHOLE_CITY


_STAGE_RULES: Final[Sequence[tuple[Callable[[Stage], bool], str]]] = (
    (
        lambda each: abs(each.offset) <= (LONGEST_IN_WORKING_DAYS if each.in_working_days else LONGEST),
        N_("天數最多 365 日或 250 個工作日。"),
    ),
    (
        lambda each: each.offset >= 0 or each.anchor in MAY_PRECEDE,
        N_("只有預定完成日與填報期限可以在之前提醒。"),
    ),
    (lambda each: each.offset >= 0 or not each.weekly, N_("每週一的提醒只能在之後。")),
    (
        lambda each: each.offset != 0 or each.anchor in MAY_STAND_ON_THE_DAY,
        N_("天數至少 1 日；到期當日不另寄信，請改為前 1 日。"),
    ),
    (lambda each: bool(each.audience), N_("請至少選一個對象。")),
    (
        lambda each: set(each.audience) <= set(AUDIENCES[each.anchor]),
        N_("這類提醒不能寄給所選的對象，因為他們無法處理。"),
    ),
)


def problem_of(stage: Stage) -> str | None:
    """Return what is wrong with one stage, as a msgid, or None."""
    return next((problem for is_kept, problem in _STAGE_RULES if not is_kept(stage)), None)


def problem_of_ladder(stages: Sequence[Stage], *, accepts_silence: bool) -> str | None:
    """Return what is wrong with a whole ladder, as a msgid, or None."""
    if not any(stage.anchor is Anchor.DUE for stage in stages):
        return N_("至少要有一個依預定完成日的提醒。")
    if len(stages) > MOST_STAGES:
        return N_("提醒最多 60 個。")
    if len({stage.code for stage in stages}) < len(stages):
        return N_("有兩個提醒落在同一天，請刪除其中一個或合併對象。")
    if silent_after(stages) and not accepts_silence:
        return N_("最後一次提醒之後沒有每週一的提醒，系統會從此不再催辦。若確實要這樣，請勾選下方的確認。")
    return None


def silent_after(stages: Sequence[Stage]) -> list[Anchor]:
    """Return the matters that nobody would hear of any more after the last of their stages."""
    silent = []
    for anchor in WEEKLY_NEEDED:
        weekly = [each for each in stages if each.anchor is anchor and each.weekly]
        late = [each for each in stages if each.anchor is anchor and not each.weekly and each.offset > 0]
        last = max(map(reach, late), default=0)
        if not any(reach(each) <= max(last, 1) for each in weekly):
            silent.append(anchor)
    return silent
