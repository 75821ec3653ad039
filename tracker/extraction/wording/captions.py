"""Captions: the words before a colon or in brackets that say what stands behind them, and the heads of columns."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tracker.extraction.passage import width_of
from tracker.extraction.registry import rule


class Role(StrEnum):
    """What a caption or the head of a column announces."""

    ACTION = "action"
    BACKGROUND = "background"
    OWNER = "owner"
    DUE = "due"
    STATUS = "status"
    NUMBER = "number"
    TOPIC = "topic"


@dataclass(frozen=True)
class Caption:
    """A caption: what it announces, its words, where the text behind it begins, whether it is bold."""

    role: Role
    words: str
    length: int
    is_bold: bool = False


_OF_STATUS = re.compile(
    r"(?:後續|目前)?(?:辦理|執行|處理|追蹤|改善)情形|(?:機關|單位)?(?:回應|回覆)|備註|附註|附件|公開與否|(?:機關|審核|核定)意見|狀態|進度|"
    r"經費(?:來源|概估|需求)?|預算(?:來源)?|(?:優先)?(?:順序|等級)|優先性|預期(?:效益|成效|成果)|績效指標|衡量指標|"
    r"(?:management |agency |auditee |our |(?:internal |external )?auditor(?:'s|s'|s)? |inspector(?:'s|s'|s)? )?(?:response|comments?|reply)|status|priority|notes?|remarks?|cost|budget|"
    r"success measures?|verification|type|bug|ticket|issue link|category",
    re.IGNORECASE,
)
_OF_OWNER = re.compile(
    r"(?:主|承|協|主[（(]?協[)）]?|主、協|主政|權責)辦?(?:機關|單位|局處|科室)?(?:[/／、及與]?(?:協|主)辦(?:機關|單位|局處|科室)?)?|"
    r"(?:建議)?(?:負責|權責|執行|辦理|責任|主政|主責|推動|業管|分工)(?:機關|單位|人員?|局處|科室)|(?:業務)?分工|"
    r"(?:action )?owners?|(?:dri|poc)|responsib(?:le|ility)(?: \w+)?|lead(?: \w+)?|(?:to be )?assigned to|assignees?|who|"
    r"(?:responsible |lead )?(?:department|unit|team|agency|office)(?: responsible)?|by whom",
    re.IGNORECASE,
)
_OF_DUE = re.compile(
    r"(?:預定|預計|建議|辦理|完成|執行|實施|推動)?(?:期程|期限|時程|時限|完成(?:日期|時間|期限)|完成日)|"
    r"(?:預定|預計|辦理|建議)?(?:日期|時間|年度|辦理時間)|預(?:定|計)(?:完成|辦理|執行|實施)(?:日期|時間|期限|期程)?|"
    r"(?:target |completion |due )?(?:dates?|deadline)(?: by| due)?|due(?: by)?|target|"
    r"timeline|time ?frame|time ?scale|by when|when|completion|\beta\b|schedule",
    re.IGNORECASE,
)
_OF_ACTION = re.compile(
    r"(?!.*(?:專家|委員|學者|講師|對方|業者|廠商|館方|當地|代表|居民|團體|協會|審計|上次|前次|去年|歷年)).{0,8}(?:[對給]|之|的).{0,8}建議(?:事項)?|"
    r"(?:可供?|值得)?(?:本[市縣府局])?(?:可?參採|可?借鏡)(?:之處|作法|事項)|"
    r"(?:辦理|具體)?內容|作法|做法|(?:因應|解決)?對策|解決(?:方案|之道)|改[進善](?:方向|建議|作法)|(?:具體|改善|改進|綜合|本團|爰|我們的|對本[市府縣局]的?)?建議(?:事項|內容|作法|做法|方案|作為|措施|辦理事項)?"
    r"(?:（?[一二三四五六七八九十\d]{1,2}）?)?|"
    r"(?:具體|改善|因應|策進|精進|後續)(?:作法|做法|作為|措施|對策|方案|行動)|擬辦|"
    r"(?:safety |our )?recommend(?:ation|ed action)s?(?: ?(?:no\.? ?)?#?[\d.]+)?|(?:corrective |preventive |proposed |follow-up )?actions?(?: items?| points?| required)?(?: \([^()]{1,30}\))?|"
    r"proposals?|suggestions?",
    re.IGNORECASE,
)
_OF_BACKGROUND = re.compile(
    r"(?:案由|案例|議題)[一二三四五六七八九十\d]{0,2}|現況(?:說明|分析)?|檢討|說明|問題(?:說明|描述)?|背景(?:說明)?|緣由|緣起|理由|依據|發現|觀察|分析|心得|參訪心得|"
    r"效益|findings?(?: \d+)?|background|issues?|rationale|reasons?|why|observations?|context|"
    r"cause|effect|criteria|condition|risk|impact|evidence|basis|problem",
    re.IGNORECASE,
)
_OF_NUMBER = re.compile(
    r"(?:項次|編號|序號|建議(?:編號|項次)|項|號|no\.?|#|id|ref(?:erence)?|item|rec(?:ommendation)? (?:no\.?|number|#|id))",
    re.IGNORECASE,
)
_COLUMN_OF_ACTION = re.compile(
    r"(?!現[行況]|目前|該|國外|他|對方|參訪).{0,8}(?:對策|作法|做法|策略|行動|構想|方案|改善方式|因應方式|推動方式)|"
    r"(?:建議|辦理|應辦|推動|改善|工作|行動|追蹤|待辦|執行|策進|精進)?(?:事項|項目|內容|作為|措施|方案|作法|做法)|"
    r".*建議(?!單位|機關|期程|編號|項次).*|擬辦.*|"
    r".*(?:recommend|action|task|measure|what|description|deliverable|follow-up|remediation|commitment|next step|propos|remedy|pledge|to do|fix|idea).*",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:\*\*|__)?(?P<words>[^：:，。；？?\n*_|｜]{1,40}?)(?:\*\*|__)?\s?[：:｜](?:\*\*|__)?\s*(?=\S)(?!https?:|//)"
)
_BRACKET = re.compile(r"[（(](?P<words>[\u3400-\u9fff]{2,6})[)）]\s*(?=\S)")
_BOLD = re.compile(r"\*\*(?P<words>[^*\n]{1,40}?)[.:：。]?\*\*[\s　:：.]+(?=\S)")
_TORN_BRACKET = re.compile(r"[（(][^）)]*$")
_BOXED = re.compile(r"[【〔［\[](?P<words>[^】〕］\]：:，。\n]{1,24})[】〕］\]]\s*[：:]?\s*(?=\S)")
_MARKUP = "*_ \t　【】[]〔〕［］（）()"
_WIDEST_TOPIC = 36
_WITHIN = 96
_MOST_WORDS = 5


def caption_of(text: str) -> Caption | None:
    """Read the caption at the start of a text."""
    return _caption_of(text[:_WITHIN])


@lru_cache(maxsize=2**13)
def _caption_of(text: str) -> Caption | None:
    bracket = _BRACKET.match(text)
    if bracket and role_of(bracket["words"]):
        match: re.Match[str] | None = bracket
    else:
        match = _BOXED.match(text) or _BOLD.match(text) or _CAPTION.match(text)
    if match is None or _TORN_BRACKET.search(match["words"]):
        return None
    words = match["words"].strip("*_ 　【】[]")
    is_bold = text.startswith(("**", "__"))
    role = role_of(words)
    if role:
        return Caption(role, words, match.end(), is_bold)
    is_short = width_of(words) <= _WIDEST_TOPIC if not words.isascii() else len(words.split()) <= _MOST_WORDS
    return Caption(Role.TOPIC, words, match.end(), is_bold) if is_short else None


def role_of(words: str) -> Role | None:
    """Say what a caption's words announce, None for a topic of its own."""
    bare = _bare(words)
    return next((role for role, announces in _CAPTIONS if announces(bare)), None)


def role_of_column(head: str) -> Role | None:
    """Say what a column of a table holds, by its head."""
    bare = _bare(head)
    if not bare:
        return None
    if number_column(bare):
        return Role.NUMBER
    for role, announces in (
        (Role.OWNER, owner_caption),
        (Role.DUE, due_caption),
        (Role.STATUS, status_caption),
    ):
        if announces(bare):
            return role
    if action_column(bare):
        return Role.ACTION
    return role_of(bare)


def _bare(words: str) -> str:
    words = words.strip(_MARKUP).replace("\u3000", "")
    return words if words.isascii() else re.sub(r"\s+", "", words)


@rule
def status_caption(words: str) -> bool:
    """A caption of what became of an item, which is no part of it.

    >>> status_caption("辦理情形"), status_caption("Management response"), status_caption("建議")
    (True, True, False)
    """
    return bool(_OF_STATUS.fullmatch(words))


@rule
def owner_caption(words: str) -> bool:
    """A caption of who is to act.

    >>> owner_caption("主辦機關"), owner_caption("主（協）辦機關"), owner_caption("Owner")
    (True, True, True)
    """
    return bool(_OF_OWNER.fullmatch(words))


@rule
def due_caption(words: str) -> bool:
    """A caption of when an item is to be done.

    >>> due_caption("預定期程"), due_caption("Target date"), due_caption("說明")
    (True, True, False)
    """
    return bool(_OF_DUE.fullmatch(words))


@rule
def action_caption(words: str) -> bool:
    """A caption of a recommendation itself.

    >>> action_caption("建議事項"), action_caption("Recommendation 2"), action_caption("建議單位")
    (True, True, False)
    """
    return bool(_OF_ACTION.fullmatch(words))


@rule
def background_caption(words: str) -> bool:
    """A caption of what stands before a recommendation: the state of things, the finding, the reason.

    >>> background_caption("現況"), background_caption("Finding"), background_caption("建議")
    (True, True, False)
    """
    return bool(_OF_BACKGROUND.fullmatch(words))


@rule
def number_column(words: str) -> bool:
    """The head of a column, or a caption, of numbers.

    >>> number_column("項次"), number_column("#"), number_column("建議事項")
    (True, True, False)
    """
    return bool(_OF_NUMBER.fullmatch(words))


@rule
def action_column(words: str) -> bool:
    """The head of a column of recommendations.

    >>> action_column("改善措施"), action_column("What we will do"), action_column("主辦機關")
    (True, True, False)
    """
    return bool(_COLUMN_OF_ACTION.fullmatch(words))


_CAPTIONS = (
    (Role.STATUS, status_caption),
    (Role.OWNER, owner_caption),
    (Role.DUE, due_caption),
    (Role.ACTION, action_caption),
    (Role.BACKGROUND, background_caption),
    (Role.NUMBER, number_column),
)
