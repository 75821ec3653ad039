"""Which ladder applies to a department's part in an item.

The most particular wins: a ladder of the department, else of the nearest one above it; then one of the item's theme;
then one of its tracking level; then the city's own; and where none is in force, the one that the system ships with.
A ladder stands for itself: nothing is added to it from a more general one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tracker.foundation.language import N_
from tracker.people.rules.tree import upwards
from tracker.reminders.rules.stages import SHIPPED, Stage


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

    def _targets(self, department_id: int, theme: str, level: str) -> Iterator[Target]:
        for here in upwards(self.parents, department_id):
            yield Scope.DEPARTMENT, str(here)
        yield Scope.THEME, theme
        yield Scope.LEVEL, level
        yield WHOLE_CITY
