"""The shape of a report: lines, page furniture, the table of contents, and the tree of numbered parts.

Numbering is not trusted to follow any manual: a kind of number is deeper than another when it is met inside it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from tracker.extraction.passage import Line, Passage, joined
from tracker.foundation import roc
from tracker.reading.document import BlockKind, Document
from tracker.reading.text import blocks_of

# Headings that reports use without a number. They close whatever stands open.
KNOWN_HEADINGS = re.compile(
    r"(?:摘要|提要|前言|緒論|緣起|計畫緣起|目的|計畫目的|目標|行程|行程表|過程|內容|經過|"
    r"考察過程|參訪過程|參訪紀要|"
    r"心得|感想|觀察|發現|結論|結語|檢討|效益評估|預期效益|經費|經費支用|誌謝|致謝|"
    r"參考資料|參考文獻|附錄|附件|"
    r"(?:心得|結論|檢討|感想|觀察|啟示|省思)[及與和暨、]?建議(?:事項)?|"
    r"(?:具體|綜合|政策|改善|改進|後續|未來|參訪|考察)?建議(?:事項|意見|方案)?|策進作為|"
    r"精進作為|後續(?:推動|作為|辦理|規劃)(?:事項)?|擬辦(?:事項)?|"
    r"(?:executive )?summary|abstract|introduction|background|purpose|"
    r"objectives?(?:,? scope.*)?|scope|method(?:ology)?|programme|"
    r"itinerary|timeline|impact|root causes?|findings?|observations?|lessons(?: learn(?:ed|t))?|conclusions?|"
    r"(?:key |main |our |conclusions? and |findings and |summary of )?recommendations?|"
    r"(?:recommended |corrective |follow-up )?actions?(?: items?)?|next steps|"
    r"follow-?up|costs?|budget|acknowledge?ments?|references|bibliography|appendi(?:x|"
    r"ces)|annex(?:es)?|glossary)",
    re.IGNORECASE,
)
APPENDIX = re.compile(
    r"(?:附錄|附件|附表|參考資料|參考文獻|appendi(?:x|ces)|annex(?:es)?|references|bibliography)",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"(?:摘要|提要|目次|目錄|(?:executive )?summary|abstract|contents)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:目次|目錄|(?:table of )?contents)", re.IGNORECASE)

_COUNT = "[一二三四五六七八九十]"
_FORMAL = "[壹貳贰參参肆伍陸柒捌玖拾]"
# Matched against lines with full-width signs folded, so （一） is written (一) here.
_LABEL = re.compile(
    rf"""(?:
      (?P<chapter>第\s?(?:{_COUNT}{{1,3}}|{_FORMAL}{{1,2}}|\d{{1,2}})\s?[章編篇])[\s、:.]*
    | (?P<clause>第\s?(?:{_COUNT}{{1,3}}|\d{{1,2}})\s?[節項點])[\s、:.]*
    | (?P<formal>{_FORMAL}{{1,3}})\s?[、.,:]\s*
    | (?P<count>{_COUNT}{{1,3}})\s?[、.]\s*
    | \(\s?(?P<count_in_brackets>{_COUNT}{{1,3}})\s?\)[、.]?\s*
    | \(\s?(?P<number_in_brackets>\d{{1,2}})\s?\)\s*
    | (?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})[.、]?\s+
    | (?P<number>\d{{1,3}})\s?(?:[、)]|\.(?!\d))\s*
    | (?P<circled>[①-⑳❶-❿])\s*
    | (?P<stem>[甲乙丙丁戊己庚辛壬癸])\s?[、.]\s*
    | (?P<roman>[IVX]{{1,4}}|[Ⅰ-Ⅻ])\s?[.、)]\s*
    | (?P<letter>[A-Za-z])[.)]\s+
    | \((?P<letter_in_brackets>[a-zA-Z])\)\s*
    | (?P<named>(?:建議|議題|附錄|附件|對策|行動)\s?(?:{_COUNT}{{1,2}}|\d{{1,2}})|
        (?:Recommendation|Finding|Action|Section|Chapter|Part|Appendix|Annex|Lesson|Proposal|R|A)\s?\#?\d{{1,2}}(?:\.\d{{1,2}})?)
        (?:\s?[:、.)\-–—]\s*|\s+(?=\S)|$)
    | (?P<bullet>[●○•◆◇■□▪▫➢➤►▶★☆※‧∙◎▲△]|[*\-–—](?=\s))\s*
    )""",
    re.VERBOSE,
)
# Most lines carry no number: their first character says so before the long pattern is tried.
_LABEL_START = re.compile(
    r"[第壹貳贰參参肆伍陸柒捌玖拾一二三四五六七八九十(（\d①-⑳❶-❿甲乙丙丁戊己庚辛壬癸Ⅰ-Ⅻ建議附對行●○•◆◇■□▪▫➢➤►▶★☆※‧∙◎▲△*\-–—]"
    r"|[A-Za-zＡ-Ｚ](?:[.)．）]|[IVX]|\d|ecommendation|inding|ction|ection|hapter|art|ppendix|nnex|esson|roposal)|[IVX]{1,4}\s?[.、)]"
)
_LABEL_WITHIN = 40
_SPACED = re.compile(rf"(\d{{1,2}}|{_FORMAL}{{1,2}}|{_COUNT}{{1,2}})[\s　]+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+")
_BOLD = re.compile(r"^\*\*(.{1,80}?)\*\*[:：]?$|^__(.{1,80}?)__[:：]?$")
_TASK_BOX = re.compile(r"\[[ xX]\]\s+")
_LEADER = re.compile(r"(?:[.…·‧．]{2,}|\t|\s{3,})\s*(?:\d{1,4}|[ivx]{1,5})$|[.…·．]{6,}$", re.IGNORECASE)
_LEADER_ENDS = frozenset("0123456789ivxIVX.…·．")
_STOPS = "。！？!?；;"
_SENTENCE_STOP = re.compile(r"[。！？!?；;.：:][」』”\"）)]*$")
_BLANKS = re.compile(r"\s+")
_TITLE_CELLS = 64
_WRAPPED_CELLS = 130


@dataclass(frozen=True)
class Label:
    """The enumerator of a line: its kind, its place in the count where it has one, and its length."""

    kind: str
    ordinal: int | None
    length: int


@dataclass
class Part:
    """A numbered or headed part of the report, with its own paragraphs and the parts inside it."""

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
        """Return the part's own paragraphs, apart from its heading and from what stands in inner parts."""
        return [joined(lines) for lines in _paragraphs(self.lines, self.width)]

    def walk(self) -> Iterator["Part"]:
        """Give this part and all parts inside it, in reading order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))


@dataclass(frozen=True)
class Outline:
    """The whole report as a tree, and its opening lines for the cover."""

    root: Part
    lines: tuple[Line, ...]


def outline(document: Document) -> Outline:
    """Return the tree of a document's parts, with page furniture and the table of contents left out."""
    lines = _without_furniture(_lines(document.text), document)
    lines, titles = _without_contents(lines)
    return Outline(_tree(lines, titles, _wrap_width(lines)), tuple(lines))


@lru_cache(maxsize=2**14)
def plain_title(text: str) -> str:
    """Return a heading without enumerators, markdown, outer brackets and final colon."""
    text = _HASHES.sub("", text, count=1).strip("*_ \t　")
    for _ in range(2):
        label = label_of(text)
        if label and label.length < len(text):
            text = text[label.length :]
    spaced = _SPACED.match(text)
    if spaced and KNOWN_HEADINGS.fullmatch(text[spaced.end() :]):
        text = text[spaced.end() :]
    text = text.strip("*_ \t　:：【】〔〕[]")
    return re.sub(r"(?<=[\u3400-\u9fff])[\s　]+(?=[\u3400-\u9fff])", "", text)


def label_of(text: str) -> Label | None:
    """Read the enumerator at the start of a line."""
    if not _LABEL_START.match(text):
        return None
    folded = roc.fold(text[:_LABEL_WITHIN])
    match = _LABEL.match(folded)
    if match is None or match.lastgroup is None:
        return None
    kind = match.lastgroup
    written = match[kind]
    if kind == "decimal":
        kind = f"decimal{written.count('.')}"
    length = match.end()
    if kind == "bullet":
        box = _TASK_BOX.match(folded, length)
        length = box.end() if box else length
    return Label(kind, _ordinal(written), length)


def is_table_row(text: str) -> bool:
    """Say whether a line is a row of a table, written with bars or tabs."""
    if text.startswith("|"):
        return text.count("|") > 1
    if "\t" not in text:
        return False
    first = text.split("\t", 1)[0].strip()
    label = label_of(first)
    return not (label and label.length >= len(first) and not first.isdigit())


def cells(text: str) -> int:
    """Return the width of a text in columns: a Chinese character, three bytes in UTF-8, takes two."""
    return (len(text.encode("utf-8", "replace")) + len(text)) // 2


def is_title(text: str) -> bool:
    """Say whether a line reads as a heading and not as a sentence."""
    if not text or cells(text) > _TITLE_CELLS or any(c in text for c in _STOPS):
        return False
    if text.endswith((".", ",", "，", "、")) or ("，" in text and "：" in text[:-1]):
        return False
    return text.count("，") + text.count(", ") <= 1 or cells(text) <= 24


def _lines(text: str) -> list[Line]:
    found: list[Line] = []
    offset, gap = 0, True
    for raw in text.split("\n"):
        kept = raw.strip("\ufeff \t\r\f\v\u3000\xa0")
        if kept:
            found.append(Line(offset + raw.index(kept), kept, gap))
        gap = not kept
        offset += len(raw) + 1
    return found


def _without_furniture(lines: list[Line], document: Document) -> list[Line]:
    blocks = document.blocks or blocks_of(document.text, document.pages)
    furniture = {block.start for block in blocks if block.kind is BlockKind.FURNITURE}
    kept: list[Line] = []
    was_furniture = False
    for line in lines:
        if line.start in furniture:
            was_furniture = True
            continue
        torn = kept and was_furniture and not _SENTENCE_STOP.search(kept[-1].text)
        kept.append(Line(line.start, line.text, False) if torn else line)
        was_furniture = False
    return kept


def _without_contents(lines: list[Line]) -> tuple[list[Line], frozenset[str]]:
    """Take out the table of contents; its titles tell which lines of the body are headings."""
    heads = Counter(_key(line.text) for line in lines if is_title(line.text))
    titles: set[str] = set()
    kept: list[Line] = []
    run: list[Line] = []
    opened = False

    def close_run() -> None:
        entries = [line for line in run if not _CONTENTS.fullmatch(plain_title(line.text))]
        again = sum(heads[_key(line.text)] > 1 for line in entries)
        leaders = sum(bool(_LEADER.search(line.text)) for line in entries)
        is_contents = (
            leaders >= 2 or (opened and entries and again) or (len(entries) >= 3 and again * 2 > len(entries))
        )
        if is_contents:
            titles.update(_key(line.text) for line in entries)
        else:
            kept.extend(run)

    for line in lines:
        is_contents_head = len(line.text) <= 30 and bool(_CONTENTS.fullmatch(plain_title(line.text)))
        if run and _is_short(line) and any(_key(line.text) == _key(entry.text) for entry in run[:3]):
            # The first title comes again: here the body begins.
            close_run()
            run, opened = [], False
            kept.append(line)
        elif is_contents_head or _is_entry(line, heads, opened, bool(run)):
            if is_contents_head:
                close_run()
                run, opened = [], True
            run.append(line)
        else:
            close_run()
            run, opened = [], False
            kept.append(line)
    close_run()
    return kept, frozenset(titles)


def _is_short(line: Line) -> bool:
    return len(line.text) <= 2 * _TITLE_CELLS and cells(line.text) <= 2 * _TITLE_CELLS


def _is_entry(line: Line, heads: Counter[str], opened: bool, running: bool) -> bool:
    if not _is_short(line):
        return False
    if (
        line.text[-1] in _LEADER_ENDS
        and _LEADER.search(line.text)
        and (opened or not is_table_row(line.text))
    ):
        return True
    if label_of(line.text) is None or not is_title(line.text):
        return False
    return heads[_key(line.text)] > 1 or (running and not line.gap)


@lru_cache(maxsize=2**14)
def _key(text: str) -> str:
    without_page = _LEADER.sub("", text)
    previous = None
    title = without_page
    while title != previous:
        previous, title = title, plain_title(title)
    return _BLANKS.sub("", title).lower()


def _wrap_width(lines: Sequence[Line]) -> int:
    """Return the width at which lines were broken, 0 when each line is a paragraph of its own."""
    widths = sorted(cells(line.text) for line in lines if not is_table_row(line.text))
    if len(widths) < 12:
        return 0
    width = widths[len(widths) * 9 // 10]
    full = sum(w >= width * 0.85 for w in widths)
    return width if width <= _WRAPPED_CELLS and full * 4 >= len(widths) else 0


def _tree(lines: Sequence[Line], titles: frozenset[str], width: int) -> Part:
    root = Part("root", width=width)
    stack = [root]
    for number, line in enumerate(lines):
        part = _part_of(line, lines[number - 1] if number else None, titles, width)
        if part is None:
            stack[-1].lines.append(line)
            continue
        _pop(stack, part)
        stack[-1].parts.append(part)
        stack.append(part)
    return root


def _part_of(line: Line, before: Line | None, titles: frozenset[str], width: int) -> Part | None:
    """Start a new part where a line carries a number, a bullet, markdown hashes or a known heading."""
    if is_table_row(line.text):
        return None
    hashes = _HASHES.match(line.text)
    if hashes:
        return Part(f"#{len(hashes[1])}", None, line, is_heading=True, width=width)
    label = label_of(line.text)
    if label and not _is_torn(line, before, label, width):
        rest = line.after(label.length)
        heading = _is_heading(rest.text, width) if rest.text else label.kind == "named"
        part = Part(label.kind, label.ordinal, line, line.text[: label.length].strip(), heading, width=width)
        if not heading and rest.text:
            part.lines.append(rest)
        return part
    return _spaced_heading(line, width) or _unnumbered_heading(line, titles, width)


def _spaced_heading(line: Line, width: int) -> Part | None:
    """Read a heading whose number is set off by a blank only: 3 Recommendations, 參　建議."""
    match = _SPACED.match(line.text) if _is_short(line) else None
    if match is None:
        return None
    title = line.text[match.end() :]
    if not (KNOWN_HEADINGS.fullmatch(plain_title(title)) or (line.gap and _is_free_heading(title))):
        return None
    label = line.text[: match.end()]
    kind = "number" if match[1].isdigit() else "formal" if match[1][0] in _FORMAL_VALUES else "count"
    return Part(kind, _ordinal(match[1]), line, label, is_heading=True, width=width)


def _unnumbered_heading(line: Line, titles: frozenset[str], width: int) -> Part | None:
    if not _is_short(line):
        return None
    title = plain_title(line.text)
    if KNOWN_HEADINGS.fullmatch(title) or (titles and _key(line.text) in titles and is_title(title)):
        return Part("known", None, line, is_heading=True, width=width)
    if _BOLD.match(line.text) or (line.gap and _is_free_heading(line.text)):
        return Part("free", None, line, is_heading=True, width=width)
    return None


def _is_torn(line: Line, before: Line | None, label: Label, width: int) -> bool:
    """Say whether a line only seems numbered: the rest of a sentence that was broken at the page's width."""
    if before is None or line.gap or not width or label.ordinal in (None, 1):
        return False
    return (
        cells(before.text) >= width * 0.9
        and not _SENTENCE_STOP.search(before.text)
        and label.kind == "number"
    )


def _is_heading(text: str, width: int) -> bool:
    return is_title(text) and (not width or cells(text) < width * 0.85)


def _is_free_heading(text: str) -> bool:
    """Say whether an unnumbered line after a blank line is a heading nobody listed."""
    if not is_title(text) or cells(text) > 60 or any(c in text for c in "：:，,、|\t"):
        return False
    if text.isascii():
        return text[0].isupper() and len(text.split()) <= 9 and not text.endswith(")")
    return cells(text) <= 30 and not text[0].isascii()


def _pop(stack: list[Part], part: Part) -> None:
    """Close the parts that a new part cannot stand in."""
    if part.kind.startswith("#"):
        while len(stack) > 1 and not (stack[-1].kind.startswith("#") and stack[-1].kind < part.kind):
            stack.pop()
        return
    if (part.kind == "known" and APPENDIX.match(part.title)) or (
        part.kind == "named" and APPENDIX.match(part.label)
    ):
        _close(stack, next((i for i, p in enumerate(stack) if p.kind.startswith("#") and i > 1), 1))
        return
    if (
        len(stack) > 1
        and stack[-1].kind == "known"
        and _FRONT_MATTER.fullmatch(stack[-1].title)
        and part.kind != "bullet"
    ):
        stack.pop()
    level = _sibling_level(stack, part)
    if level is not None:
        _close(stack, level)
    elif part.kind == "known":
        _close(stack, next((i for i, p in enumerate(stack) if p.kind in ("free", "bullet")), len(stack)))


def _close(stack: list[Part], level: int) -> None:
    del stack[max(1, level) :]


def _sibling_level(stack: Sequence[Part], part: Part) -> int | None:
    """Find the open part that a new one follows in the same count."""
    same = [i for i, p in enumerate(stack) if p.kind == part.kind]
    if not same:
        return None
    if part.ordinal is None:
        return same[-1]
    next_in_count = [i for i in same if stack[i].ordinal is not None and stack[i].ordinal + 1 == part.ordinal]  # type: ignore[operator]
    if next_in_count:
        if part.is_heading and KNOWN_HEADINGS.fullmatch(part.title):
            return next_in_count[0]
        alike = [i for i in next_in_count if stack[i].is_heading == part.is_heading]
        return (alike or next_in_count)[-1]
    nearest = stack[same[-1]]
    begins_inside = nearest is not stack[-1] or (nearest.is_heading and (nearest.ordinal or 0) > 1)
    return None if part.ordinal == 1 and begins_inside else same[-1]


def _paragraphs(lines: Sequence[Line], width: int) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and not _continues(paragraph[-1], line, width):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _continues(before: Line, line: Line, width: int) -> bool:
    if line.gap or is_table_row(line.text) or is_table_row(before.text):
        return False
    if width and cells(before.text) >= width * 0.9:
        return not _LEAD_LABEL.match(line.text)
    return not _SENTENCE_STOP.search(before.text) and not _LEAD_LABEL.match(line.text)


_LEAD_LABEL = re.compile(r"[^\s：:，。,.]{2,10}[：:]|(?:[A-Z][a-z]+ ?){1,3}:\s")


def _ordinal(written: str) -> int | None:
    written = re.sub(r"^\D*?第\s?|\s?[章編篇節項點]$", "", written)
    if written in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳":
        return ord(written) - ord("①") + 1
    if written and written[0] in _FORMAL_VALUES:
        written = "".join(_FORMAL_VALUES.get(c, c) for c in written)
    if len(written) == 1 and written in "甲乙丙丁戊己庚辛壬癸":
        return "甲乙丙丁戊己庚辛壬癸".index(written) + 1
    if re.fullmatch("[IVX]+", written):
        return _ROMAN.get(written)
    if len(written) == 1 and written.isascii() and written.isalpha():
        return ord(written.lower()) - ord("a") + 1
    digits = re.search(rf"\d+$|{_COUNT}+$", written)
    return roc.number(digits[0]) if digits else None


_FORMAL_VALUES = dict(zip("壹貳贰參参肆伍陸柒捌玖拾", "一二二三三四五六七八九十", strict=True))
_ROMAN = {
    r: i
    for i, r in enumerate(
        ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV"],
        start=1,
    )
}
