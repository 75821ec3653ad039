"""The tree of numbered or headed parts.

Numbering is not trusted to follow any manual: a kind of number is deeper than another when it is met inside it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from tracker.extraction.outline.bare import bare_numbers
from tracker.extraction.outline.contents import key, without_contents
from tracker.extraction.outline.headings import (
    addressee_heading,
    bold_heading,
    capital_heading,
    free_heading,
    goes_on_below,
    hash_level,
    is_appendix,
    is_front_matter,
    is_title,
    known_heading,
    numbered_heading,
    plain_title,
)
from tracker.extraction.outline.labels import Label, label_of, spaced_label_of
from tracker.extraction.outline.lines import lines_of, wrap_width
from tracker.extraction.passage import Line, Passage, ends_sentence, joined, width_of
from tracker.extraction.registry import rule
from tracker.extraction.wording.captions import Role, caption_of
from tracker.extraction.wording.duedates import is_date
from tracker.extraction.wording.remarks import lead_in
from tracker.extraction.wording.units import is_unit
from tracker.reading.document import Document

_SHORT = 128
_RECOMMENDS = re.compile(r"建議|(?:safety |key )?rec(?:ommendation)?\b", re.IGNORECASE)
# Headings that end the items before them.
_UNNUMBERED = ("known", "free", "addressee", "caption")
_CAPTION = re.compile(r"[^\s：:，。,.]{2,10}[：:]|(?:[A-Z][a-z]+ ?){1,3}:\s|[【〔［][^】〕］]{2,12}[】〕］]")


@dataclass
class Part:
    """A numbered or headed part of the report, with its own lines and the parts inside it."""

    kind: str
    ordinal: int | None = None
    head: Line | None = None
    label: str = ""
    is_heading: bool = False
    lines: list[Line] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)
    width: int = 0

    @cached_property
    def title(self) -> str:
        """Return the words of the heading without number, markdown and final colon; empty for a sentence."""
        return plain_title(self.head.text) if self.head and self.is_heading else ""

    @cached_property
    def paragraphs(self) -> list[Passage]:
        """Return the part's own paragraphs, apart from its heading, its tables and its inner parts."""
        return [joined(lines) for lines in _paragraphs(self.lines, self.width)]

    @cached_property
    def tables(self) -> list[list[Line]]:
        """Return the part's own tables, as rows with cells."""
        tables: list[list[Line]] = []
        before: Line | None = None
        for line in self.lines:
            if line.is_row:
                if before is None or not before.is_row:
                    tables.append([])
                tables[-1].append(line)
            before = line
        return tables

    def walk(self) -> Iterator["Part"]:
        """Give this part and all parts inside it, in reading order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


@dataclass(frozen=True)
class Outline:
    """The whole report as a tree, and its lines for the cover."""

    root: Part
    lines: tuple[Line, ...]


def outline(document: Document) -> Outline:
    """Return the tree of a document's parts, with page furniture and the table of contents left out."""
    lines, titles = without_contents(lines_of(document))
    captions = Counter(caption.words for line in lines if (caption := caption_of(line.text)))
    layout = _Layout(titles, wrap_width(lines), bare_numbers(lines), captions)
    return Outline(_tree(lines, layout), tuple(lines))


@dataclass(frozen=True)
class _Layout:
    """What is known of all lines before the tree grows: titles of the contents, width of the page, bare numbers.

    `captions` counts the captions: one that comes again labels a line and opens no section.
    """

    titles: frozenset[str]
    width: int
    bare: Mapping[int, Label]
    captions: Mapping[str, int]


def _tree(lines: Sequence[Line], layout: _Layout) -> Part:
    root = Part("root", width=layout.width)
    stack = [root]
    before: Line | None = None
    outside = 1
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else None
        if line.boxed and not (before and before.boxed):
            outside = len(stack)
        elif before and before.boxed and not line.boxed:
            _cut(stack, outside)
        part = _part_of(line, before, after, layout)
        if part is None and not any(p.label for p in stack):
            part = captioned_part(line, layout.captions, layout.width)
        before = line
        if part is None:
            stack[-1].lines.append(line)
            continue
        _close_for(stack, part, floor=outside if line.boxed else 1)
        stack[-1].parts.append(part)
        stack.append(part)
    for part in root.walk():
        release_tail(part)
    return root


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


def _part_of(line: Line, before: Line | None, after: Line | None, layout: _Layout) -> Part | None:
    """Start a new part where a line carries a number, a bullet, a heading's style or a heading's words."""
    if line.is_row:
        return None
    width = layout.width
    level = hash_level(line.text) or (line.level if is_title(plain_title(line.text)) else None)
    if level:
        title = line.text.lstrip("# ")
        label = label_of(title)
        ordinal, written = (label.ordinal, title[: label.length].strip()) if label else (None, "")
        return Part(f"#{level}", ordinal, line, written, is_heading=True, width=width)
    label = label_of(line.text)
    if label and not (before and torn_number(before, line, width)):
        return _numbered_part(line, after, label, width)
    heading = _spaced_heading(line, width)
    if heading is None and not goes_on_below(line, after):
        heading = _unnumbered_heading(line, layout.titles, width)
    if heading is None and line.start in layout.bare:
        return _numbered_part(line, after, layout.bare[line.start], width)
    return heading


def _numbered_part(line: Line, after: Line | None, label: Label, width: int) -> Part:
    rest = line.after(label.length)
    is_heading = numbered_heading(rest.text, width) if rest.text else label.kind == "named"
    is_heading = is_heading and not goes_on_below(line, after)
    part = Part(label.kind, label.ordinal, line, line.text[: label.length].strip(), is_heading, width=width)
    if not is_heading and rest.text:
        part.lines.append(rest)
    return part


def _spaced_heading(line: Line, width: int) -> Part | None:
    """Read a heading whose number is set off by a blank only: 3 Recommendations, 參　建議."""
    label = spaced_label_of(line.text) if _is_short(line) else None
    if label is None:
        return None
    title = line.after(label.length)
    if not (known_heading(plain_title(title.text)) or free_heading(title)):
        return None
    return Part(label.kind, label.ordinal, line, line.text[: label.length], is_heading=True, width=width)


def _unnumbered_heading(line: Line, titles: frozenset[str], width: int) -> Part | None:
    if not _is_short(line):
        return None
    title = plain_title(line.text)
    if known_heading(title) or (titles and key(line.text) in titles and is_title(title)):
        return Part("known", None, line, is_heading=True, width=width)
    if addressee_heading(line.text):
        return Part("addressee", None, line, is_heading=True, width=width)
    caption = caption_of(line.text)
    if caption and is_appendix(caption.words):
        return Part("known", None, Line(line.start, caption.words), is_heading=True, width=width)
    if bold_heading(line) or capital_heading(line.text) or free_heading(line):
        return Part("free", None, line, is_heading=True, width=width)
    return None


@rule
def captioned_part(line: Line, captions: Mapping[str, int], width: int = 0) -> Part | None:
    """A part that begins on the line of its heading, behind the colon.

    >>> captioned_part(Line(0, "建議：建請交通局增設候車亭。"), {"建議": 1}).title
    '建議'
    >>> captioned_part(Line(0, "建議：建請交通局增設候車亭。"), {"建議": 2})
    """
    caption = caption_of(line.text)
    if caption is None or caption.is_bold or captions[caption.words] > 1 or not known_heading(caption.words):
        return None
    head = Line(line.start, line.text[: caption.length].rstrip(), line.gap)
    return Part("caption", None, head, is_heading=True, lines=[line.after(caption.length)], width=width)


def _is_short(line: Line) -> bool:
    return len(line.text) <= _SHORT and width_of(line.text) <= _SHORT


@rule
def torn_number(before: Line, line: Line, width: int) -> bool:
    """A number at the start of a line is none of a list where the line before broke at the width of the page.

    >>> torn_number(Line(0, "The new counter was opened on March"), Line(36, "15. It is used"), 36)
    True
    >>> torn_number(Line(0, "增設候車亭。"), Line(7, "2.公布班次。"), 36)
    False
    """
    label = label_of(line.text)
    if label is None or line.gap or not width or label.kind != "number" or label.ordinal in (None, 1):
        return False
    return width_of(before.text) >= width * 0.9 and not ends_sentence(before.text)


def _close_for(stack: list[Part], part: Part, floor: int = 1) -> None:
    """Close the open parts that a new part cannot stand in, those from `floor` on at most."""
    if part.kind.startswith("#"):
        while len(stack) > 1 and not (stack[-1].kind.startswith("#") and stack[-1].kind < part.kind):
            stack.pop()
        return
    if is_appendix(part.title if part.kind == "known" else part.label if part.kind == "named" else ""):
        _cut(stack, next((i for i, p in enumerate(stack) if p.kind.startswith("#") and i > 1), 1))
        return
    while part.kind in _UNNUMBERED and len(stack) > floor and not stack[-1].is_heading:
        stack.pop()
    _close_asides(stack, part)
    level = _sibling_level(stack, part)
    if level is not None:
        _cut(stack, max(level, floor))
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


def _cut(stack: list[Part], level: int) -> None:
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


def _paragraphs(lines: Sequence[Line], width: int) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and (line.is_row or not _continues(paragraph[-1], line, width)):
            yield paragraph
            paragraph = []
        if not line.is_row:
            paragraph.append(line)
    if paragraph:
        yield paragraph


def _is_remark(line: Line) -> bool:
    """Say whether a line is only the name of a unit or a date, as cells are that lost their table."""
    return is_unit(line.text) or is_date(line.text)


def _announces(line: Line) -> bool:
    """Say whether a line begins with a caption such as "Target date:"."""
    caption = caption_of(line.text)
    return caption is not None and caption.role is not Role.TOPIC


def _continues(before: Line, line: Line, width: int) -> bool:
    """Say whether a line goes on with the paragraph of the line before it."""
    if line.gap or _CAPTION.match(line.text) or _announces(line) or _is_remark(line) or _is_remark(before):
        return False
    return bool(width and width_of(before.text) >= width * 0.9) or not ends_sentence(before.text)
