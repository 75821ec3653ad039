"""A part of a report: its heading, its own lines as paragraphs and tables, the parts inside it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tracker.extraction.outline.headings import plain_title
from tracker.extraction.passage import Line, Passage, ends_sentence, joined, width_of
from tracker.extraction.wording.captions import Role, caption_of
from tracker.extraction.wording.duedates import is_date
from tracker.extraction.wording.units import is_unit

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
