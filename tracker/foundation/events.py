"""Domain events: what happened, told upstairs by `wiring.SUBSCRIPTIONS` inside the same transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """Something that happened in a room; named in the past tense, carries ids and plain values only."""


Reaction = Callable[[Any, Any], None]
Subscriptions = Mapping[type[Event], Sequence[Reaction]]
