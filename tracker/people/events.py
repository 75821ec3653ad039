"""What happens to people."""

from dataclasses import dataclass
from datetime import date

from tracker.access import Act
from tracker.foundation.events import Event
from tracker.people.rules.tokens import Purpose


@dataclass(frozen=True)
class TokenIssued(Event):
    """A one-time token was made for a person, to be sent by mail; the token itself is in no table."""

    person_id: int
    purpose: Purpose
    token: str


@dataclass(frozen=True)
class PersonDeactivated(Event):
    """A person was taken out; whoever keeps things for people sees to it that none stay with them."""

    person_id: int


@dataclass(frozen=True)
class RolesTaken(Event):
    """A person lost a role that they held."""

    person_id: int


@dataclass(frozen=True)
class DeputyNamed(Event):
    """Somebody stands in for a person from one day until another, both included."""

    person_id: int
    deputy_id: int
    starts_on: date
    ends_on: date
    act: Act
