"""Document to Extraction: pure rules without network or database, usable as a library on its own."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice

from tracker.extraction import cover
from tracker.extraction.items import Reader, candidate, found_in, without_rivals
from tracker.extraction.model import Candidate, Extraction
from tracker.extraction.outline import outline
from tracker.extraction.sections import sections
from tracker.extraction.wording.own import own_names
from tracker.reading.document import Document

__all__ = ["extract"]

# Nobody reviews more; a text that gives more is no report.
_MOST_CANDIDATES = 2_000


def extract(document: Document) -> Extraction:
    """Propose the recommendations of a report and read its cover; a text that is no report gives none."""
    shape = outline(document)
    metadata = cover.metadata(shape)
    reader = Reader(own_names(metadata.agencies))
    earliest = metadata.trip_start or metadata.report_date
    everything = (found for section in sections(shape) for found in found_in(section, reader))
    found = without_rivals(list(islice(everything, _MOST_CANDIDATES)))
    recommendations = _apart(candidate(f, document, earliest) for f in found if not f.is_possible)
    possible = _apart((candidate(f, document, earliest) for f in found if f.is_possible), recommendations)
    return Extraction(metadata, tuple(recommendations), tuple(possible))


def _apart(candidates: Iterable[Candidate], taken: Sequence[Candidate] = ()) -> list[Candidate]:
    """Return candidates in order of the text, without those that overlap an earlier one or one already taken."""
    kept: list[Candidate] = []
    starts = [c.start for c in taken]
    for each in sorted(candidates, key=lambda c: (c.start, -c.end)):
        before = bisect_left(starts, each.end) - 1
        is_free = before < 0 or taken[before].end <= each.start
        if is_free and (not kept or kept[-1].end <= each.start):
            kept.append(each)
    return kept
