"""Turns a plain-text report into the Word file an office would have: heading styles, automatic numbers, real tables.

Numbered titles become headings that a multilevel list counts; numbered sentences become paragraphs of counted lists;
rows of bars or tabs become tables, and what is framed becomes a table of one cell. Lines that were broken at the width
of a page are joined, and running headers go. A number that no list would give at its place stays typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from tracker.extraction.passage import width_of
from tracker.reading import counting
from tracker.reading.furniture import furniture_of, without

_COUNT = "[一二三四五六七八九十]{1,3}"
_FORMAL = "[壹貳參肆伍陸柒捌玖拾]{1,3}"
# How a number is typed, the format that counts so, and the text of its level.
_KINDS = tuple(
    (re.compile(pattern), number_format, before, after)
    for pattern, number_format, before, after in (
        (rf"第({_COUNT})章[ 　]*", "taiwaneseCountingThousand", "第", "章"),
        (rf"第({_COUNT})節[ 　]*", "taiwaneseCountingThousand", "第", "節"),
        (rf"({_FORMAL})、", "ideographLegalTraditional", "", "、"),
        (rf"({_COUNT})、", "taiwaneseCountingThousand", "", "、"),
        (rf"（({_COUNT})）", "taiwaneseCountingThousand", "（", "）"),
        (r"([甲乙丙丁戊己庚辛壬癸])、", "ideographTraditional", "", "、"),
        (r"(\d{1,2})\. *(?=\D)", "decimal", "", "."),
        (r"(\d{1,2})、", "decimal", "", "、"),
        (r"（(\d{1,2})）", "decimal", "（", "）"),
        (r"\((\d{1,2})\) *", "decimal", "(", ")"),
        (r"([•●*-]) +(?=\S)", "bullet", "•", ""),
    )
)
_HASHES = re.compile(r"(#{1,6}) +")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_APPENDIX = re.compile(r"(?:附錄|附件|參考資料|Appendix|Annex)[^。.：:]{0,30}$")
_RULE = re.compile(r"[|:\s-]+")
_NO_TITLE = re.compile("[。；！？，.…]")
_MOST_OF_TITLE = 30
_HIGHEST = 60
_WIDEST_PAGE = 100
_FULL = 0.9


@dataclass
class _Written:
    document: Document = field(default_factory=Document)
    kinds: list[int] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    lists: dict[int, tuple[int, int]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)


def word_report(text: str) -> tuple[bytes, list[str]]:
    """Return the Word file of a report and the labels that its lists must give, in order."""
    text = _unwrapped(text)
    written = _Written(kinds=_heading_kinds(text))
    written.document.element.body.remove_all("w:p")
    _define(written)
    is_behind_blank = True
    for lines in _groups(text):
        if lines[0].startswith("┌"):
            _add_box(written, lines)
        elif len(lines) > 1 or lines[0].startswith("|"):
            _add_table(written, lines)
        else:
            _add_line(written, lines[0], is_behind_blank)
        is_behind_blank = lines == [""]
    stream = BytesIO()
    written.document.save(stream)
    return stream.getvalue(), written.labels


def _groups(text: str) -> Iterator[list[str]]:
    """Give each line by itself, and the rows of a table together."""
    rows: list[str] = []
    for line in [*(raw.strip("\ufeff \r\f　") for raw in text.split("\n")), ""]:
        mark = _mark(line)
        if rows and mark != _mark(rows[0]):
            yield rows
            rows = []
        if mark:
            rows.append(line)
        else:
            yield [line]


def _mark(line: str) -> str:
    """Return what shows that a line belongs with its neighbours: to a table, or into a box."""
    if line.startswith(("┌", "│", "└")):
        return "│"
    return "|" if line.startswith("|") else "\t" if "\t" in line else ""


def _unwrapped(text: str) -> str:
    """Return a text that was broken at the width of a page with a paragraph on each line, without page furniture."""
    widths = sorted(width_of(line.strip()) for line in text.split("\n") if line.strip())
    widest = widths[len(widths) * 9 // 10]
    if widest > _WIDEST_PAGE or sum(width >= widest * _FULL for width in widths) * 4 < len(widths):
        return text
    kept = "".join(text[start:end] for start, end in without(text, furniture_of(text)))
    lines: list[str] = []
    is_full = False
    for line in kept.split("\n"):
        words = line.strip(" \r\f　")
        if is_full and words and _number(words) is None and not _mark(words):
            is_han = lines[-1][-1] > "\u2e80" and words[0] > "\u2e80"
            lines[-1] += words if is_han else f" {words}"
        elif words or not is_full:
            lines.append(words)
        is_full = width_of(words) >= widest * _FULL or (is_full and not words)
    return "\n".join(lines)


def _heading_kinds(text: str) -> list[int]:
    """Return the kinds of number before titles, the outermost first, as they are met."""
    kinds: list[int] = []
    for line in text.split("\n"):
        found = _number(line.strip())
        if found and found[0] not in kinds and _is_title(line.strip()[found[2] :]):
            kinds.append(found[0])
    return [kind for kind in kinds if _KINDS[kind][1] != "bullet"][:6]


def _number(line: str) -> tuple[int, int, int] | None:
    """Read the kind, the number and the length of what stands before a line."""
    for kind, (pattern, number_format, _, _) in enumerate(_KINDS):
        match = pattern.match(line)
        if match and number_format == "bullet":
            return kind, 1, match.end()
        numbers = range(1, _HIGHEST) if match else ()
        for number in numbers:
            if counting.written(number, counting.OOXML, number_format) == match[1]:
                return kind, number, match.end()
    return None


def _is_title(words: str) -> bool:
    return 0 < len(words) <= _MOST_OF_TITLE and not _NO_TITLE.search(words)


def _add_box(written: _Written, lines: list[str]) -> None:
    cell = written.document.add_table(1, 1, style="Table Grid").cell(0, 0)
    inside = [line.strip("│ 　") for line in lines if line.startswith("│")]
    for number, line in enumerate(inside):
        _add_words(cell.add_paragraph() if number else cell.paragraphs[0], line)


def _add_line(written: _Written, line: str, is_behind_blank: bool) -> None:
    hashes = _HASHES.match(line)
    found = _number(line)
    if hashes:
        written.document.add_heading(line[hashes.end() :].strip("*"), len(hashes[1]))
    elif is_behind_blank and _APPENDIX.match(line):
        _set_list(written.document.add_heading(line, 1), 0)
    elif found is None:
        _add_words(written.document.add_paragraph(), line)
    elif found[0] in written.kinds and _is_title(line[found[2] :]):
        _add_heading(written, line, *found)
    else:
        _add_item(written, line, *found)


def _add_heading(written: _Written, line: str, kind: int, number: int, length: int) -> None:
    depth = written.kinds.index(kind)
    counted = all(written.counts.get(above) for above in range(depth)) and (
        written.counts.get(depth, 0) + 1 == number
    )
    paragraph = written.document.add_heading(line[length:] if counted else line, depth + 1)
    if not counted:
        _set_list(paragraph, 0)
        return
    written.counts[depth] = number
    for below in range(depth + 1, len(written.kinds)):
        written.counts.pop(below, None)
    written.labels.append(_label(kind, number))


def _add_item(written: _Written, line: str, kind: int, number: int, length: int) -> None:
    list_id, last = written.lists.get(kind, (0, 0))
    is_bullet = _KINDS[kind][1] == "bullet"
    if not list_id or (number != last + 1 and not is_bullet):
        list_id = _start_list(written, kind, number)
    written.lists[kind] = list_id, number
    paragraph = written.document.add_paragraph()
    _set_list(paragraph, list_id)
    _add_words(paragraph, line[length:])
    written.labels.append(_label(kind, number))


def _label(kind: int, number: int) -> str:
    _, number_format, before, after = _KINDS[kind]
    return before + counting.written(number, counting.OOXML, number_format) + after


def _add_words(paragraph: object, line: str) -> None:
    end = 0
    for match in _BOLD.finditer(line):
        paragraph.add_run(line[end : match.start()])
        paragraph.add_run(match[1]).bold = True
        end = match.end()
    paragraph.add_run(line[end:])


def _add_table(written: _Written, lines: list[str]) -> None:
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    table = written.document.add_table(len(rows), max(len(row) for row in rows), style="Table Grid")
    for cells, row in zip(rows, table.rows, strict=True):
        for text, cell in zip(cells, row.cells, strict=False):
            cell.text = _BOLD.sub(r"\1", text)


def _cells(line: str) -> list[str]:
    if line.startswith("|"):
        return [cell.strip() for cell in line.strip().strip("|").split("|")]
    return [cell.strip() for cell in line.split("\t")]


def _define(written: _Written) -> None:
    """Define a multilevel list for the headings, and a list for each kind of number."""
    root = written.document.part.numbering_part.element
    for child in list(root):
        root.remove(child)
    levels = [(_KINDS[kind], f'<w:pStyle w:val="Heading{i + 1}"/>') for i, kind in enumerate(written.kinds)]
    definitions = [levels or [(_KINDS[0], "")], *([(kind, "")] for kind in _KINDS)]
    for key, found in enumerate(definitions):
        inside = "".join(_level(depth, kind, more) for depth, (kind, more) in enumerate(found))
        multi = '<w:multiLevelType w:val="multilevel"/>'
        root.append(_xml(f'<w:abstractNum {{}} w:abstractNumId="{key}">{multi}{inside}</w:abstractNum>'))
    root.append(_xml('<w:num {} w:numId="1"><w:abstractNumId w:val="0"/></w:num>'))
    for depth in range(len(written.kinds)):
        style = written.document.styles[f"Heading {depth + 1}"].element.get_or_add_pPr()
        style.insert(0, _list_properties(1, depth))


def _level(depth: int, kind: tuple[re.Pattern[str], str, str, str], more: str) -> str:
    _, number_format, before, after = kind
    place = "" if number_format == "bullet" else f"%{depth + 1}"
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>{more}'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{before}{place}{after}"/></w:lvl>'
    )


def _start_list(written: _Written, kind: int, number: int) -> int:
    root = written.document.part.numbering_part.element
    list_id = len(root.findall(qn("w:num"))) + 1
    start = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{number}"/></w:lvlOverride>'
    root.append(_xml(f'<w:num {{}} w:numId="{list_id}"><w:abstractNumId w:val="{kind + 1}"/>{start}</w:num>'))
    return list_id


def _set_list(paragraph: object, list_id: int) -> None:
    paragraph._p.get_or_add_pPr().append(_list_properties(list_id, 0))


def _list_properties(list_id: int, depth: int) -> object:
    return _xml(f'<w:numPr {{}}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>')


def _xml(template: str) -> object:
    return parse_xml(template.format(nsdecls("w")))
