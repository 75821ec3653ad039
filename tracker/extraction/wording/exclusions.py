"""Sentences that sound like an ask and are none of the authors': reports of others, laws, questions, what is done."""

import re

from tracker.extraction.registry import rule

_OTHERS = (
    r"對方|當地|講師|講者|專家|學者|主管|館方|村方|校方|院方|園方|業者|廠商|市長|鎮長|縣長|總理|部長|院長|局長|處長|與會者|"
    r"代表|審計|秘書[處長]|媒體|記者|顧問|教授|主辦單位|承辦人|館長|館員|導覽|解說|接待|工作人員|居民|住戶|團體|協會|議員|市議會|主席|校長|老師|"
    r"執行長|總監|規劃師|設計師|工程師|店家|店員|志工|董事|先生|女士|博士|受訪者|受訪|主任|主持人|與談人|發言人|外賓|友人|聯盟|委員會?"
)
_SAY = (
    r"建議|表示|指出|認為|強調|重申|提醒|說明|笑稱|笑說|呼籲|要求|提到|提及|分享|回應|主張|坦言|補充|介紹|解釋|指稱|透露|答稱|"
    r"答以|回覆|允諾|說|稱|問|詢問|請教"
)
_REPORTED = re.compile(
    rf"(?:{_OTHERS})[^，。；]{{0,16}}?(?:{_SAY})(?!書|會)|"
    r"(?:他|她|渠|其|他們|她們|對方)[^，。]{0,8}(?:建議|認為|表示|強調|主張)|"
    r"據[^，。]{1,16}(?:表示|說明|稱|指出|瞭解|了解)|建議(?:團員|我方|訪團|一行人|我們|外國|後進|各國|來訪)|"
    r"(?:告訴|提醒|告知|勸|叮嚀)(?:我們|團員|訪團|我方|本團)|"
    r"\b(?:told us|said that|according to|stated that|explained that|noted that|(?:we|I|they) (?:also )?(?:heard|were told|learned|learnt|understood|gathered|read)\b|argued that|"
    r"asked (?:us |whether|why|how|for)|(?:opposed|wrote|(?:has|have|had) (?:\w+ )?written|believed|insisted|warned|wants?|wanted|hoped|claimed|submitted|advice was|"
    r"proposed that|complained|objected)\b|(?:states?|stated|says?|noted?|argues?|observed) that|advised (?:us|the)|suggested (?:that|to us)|"
    r"(?<!we )recommended (?:that the|by|to)|(?:hosts?|experts?|consultants?|auditors?|vendors?|contractors?) (?:\w+ )?(?:recommend|suggest|advise))",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?:曾|已|前|亦曾|先前|過去|歷次|前次|上次|去年|往年)(?:經)?(?:即|多次|陸續|一再)?建議|建議(?:業|已|均已|並已|經|獲)|報告[^，。]{0,10}建議[^，。]{0,20}(?:業|已)|"
    r"\b(?:previously|earlier|in our (?:prior|previous|last|earlier) (?:report|audit|review)s?|(?:prior|previous|last year's) (?:report|audit|review)s?)\b"
    r".{0,60}\b(?:recommended|recommendations?)|\bhad (?:recommended|suggested)\b",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"依(?:據|照)?[^，。]{0,16}(?:法|法規|規定|條例|辦法|規則|準則|規範|公約|"
    r"指令|標準)[^，。]{0,6}，?[^，。]{0,16}(?:應|須|不得)|法(?:令|律)?規定|明定[，]?(?!招標)|"
    r"規定[^，。]{0,12}(?:應|須|不得)|(?:法|條例|辦法|指令)(?:第[^，。]{1,8}條)?(?:明文)?(?:規定|要求)|"
    r"\b(?:the (?:act|law|regulation|directive|code|statute|contract|standard|policy|rule)s? (?:says?|states?|requires?|provides?)|"
    r"(?:is|are|was|were) required by|as required by (?:the )?(?:law|act)|under (?:the )?[A-Z]\w* (?:Act|Law|Code|Directive))\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[？?][」』”\"）)]*$|^請問|是否(?:應|須|需)[^。，]{0,30}[？?]")
_SUPPOSED = re.compile(
    r"(?:往往|經常|時常|總是|每每)(?:必須|[須應需])|(?<![相反])應(?:該)?(?:是|屬|已|係|可見|指)|應為(?!優先|首要|主要)|不(?:必|須|需)再?(?:應|須)|"
    r"\b(?:should|could|would|must|ought to) (?:not )?have\b|\bshould (?:already )?be (?:noted|clear|remembered|understood)\b|"
    r"\bit (?:should|must) be (?:noted|said|stressed)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?:業已|業於|已於|並已|均已|皆已|刻正)[^，。]{0,40}(?:完成|辦理|建置|實施|啟用|發布|修正|設置|改採|納入|函|上線|採納|執行|簽署|簽訂|交付|舉辦|召開|獲)|"
    r"已(?:參考|參採|依|採納|採行)[^，。]{0,20}建議|"
    r"\b(?:has|have|had) (?:already |since |now )(?:been )?(?:\w+ed|done|put|set|made|taken)\b",
    re.IGNORECASE,
)


@rule
def reported_advice(sentence: str) -> bool:
    """Somebody else said it: hosts, experts, speakers, people met on the way.

    >>> reported_advice("館長建議先從小規模做起。"), reported_advice("The hosts told us that cities should start early.")
    (True, True)
    >>> reported_advice("建議館長先從小規模做起。")
    False
    """
    return bool(_REPORTED.search(sentence))


@rule
def past_advice(sentence: str) -> bool:
    """It was recommended before, by whomever, or a recommendation is said to be followed.

    >>> past_advice("審計機關曾建議整併科室。"), past_advice("In our prior report we recommended a new ledger.")
    (True, True)
    >>> past_advice("建議整併科室。")
    False
    """
    return bool(_PAST.search(sentence))


@rule
def law_says(sentence: str) -> bool:
    """A law or contract says it, not the authors.

    >>> law_says("依當地法規，業者應於三月前申報。"), law_says("業者應於三月前申報。")
    (True, False)
    """
    return bool(_LAW.search(sentence))


@rule
def question(sentence: str) -> bool:
    """A question to somebody.

    >>> question("貴校是否應增加人力？"), question("本校應增加人力。")
    (True, False)
    """
    return bool(_QUESTION.search(sentence))


@rule
def supposition(sentence: str) -> bool:
    """應 or should that supposes, or tells what ought to have been.

    >>> supposition("這應該是氣候使然。"), supposition("The alarm should have sounded."), supposition("本局應增設警報。")
    (True, True, False)
    """
    return bool(_SUPPOSED.search(sentence))


@rule
def already_done(sentence: str) -> bool:
    """What was done by the time of writing.

    >>> already_done("本局業於108年完成設置。"), already_done("本局應於108年完成設置。")
    (True, False)
    """
    return bool(_DONE.search(sentence))
