"""Sentences of a recommendation section that recommend nothing: none, lead-ins, thanks."""

import re

from tracker.extraction.registry import rule

_NOTHING = re.compile(
    r"(?:無|略|同上|(?:本次|本案|目前|本報告|本團)?(?:暫|尚|並)?無(?:具體|其他|特別|相關|進一步|重大)?(?:之|的)?(?:建議|意見)?(?:事項|意見|之處)?(?:提出|可提供)?|"
    r"(?:本次|本案|目前|本報告)?[^，。]{0,14}(?:未|不|無)(?:另)?(?:提出?|擬具?|具)(?:具體|其他)?建議(?:事項)?|none|nil|n/?a|"
    r"(?:there are |we make |we have |this report makes |the review makes )?no (?:further |new |specific )?(?:recommendations?|action(?: items?)?s?)"
    r"(?: (?:are|were|is) (?:made|proposed|required|needed))?|not applicable)[。.]?",
    re.IGNORECASE,
)
_SHORT = 40
_NONE_FIRST = re.compile(
    r"(?:無|none|nil)[。.．]\s|(?:we|the \w+|this (?:report|review)) (?:makes?|ha(?:ve|s)) no (?:further |specific |new )?recommendations?\b",
    re.IGNORECASE,
)
_NONE_LAST = re.compile(
    r"(?:^|[，。；])[^，。；]{0,6}(?<!並非)(?:暫|尚|並|故|爰|均)?(?:無|未提)(?:其他|特別|相關|具體|進一步|另外)?(?:之|的)?建議(?:事項|意見)?(?:提出)?[。.]?$"
)
_LEAD_IN = re.compile(
    r"[：:]$|(?:如下|如次|如后|下表|分述|臚列|下列|as follows|the following|(?:set out|listed|given|described|shown|found|outlined|detailed) below)[^。.]{0,60}[。.：:]?$|"
    r"以下[各幾數二三四五六七八九十兩\d]*[項點個]?(?:建議|意見|事項|方向|作法|做法|措施|重點|對策)[^。.]{0,40}[。.]?$|\bbelow\.?$",
    re.IGNORECASE,
)
_DETAILS_WITHIN = 60
_DETAILS = re.compile(
    r"(?:包括|包含|包涵|例如|諸如|計有|分為|分成|共分|理由|原因|係因|目標在於|目的在於|載明|列明|(?:下列|以下)(?:資料|文件|資訊|要件|條件|項目資料))[^。]{0,10}[：:（(]?\s*$|"
    r"\b(?:grounds? that|because|reasons?|including|includes?|such as|consists? of|namely|around|about|regarding|concerning|covering|criteria|whether|as well as)\W{0,4}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:以上|綜上|綜合上述|綜觀|總結|總之|總的來說|整體而言|最後，?(?:感謝|謹)|感謝|承蒙|謹此|本報告|本次(?:考察|參訪|出國)[^。]{0,8}(?:承蒙|感謝))|"
    r"^(?:In summary|Finally, we thank|We thank|Thanks)|"
    r"^.{0,60}\b(?:inform|tell|notify|report to) (?:us|the \w+)\b.{0,40}\b(?:actions? (?:they|it|that)|response)"
)


@rule
def no_recommendation(text: str) -> bool:
    """The words that say there is nothing to recommend.

    >>> no_recommendation("本次無建議事項。"), no_recommendation("No recommendations are made."), no_recommendation("無障礙設施應改善。")
    (True, True, False)
    """
    text = text.strip("*_ 　")
    return bool(_NOTHING.fullmatch(text) or _NONE_FIRST.match(text) or _NONE_LAST.search(text[-_SHORT:]))


@rule
def lead_in(text: str) -> bool:
    """A sentence that only announces the items after it.

    >>> lead_in("茲提出建議如下："), lead_in("We recommend the following."), lead_in("建請交通局增設候車亭。")
    (True, True, False)
    >>> lead_in("爰提以下三點建議。"), lead_in("建議色溫降至三千K以下。")
    (True, False)
    """
    return bool(_LEAD_IN.search(text))


@rule
def details_below(text: str) -> bool:
    """A sentence before a list of reasons, parts or particulars, which are no recommendations of their own.

    >>> details_below("圖面應載明下列資料："), details_below("We will add alerts around:"), details_below("本局應辦理下列事項：")
    (True, True, False)
    """
    return bool(_DETAILS.search(text[-_DETAILS_WITHIN:]))


@rule
def closing_words(text: str) -> bool:
    """Words that round off a section.

    >>> closing_words("以上建議，敬請鑒核。"), closing_words("建請交通局增設候車亭。")
    (True, False)
    """
    return bool(_CLOSING.match(text))
