"""Whom and what the words of a cell name: departments, officers, and the codes of closed lists."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from tracker.actions.exchange.fields import Field
from tracker.actions.rules.editing import TRACKING_LEVEL_LABELS
from tracker.actions.rules.workflow import LABELS, OPEN
from tracker.foundation.database import Session
from tracker.foundation.language import LANGUAGES, N_, translator
from tracker.people.models import Department, User
from tracker.people.queries import department_nodes, list_departments, list_users
from tracker.people.rules import tree

OPEN_ITEM: Final = "open"
CLOSED_ITEM: Final = "closed"
PRIORITY: Final = "priority"
ORDINARY: Final = "ordinary"
NOTHING: Final = ""
"""The code for leaving a cell's value out."""
STATUS_LABELS: Final[Mapping[str, str]] = {OPEN_ITEM: N_("列管中"), CLOSED_ITEM: N_("已結束")}
PRIORITY_LABELS: Final[Mapping[str, str]] = {PRIORITY: N_("優先"), ORDINARY: N_("一般")}
_WORDS: Final[Mapping[Field, Mapping[str, Sequence[str]]]] = {
    Field.STATUS: {
        OPEN_ITEM: ("open", "in progress", "in_progress"),
        CLOSED_ITEM: ("closed", "cancelled", "done", "completed", "結案", "已結案"),
    },
    Field.PRIORITY: {
        PRIORITY: ("yes", "y", "true", "1", "是", "high", "高"),
        ORDINARY: ("no", "n", "false", "0", "否"),
    },
}
CHOSEN: Final = (Field.LEAD, Field.STATUS, Field.LEVEL, Field.PRIORITY, Field.THEME)
"""The fields whose values are those of a closed list; what is written otherwise is asked about."""


class Finder:
    """Finds what cells name; what a person said about a value goes before everything else."""

    def __init__(
        self, session: Session, themes: Sequence[str], said: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._session = session
        self._said = {field: {_folded(k): v for k, v in words.items()} for field, words in said.items()}
        self._codes: dict[Field, dict[str, str]] = {
            field: _codes(field, themes) for field in CHOSEN if field is not Field.LEAD
        }
        self._found: dict[str, int | None] = {}
        self._below: dict[int, frozenset[int]] = {}

    def code(self, field: Field, cell: str) -> str | None:
        """Return the code that a cell of a closed list means, None when nobody knows."""
        said = self._said.get(field, {}).get(_folded(cell))
        return self._codes[field].get(_folded(cell)) if said is None else said

    def knows(self, field: Field, cell: str) -> bool:
        """Tell whether the value of a closed list means something."""
        found = self.department(cell) if field is Field.LEAD else self.code(field, cell)
        return found is not None

    def department(self, cell: str) -> int | None:
        """Return the active department that a cell names by code or name, None for none or several."""
        if cell not in self._found:
            said = self._said.get(Field.LEAD, {}).get(_folded(cell))
            self._found[cell] = int(said) if said else self._department(cell)
        return self._found[cell]

    def officer(self, cell: str, department_id: int) -> User | None:
        """Return the active person at or below a department whom a cell names, by address or by an only name."""
        if department_id not in self._below:
            self._below[department_id] = tree.subtree(self._nodes, department_id)
        below = self._below[department_id]
        named = self._people.get(_folded(cell), ())
        fitting = [user for user in named if any(grant.department_id in below for grant in user.grants)]
        return fitting[0] if len(fitting) == 1 else None

    def name_of(self, department_id: int) -> str:
        """Return a department's name."""
        return self._departments[department_id].name

    def _department(self, cell: str) -> int | None:
        by_code = self._by_code.get(cell.strip().upper())
        return by_code if by_code is not None else tree.named_department(self._active_nodes, cell)

    @cached_property
    def _nodes(self) -> list[tree.Node]:
        return department_nodes(self._session)

    @cached_property
    def _active_nodes(self) -> list[tree.Node]:
        return [node for node in self._nodes if self._departments[node.id].is_active]

    @cached_property
    def _departments(self) -> dict[int, Department]:
        return {each.id: each for each in list_departments(self._session)}

    @cached_property
    def _by_code(self) -> dict[str, int]:
        return {each.code: each.id for each in self._departments.values() if each.is_active}

    @cached_property
    def _people(self) -> dict[str, list[User]]:
        named: dict[str, list[User]] = {}
        for user in list_users(self._session, only_active=True):
            for word in {_folded(user.email), _folded(user.name)}:
                named.setdefault(word, []).append(user)
        return named


def likely_department(cell: str, departments: Iterable[Department]) -> int | None:
    """Return the one department whose code ends with the number that a cell is: a guess, for a person to check."""
    if not cell.isdigit():
        return None
    digits = {each.id: each.code[len(each.code.rstrip("0123456789")) :] for each in departments}
    fitting = [each for each, number in digits.items() if number and int(number) == int(cell)]
    return fitting[0] if len(fitting) == 1 else None


def _codes(field: Field, themes: Sequence[str]) -> dict[str, str]:
    if field is Field.THEME:
        return {_folded(theme): theme for theme in themes}
    labels: Mapping[str, str] = {
        Field.STATUS: STATUS_LABELS,
        Field.PRIORITY: PRIORITY_LABELS,
        Field.LEVEL: {level.value: label for level, label in TRACKING_LEVEL_LABELS.items()},
    }[field]
    codes = {_folded(word): code for code, words in _WORDS.get(field, {}).items() for word in words}
    if field is Field.STATUS:
        for status, label in LABELS.items():
            code = OPEN_ITEM if status in OPEN else CLOSED_ITEM
            codes |= {_folded(each): code for each in (status.value, *_in_every_language(label))}
    for code, label in labels.items():
        codes |= {_folded(each): code for each in (code, *_in_every_language(label))}
    return codes


def _in_every_language(label: str) -> list[str]:
    return [translator(language)(label) for language in LANGUAGES]


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()
