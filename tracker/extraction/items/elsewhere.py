"""Outside of the sections: what is labelled as a recommendation counts, the rest is possible at most."""

import re
from itertools import islice

from tracker.extraction.items.found import Found, Proposals, Reader
from tracker.extraction.items.records import item_of, records, role_of_passage, without_caption
from tracker.extraction.items.splitting import counted_asks
from tracker.extraction.items.tables import tables
from tracker.extraction.passage import Passage
from tracker.extraction.registry import rule
from tracker.extraction.sections import Kind, Section, names_recommendation
from tracker.extraction.wording.asks import Ask, commitment
from tracker.extraction.wording.captions import Role, caption_of
from tracker.extraction.wording.owners import owner_in
from tracker.extraction.wording.remarks import lead_in

_LONGEST = 3_000
_LONGEST_TOPIC = 400
_INSIDE = re.compile(
    r"(?P<bold>\*\*)?\b(?:Safety |Key )?Recommendation (?:No\. ?)?[A-Z]?\d{1,3}(?:[.\-/]\d{1,3})?\s?[:：]\s*|"
    r"\bACTION(?: POINT)?(?: \([^()]{1,30}\))?\s?:\s*|[【（(]?建議\s?[一二三四五六七八九十\d]{1,2}[】）)]?\s?[：:]\s*|"
    r"(?<=[。！？])\s?(?:\*\*)?(?:【)?(?:具體)?建議(?:事項)?(?:】)?(?:\*\*)?[：:]\s*|(?<=[.!?]) (?:\*\*)?Recommendation(?:\*\*)?:(?:\*\*)?\s*"
)
_MOST_INSIDE = 40
_RECOMMENDS = re.compile("建議|借鏡|參採|擬辦|recommend|action", re.IGNORECASE)


def elsewhere(section: Section, reader: Reader) -> Proposals:
    """Give what a part outside of the sections holds by itself."""
    yield from tables(section, reader)
    if names_recommendation(section.part.label) and not section.part.is_heading:
        yield from named_item(section, reader)
        return
    for record in records(section.part.paragraphs):
        if any(_names_recommendation(p) for p in record):
            yield from labelled_recommendation(record, section, reader)
            continue
        for paragraph in record:
            inside = list(labelled_inside(paragraph, section, reader))
            yield from inside or _possible(paragraph, section, reader)


@rule
def labelled_recommendation(record: list[Passage], section: Section, reader: Reader) -> Proposals:
    r"""A paragraph that the text itself labels as a recommendation, wherever it stands.

    >>> quotes("Finding 1. Late trams\nTrams were late.\nRecommendation: Check the switches.\n", "labelled-recommendation")
    ['Check the switches.']
    """
    found = item_of(record, section.category, ("labelled-recommendation",), reader)
    if found:
        yield found


@rule
def named_item(section: Section, reader: Reader) -> Proposals:
    r"""An item whose number says that it is a recommendation, wherever it stands.

    >>> quotes("1. Late trams\nTrams were late.\nRecommendation 1: Check the switches.\n", "named-item")
    ['Check the switches.']
    """
    paragraphs = section.part.paragraphs
    remarks = [p for p in paragraphs[1:] if role_of_passage(p) not in (None, Role.TOPIC)]
    found = item_of([*paragraphs[:1], *remarks], section.category, ("named-item",), reader, is_named=True)
    if found:
        yield found


@rule
def labelled_inside(paragraph: Passage, section: Section, reader: Reader) -> Proposals:
    r"""A recommendation whose number stands in the middle of a paragraph.

    >>> quotes("1. Trams\nTrams were late. **Recommendation 3: Check the switches.** They are old.\n", "labelled-inside")
    ['Check the switches.']
    """
    marks = list(islice(_INSIDE.finditer(paragraph.text), _MOST_INSIDE))
    if not marks:
        return
    ends = [mark.start() for mark in marks[1:]] + [len(paragraph.text)]
    for mark, end in zip(marks, ends, strict=True):
        bold = paragraph.text.find("**", mark.end(), end) if mark["bold"] else -1
        passage = paragraph.part(mark.end(), bold if bold > 0 else end)
        found = item_of([passage], section.category, ("labelled-inside",), reader) if passage else None
        if found:
            yield found


def _names_recommendation(passage: Passage) -> bool:
    caption = caption_of(passage.text)
    return caption is not None and caption.role is Role.ACTION and bool(_RECOMMENDS.search(caption.words))


def _possible(paragraph: Passage, section: Section, reader: Reader) -> Proposals:
    body, topic = without_caption(paragraph)
    if body is None:
        return
    if topic and section.kind is Kind.REFLECTION and len(body.text) <= _LONGEST_TOPIC:
        yield from promising_reflection(body, topic, reader)
        return
    counted = counted_asks(body, reader)
    for sentence in counted:
        why = (Kind.BODY.value, "counted-asks")
        ask = reader.ask(sentence)
        yield Found(sentence, section.category, (*why, ask.value) if ask else why)
    for sentence in () if counted else body.sentences():
        if len(sentence.text) <= _LONGEST and not lead_in(sentence.text):
            yield from ask_elsewhere(sentence, section, reader)


@rule
def promising_reflection(body: Passage, topic: str, reader: Reader) -> Proposals:
    r"""A labelled paragraph of the reflections in which the authors undertake something is possible.

    >>> quotes("心得\n學生交流：會後本府與對方敲定明年互訪。\n", "commitment", possible=True)
    ['會後本府與對方敲定明年互訪。']
    """
    if commitment(body.words, reader.own):
        yield Found(body, topic, (Kind.REFLECTION.value, Ask.COMMITMENT.value), is_possible=True)


@rule
def ask_elsewhere(sentence: Passage, section: Section, reader: Reader) -> Proposals:
    r"""An ask outside of the sections counts only where a report marks none of its recommendations.

    >>> quotes("一、過程\n建請交通局增設候車亭。\n", "outside-recommendation-section")
    ['建請交通局增設候車亭。']
    >>> quotes("一、過程\n建請交通局增設候車亭。\n二、建議\n公布班次。\n", "outside-recommendation-section")
    []
    """
    ask = reader.ask(sentence)
    if ask is None and section.kind is Kind.REFLECTION and commitment(sentence.words, reader.own):
        ask = Ask.COMMITMENT
    if ask is None or ask is Ask.WEAK:
        return
    is_looked_back = section.kind is Kind.REFLECTION
    is_addressed = reader.own.named_in(sentence.words) or (is_looked_back and owner_in(sentence.words))
    counts = ask is Ask.EXPLICIT or (ask is Ask.MODAL and bool(is_addressed))
    if counts or section.kind is Kind.REFLECTION:
        yield Found(sentence, section.category, (Kind.BODY.value, ask.value), is_possible=not counts)
