"""What recognised text means for what was found in it: a doubted word makes its candidate doubtful."""

from dataclasses import replace
from typing import Final

from tracker.extraction.model import Candidate, Extraction
from tracker.reading.scan import ScannedText

DOUBTED: Final = "doubted-words"
"""The reason that a draft gives which holds a doubted word."""
_LEAST_SURE: Final = 0.55


def with_doubts(found: Extraction, text: ScannedText, below: float) -> Extraction:
    """Return what was found, with candidates that hold a doubted word saying so and being no longer sure."""
    return replace(
        found,
        recommendations=tuple(_doubted(each, text, below) for each in found.recommendations),
        possible=tuple(_doubted(each, text, below) for each in found.possible),
    )


def _doubted(candidate: Candidate, text: ScannedText, below: float) -> Candidate:
    if not text.has_doubts(candidate.start, candidate.end, below):
        return candidate
    return replace(
        candidate, why=(*candidate.why, DOUBTED), confidence=min(candidate.confidence, _LEAST_SURE)
    )
