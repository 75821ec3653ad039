"""From parts to candidates: numbered items, bullets, table rows, labelled paragraphs and single sentences."""

from tracker.extraction.items.finder import candidate, found_in, without_rivals
from tracker.extraction.items.found import Found, Reader

__all__ = ["Found", "Reader", "candidate", "found_in", "without_rivals"]
