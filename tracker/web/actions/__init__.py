"""Pages of the actions room: the list, the item with its story, and a page for each step."""

from tracker.web.actions import (
    bulk,
    closings,
    decisions,
    editing,
    exporting,
    extensions,
    filters,
    importing,
    opening,
    pages,
    petitions,
    post_checks,
    steps,
)
from tracker.web.actions.blueprint import blueprint

__all__ = [
    "blueprint",
    "bulk",
    "closings",
    "decisions",
    "editing",
    "exporting",
    "extensions",
    "filters",
    "importing",
    "opening",
    "pages",
    "petitions",
    "post_checks",
    "steps",
]
