"""Printed lines to one text and its blocks: a paragraph is a line, and the room before one is a blank line."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import accumulate

from tracker.reading.document import Block, BlockKind, Document
from tracker.reading.furniture import furniture_of
from tracker.reading.pdf.breaks import mended
from tracker.reading.pdf.hyphens import spelled
from tracker.reading.pdf.layout import Layout, layout_of
from tracker.reading.pdf.lines import Line, Piece, parts_words
from tracker.reading.pdf.pages import Page

_BLANK = Line("")


def whole(printed: Sequence[Page]) -> list[Page]:
    """Return the pages with what only the whole file tells: furniture, spelling, paragraphs and blank lines."""
    pages = _with_furniture(spelled(mended(printed)))
    layout = layout_of(pages)
    found: list[Page] = []
    # The page and the place on it where the last line of the text so far stands.
    last: tuple[int, int] | None = None
    for number, page in enumerate(pages):
        before = found[last[0]].lines[last[1]] if last else None
        lines = _paragraphs(page, layout, before)
        first = next((n for n, line in enumerate(lines) if not line.is_furniture), None)
        if last and before and first is not None and _goes_on(layout, before, lines[first], page.width):
            found[last[0]].lines[last[1]] = _joined(before, lines.pop(first), number - last[0])
        found.append(replace(page, lines=lines))
        places = [n for n, line in enumerate(lines) if line.text and not line.is_furniture]
        last = (number, places[-1]) if places else last
    return found


def document_of(pages: Sequence[Page]) -> Document:
    """Return the text of the pages, a line feed between their lines, with page starts and blocks."""
    pages = whole(pages)
    starts = page_starts(pages)
    blocks = tuple(
        block
        for number, (page, start) in enumerate(zip(pages, starts, strict=True), start=1)
        for block in _blocks(page.lines, start, number)
    )
    pictures = tuple(number for number, page in enumerate(pages, start=1) if page.is_picture)
    return Document(text_of(pages), "pdf", starts, blocks, pictures)


def page_starts(pages: Sequence[Page]) -> tuple[int, ...]:
    """Return the offset at which each page starts."""
    return tuple(accumulate((page.length + 1 for page in pages[:-1]), initial=0)) if pages else ()


def text_of(pages: Sequence[Page]) -> str:
    """Return the text of whole pages, a line feed between their lines."""
    return "\n".join("\n".join(line.text for line in page.lines) for page in pages)


def _with_furniture(pages: Sequence[Page]) -> list[Page]:
    starts = page_starts(pages)
    furniture = {start for start, _ in furniture_of(text_of(pages), starts)}
    if not furniture:
        return list(pages)
    marked = []
    for page, start in zip(pages, starts, strict=True):
        lines, offset = [], start
        for line in page.lines:
            indent = len(line.text) - len(line.text.lstrip())
            is_furniture = offset + indent in furniture and not line.cells
            lines.append(replace(line, is_furniture=True) if is_furniture else line)
            offset += len(line.text) + 1
        marked.append(replace(page, lines=lines))
    return marked


def _paragraphs(page: Page, layout: Layout, before: Line | None) -> list[Line]:
    """Return the lines of a page as paragraphs; `before` is the last one of the text on the page before."""
    found: list[Line] = []
    paragraph: list[Line] = []
    above: Line | None = None
    for line in page.lines:
        is_apart = _is_apart(layout, above, before, line, page.width)
        if paragraph and not (line.is_furniture or is_apart) and layout.goes_on(paragraph, line, page.width):
            paragraph.append(line)
        else:
            found += _ended(paragraph)
            found += [_BLANK] if is_apart else []
            paragraph = [] if line.is_furniture or line.cells else [line]
            found += [] if paragraph else [line]
        if not line.is_furniture:
            above = line
    return found + _ended(paragraph)


def _is_apart(layout: Layout, above: Line | None, before: Line | None, line: Line, width: float) -> bool:
    """Say whether a blank line stands before a line; where a page begins, it does as at most ends of paragraphs."""
    if line.is_furniture:
        return False
    if above is not None:
        return layout.is_apart(above, line)
    return (
        before is not None
        and layout.has_blanks
        and not (before.cells and line.cells)
        and not layout.is_full(before, line, width)
    )


def _ended(paragraph: Sequence[Line]) -> list[Line]:
    """Return the printed lines of a paragraph as one line."""
    return [reduce(_joined, paragraph)] if paragraph else []


def _joined(line: Line, more: Line, later: int = 0) -> Line:
    """Return a line with another behind it, which stands so many pages later."""
    blank = (Piece(" ", None, 0),) if parts_words(line.text, more.text) else ()
    moved = (
        tuple(piece._replace(later=piece.later + later) for piece in more.pieces) if later else more.pieces
    )
    last = line.set and more.set and line.set._replace(right=more.set.right, foot=more.set.foot)
    text = f"{line.text}{' ' if blank else ''}{more.text}"
    return replace(line, text=text, pieces=(*line.pieces, *blank, *moved), set=last)


def _goes_on(layout: Layout, before: Line, line: Line, width: float) -> bool:
    """Say whether the first line of a page goes on with the last paragraph before it."""
    return (
        bool(line.text) and not (before.cells or line.cells) and layout.continues(before, before, line, width)
    )


def _blocks(lines: Sequence[Line], offset: int, number: int) -> Iterator[Block]:
    for line in lines:
        end = offset + len(line.text)
        if line.text:
            cells = tuple((offset + begin, offset + finish) for begin, finish in line.cells)
            kind = _kind(line)
            yield Block(offset, end, number, line.level, kind, "", cells, line.size, line.bold)
        offset = end + 1


def _kind(line: Line) -> BlockKind:
    if line.is_furniture:
        return BlockKind.FURNITURE
    if line.cells:
        return BlockKind.ROW
    return BlockKind.HEADING if line.level is not None else BlockKind.PARAGRAPH
