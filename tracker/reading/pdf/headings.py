"""The headings that a PDF itself names: by the tags of its structure, or by the bookmarks that lead to them."""

import ctypes
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from tracker.reading.pdf.lines import Line

# PDFium searches all tags of a file for each of its pages: in long files that costs more than reading them.
_MOST_TAGGED_PAGES: Final = 300
_MOST_BOOKMARKS: Final = 5_000
_LONGEST_TYPE: Final = 32
_DEEPEST: Final = 40
_DEEPEST_LEVEL: Final = 9

Titles = Mapping[int, Mapping[str, int]]


def is_tagged(document: pypdfium2.PdfDocument) -> bool:
    """Say whether tags tell the headings at a price worth paying."""
    return bool(pdfium.FPDFCatalog_IsTagged(document.raw)) and len(document) <= _MOST_TAGGED_PAGES


def tagged_levels(page: Any) -> dict[int, int]:
    """Return the heading levels of the marked contents of a page."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return {}
    try:
        levels: dict[int, int] = {}
        for number in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            _walk(pdfium.FPDF_StructTree_GetChildAtIndex(tree, number), None, levels, 0)
        return levels
    finally:
        pdfium.FPDF_StructTree_Close(tree)


def bookmarked_titles(document: pypdfium2.PdfDocument) -> Titles:
    """Return for each page the titles of the bookmarks that lead to it, with their levels from 1."""
    titles: dict[int, dict[str, int]] = defaultdict(dict)
    for bookmark in islice(document.get_toc(), _MOST_BOOKMARKS):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        if page is not None:
            titles[page].setdefault(_bare(bookmark.get_title()), min(bookmark.level + 1, _DEEPEST_LEVEL))
    return titles


def marked(lines: list[Line], titles: Mapping[str, int]) -> list[Line]:
    """Give a level to the lines that the bookmarks name."""
    if not titles:
        return lines
    levels = (titles.get(_bare(line.text)) if line.level is None else None for line in lines)
    return [replace(line, level=level) if level else line for line, level in zip(lines, levels, strict=True)]


def _walk(element: Any, level: int | None, levels: dict[int, int], depth: int) -> None:
    if not element or depth > _DEEPEST:
        return
    level = _level(element) or level
    contents = pdfium.FPDF_StructElement_GetMarkedContentIdCount(element)
    children = pdfium.FPDF_StructElement_CountChildren(element)
    if level:
        for number in range(contents):
            levels[pdfium.FPDF_StructElement_GetMarkedContentIdAtIndex(element, number)] = level
    # Marked contents count as children too: most paragraphs have no others.
    for number in range(children if children > contents else 0):
        _walk(pdfium.FPDF_StructElement_GetChildAtIndex(element, number), level, levels, depth + 1)


def _level(element: Any) -> int | None:
    """Return the level of an element of the types H1 to H6; Title and H count as the first."""
    buffer = (ctypes.c_ushort * _LONGEST_TYPE)()
    size = pdfium.FPDF_StructElement_GetType(element, buffer, ctypes.sizeof(buffer))
    kind = bytes(buffer)[: max(0, min(size, ctypes.sizeof(buffer)) - 2)].decode("utf-16-le", "ignore")
    if kind in ("H", "Title"):
        return 1
    return int(kind[1]) if len(kind) == 2 and kind[0] == "H" and kind[1] in "123456789" else None


def _bare(title: str) -> str:
    return "".join(unicodedata.normalize("NFKC", title).split())
