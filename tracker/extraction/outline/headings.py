"""What reads as a heading, in any numbering or none."""

import re
from functools import lru_cache

from tracker.extraction.outline.labels import label_of, spaced_label_of
from tracker.extraction.passage import Line, width_of
from tracker.extraction.registry import rule
from tracker.extraction.wording.units import UNIT

_TITLE_CELLS = 64
_FREE_CELLS = 60
_FREE_HAN_CELLS = 30
_STOPS = "。！？!?；;"
_SMALL = re.compile(r"[a-z]{2,}\b(?![:：])")
_SHORTEST_CAPITALS = 5
_ADDRESSEE = re.compile(
    rf"(?:[對給致]|建請|提請|請)\s?(?:{UNIT})(?:[及與、](?:{UNIT}))*(?:的|之)?(?:建議)?(?:事項)?\s?[：:]?|"
    r"(?:To|For) (?:the |all )?[A-Z][\w&'’,-]*(?: (?:of|and|for|the|&|[A-Z][\w&'’,-]*)){0,9}:"
)
_HASHES = re.compile(r"(#{1,6})\s+")
_BOLD = re.compile(r"^\*\*([^*]{1,80})\*\*[:：]?$|^__([^_]{1,80})__[:：]?$")
_BOXED = re.compile(
    r"^[【〔［\[〈《]([^】〕］\]〉》\n]{1,30})[】〕］\]〉》]((?:[（(][^（()）]{1,20}[)）])?)[:：]?$"
)
_OUTER = "*_ \t　:：【】〔〕［］[]〈〉《》"
_HAN_BLANK = re.compile(r"(?<=[\u3400-\u9fff])[\s　]+(?=[\u3400-\u9fff])")

# Headings that reports use without a number. They close whatever stands open.
_KNOWN = re.compile(
    r"(?:摘要|提要|前言|緒論|緣起|計畫緣起|目的|計畫目的|考察目的|目標|行程|行程表|行程紀要|過程|內容|經過|"
    r"(?:考察|參訪|訪問|會議|研習)(?:過程|內容|經過|紀要|重點|行程)|參訪紀要|"
    r"心得|感想|觀察|發現|結論|結語|檢討|效益評估|預期效益|經費|經費支用|誌謝|致謝|後記|附記|附註|備註|補充說明|(?:會議|大會|論壇|課程)概況|"
    r"參考資料|參考文獻|附錄|附件|"
    r"(?:心得|結論|檢討|感想|觀察|啟示|省思|考察心得|參訪心得|研習心得|主要發現)[及與和暨、]?(?:具體|政策)?建議(?:事項)?|"
    r"(?:具體|綜合|政策|改善|改進|後續|未來|參訪|考察|策進|短期|中期|長期|中長期|立即可行)?(?:性)?(?:之)?建議(?:事項|意見|方案)?|"
    r"(?:短期|中期|長期|中長期|中、長期)(?:措施|作法|做法|目標|規劃|作為)?|"
    r"(?:策進|精進|改善|改進|因應)(?:作為|措施|方向|對策|作法)|後續(?:推動|作為|辦理|規劃|精進)(?:事項|方向|作為)?|"
    r"擬辦(?:事項)?|待辦(?:事項)?|應辦事項|"
    r"(?:executive )?summary|abstract|introduction|background|purpose|"
    r"objectives?(?:,? scope.*)?|scope|(?:scope and )?method(?:ology)?|programme|"
    r"itinerary|timeline|impact|root causes?|detection|resolution|findings?|observations?|"
    r"lessons(?: learn(?:ed|t))?|conclusions?|what (?:went|worked|we|happened|caused).{0,40}|where we (?:got|were) lucky|"
    r"(?:key |main |our |safety |policy |conclusions? and |findings and |summary of |lessons and )?recommendations?(?: for .{1,40})?|"
    r"(?:recommended |corrective |preventive |preventative |remedial |follow-up |corrective and preventive |agreed |management |proposed )?"
    r"(?:actions?|measures)(?: items?| plan| points?)?|next steps|remediation|prevention|"
    r"(?:management|agency|government) (?:response|comments?)|(?:final |our )?decisions?|outcome|monitoring|limitations|"
    r"compensation|any other business|next meeting|thanks|notes|contacts?|distribution|about (?:us|the authors?|this report)|"
    r"follow-?ups?|costs?|budget|acknowledge?ments?|references|bibliography|appendi(?:x|ces)|annex(?:es)?|glossary)",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"(?:附錄|附件|附表|參考資料|參考文獻|appendi(?:x|ces)|annex(?:es)?|references|bibliography)",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(
    r"(?:摘要|提要|目次|目錄|經費|經費支用|誌謝|致謝|附註|備註|distribution|contacts?|notes|thanks|costs?|budget|acknowledge?ments?|(?:executive )?summary|abstract|contents)",
    re.IGNORECASE,
)


@lru_cache(maxsize=2**14)
def plain_title(text: str) -> str:
    """Return a heading without enumerators, markdown, outer brackets and final colon."""
    text = _HASHES.sub("", text, count=1).strip("*_ \t　")
    for _ in range(2):
        label = label_of(text)
        if label and label.length < len(text):
            text = text[label.length :]
    boxed = _BOXED.match(text)
    if boxed:
        text = boxed[1] + boxed[2]
    spaced = spaced_label_of(text)
    if spaced and known_heading(text[spaced.length :]):
        text = text[spaced.length :]
    return _HAN_BLANK.sub("", text.strip(_OUTER))


def hash_level(text: str) -> int | None:
    """Return how many hashes of markdown a line begins with."""
    hashes = _HASHES.match(text)
    return len(hashes[1]) if hashes else None


def is_title(text: str) -> bool:
    """Say whether a line reads as a heading and not as a sentence."""
    if not text or width_of(text) > _TITLE_CELLS or any(c in text for c in _STOPS):
        return False
    if text.endswith((".", ",", "，", "、")) or ("，" in text and "：" in text[:-1]):
        return False
    return text.count("，") + text.count(", ") <= 1 or width_of(text) <= 24


def is_appendix(title: str) -> bool:
    """Say whether a title begins what stands behind the report."""
    return bool(_APPENDIX.match(title))


def is_front_matter(title: str) -> bool:
    """Say whether a title belongs to a summary or a table of contents."""
    return bool(_FRONT_MATTER.fullmatch(title))


@rule
def known_heading(title: str) -> bool:
    """Words that reports use as headings without a number.

    >>> known_heading("建議事項"), known_heading("Next steps"), known_heading("建議交通局辦理")
    (True, True, False)
    """
    return bool(_KNOWN.fullmatch(title.strip(_OUTER)))


@rule
def bold_heading(line: Line) -> bool:
    """A short line all in bold, in brackets such as 【】, or in larger letters than the text around it.

    >>> bold_heading(Line(0, "**港區步道**")), bold_heading(Line(0, "【港區步道】"))
    (True, True)
    >>> bold_heading(Line(0, "港區步道", emphatic=True)), bold_heading(Line(0, "港區步道"))
    (True, False)
    """
    if _BOLD.match(line.text) or _BOXED.match(line.text):
        return True
    return line.emphatic and is_title(line.text)


@rule
def free_heading(line: Line) -> bool:
    """A short line after a blank one, without number, stop or colon, as a heading that nobody listed.

    >>> free_heading(Line(0, "參訪港務公司", gap=True)), free_heading(Line(0, "團員提問踴躍。", gap=True))
    (True, False)
    """
    text = line.text
    if (
        not line.gap
        or not is_title(text)
        or width_of(text) > _FREE_CELLS
        or any(c in text for c in "：:，,、|\t")
    ):
        return False
    if text.isascii():
        return text[0].isupper() and len(text.split()) <= 9 and not text.endswith(")")
    return width_of(text) <= _FREE_HAN_CELLS and not text[0].isascii()


@rule
def numbered_heading(text: str, width: int = 0) -> bool:
    """What stands behind a number, when it is short and no sentence, nor half of one at the width of the page.

    >>> numbered_heading("參訪心得"), numbered_heading("建請交通局增設候車亭。")
    (True, False)
    """
    return is_title(text) and (not width or width_of(text) < width * 0.85)


@rule
def goes_on_below(line: Line, after: Line | None) -> bool:
    """A line whose sentence the next line takes up in small letters is no heading.

    >>> goes_on_below(Line(0, "3.1 Replace the edging along the"), Line(33, "north path."))
    True
    >>> goes_on_below(Line(0, "3.1 Paths"), Line(10, "The north path is worn."))
    False
    """
    if after is None or after.gap or after.is_row or hash_level(line.text):
        return False
    return bool(_SMALL.match(after.text)) and label_of(after.text) is None


@rule
def capital_heading(text: str) -> bool:
    """A short English line all in capitals.

    >>> capital_heading("WHAT WE FOUND"), capital_heading("USB"), capital_heading("We found")
    (True, False, False)
    """
    return text.isupper() and text.isascii() and len(text) >= _SHORTEST_CAPITALS and is_title(text)


@rule
def addressee_heading(text: str) -> bool:
    """A line that only says whom the items under it ask.

    >>> addressee_heading("對文化局："), addressee_heading("To the Harbor Authority:"), addressee_heading("對市容：")
    (True, True, False)
    """
    return bool(_ADDRESSEE.fullmatch(text))
