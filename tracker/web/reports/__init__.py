"""Pages of the reports room: reports and their sources, upload and its progress, the review desk."""

from tracker.web.reports import (
    batches,
    desk,
    drafts,
    editions,
    imports,
    pages,
    printed,
    suggesting,
    workbench,
)
from tracker.web.reports.blueprint import blueprint

__all__ = [
    "batches",
    "blueprint",
    "desk",
    "drafts",
    "editions",
    "imports",
    "pages",
    "printed",
    "suggesting",
    "workbench",
]
