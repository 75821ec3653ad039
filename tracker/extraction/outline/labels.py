"""Enumerators at the start of a line.

Among them are 壹、 一、 （一） 1. 1.1 第X章 ① 甲、 IV. (a) 建議一： Recommendation 2. and ●
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from tracker.foundation import roc

_COUNT = "[一二三四五六七八九十]"
_FORMAL = "[壹貳贰參参叁肆伍陸柒捌玖拾]"
_BULLETS = "●○•◆◇■□▪▫➢➤►▶▷★☆※‧·∙◎▲△▼◉◦⚫✓✔☑☐→⮚\uf000-\uf0ff"
# Matched against lines with full-width signs folded, so （一） is written (一) here.
_LABEL = re.compile(
    rf"""(?:
      (?P<chapter>第\s?(?:{_COUNT}{{1,3}}|{_FORMAL}{{1,2}}|\d{{1,2}})\s?[章編篇])[\s、:.]*
    | (?P<clause>第\s?(?:{_COUNT}{{1,3}}|\d{{1,2}})\s?[節項點])[\s、:.,]*
    | (?P<ordinal>(?:第|其)(?:{_COUNT}{{1,2}}|\d))\s?[、,:]\s*
    | (?P<formal>{_FORMAL}{{1,3}})\s?[、.,:﹑﹐﹒]\s*
    | (?P<count>{_COUNT}{{1,3}})\s?(?:[、.,﹑﹐﹒)]|:(?=\s?[\u3400-\u9fff]))\s*
    | \(\s?(?P<count_in_brackets>{_COUNT}{{1,3}})\s?\)[、.]?\s*
    | (?P<count_in_sign>[㈠-㈩])[、.]?\s*
    | \(\s?(?P<number_in_brackets>\d{{1,2}})\s?\)[、.]?\s*
    | (?P<number_in_sign>[⑴-⒇])\s*
    | [【〔\[]\s?(?P<number_in_box>\d{{1,2}}|{_COUNT}{{1,2}})\s?[】〕\]]\s*
    | (?P<dashed>(?:(?:20)?\d{{1,2}}|{_COUNT})-\d{{1,2}})(?:[.、:]\s*|\s+)(?=[A-Z\u3400-\u9fff])
    | (?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})[.、]?\s+
    | (?P<number>\d{{1,3}})\s?(?:[、)﹑﹒]|\.(?!\d)|:(?=\s?[\u3400-\u9fff]))\s*
    | (?P<number_with_stop>[⒈-⒛])\s*
    | (?P<circled>[①-⑳❶-❿])\s*
    | (?P<stem>[甲乙丙丁戊己庚辛壬癸])\s?[、.]\s*
    | (?P<roman>[IVX]{{1,4}}|[Ⅰ-Ⅻ])\s?[.、)]\s*
    | (?P<letter>[A-Za-z])[.)]\s+
    | \((?P<small_roman>i{{1,3}}|iv|vi{{0,3}}|ix|x)\)\s*
    | \((?P<letter_in_brackets>[a-zA-Z])\)\s*
    | (?P<named>(?:建議(?:事項)?|議題|附錄|附件|對策|行動|案例|措施|作法|做法|策略|重點|方案|項目|目標|發現|結論|啟示)(?:之|第)?\s?\(?(?:{_COUNT}{{1,2}}|\d{{1,2}})(?!\d|{_COUNT})\)?
        | (?:(?:Safety\ |Key\ )?Recommendation|Finding|Action(?:\ item)?|Section|Chapter|Part|Appendix|Annex|Lesson|
           Proposal|Observation|Issue|Item|Point|Step|Task|Measure|Priority|Strategy|Goal|Conclusion|Key\ finding|Rec\.?)
          [\ \-]?(?:No\.?\ ?)?\#?(?:\d{{1,4}}(?:[.\-/]\d{{1,4}}){{0,2}}|[A-H](?=\s?[:.–—])|(?i:one|two|three|four|five|six|seven|eight|nine|ten)\b)
        | [RA]-?\d{{1,2}}(?:\.\d{{1,2}})?)
        (?:\s?[:、.)\-–—]\s*|\s+(?=\S)|$)
    | (?P<code>(?:[A-Z]{{1,3}}-|\#)\d{{1,3}}(?=[\s:.、])[\s:.、]\s*|[A-Z]{{1,2}}\d{{1,2}}(?:\s{{2,}}|\s?[:.)]\s+))
    | (?P<bullet>[{_BULLETS}]|[*\-–—](?=\s)|o(?=\s+[A-Z])|\[[ xX✓]?\](?=\s))\s*
    )""",
    re.VERBOSE,
)
# Most lines carry no number: their first character says so before the long pattern is tried.
_START = re.compile(
    rf"[第其壹貳贰參参叁肆伍陸柒捌玖拾一二三四五六七八九十(（㈠-㈩⑴-⒇⒈-⒛\d０-９①-⑳❶-❿甲乙丙丁戊己庚辛壬癸Ⅰ-Ⅻ建議附對行案措作做策重方項目發結啟#【〔*\-–—\[{_BULLETS}]"
    r"|[A-Za-zＡ-Ｚ](?:[.)．）]|[IVX]|[\d\-]|[A-Z]{1,2}-?\d|ec|inding|ction|hapter|art|ppendix|nnex|esson|roposal|bservation|ssue|afety|ey |tem|oint|tep|ask|easure|riority|trategy|oal|onclusion)"
    r"|[IVX]{1,4}\s?[.、)]|o\s"
)
_WITHIN = 40
_TASK_BOX = re.compile(r"\[[ xX]\]\s+")
_SPACED = re.compile(rf"(\d{{1,2}}|{_FORMAL}{{1,2}}|{_COUNT}{{1,2}})[\s　]+(?=\S)")
_FORMAL_VALUES = dict(zip("壹貳贰參参叁肆伍陸柒捌玖拾", "一二二三三三四五六七八九十", strict=True))
_ROMAN = dict(
    zip(
        ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV"],
        range(1, 16),
        strict=True,
    )
)
# Signs that stand for a number by their place in the alphabet of signs, by the sign that stands for one.
_SIGNS = (("①", "⑳"), ("❶", "❿"), ("㈠", "㈩"), ("⑴", "⒇"), ("⒈", "⒛"), ("Ⅰ", "Ⅻ"))
_STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class Label:
    """The enumerator of a line: its kind, its place in the count where it has one, and its length."""

    kind: str
    ordinal: int | None
    length: int


def label_of(text: str) -> Label | None:
    """Read the enumerator at the start of a line."""
    return _label_of(text[:_WITHIN]) if _START.match(text) else None


@lru_cache(maxsize=2**13)
def _label_of(text: str) -> Label | None:
    folded = roc.fold(text)
    match = _LABEL.match(folded)
    if match is None or match.lastgroup is None:
        return None
    kind = match.lastgroup
    written = match[kind]
    if kind == "decimal":
        kind = f"decimal{written.count('.')}"
    elif kind == "letter" and written.isupper():
        kind = "capital"
    length = match.end()
    if kind == "bullet":
        box = _TASK_BOX.match(folded, length)
        length = box.end() if box else length
    return Label(kind, _ordinal(written, kind), length)


def spaced_label_of(text: str) -> Label | None:
    """Read a number that only a blank sets off from its heading: 3 Recommendations, 參　建議."""
    match = _SPACED.match(text)
    if match is None:
        return None
    first = match[1][0]
    kind = "number" if first.isdigit() else "formal" if first in _FORMAL_VALUES else "count"
    return Label(kind, _ordinal(match[1], kind), match.end())


def _ordinal(written: str, kind: str) -> int | None:
    written = re.sub(r"^\D*?[第其]\s?|\s?[章編篇節項點]$", "", written)
    for first, last in _SIGNS:
        if len(written) == 1 and first <= written <= last:
            return ord(written) - ord(first) + 1
    if written and written[0] in _FORMAL_VALUES:
        written = "".join(_FORMAL_VALUES.get(c, c) for c in written)
    if len(written) == 1 and written in _STEMS:
        return _STEMS.index(written) + 1
    if written.upper() in _ROMAN and (written.isupper() or kind == "small_roman"):
        return _ROMAN[written.upper()]
    if len(written) == 1 and written.isascii() and written.isalpha():
        return ord(written.lower()) - ord("a") + 1
    digits = re.search(rf"\d+$|{_COUNT}+$", written)
    return roc.number(digits[0]) if digits else None
