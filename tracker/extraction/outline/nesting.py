"""Which open parts a new part closes, and what a list lets go of at its end.

Numbering is not trusted to follow any manual: a kind of number is deeper than another when it is met inside it.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from tracker.extraction.outline.headings import is_appendix, is_front_matter, known_heading
from tracker.extraction.outline.part import Part
from tracker.extraction.registry import rule
from tracker.extraction.wording.remarks import lead_in

_RECOMMENDS = re.compile(r"建議|(?:safety |key )?rec(?:ommendation)?\b", re.IGNORECASE)
# Headings that end the items before them.
_UNNUMBERED = ("known", "free", "addressee", "caption")


def close_for(stack: list[Part], part: Part, floor: int = 1) -> None:
    """Close the open parts that a new part cannot stand in, those from `floor` on at most."""
    if part.kind.startswith("#"):
        while len(stack) > 1 and not (stack[-1].kind.startswith("#") and stack[-1].kind < part.kind):
            stack.pop()
        return
    if is_appendix(part.title if part.kind == "known" else part.label if part.kind == "named" else ""):
        cut(stack, next((i for i, p in enumerate(stack) if p.kind.startswith("#") and i > 1), 1))
        return
    while part.kind in _UNNUMBERED and len(stack) > floor and not stack[-1].is_heading:
        stack.pop()
    _close_asides(stack, part)
    level = _sibling_level(stack, part)
    if level is not None:
        cut(stack, max(level, floor))
    elif part.kind == "known":
        while len(stack) > floor and (
            stack[-1].kind in ("free", "bullet") or _RECOMMENDS.match(stack[-1].label)
        ):
            stack.pop()


def _close_asides(stack: list[Part], part: Part) -> None:
    """Close what never holds the chapters of a report: a summary, a note, a heading with its text on the same line."""
    inner = stack[-1]
    is_minor = inner.kind == "known" and is_front_matter(inner.title) and part.kind != "bullet"
    is_caption = inner.kind == "caption" and (part.is_heading or not lead_in(inner.lines[-1].text))
    if is_minor or is_caption:
        stack.pop()


def cut(stack: list[Part], level: int) -> None:
    """Close the open parts from a level on; the root stays."""
    del stack[max(1, level) :]


def _sibling_level(stack: Sequence[Part], part: Part) -> int | None:
    """Find the open part that a new one follows in the same count."""
    same = [i for i, p in enumerate(stack) if p.kind == part.kind]
    if not same or (part.kind == "free" and _waits_for_subtitles(stack)):
        return None
    if part.kind == "bullet":
        indent = part.head.indent if part.head else 0
        return next((i for i in same if (head := stack[i].head) and head.indent >= indent), None)
    if part.ordinal is None:
        return same[-1]
    following = [i for i in same if stack[i].ordinal == part.ordinal - 1]
    if following:
        if part.is_heading and known_heading(part.title):
            return following[0]
        alike = [i for i in following if stack[i].is_heading == part.is_heading]
        return (alike or following)[-1]
    nearest = stack[same[-1]]
    begins_inside = nearest is not stack[-1] or (nearest.is_heading and (nearest.ordinal or 0) > 1)
    return None if part.ordinal == 1 and begins_inside else same[-1]


def _waits_for_subtitles(stack: Sequence[Part]) -> bool:
    """Say whether the innermost part is a numbered heading without text yet, whose fellows before it had some."""
    inner, parent = stack[-1], stack[-2] if len(stack) > 1 else None
    if not (parent and inner.label and inner.is_heading) or inner.lines or inner.parts:
        return False
    fellows = [p for p in parent.parts if p.kind == inner.kind and p is not inner]
    return known_heading(inner.title) or any(p.lines or p.parts for p in fellows)


@rule
def release_tail(part: Part) -> None:
    r"""Paragraphs after a blank line behind a list whose items have one paragraph each are none of its last item.

    >>> quotes("四、建議\n1. 建議增設候車亭。\n2. 建議公布班次。\n\n感謝主辦單位。\n", "numbered-item")
    ['建議增設候車亭。', '建議公布班次。']
    """
    parts: list[Part] = []
    for _, run in groupby(part.parts, key=lambda p: p.kind):
        *before, last = run
        parts += [*before, last]
        if not before or last.parts or any(len(p.paragraphs) > (not p.is_heading) or p.parts for p in before):
            continue
        own = 0 if last.is_heading else 1
        begins = next((i for i, line in enumerate(last.lines) if i >= own and line.gap), None)
        if begins is not None and not last.lines[begins].is_row:
            parts.append(Part("tail", lines=last.lines[begins:], width=part.width))
            last.lines = last.lines[:begins]
    part.parts = parts
