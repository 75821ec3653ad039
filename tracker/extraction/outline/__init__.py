"""The shape of a report: a tree of numbered or headed parts, without page furniture and table of contents."""

from tracker.extraction.outline.part import Outline, Part
from tracker.extraction.outline.tree import outline

__all__ = ["Outline", "Part", "outline"]
