"""Items of a section that exists for recommendations, where each counts, also a weak one."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tracker.extraction.items.found import Found, Proposals, Reader
from tracker.extraction.items.records import item_of, records, role_of_passage
from tracker.extraction.items.splitting import asks_apart, several_addressees
from tracker.extraction.items.tables import tables
from tracker.extraction.outline import Part
from tracker.extraction.passage import Passage, joined
from tracker.extraction.registry import rule
from tracker.extraction.sections import Kind, Section, has_details
from tracker.extraction.wording.asks import STRONG, Ask
from tracker.extraction.wording.captions import Role, caption_of
from tracker.extraction.wording.exclusions import already_done
from tracker.extraction.wording.imperatives import imperative
from tracker.extraction.wording.remarks import closing_words, details_below, lead_in

_WHERE = Kind.LISTED.value
_FEW_SENTENCES = 3
_SHORT_SENTENCES = 2
_MOST_DETAILS = 12
_TICKED = re.compile(r"\[[xX✓]\]|[☑✔✓]")
_REMARKS = (Role.OWNER, Role.DUE, Role.STATUS, Role.BACKGROUND, Role.NUMBER)


def listed(section: Section, reader: Reader) -> Proposals:
    """Give what a part of such a section holds by itself."""
    part, paragraphs = section.part, section.part.paragraphs
    reader = replace(reader, anyone=True)
    yield from tables(section, reader)
    if not part.is_heading and part.head:
        yield from _item(section, reader)
    elif not paragraphs:
        if not part.parts and not part.tables and not section.opens:
            yield from short_item(section, reader)
    elif part.label and part.is_heading and is_whole_with_details(section, reader):
        yield from headed_item(section, reader)
    elif section.opens or part.parts or not part.head:
        yield from _running(section, reader)
    else:
        yield from headed_item(section, reader)


def _item(section: Section, reader: Reader) -> Proposals:
    if section.part.kind == "bullet":
        yield from bullet_item(section, reader)
    else:
        yield from numbered_item(section, reader)


@rule
def numbered_item(section: Section, reader: Reader) -> Proposals:
    r"""An item of the author's own numbering is one recommendation, with its reasons.

    >>> quotes("四、建議\n1、增設候車亭，以利等候。\n2、公布班次。\n", "numbered-item")
    ['增設候車亭，以利等候。', '公布班次。']
    """
    yield from _whole_item(section, reader, "numbered-item")


@rule
def bullet_item(section: Section, reader: Reader) -> Proposals:
    r"""A bullet is one recommendation.

    >>> quotes("四、建議\n● 增設候車亭。\n● 公布班次。\n", "bullet-item")
    ['增設候車亭。', '公布班次。']
    """
    yield from _whole_item(section, reader, "bullet-item")


def _whole_item(section: Section, reader: Reader, name: str) -> Proposals:
    paragraphs = section.part.paragraphs
    if is_whole_with_details(section, reader):
        paragraphs = [*paragraphs, *details_of(section.part)]
    elif section.part.parts:
        paragraphs = _without_lead_in(paragraphs, reader)
    found = item_of(paragraphs, section.category, (_WHERE, name), reader) if paragraphs else None
    if found:
        is_done = ticked_off(section.part.label) or done_item(found)
        yield replace(found, is_possible=is_done)


@rule
def is_whole_with_details(section: Section, reader: Reader) -> bool:
    r"""An item whose bullets only tell its particulars: they are part of its quote.

    >>> quotes("四、建議\n1、應增設設施。項目包括：\n- 候車亭\n- 站牌\n2、公布班次。\n", "numbered-item")
    ['應增設設施。項目包括：\n- 候車亭\n- 站牌', '公布班次。']
    """
    parts = section.part.parts
    short = all(not part.parts and len(part.lines) <= 1 for part in parts)
    asks = any(reader.asks(p) or imperative(p.words) for p in section.part.paragraphs)
    return asks and 0 < len(parts) <= _MOST_DETAILS and short and has_details(section)


def details_of(part: Part) -> list[Passage]:
    """Return the bullets of an item, each as running text without its sign."""
    heads = (inner.head.after(len(inner.label)) for inner in part.parts if inner.head)
    return [joined([line]) for line in heads if line.text]


@rule
def done_item(found: Found) -> bool:
    r"""An item that only tells what is done already is possible at most.

    >>> quotes("四、建議\n1、已於出國期間完成簽署。\n2、公布班次。\n", "numbered-item")
    ['公布班次。']
    """
    asked = {ask.value for ask in (*STRONG, Ask.COMMITMENT)}
    return not asked & set(found.why) and already_done(found.passage.words)


@rule
def ticked_off(label: str) -> bool:
    """A box that is ticked: the item is done, and possible at most.

    >>> ticked_off("- [x]"), ticked_off("- [ ]")
    (True, False)
    """
    return bool(_TICKED.search(label))


def _without_lead_in(paragraphs: Sequence[Passage], reader: Reader) -> list[Passage]:
    """Take the sentence off that only announces the inner items; what asks before it stays."""
    kept: list[Passage] = []
    for paragraph in paragraphs:
        if not lead_in(paragraph.text) or (details_below(paragraph.text) and reader.asks(paragraph)):
            kept.append(paragraph)
            continue
        sentences = list(paragraph.sentences())[:-1]
        if sentences and any(reader.asks(s) for s in sentences):
            end = paragraph.text.rindex(sentences[-1].text[-1], 0, len(paragraph.text) - 1) + 1
            before = paragraph.part(0, end)
            kept += [before] if before else []
    return kept


@rule
def headed_item(section: Section, reader: Reader) -> Proposals:
    r"""What stands under a topic's heading is one recommendation, or one for each paragraph that asks.

    >>> quotes("# 建議\n## 候車環境\n候車亭不足。建議增設。\n", "headed-item")
    ['候車亭不足。建議增設。']
    """
    paragraphs = section.part.paragraphs
    if is_whole_with_details(section, reader):
        paragraphs = [*paragraphs, *details_of(section.part)]
    is_labelled = any(role_of_passage(p) is Role.ACTION for p in paragraphs)
    asking = [p for p in paragraphs if reader.asks(p) or imperative(p.text)]
    if not is_labelled and not asking and _head_asks(section.part, reader):
        yield from short_item(section, reader)
        return
    groups = [list(paragraphs)] if is_labelled or len(asking) < 2 else [[p] for p in asking]
    for group in groups:
        found = item_of(group, section.category, (_WHERE, "headed-item"), reader)
        if found:
            yield found


@rule
def short_item(section: Section, reader: Reader) -> Proposals:
    r"""An item that is written like a heading, with a number and without a stop.

    >>> quotes("四、建議\n1、增設候車亭\n2、公布班次\n", "short-item")
    ['增設候車亭', '公布班次']
    """
    part = section.part
    if part.head is None or not (part.label or _head_asks(part, reader)):
        return
    line = part.head.after(len(part.label))
    found = item_of([joined([line])], section.category, (_WHERE, "short-item"), reader) if line.text else None
    if found:
        category = None if section.category == part.title else found.category
        yield replace(found, category=category, is_possible=ticked_off(part.label))


def _head_asks(part: Part, reader: Reader) -> bool:
    line = part.head.after(len(part.label)) if part.head else None
    return line is not None and bool(line.text) and reader.asks(joined([line]))


def _running(section: Section, reader: Reader) -> Proposals:
    """Read the paragraphs that stand directly under the section's heading."""
    paragraphs = section.part.paragraphs
    asking = sum(reader.asks(p) for p in paragraphs)
    alone = not section.part.parts and not section.part.tables
    all_count = alone and (not asking or (asking * 2 <= len(paragraphs) and unnumbered_list(paragraphs)))
    for record in records(paragraphs):
        labelled = any(role_of_passage(p) is Role.ACTION for p in record)
        first = next((p for p in record if labelled or role_of_passage(p) not in _REMARKS), None)
        if first is None or (lead_in(first.text) and not details_below(first.text)):
            continue
        if labelled or _is_topic(first):
            yield from labelled_paragraph(record, section, reader)
        elif closing_words(first.text) and not reader.asks(first):
            continue
        elif reader.asks(first) or imperative(first.words) or all_count:
            yield from paragraph(record, section, reader)


@rule
def unnumbered_list(paragraphs: Sequence[Passage]) -> bool:
    r"""Paragraphs of one or two sentences under the heading are a list without numbers, of which each item counts.

    >>> quotes("建議\n\n站前廣場增設座椅。\n\n本市應公布班次。\n", "paragraph")
    ['站前廣場增設座椅。', '本市應公布班次。']
    """
    return len(paragraphs) > 1 and all(len(list(p.sentences())) <= _SHORT_SENTENCES for p in paragraphs)


def _is_topic(passage: Passage) -> bool:
    caption = caption_of(passage.text)
    return caption is not None and caption.role is Role.TOPIC


@rule
def labelled_paragraph(record: Sequence[Passage], section: Section, reader: Reader) -> Proposals:
    r"""A paragraph with a topic or the word 建議 before a colon is one recommendation, or one for each ask.

    >>> quotes("建議\n候車環境：增設候車亭。\n班次資訊：公布班次。\n", "labelled-paragraph")
    ['增設候車亭。', '公布班次。']
    """
    why = (section.kind.value, "labelled-paragraph")
    found = item_of(record, section.category, why, reader)
    if found is None:
        return
    apart = asks_apart(found.passage, reader) if not _is_topic(record[0]) else [found.passage]
    for passage in apart:
        one = item_of([passage], found.category, why, reader) if len(apart) > 1 else found
        if one:
            yield one


@rule
def paragraph(record: Sequence[Passage], section: Section, reader: Reader) -> Proposals:
    r"""A paragraph of the section that asks once is one recommendation, with its reasons when they are short.

    >>> quotes("建議\n候車亭不足，應由本市增設。\n", "paragraph")
    ['候車亭不足，應由本市增設。']
    """
    first, *rest = record
    sentences = list(first.sentences())
    asking = [i for i, s in enumerate(sentences) if reader.asks(s)]
    apart = asks_apart(first, reader)
    apart = apart if len(apart) > 1 else several_addressees(first)
    if len(apart) > 1:
        yield from sentence(apart, section, reader)
    elif asking and asking[0] > 0 and len(sentences) > _FEW_SENTENCES:
        yield from sentence([sentences[i] for i in asking], section, reader)
    else:
        found = item_of([first, *rest], section.category, (section.kind.value, "paragraph"), reader)
        if found:
            yield replace(found, is_possible=done_item(found))


@rule
def sentence(passages: Sequence[Passage], section: Section, reader: Reader) -> Proposals:
    r"""The sentence of one ask within a paragraph, with those that go on with it.

    >>> quotes("三、心得與建議\n候車亭很美。建議交通局增設候車亭。氣氛熱烈。", "sentence")
    ['建議交通局增設候車亭。']
    """
    for passage in passages:
        found = item_of([passage], section.category, (section.kind.value, "sentence"), reader)
        if found:
            yield found
