"""Walks through the sections of one report and collects what may be a recommendation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tracker.extraction.items.confidence import confidence_of
from tracker.extraction.items.elsewhere import elsewhere
from tracker.extraction.items.found import Found, Proposals, Reader
from tracker.extraction.items.listed import listed
from tracker.extraction.items.mixed import mixed
from tracker.extraction.items.splitting import numbered_in_sentence
from tracker.extraction.model import Candidate
from tracker.extraction.registry import rule
from tracker.extraction.sections import Kind, Section
from tracker.extraction.wording.asks import Ask
from tracker.extraction.wording.duedates import due_in
from tracker.extraction.wording.owners import owner_in
from tracker.reading.document import Document

_BY_KIND: Mapping[Kind, Callable[[Section, Reader], Proposals]] = {
    Kind.LISTED: listed,
    Kind.MIXED: mixed,
    Kind.REFLECTION: elsewhere,
    Kind.BODY: elsewhere,
}


def found_in(section: Section, reader: Reader) -> Iterator[Found]:
    """Give what one part holds by itself; inner parts come by their own turn."""
    find = _BY_KIND.get(section.kind)
    if find is None:
        return
    for found in find(section, reader):
        yield from numbered_in_sentence(found)


@rule
def without_rivals(found: Sequence[Found]) -> list[Found]:
    r"""Asks in the story of the trip give way where a report marks its recommendations; outright ones stay possible.

    >>> quotes("一、過程\n建請交通局增設候車亭。\n二、建議\n公布班次。\n", "outside-recommendation-section")
    []
    >>> quotes("一、過程\n建請交通局增設候車亭。\n二、建議\n公布班次。\n", "explicit-ask", possible=True)
    ['建請交通局增設候車亭。']
    """
    outside = [f for f in found if f.why[0] == Kind.BODY.value and not f.is_possible]
    if all(f.is_possible or f.why[0] == Kind.BODY.value for f in found):
        return list(found)
    lesser = [f for f in outside if Ask.EXPLICIT.value not in f.why]
    return [replace(f, is_possible=True) if f in outside else f for f in found if f not in lesser]


def candidate(found: Found, document: Document, earliest: date | None) -> Candidate:
    """Turn a found passage into a candidate with its exact quote, page and hints."""
    passage = found.passage
    owner, due = found.owner, found.due
    if not found.hints_are_given:
        owner = owner or owner_in(passage.words)
        due = due or due_in(passage.words, earliest)
    return Candidate(
        start=passage.start,
        end=passage.end,
        text=document.text[passage.start : passage.end],
        page=document.page_at(passage.start),
        category=found.category,
        owner_hint=owner,
        due_hint=due,
        confidence=confidence_of(found),
        why=found.why,
    )
