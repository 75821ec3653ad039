"""What happens in the demonstration city, as values read from its TOML files.

Days are offsets from the day of loading. Due days are written `m+3`, the last day of a month, or `d+12`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from tracker.access import Role
from tracker.demo.dates import month_end


@dataclass(frozen=True)
class DepartmentPlan:
    """A department; `parent` is a code."""

    code: str
    name: str
    english: str
    aliases: tuple[str, ...] = ()
    parent: str = ""
    coordinating: bool = False


@dataclass(frozen=True)
class PersonPlan:
    """A person; `key` is the part of the address before the @, and each role is `role@department code`."""

    key: str
    name: str
    title: str
    roles: tuple[str, ...]
    language: str = "zh-Hant"

    @property
    def email(self) -> str:
        """Return the address with which the person signs in."""
        return f"{self.key}@city.example"

    @property
    def grants(self) -> tuple[tuple[Role, str], ...]:
        """Return the roles with the codes of their departments."""
        return tuple((Role(role), code) for role, _, code in (each.partition("@") for each in self.roles))


@dataclass(frozen=True)
class DelegationPlan:
    """A deputy from one day until another, both offsets."""

    person: str
    deputy: str
    starts: int
    ends: int


@dataclass(frozen=True)
class Move:
    """One thing that somebody does with an item; `do` names a method of the storyteller.

    Progress is approved, and a closing request forwarded, by the head of the unit, unless it `waits`.
    """

    on: int
    do: str
    by: str = ""
    says: str = ""
    percent: int = 0
    next: str = ""
    difficulty: str = ""
    file: str = ""
    outcome: str = "implemented"
    of: str = ""
    document: str = ""
    reason: str = ""
    into: int = 0
    waits: bool = False
    until: str = ""


@dataclass(frozen=True)
class ItemPlan:
    """A recommendation with its item, or, with `opened`, a further item of the recommendation of that number."""

    title: str
    expected: str = ""
    theme: str = ""
    adoption: str = "adopted"
    reason: str = ""
    study: str = ""
    lead: str = ""
    support: tuple[str, ...] = ()
    officer: str = ""
    due: str = ""
    recommendation: int = 0
    opened: int = 0
    prepared: bool = False
    story: tuple[Move, ...] = ()


@dataclass(frozen=True)
class EditionPlan:
    """When a corrected edition came in, printed, and which words were changed for which."""

    imported: int
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReportPlan:
    """When a report came and was reviewed (0: not yet), and what became of its recommendations."""

    imported: int
    reviewed: int
    recommendations: tuple[ItemPlan, ...]
    further: tuple[ItemPlan, ...]
    edition: EditionPlan | None = None


@cache
def departments() -> tuple[DepartmentPlan, ...]:
    """Return the departments, each after the one above it."""
    return tuple(DepartmentPlan(**_frozen(each)) for each in _read("city.toml")["department"])


@cache
def people() -> tuple[PersonPlan, ...]:
    """Return the people, the administrator first."""
    return tuple(PersonPlan(**_frozen(each)) for each in _read("city.toml")["person"])


@cache
def delegations() -> tuple[DelegationPlan, ...]:
    """Return who stands in for whom."""
    return tuple(
        DelegationPlan(each["person"], each["deputy"], each["from"], each["until"])
        for each in _read("city.toml")["delegation"]
    )


@cache
def report_plan(name: str) -> ReportPlan:
    """Return what became of a sample report."""
    values = _read(f"stories/{name}.toml")
    return ReportPlan(
        values["imported"],
        values.get("reviewed", 0),
        tuple(_item(each) for each in values.get("recommendation", ())),
        tuple(_item(each) for each in values.get("further", ())),
        _edition(values["edition"]) if "edition" in values else None,
    )


def day_of(expression: str, today: date) -> date:
    """Return the day that `m+3` or `d+12` stands for."""
    offset = int(expression[1:])
    return month_end(today, offset) if expression[0] == "m" else today + timedelta(days=offset)


def _edition(values: Mapping[str, Any]) -> EditionPlan:
    return EditionPlan(values["imported"], tuple((former, words) for former, words in values["changes"]))


def _item(values: Mapping[str, Any]) -> ItemPlan:
    story = tuple(Move(**each) for each in values.get("story", ()))
    return ItemPlan(**{**_frozen(values), "story": story})


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("tracker.demo") / name).read_text(encoding="utf-8"))
