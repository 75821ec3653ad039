"""Pages of the people room: signing in, one's own settings, people, departments, and bringing in many at once."""

from tracker.web.people import (
    administration,
    departments,
    deputies,
    importing,
    leaving,
    settings,
    sign_in,
)
from tracker.web.people.blueprint import blueprint

__all__ = [
    "administration",
    "blueprint",
    "departments",
    "deputies",
    "importing",
    "leaving",
    "settings",
    "sign_in",
]
