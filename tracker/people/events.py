"""What happens to people."""

from dataclasses import dataclass

from tracker.foundation.events import Event
from tracker.people.rules.tokens import Purpose


@dataclass(frozen=True)
class TokenIssued(Event):
    """A one-time token was made for a person, to be sent by mail; the token itself is in no table."""

    person_id: int
    purpose: Purpose
    token: str
