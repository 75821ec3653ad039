"""Pages of the people room: signing in, one's own settings, people, departments, and bringing in many, office days."""

from tracker.web.people import (
    administration,
    calendar,
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
    "calendar",
    "departments",
    "deputies",
    "importing",
    "leaving",
    "settings",
    "sign_in",
]
