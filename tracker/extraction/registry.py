"""The rules of extraction by name, so that a person can read them all and a test can hold each to its example.

A rule is a small pure function. Its name is the function's with dashes, the first line of its docstring says what it
looks at, and its docstring holds an example that runs. The name of a rule that spoke for a candidate stands in `why`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the module that it belongs to, and the function that decides."""

    name: str
    family: str
    function: Callable[..., Any]

    @property
    def purpose(self) -> str:
        """Return the sentence that says what the rule looks at."""
        return (self.function.__doc__ or "").strip().split("\n", 1)[0]


RULES: dict[str, Rule] = {}


def rule(function: _Function) -> _Function:
    """Enter a function among the rules; raise ValueError for a name that is taken."""
    name = name_of(function)
    if name in RULES:
        raise ValueError(name)
    RULES[name] = Rule(name, function.__module__.removeprefix("tracker.extraction."), function)
    return function


def name_of(function: Callable[..., Any]) -> str:
    """Return the name by which a rule is known: explicit_ask is "explicit-ask"."""
    return function.__name__.replace("_", "-")
