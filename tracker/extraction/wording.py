"""Words that ask for something: how strongly, of whom, until when. Every pattern reads a bounded stretch of text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_READ_AT_MOST = 1500
_HAN = r"[\u3400-\u9fff]"


class Ask(StrEnum):
    """How a sentence asks; the values are the rule names shown to the reader."""

    EXPLICIT = "explicit-ask"  # 建請, 建議, we recommend
    MODAL = "modal-ask"  # 應, 宜, should, addressed to an own or named unit
    LESSON = "worth-adopting"  # 值得本市借鏡, a weak ask that names the own organisation
    WEAK = "useful-for-reference"  # 可作為本市參考, too weak to count by itself
    COMMITMENT = "commitment"  # 會後本府…敲定, something the authors undertook to do


class Role(StrEnum):
    """What the label before a colon says about the words after it."""

    ACTION = "action"
    BACKGROUND = "background"
    OWNER = "owner"
    DUE = "due"
    STATUS = "status"
    TOPIC = "topic"


@dataclass(frozen=True)
class Own:
    """The names by which the authors call their own side."""

    names: frozenset[str]

    def named_in(self, text: str) -> bool:
        """Say whether a text names the own side."""
        return bool(_OWN.search(text)) or any(name in text for name in self.names)


_OWN = re.compile(
    r"本(?:市|府|縣|局|處|所|館|校|院|署|部|會|中心|公司|單位|機關|鄉|鎮|區|國|團)|"
    r"我(?:國|方|市|縣|們|府)|臺灣|台灣|市府|縣府|\bour\b|\bwe\b",
    re.IGNORECASE,
)

_UNIT = (
    r"(?:本[府市縣局處所館校會](?!應|宜|可|須|得|將|於))?"
    rf"(?:(?!社會(?!局|處|科|司|課)|機會|議會|宴會|都會|研討會|博覽會|說明會|座談會|公聽會){_HAN}){{1,12}}?"
    r"(?:(?<!當)局(?!部|勢|面|長)|"
    r"(?<![到各此該妥])(?<![一二三四五六七八九十百幾數多各兩])處(?!理|長|罰|境|遇|分|置|"
    r"所)|科(?!技|學|目|長)|課(?!程|題|長|後|堂|綱)|室(?!內|外)|"
    r"委員會|管理會|基金會|研考會|農會|漁會|協會|公會|促進會|會(?=應|宜|可|須|得|會同|將)|"
    r"(?<![一二三四五六七八九十百幾數多兩])所(?!有|在|需|屬|以|得|用|見|列|提|指|定|謂|"
    r"長)|館(?!藏|舍|員|長|際|方)|院(?!長|區|校)|署(?!長|名)|司(?!機|法)|府(?!城|會)|"
    r"隊(?!長|員)|中心(?!點|思|主|站)|公所|大學|學校|公司|單位|機關|小組|辦公室)"
)
_NAMED_UNIT = re.compile(_UNIT)
_OWNER_AFTER_ASK = re.compile(
    r"(?:建議|建請|洽請|函請|提請|商請|協請|責成|委請|(?<![邀申聘宴敦煩聲提報])請|宜由|應由|可由)"
    rf"\s*(?P<unit>{_UNIT})"
)
_OWNER_AFTER_BY = re.compile(rf"(?<![自經理緣])由\s*(?P<unit>{_UNIT})")
_OWNER_AS_SUBJECT = re.compile(
    rf"^(?:為[^，。]{{2,30}}，|爰|因此，?|未來|後續|日後)?(?P<unit>{_UNIT})"
    r"(?=(?:未來|後續|日後|亦|更|並|也|得|可|應|宜|須|需|將|於|允宜|每|研議|研擬|比照|"
    r"會同|持續|儘速|辦理|與|\d))"
)
_OWNER_OF_LESSON = re.compile(rf"值得(?P<unit>{_UNIT})(?=參考|借鏡|學習|研議|參採|仿效)")
_NOBODY = re.compile(
    r"^(?:本(?:市|府|縣|局|處|所|館|校|院|署|部|會|中心|公司)|該.*|其.*|我.*|(?:各|相關|"
    r"有關|權責|主管|業管|中央主管|承辦|執行|主辦|負責|委辦)(?:單位|機關|局處|機關單位)|"
    r"各級學校|學校|大學|公司|單位|機關|小組|中心|市府|縣府|政府|.*(?:社會|機會|都會))$"
)
_UNIT_PREFIX = re.compile(
    r"^(?:(?:爰|並|另|亦|惠|擬|因此|未來|後續|日後|建議|建請|洽請|函請|提請|請|宜由|應由|"
    r"可由|由|貴|本[府市縣局處所館校會]|市府|縣府)(?=.{2}))+"
)
_NO_UNIT = re.compile(
    r"^(?:選|增|加|建|設|成立|規|辦|推|研|由|以|於|在|可|應|將|持|參|結|透|提供|開|檢|編|"
    r"擴|強|與|積|先|及|對|從|自|每|若|為|如|運用|利用|鼓勵|落實|採|比照|整合)(?!(?:設局|"
    r"設處|發|考|管|輔))"
)
_ENGLISH_OWNER = re.compile(
    r"(?:^|[.;,]\s|recommends? (?:that )?|(?:^|\s)(?:ask|asks|request|requests) )(?:the |The )?"
    r"(?P<unit>[A-Z][\w&'-]*(?:(?: (?:of|and|for|the|&))* [A-Z][\w&'-]*){0,7})(?: \([^)]{1,40}\))?,?"
    r" (?:should|must|shall|will|needs? to|is to|are to|ought to|to)\b(?! be\b)"
)
_ENGLISH_RECOMMENDED = re.compile(
    r"\b[Rr]ecommends? that (?:the )?(?P<unit>[A-Z][\w&'-]*(?:(?: (?:of|and|for|the|"
    r"&))* [A-Z][\w&'-]*){0,7}) (?=[a-z])"
)
_NO_ENGLISH_OWNER = re.compile(
    r"^(?:We|It|This|That|These|Those|There|They|All|Any|Each|Every|Both|Staff|I|He|She|"
    r"You|In|Such|When|If|As|To|Recommendation\b.*|Vehicles|\w+s)$"
)
_ENGLISH_UNIT = re.compile(
    r"Department|Office|Division|Unit|Team|Authority|Agency|Council|Board|Committee|"
    r"Directorate|Bureau|Services?|Group|Operations"
)

_EXPLICIT = re.compile(
    r"(?<![的之跟何些項等出曾會])建議(?![，。；：:、？?」）)\s書案表及與的之者]|事項|[一二三四五六七八九十0-9]{1,2}(?:章|節|篇|部分)|$)|"
    r"建請|爰請|爰擬|洽請|函請|責成|"
    rf"(?:^|[，；：])(?:並|另|亦|擬|惠)?請(?={_UNIT})|"
    r"\b(?:we|I|the (?:team|delegation|authors?|committee|review|audit|"
    r"report)) (?:therefore |also |strongly |further )*"
    r"(?:recommends?|proposes?|suggests?|advises?|urges?)\b|\b(?:it is|is|"
    r"are) (?:therefore |also |strongly )*(?:recommended|proposed|advised)\b|"
    r"\brecommendation is (?:that|to)\b",
    re.IGNORECASE,
)
_MODAL = re.compile(
    r"(?<![對因反供適效相響感回呼理順照答])應(?!邀(?:出席|參加|請|至|赴|訪|前往|擔任|與會|"
    r"發表)|[用變對援急付聘運景酬允]|有盡有)|"
    r"(?<![便適事合權相時機])宜(?![蘭居人昌])|"
    r"(?<!刻不)(?:必須|亟須|亟需|務必|更要|需要|有必要|允宜|不妨)|(?<![必無毋])須(?!知)|"
    r"可(?=考慮|研議|參考|比照|評估|規劃|推動|優先|思考|仿效|研擬|納入|洽|採|盤點|協助|嘗試)|研議|研擬|"
    r"\b(?:should|must|needs? to|ought to|shall)\b",
    re.IGNORECASE,
)
_LESSON = re.compile(
    r"值得.{0,24}?(?:借鏡|學習|參考|參採|仿效|效法|採行|引進|推廣)|(?:足|可)(?:資|"
    r"供)[^，。]{0,16}(?:借鏡|參採)"
)
_REFERENCE = re.compile(
    r"(?:可|得|能)(?:以)?(?:做為|作為|成為|供).{0,30}(?:參考|借鏡|依據)|"
    r"讓.{0,30}參考(?:依據)?|值得我們.{0,12}(?:參考|學習|借鏡)"
)
_COMMITMENT = re.compile(
    r"會後|返國後|回國後|敲定|允諾|承諾|將(?:持續|積極|賡續|於|儘速|著手|規劃|邀)|擬(?:於|"
    r"邀|規劃|再)|預(?:定|計)|後續|邀請.{1,24}(?:參加|來訪|出席|來市)|賡續|"
    r"\b(?:we|our \w+) (?:will|shall|intend to|plan to|have agreed to|agreed to)\b",
    re.IGNORECASE,
)
_OWNER_WORD = (
    r"(?:(?:主|承)辦(?:機關|單位|局處)?|(?:權責|負責)(?:機關|單位)|\bowner|\bresponsible|\bassigned to)"
)
_DUE_WORD = (
    r"(?:(?:預定)?(?:期程|完成期限|辦理期限|完成日期|完成時間)|\bdue(?: date| by)?|\bdeadline|\btarget date)"
)
_NOTED_OWNER = re.compile(rf"{_OWNER_WORD}\s?[:：]\s*(?P<value>[^,，;；。.()（）、]{{2,40}})", re.IGNORECASE)
_NOTED_DUE = re.compile(
    rf"{_DUE_WORD}\s?[:：]\s*(?P<value>[^;；。()（）、]{{2,30}}?)(?=[;；。()（）、]|\.\s|\.?$)", re.IGNORECASE
)
_NOTE = re.compile(rf"\s*[\[(（【]?(?:{_OWNER_WORD}|{_DUE_WORD})\s?[:：]", re.IGNORECASE)
# No pattern for asking matches without one of these; most sentences are done with after this cheap look.
_ASK_WORDS = (
    *"建請應宜須可得能讓責成擬研",
    *("值得", "必", "需", "更要", "不妨"),
    *("should", "must", "need", "ought", "shall", "recommend", "propose", "suggest", "advise", "urge"),
)
# Advice that the authors report, and do not give.
_REPORTED = re.compile(
    r"(?:對方|當地|講師|專家|學者|主管|館方|業者|廠商|市長|總理|部長|院長|局長|與會者|"
    r"代表|審計|媒體|顧問|教授|主辦單位|館長|導覽|接待|工作人員|居民|團體|議員|主席|校長|"
    r"執行長|先生|女士|博士|受訪者)"
    r"[^，。]{0,16}?(?:建議|表示|指出|認為|強調|提醒|說明|笑稱|呼籲|要求|提到|提及|分享|回應|主張|坦言)|"
    r"(?:曾|已|據)建議|(?:他|她|渠|其|他們)也?會?(?:建議|認為|表示|強調)|"
    r"據[^，。]{1,16}(?:表示|說明|稱|指出|瞭解|了解)|建議(?:團員|我方|訪團|一行人|我們)|"
    r"依(?:據|照)?[^，。]{0,14}(?:法|法規|規定|條例|辦法|規則|"
    r"指令)[^，。]{0,4}，?[^，。]{0,14}(?:應|須)|法(?:令|律)?規定|明定|"
    r"規定[^，。]{0,10}應|"
    r"\b(?:told us|said that|according to|stated that|explained that|noted that|"
    r"asked (?:whether|why|how)|advised (?:us|the)|suggested (?:that|to us)|"
    r"recommended (?:that the|by)|hosts? (?:recommend|suggest))",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[？?][」』”\"）)]*$")
_NOTHING = re.compile(
    r"(?:無|無。|暫無|尚無|略|同上|(?:本次|本案|目前)?(?:暫|尚|並)?無(?:具體|其他|特別|"
    r"相關)?(?:之)?建議(?:事項|意見)?|none|nil|n/?a|"
    r"(?:there are )?no (?:further )?(?:recommendations?|action(?: items?)?)(?: (?:are|"
    r"were) (?:made|proposed))?|not applicable)[。.]?",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"[：:]$|(?:如下|如次|如后|下表|分述|臚列|下列|以下|as follows|the following|below)[^。]{0,24}[。.：:]?$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:以上|綜上|綜合上述|綜觀|總結|總之|最後，?(?:感謝|謹)|感謝|承蒙|謹此|本報告)|"
    r"^(?:In summary|Finally, we thank|We thank)"
)

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        Role.STATUS,
        re.compile(
            r"辦理情形|執行情形|(?:機關)?回應|回覆|處理情形|備註|(?:機關|審核)意見|狀態|進度|"
            r"經費(?:來源|概估)?|預算|(?:management |agency |auditee )?(?:response|comments?)|"
            r"status|priority|notes?|remarks?|cost|budget",
            re.IGNORECASE,
        ),
    ),
    (
        Role.OWNER,
        re.compile(
            r"(?:主|承|協)辦(?:機關|單位|局處|科室)?|(?:負責|權責|執行|辦理|責任)(?:機關|單位|人)|"
            r"(?:action )?owners?|responsible(?: \w+)?|lead(?: \w+)?|assigned to|assignee|who",
            re.IGNORECASE,
        ),
    ),
    (
        Role.DUE,
        re.compile(
            r"(?:預定|預計|辦理|完成|執行|實施)?(?:期程|期限|時程|完成(?:日期|時間|期限)|完成日)|"
            r"(?:預定|預計|辦理)?(?:日期|時間)|due(?: date| by)?|deadline|target(?: date)?|"
            r"timeline|timeframe|by when|when|completion(?: date)?|date",
            re.IGNORECASE,
        ),
    ),
    (
        Role.ACTION,
        re.compile(
            r"(?:具體|改善|改進|綜合|本團|爰)?建議(?:事項|內容|作法|做法|方案|作為|"
            r"措施)?[一二三四五六七八九十\d]{0,2}|(?:具體|改善|因應|策進|精進)(?:作法|做法|作為|"
            r"措施|對策)|擬辦|recommend(?:ation|ed action)s?(?: \d+)?|(?:corrective |"
            r"proposed )?actions?(?: items?)?|proposals?|suggestions?",
            re.IGNORECASE,
        ),
    ),
    (
        Role.BACKGROUND,
        re.compile(
            r"現況(?:說明)?|檢討|說明|問題(?:說明)?|背景|緣由|緣起|理由|依據|發現|觀察|分析|心得|"
            r"效益|預期效益|findings?|background|issues?|rationale|reasons?|observations?|context|"
            r"cause|effect|criteria|condition|risk|impact",
            re.IGNORECASE,
        ),
    ),
)
_LABELLED = re.compile(
    r"(?P<bold>\*\*|__)?(?P<label>[^：:，。；？?\n*_|]{1,40}?)(?:\*\*|__)?\s?[：:](?:\*\*|__)?\s*(?=\S)"
)


def ask_of(text: str, own: Own) -> Ask | None:
    """Say how a sentence of the authors asks for something; None for praise, reports, questions and laws."""
    text = text[:_READ_AT_MOST]
    lowered = text.lower()
    if not any(word in lowered for word in _ASK_WORDS) or _QUESTION.search(text) or _REPORTED.search(text):
        return None
    if _EXPLICIT.search(text):
        return Ask.EXPLICIT
    if own_lesson(text, own):
        return Ask.LESSON
    if _MODAL.search(text) and _is_addressed(text, own):
        return Ask.MODAL
    return Ask.WEAK if _REFERENCE.search(text) and own.named_in(text) else None


def own_lesson(text: str, own: Own) -> bool:
    """Say whether a sentence holds something up to the own organisation by name."""
    match = _LESSON.search(text)
    return match is not None and own.named_in(match[0].replace("我們", ""))


def is_commitment(text: str, own: Own) -> bool:
    """Say whether the authors undertook something in a sentence."""
    text = text[:_READ_AT_MOST]
    return bool(_COMMITMENT.search(text)) and own.named_in(text)


def begins_with_ask(text: str) -> bool:
    """Say whether a text asks from its first words on."""
    return bool(_EXPLICIT.search(text[:6]) or (owner_in(text[:60]) and _MODAL.search(text[:40])))


def says_nothing(text: str) -> bool:
    """Recognise 「無建議」 and its like."""
    return bool(_NOTHING.fullmatch(text.strip("*_ ")))


def is_lead_in(text: str) -> bool:
    """Recognise the sentence that only announces the items after it."""
    return bool(_LEAD_IN.search(text))


def is_closing(text: str) -> bool:
    """Recognise the words that round off a section."""
    return bool(_CLOSING.match(text))


def label_before_colon(text: str) -> tuple[Role, str, int, bool] | None:
    """Read a label and its colon: what it announces, its words, where the text goes on, whether it is bold."""
    match = _LABELLED.match(text)
    if match is None:
        return None
    label = match["label"].strip("*_ 　【】[]")
    for role, pattern in _ROLES:
        if pattern.fullmatch(label):
            return role, label, match.end(), bool(match["bold"])
    is_short = len(label) <= 16 if not label.isascii() else len(label.split()) <= 5
    return (Role.TOPIC, label, match.end(), bool(match["bold"])) if is_short else None


def role_of_column(header: str) -> Role | None:
    """Say what a column of a table holds, by its header."""
    header = header.strip("*_ 　").replace("\u3000", "")
    if re.fullmatch(
        r"(?:建議|辦理|應辦|推動|改善|工作|行動|追蹤|待辦)?(?:事項|項目|內容|作為|措施|方案)|"
        r".*建議.*|.*(?:recommend|action|task|measure|what|description).*",
        header,
        re.IGNORECASE,
    ):
        return Role.ACTION
    return next((role for role, pattern in _ROLES if pattern.fullmatch(header)), None)


def owner_in(text: str) -> str | None:
    """Find who is asked to act, as named; 本市, 本府 and a bare 應 name nobody."""
    text = text[:_READ_AT_MOST]
    label = label_before_colon(text)
    plain = re.sub(r"\*\*|__", "", text[label[2] :] if label else text)
    matches = [
        _OWNER_AS_SUBJECT.match(plain),
        *_OWNER_AFTER_ASK.finditer(plain),
        *_OWNER_AFTER_BY.finditer(plain),
        _OWNER_OF_LESSON.search(plain),
    ]
    for match in matches:
        unit = _unit(match["unit"]) if match else None
        if unit:
            return unit
    for match in (*_ENGLISH_OWNER.finditer(plain), *_ENGLISH_RECOMMENDED.finditer(plain)):
        if not _NO_ENGLISH_OWNER.match(match["unit"]) or _ENGLISH_UNIT.search(match["unit"]):
            return match["unit"]
    return None


def note_after(text: str) -> tuple[int, str | None, str | None]:
    """Find owner and due date noted behind an item: where the note begins, the owner, the date's words."""
    note = _NOTE.search(text)
    if note is None:
        return len(text), None, None
    owner = _NOTED_OWNER.search(text, note.start())
    due = _NOTED_DUE.search(text, note.start())
    return note.start(), owner["value"].strip() if owner else None, due["value"].strip() if due else None


def owner_in_cell(text: str) -> str | None:
    """Read a table cell or a line that exists for the owner; the first of several is the lead."""
    text = text.strip("*_ 　")
    if re.fullmatch(r"[（(]?(?:未定|待定|無|略|tbd|n/?a|none|unassigned|[-–—/]*)[)）]?", text, re.IGNORECASE):
        return None
    return re.split(r"[、，,；;/／]|<br ?/?>", text)[0].strip("*_ 　。") or None


def _is_addressed(text: str, own: Own) -> bool:
    return (
        own.named_in(text)
        or owner_in(text) is not None
        or bool(re.search(r"未來|日後|爾後|今後|下次|in future", text))
    )


def _unit(name: str) -> str | None:
    """Return a unit's bare name: without the words that ask, the first of several, None for nobody in particular."""
    name = re.split("[及與和、]", _UNIT_PREFIX.sub("", name))[0]
    return None if len(name) < 2 or _NOBODY.match(name) or _NO_UNIT.match(name) else name


def own_names(agencies: Iterable[str]) -> Own:
    """Return the names of the own side: each agency, its government, its city in full and short."""
    names: set[str] = set()
    for agency in agencies:
        names.add(agency)
        match = re.match(rf"({_HAN}{{1,6}}?)([市縣鄉鎮區])", agency)
        if match:
            names |= {match[1] + match[2], match[1]} if len(match[1]) >= 2 else {match[1] + match[2]}
    return Own(frozenset(n for n in names if len(n) >= 2))
