"""The tree of numbered or headed parts, line by line."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

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
    is_title,
    known_heading,
    numbered_heading,
    plain_title,
)
from tracker.extraction.outline.labels import Label, label_of, spaced_label_of
from tracker.extraction.outline.lines import lines_of, wrap_width
from tracker.extraction.outline.nesting import close_for, cut, release_tail
from tracker.extraction.outline.part import Outline, Part
from tracker.extraction.passage import Line, ends_sentence, width_of
from tracker.extraction.registry import rule
from tracker.extraction.wording.captions import caption_of
from tracker.reading.document import Document

_SHORT = 128
_MOST_ABOVE = 8
_MOST_WITHIN = 20
_LONGEST_LABEL = 12
_IN_BRACKETS = ("count_in_brackets", "number_in_brackets", "small_roman", "letter_in_brackets")
_BRACKET_WITHIN = re.compile(r"(?<=.)[(（](?=\s?[\da-z一二三四五六七八九十]{1,3}\s?[)）])")


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
            cut(stack, outside)
        part = _part_of(line, lines[max(0, number - _MOST_ABOVE) : number], after, layout)
        if part is None and not any(p.label for p in stack):
            part = captioned_part(line, layout.captions, layout.width)
        before = line
        if part is None:
            stack[-1].lines.append(line)
            continue
        close_for(stack, part, floor=outside if line.boxed else 1)
        stack[-1].parts.append(part)
        stack.append(part)
    for part in root.walk():
        release_tail(part)
    return root


def _part_of(line: Line, above: Sequence[Line], after: Line | None, layout: _Layout) -> Part | None:
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
    if label and not (above and (torn_number(above[-1], line, width) or counted_within(above, line, width))):
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
def counted_within(before: Sequence[Line], line: Line, width: int) -> bool:
    """A number in brackets that a wrapped line begins with by chance, for the one before it stands within a line.

    >>> counted_within([Line(0, "The unit should (1) mend the doors;")], Line(36, "(2) mend the roof."), 36)
    True
    >>> counted_within([Line(0, "(1) mend the doors, all of them, now;")], Line(38, "(2) mend the roof."), 36)
    False
    """
    label = label_of(line.text)
    if label is None or label.kind not in _IN_BRACKETS or line.gap or not width or (label.ordinal or 1) == 1:
        return False
    if not before or width_of(before[-1].text) < width * 0.85:
        return False
    for above in reversed(before):
        at_start = label_of(above.text)
        if at_start and at_start.kind == label.kind:
            return False
        places = (match.start() for match in islice(_BRACKET_WITHIN.finditer(above.text), _MOST_WITHIN))
        marks = (label_of(above.text[place : place + _LONGEST_LABEL]) for place in places)
        if any(m and m.kind == label.kind and m.ordinal == (label.ordinal or 0) - 1 for m in marks):
            return True
        if above.gap:
            return False
    return False


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
