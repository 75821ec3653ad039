"""One item of several paragraphs: what belongs to it, and what only tells its owner, its date or its story."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.extraction.items.found import Found, Reader
from tracker.extraction.model import DueHint
from tracker.extraction.passage import Passage, together
from tracker.extraction.registry import rule
from tracker.extraction.wording.captions import Caption, Role, caption_of
from tracker.extraction.wording.duedates import due_in_cell, is_date
from tracker.extraction.wording.notes import noted_behind
from tracker.extraction.wording.owners import owner_before_colon, owner_in_cell
from tracker.extraction.wording.remarks import closing_words, details_below, no_recommendation
from tracker.extraction.wording.units import is_unit

_LONGEST = 3_000
_SHORT = 80
_CODE = re.compile(
    r"\s*[(（\[](?:Recommendation|Rec\.?|Action|建議)?\s?(?:No\. ?)?[A-Z]{0,3}-?\d{1,4}(?:-\d{1,4}){0,2}[)）\]]$"
)
_SHORTEST = 4
_HINTS = (Role.OWNER, Role.DUE)
_AROUND = (Role.OWNER, Role.DUE, Role.STATUS, Role.BACKGROUND, Role.NUMBER)


@dataclass(frozen=True)
class Sorted:
    """The paragraphs of one item by what they are for."""

    kept: tuple[Passage, ...]
    owner: str | None
    due: DueHint | None
    is_labelled: bool


def role_of_passage(passage: Passage) -> Role | None:
    """Say what a paragraph's caption announces, None without a caption."""
    caption = caption_of(passage.text)
    return caption.role if caption else None


def without_caption(passage: Passage) -> tuple[Passage | None, str | None]:
    """Take a topic's caption off a passage; a bold caption is itself the action and stays."""
    caption = caption_of(passage.text)
    if caption is None or (caption.role is Role.TOPIC and caption.is_bold):
        return passage, None
    topic = caption.words if caption.role is Role.TOPIC else None
    return passage.part(caption.length, len(passage.text)), topic


def item_of(
    paragraphs: Sequence[Passage],
    category: str | None,
    why: tuple[str, ...],
    reader: Reader,
    *,
    is_named: bool = False,
) -> Found | None:
    """Make one item of paragraphs, after captions, owners, dates and notes have found their places.

    `is_named` says that the item's own number calls it a recommendation, as a caption would.
    """
    by_role = _sorted(paragraphs, is_named=is_named)
    if not by_role.kept:
        return None
    first, topic = without_caption(by_role.kept[0])
    if first is None:
        return None
    rest = [p for p in by_role.kept[1:] if not closing_words(p.text)]
    if rest and announces_next(rest[-1].text):
        del rest[-1]
    passage = together([first, *rest])
    note = noted_behind(passage.text)
    passage = passage.part(0, note.begin) or passage
    passage = _without_code(_without_loose_stars(passage))
    if (
        no_recommendation(passage.text)
        or _is_name(passage.text)
        or is_date(passage.text)
        or not _SHORTEST <= len(passage.text) <= _LONGEST
    ):
        return None
    ask = reader.ask(passage)
    return Found(
        passage,
        topic or category,
        (*why, ask.value) if ask else why,
        owner=by_role.owner
        or (owner_in_cell(note.owner) if note.owner else None)
        or owner_before_colon(topic),
        due=by_role.due or (due_in_cell(note.due) if note.due else None),
    )


@rule
def announces_next(text: str) -> bool:
    """A short paragraph behind an item that ends in a colon and belongs to the items after it.

    >>> announces_next("The Parks Office is recommended to:"), announces_next("The grounds are bad because:")
    (True, False)
    """
    return len(text) <= _SHORT and text.endswith((":", "：")) and not details_below(text)


def _is_name(text: str) -> bool:
    """Say whether a text is no more than a unit, perhaps with a remark in brackets, or one English word."""
    if text.isascii():
        return " " not in text
    return is_unit(text[: text.index("（")] if text.endswith("）") and text.count("（") == 1 else text)


def _without_code(passage: Passage) -> Passage:
    """Take off the number in brackets by which the text counts its recommendations, as (Recommendation 1)."""
    code = _CODE.search(passage.text)
    return (passage.part(0, code.start()) if code else None) or passage


def _without_loose_stars(passage: Passage) -> Passage:
    """Take off the stars of bold print of which the other half stands outside."""
    text = passage.text
    if text.count("**") % 2 and text.endswith("**"):
        return passage.part(0, len(text) - 2) or passage
    return passage


def records(paragraphs: Sequence[Passage]) -> list[list[Passage]]:
    """Group paragraphs, so that owner, date and status lines stand with the item that they belong to.

    A caption that comes again, such as 建議編號, begins every record; else each paragraph that is no remark does.
    """
    first = caption_of(paragraphs[0].text) if paragraphs else None
    has_action = any(role_of_passage(p) is Role.ACTION for p in paragraphs)
    again = first is not None and _again(paragraphs, first) and (first.role is not Role.TOPIC or has_action)
    groups: list[list[Passage]] = []
    for paragraph in paragraphs:
        caption = caption_of(paragraph.text)
        role = caption.role if caption else None
        if again and first:
            begins = caption is not None and caption.words == first.words
        else:
            begins = role not in _AROUND or (role is Role.BACKGROUND and _has_action(groups))
        if begins or not groups:
            groups.append([])
        groups[-1].append(paragraph)
    return groups


def _again(paragraphs: Sequence[Passage], first: Caption) -> bool:
    same = (caption_of(p.text) for p in paragraphs)
    return sum(caption is not None and caption.words == first.words for caption in same) > 1


def _has_action(groups: Sequence[Sequence[Passage]]) -> bool:
    return bool(groups) and any(role_of_passage(p) is Role.ACTION for p in groups[-1])


def _sorted(paragraphs: Sequence[Passage], *, is_named: bool) -> Sorted:
    owner: str | None = None
    due: DueHint | None = None
    kept: list[Passage] = []
    captions = [caption_of(p.text) for p in paragraphs]
    has_action = is_named or any(c is not None and c.role is Role.ACTION for c in captions)
    goes_on = is_named
    for paragraph, caption in zip(paragraphs, captions, strict=True):
        role = caption.role if caption else None
        value = paragraph.text[caption.length :] if caption else ""
        if kept and is_unit(paragraph.text):
            owner = owner or owner_in_cell(paragraph.text)
        elif kept and is_date(paragraph.text):
            due = due or due_in_cell(paragraph.text)
        elif role is Role.OWNER:
            owner = owner or owner_in_cell(value)
        elif role is Role.DUE:
            due = due or due_in_cell(value)
        elif (
            role is Role.ACTION
            or (role is None and (goes_on or not has_action))
            or (role in (Role.TOPIC, Role.BACKGROUND) and not has_action)
        ):
            kept.append(paragraph)
        goes_on = role is Role.ACTION or (role is None and goes_on)
    return Sorted(tuple(kept), owner, due, has_action)
