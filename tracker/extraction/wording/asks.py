"""How a sentence asks for something: outright, by a modal verb, by holding up an example, by a promise."""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from tracker.extraction.registry import rule
from tracker.extraction.wording.exclusions import (
    already_done,
    law_says,
    past_advice,
    question,
    reported_advice,
    supposition,
)
from tracker.extraction.wording.own import Own
from tracker.extraction.wording.owners import owner_in
from tracker.extraction.wording.units import UNIT

_MOST_WORDS = 4
# What stands between quotation marks was said by somebody else.
_QUOTED = re.compile(r"“[^“”]{12,400}”|(?<!\w)\"[^\"]{12,400}\"|「[^「」]{9,400}」")
# 建議團員 and 建議我們 turn to the visitors: whom 建議 speaks to stands behind it.
_SPOKEN_TO = 4


class Ask(StrEnum):
    """How a sentence asks, from the strongest; the values are the names of the rules."""

    EXPLICIT = "explicit-ask"
    MODAL = "modal-ask"
    LESSON = "worth-adopting"
    COMMITMENT = "commitment"
    WEAK = "useful-for-reference"


STRONG = (Ask.EXPLICIT, Ask.MODAL)


_FORWARD = re.compile(
    r"未來|日後|爾後|今後|往後|下次|下一(?:次|屆|年)|後續|in future|going forward", re.IGNORECASE
)
# A word that hosts are seldom reported with: what authors find fitting, they advise.
_FITTING = re.compile(
    r"(?<![便適事合權相時機不])宜(?![蘭居人昌])|允宜|不宜|\b(?:should|ought to)\b", re.IGNORECASE
)
_HOSTS = re.compile(
    r"該(?:市|國|館|校|局|縣|公司|單位|機構|地|區|中心)|當地|對方|他們|渠等|業者|廠商|館方|校方|民眾|市民|居民|住戶|遊客|旅客|使用者|學生|家長|申請人|會員|車輛|"
    r"此(?:時|處)|氣候|天氣|人人|我們|\b(?:they|their|the hosts?|visitors|passengers|everybody|everyone|one|you|life)\b",
    re.IGNORECASE,
)
_EXPLICIT = re.compile(
    r"(?<![的之跟何些項等出曾會前各])建議(?![，。；：:、？?」）)\s書案表及與的之者彙摘]|事項|[一二三四五六七八九十0-9]{1,2}(?:章|節|篇|部分|項|點)|單位|機關|內容|方案|$)|"
    rf"(?:期盼|盼望|期望|希望|企盼|盼)(?={UNIT}(?:能|得|可|將)?(?:協助|提供|編列|研議|檢討|納入|增|訂|辦理|推動|支持|補助|建立|規劃|評估))|"
    r"(?:[二三四五六兩幾數]|\d)(?:事|點|項|件事|個方向)(?:可為|可行|可做)|"
    r"建請|爰請|爰擬|籲請|懇請|提請(?!討論)|擬請|惠請|敬請(?![鑒鈞卓裁核指參見期查察惠備])|洽請|函請|責成|擬建議|"
    rf"(?:^|[，；：、）)])(?:並|另|亦|擬|惠|仍|再|爰|均|一併|務)?請(?={UNIT}|將|各|儘|盡|於|加強|優先|協助|研議|參考|參照|持續|務必|比照|同步|納入|提供|逐|考量|評估|適時|落實)|"
    r"\b(?:we|I|the (?:team|delegation|authors?|committee|review(?:ers?)?|audit(?:ors)?|panel|board|mission|group|"
    r"report|inspectorate|branch)) (?:therefore |thus |also |strongly |further |hereby |now )*"
    r"(?:recommend(?:s|ed)?|proposes?|suggests?|advises?|urges?|calls? (?:on|for)|asks?|requests?)\b(?! (?:by|from)\b)|"
    r"\b(?:it is|is|are) (?:therefore |also |strongly )*(?:recommended|proposed|advised|suggested)\b|"
    r"\b(?:our|the) (?:\w+ )?recommendation is (?:that|to)\b|\b(?:is|are) (?:also |therefore )?(?:invited|encouraged|asked|urged|advised|requested|called on) to\b|"
    r"\bwe (?:would )?(?:also )?(?:invite|encourage|want the|like to see|call (?:on|upon))\b|\bthere is a (?:strong )?case for\b|\b(?:may|might) (?:be worth|(?:wish|want) to consider)\b|\bcould usefully\b|\bwould do well to\b|\bit would (?:also |therefore )?be (?:worth|useful|wise|helpful|prudent|sensible|advisable)\b",
    re.IGNORECASE,
)
_MODAL = re.compile(
    r"(?<![對因反供適效相響感回呼理順照答支報策])應(?!邀(?:出席|參加|請|至|赴|訪|前往|擔任|與會|"
    r"發表)|[用變對援急付聘運景酬允驗]|有盡有|屆)|"
    r"(?<![便適事合權相時機不])宜(?![蘭居人昌])|"
    r"(?<!刻不)(?:必須|亟須|亟需|務必|務須|更要|需要|有必要|允宜|不妨|不宜|不得|切勿|理應)|(?<![必無毋])須(?!知)|"
    r"可(?=考慮|研議|參考|參採|參照|借鏡|比照|評估|規劃|推動|優先|思考|仿效|研擬|納入|洽|採|盤點|協助|嘗試|先|視|結合|運用|透過|由|從|增|編|建立|建置|設|加強|於|在|與|將|適度|導入|引進|擴大|逐步|朝)|"
    r"可(?:以|再|更)(?=考慮|研議|參考|先|從)|研議|研擬|"
    r"\b(?:should|must|needs? to|ought to|shall|has to|have to)\b",
    re.IGNORECASE,
)
# Where recommendations are expected, what may be done is advised.
_MAY = re.compile(
    rf"{_MODAL.pattern}|可(?![以能見知謂說惜觀愛怕靠行及分看是想])|\b(?:could|might) (?:be|consider|also|usefully|look|ask|offer|try|use|borrow|share|start|move|add)\b",
    re.IGNORECASE,
)
_LESSON = re.compile(
    r"值得.{0,24}?(?:借鏡|學習|參考|參採|仿效|效法|採行|引進|推廣)|(?:足|可)(?:資|供)[^，。]{0,16}(?:借鏡|參採)|(?:足堪|堪為)[^，。]{0,12}(?:借鏡|參採)"
)
_REFERENCE = re.compile(
    r"(?:可|得|能|足以)(?:以)?(?:做為|作為|成為|供|提供).{0,30}(?:參考|借鏡|依據)|"
    r"讓.{0,30}參考(?:依據)?|值得我們.{0,12}(?:參考|學習|借鏡)"
)
_COMMITMENT = re.compile(
    r"會後|返國後|回國後|敲定|允諾|承諾|將(?:持續|積極|賡續|於|儘速|著手|規劃|邀|進一步|陸續|參考|朝|以)|擬(?:於|"
    r"邀|規劃|再|將|朝)|預(?:定|計)|後續|邀請.{1,24}(?:參加|來訪|出席|來市)|賡續|"
    r"\b(?:we|our \w+) (?:will|shall|intend to|plan to|have agreed to|agreed to|are going to|are (?:\w+ly )?\w+ing)\b",
    re.IGNORECASE,
)
# No pattern for asking matches without one of these; most sentences are done with after this cheap look.
_ASK_WORDS = (
    *"建請應宜須可得能讓責成擬研盼望",
    *("值得", "必", "需", "更要", "不妨", "切勿"),
    *(
        "could",
        "might",
        "should",
        "must",
        "need",
        "ought",
        "shall",
        "recommend",
        "propos",
        "suggest",
        "advise",
        "urge",
        *("would ", "wish to"),
        "have to",
        "has to",
        "call",
        *("invite", "encourage", "ask", "request", "case for", "worth", "like to see", "want"),
    ),
)


def ask_of(sentence: str, own: Own, *, anyone: bool = False) -> Ask | None:
    """Say how a sentence of the authors asks for something; None for praise, reports, questions and laws.

    In a place for recommendations `anyone` may be asked, and what the authors promise is an ask too.
    """
    sentence = _QUOTED.sub("“”", sentence)
    lowered = sentence.lower()
    if not any(word in lowered for word in _ASK_WORDS):
        return Ask.COMMITMENT if anyone and commitment(sentence, own) else None
    if explicit_ask(sentence):
        return Ask.EXPLICIT
    is_reported = reported_advice(sentence) or question(sentence)
    if worth_adopting(sentence, own) and not is_reported:
        return Ask.LESSON
    if modal_ask(sentence, own, anyone=anyone):
        return Ask.MODAL
    if anyone and commitment(sentence, own) and not is_reported:
        return Ask.COMMITMENT
    return Ask.WEAK if useful_for_reference(sentence, own) and not is_reported else None


@rule
def explicit_ask(sentence: str) -> bool:
    """The authors say that they ask: 建議, 建請, 請 and a unit, we recommend.

    >>> explicit_ask("建請交通局增設候車亭。"), explicit_ask("We recommend a pilot.")
    (True, True)
    >>> explicit_ask("講師建議增設候車亭。"), explicit_ask("本次的建議很多。")
    (False, False)
    """
    if question(sentence):
        return False
    return any(
        not (reported_advice(before) or past_advice(sentence))
        for before in _up_to(_EXPLICIT, sentence, _SPOKEN_TO)
    )


@rule
def modal_ask(sentence: str, own: Own, *, anyone: bool = False) -> bool:
    """A modal verb, 應 宜 須 可 should must, that speaks to the own side, to a named unit or of times to come.

    >>> modal_ask("本市應建立通報制度。", Own()), modal_ask("民眾應自備購物袋。", Own())
    (True, False)
    """
    if question(sentence) or past_advice(sentence) or not (anyone or is_addressed(sentence, own)):
        return False
    return any(
        not (
            reported_advice(before) or law_says(before) or supposition(sentence) or _is_done(sentence, before)
        )
        for before in _up_to(_MAY if anyone else _MODAL, sentence)
    )


@rule
def worth_adopting(sentence: str, own: Own) -> bool:
    """Something is held up to the own organisation by name.

    >>> worth_adopting("此一制度值得本市借鏡。", Own()), worth_adopting("此一制度值得學習。", Own())
    (True, False)
    """
    match = _LESSON.search(sentence)
    return match is not None and own.named_in(match[0].replace("我們", ""))


@rule
def useful_for_reference(sentence: str, own: Own) -> bool:
    """Something may serve the own side for reference, too weak to count by itself.

    >>> useful_for_reference("可作為本市未來規劃之參考。", Own())
    True
    """
    return bool(_REFERENCE.search(sentence)) and own.named_in(sentence)


@rule
def commitment(sentence: str, own: Own) -> bool:
    """The authors undertook something.

    >>> commitment("會後本府與對方敲定明年互訪。", Own()), commitment("會後對方敲定明年互訪。", Own())
    (True, False)
    """
    return bool(_COMMITMENT.search(sentence)) and own.named_in(sentence) and not already_done(sentence)


def _up_to(pattern: re.Pattern[str], sentence: str, more: int = 0) -> Iterator[str]:
    """Give the sentence up to each of the first words that match: who speaks stands before what is said."""
    for match in islice(pattern.finditer(sentence), _MOST_WORDS):
        yield sentence[: match.end() + more]


def _is_done(sentence: str, before: str) -> bool:
    """Say whether the clause that asks, or what follows it, tells that it is done."""
    clause = max(before.rfind("，"), before.rfind("；"), 0)
    return already_done(sentence[clause:])


def is_addressed(sentence: str, own: Own) -> bool:
    """Say whether a sentence speaks to the own side, to a named unit or of times to come."""
    if own.named_in(sentence) or owner_in(sentence) is not None or _FORWARD.search(sentence):
        return True
    return bool(_FITTING.search(sentence)) and not about_hosts(sentence)


@rule
def about_hosts(sentence: str) -> bool:
    """A sentence about the hosts, or about people in general, to whom the report gives no advice.

    >>> about_hosts("該市規定車輛宜停放於外圍。"), about_hosts("票證系統宜整合公車與自行車。")
    (True, False)
    """
    return bool(_HOSTS.search(sentence))


def begins_with_ask(text: str) -> bool:
    """Say whether a text asks from its first words on."""
    return bool(_EXPLICIT.search(text[:6]) or (owner_in(text[:60]) and _MODAL.search(text[:40])))
