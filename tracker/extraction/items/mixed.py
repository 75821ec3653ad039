"""Recommendations among reflections (心得與建議): only what asks outright counts."""

from collections.abc import Sequence
from dataclasses import replace

from tracker.extraction.items.elsewhere import named_item
from tracker.extraction.items.found import Found, Proposals, Reader
from tracker.extraction.items.listed import labelled_paragraph
from tracker.extraction.items.records import item_of, role_of_passage, without_caption
from tracker.extraction.items.splitting import several_addressees
from tracker.extraction.items.tables import tables
from tracker.extraction.passage import Passage, joined
from tracker.extraction.registry import rule
from tracker.extraction.sections import Kind, Section, names_recommendation
from tracker.extraction.wording.asks import Ask, about_hosts
from tracker.extraction.wording.captions import Role
from tracker.extraction.wording.exclusions import already_done, reported_advice
from tracker.extraction.wording.imperatives import imperative
from tracker.extraction.wording.remarks import lead_in

_WHERE = Kind.MIXED.value
_LONGEST = 3_000
_LONGEST_LEAD_IN = 60


def mixed(section: Section, reader: Reader) -> Proposals:
    """Give what a part of such a section holds by itself."""
    part, paragraphs = section.part, section.part.paragraphs
    yield from tables(section, reader)
    if names_recommendation(part.label) and not part.is_heading:
        yield from named_item(section, reader)
    elif any(role_of_passage(p) is Role.ACTION for p in paragraphs):
        yield from labelled_paragraph(paragraphs, section, reader)
    elif part.head and not part.is_heading and not part.parts and asking_item(paragraphs, reader):
        name = "bullet-item" if part.kind == "bullet" else "numbered-item"
        found = item_of(paragraphs, section.category, (_WHERE, name), reader)
        if found:
            yield found
    elif part.is_heading and part.head and not paragraphs and not part.parts:
        yield from _asking_head(section, reader)
    else:
        for paragraph in paragraphs:
            yield from asking_sentences(paragraph, section, reader)


@rule
def asking_item(paragraphs: Sequence[Passage], reader: Reader) -> bool:
    r"""An item whose first sentence asks is a recommendation as a whole.

    >>> quotes("三、心得與建議\n1、建請交通局增設候車亭。夜間候車不便。\n2、港區很美。\n", "numbered-item")
    ['建請交通局增設候車亭。夜間候車不便。']
    """
    body = without_caption(paragraphs[0])[0] if paragraphs else None
    first = next(body.sentences()) if body else None
    return first is not None and (reader.asks(first) or _tells_what_to_do(first))


def _tells_what_to_do(passage: Passage) -> bool:
    words = passage.words
    return imperative(words) and not (about_hosts(words) or reported_advice(words) or already_done(words))


def asking_sentences(paragraph: Passage, section: Section, reader: Reader) -> Proposals:
    """Give the sentences of a paragraph that ask; weak ones are possible at most."""
    if lead_in(paragraph.text) and len(paragraph.text) < _LONGEST_LEAD_IN:
        return
    for sentence in (piece for whole in paragraph.sentences() for piece in several_addressees(whole)):
        ask = reader.ask(sentence)
        if ask is None or lead_in(sentence.text):
            continue
        body, topic = without_caption(sentence)
        if body is None or len(body.text) > _LONGEST:
            continue
        found = Found(body, topic or section.category, (_WHERE, "sentence", ask.value))
        yield replace(found, is_possible=ask is Ask.WEAK)


def _asking_head(section: Section, reader: Reader) -> Proposals:
    part = section.part
    head = joined([part.head.after(len(part.label))]) if part.head else None
    if head and head.text and (reader.asks(head) or (part.label and _tells_what_to_do(head))):
        found = item_of([head], None, (_WHERE, "short-item"), reader)
        if found:
            yield found
