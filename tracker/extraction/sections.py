"""Where recommendations stand: what the heading of a part says about the sentences under it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tracker.extraction.outline import APPENDIX, Outline, Part


class Kind(StrEnum):
    """What a part of a report is for."""

    LISTED = "listed"  # Exists for recommendations: every item counts, also a weak one.
    MIXED = "mixed"  # 心得與建議: only sentences with an explicit ask count.
    REFLECTION = "reflection"  # 心得: praise and observations; a commitment in it is possible at most.
    BODY = "body"  # The story of the trip.
    ASIDE = "aside"  # Annexes, other people's advice, earlier recommendations, costs, thanks.


_RECOMMENDING = re.compile(
    r"建議|建言|策進|精進作為|改善對策|因應對策|後續(?:推動|作為|辦理|規劃|工作|行動|追蹤|"
    r"應辦)|未來(?:推動|努力)(?:方向|工作|作為|事項)|"
    r"擬辦|應辦事項|待辦|行動(?:方案|項目|計畫)|推動策略|"
    r"\brecommend(?:ation|ed)|\baction (?:items?|points?|plan)|\b(?:corrective|preventive|"
    r"preventative|follow-?up|agreed|proposed|remedial) "
    r"(?:actions?|measures?|items?)|\bnext steps?\b|\bfollow-?ups?\b|\bproposals?\b|"
    r"\bsuggestions?\b|\bway forward\b|\bremediation|\bto-?dos?\b|"
    r"^(?:key |main |our )?actions?(?: taken and planned)?$|\bwhat we (?:will|"
    r"are going to) (?:do|change)|\bcommitments\b",
    re.IGNORECASE,
)
_MIXING = re.compile(
    r"心得|感想|結論|結語|檢討|省思|反思|啟示|啟發|觀察|發現|收穫|借鏡|展望|"
    r"\bconclusions?|\blessons|\bfindings?|\bobservations?|\breflections?|\bdiscussion|\banalysis",
    re.IGNORECASE,
)
_REFLECTING = re.compile(
    r"心得|感想|結論|結語|省思|反思|啟示|啟發|觀察|發現|收穫|效益|評估|展望|借鏡|總結|"
    r"\bconclusions?\b|\blessons|\bobservations?|\breflections?|\bwhat we (?:saw|learned)",
    re.IGNORECASE,
)
# Advice that is not the authors', not for now, or an answer to advice.
_NOT_OURS = re.compile(
    r"(?:專家|委員|學者|講師|講座|對方|業者|廠商|主辦單位|主辦城市|審計|媒體|與會者|外賓|"
    r"當地|居民|團體|國際組織|世界銀行|歐盟|聯合國)[^與及和]{0,8}建議|"
    r"(?:歷年|前次|上次|去年|上年度|往年|過去|先前|前一次|前年)[^與及和]{0,12}建議|"
    r"建議(?:事項)?[^與及和]{0,6}(?:辦理情形|執行情形|追蹤情形|回應|回覆|採納|處理情形)|"
    r"(?:辦理|執行)情形|機關意見|機關回應|提問|問題清單|"
    r"\b(?:prior|previous|earlier|past|last year'?s|status of|responses? to|update on|"
    r"closed|implemented)\b.{0,40}\b(?:recommend|action)|"
    r"\b(?:management|agency|audit(?:ee|or)s?'?) (?:response|comments?)|"
    r"\bhosts?'? (?:recommend|suggest|advice)|\bactions? (?:already )?(?:taken|"
    r"completed)\b|"
    r"\b(?:questions?|log excerpt)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"附錄|附件|附表|參考(?:資料|文獻|書目)|誌謝|致謝|經費|花絮|照片|聯絡|名單|名錄|"
    r"\bappendi|\bannex|\breferences\b|\bbibliography|\backnowledge?ments?|"
    r"\bcosts?\b|\bglossary|\bcontacts?\b|\bexpenses|\bdistribution",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Section:
    """A part together with what it is for; `opens` is true where the purpose is first named."""

    part: Part
    kind: Kind
    opens: bool
    category: str | None


def kind_of(title: str) -> Kind:
    """Say what a heading announces; a heading that says nothing about advice announces body text."""
    if _NOT_OURS.search(title) or APPENDIX.match(title):
        return Kind.ASIDE
    if _RECOMMENDING.search(title):
        return Kind.MIXED if _MIXING.search(title) else Kind.LISTED
    if _ASIDE.search(title):
        return Kind.ASIDE
    return Kind.REFLECTION if _REFLECTING.search(title) else Kind.BODY


def sections(outline: Outline) -> Iterator[Section]:
    """Give every part in reading order with its kind; a silent heading inherits what its parent is for."""
    waiting = [Section(outline.root, Kind.BODY, False, None)]
    while waiting:
        section = waiting.pop()
        yield section
        waiting.extend(reversed([_inside(section, part) for part in section.part.parts]))


def _inside(parent: Section, part: Part) -> Section:
    if not part.title or parent.kind is Kind.ASIDE:
        return Section(part, parent.kind, False, parent.category)
    kind = kind_of(part.title)
    has_content = bool(part.lines or part.parts)
    if kind is Kind.BODY or not has_content or (parent.kind is Kind.LISTED and kind is not Kind.ASIDE):
        # Under 建議 a title such as 檢討路邊停車 is a topic, not the end of the recommendations.
        return Section(part, parent.kind, False, _topic(part.title))
    return Section(part, kind, kind in (Kind.LISTED, Kind.MIXED), _topic(part.title))


def _topic(title: str) -> str:
    """Return a heading without a remark in brackets at its end, such as （1年內）."""
    return re.sub(r"\s*[（(][^（()）]{1,30}[)）]$", "", title) or title
