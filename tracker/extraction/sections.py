"""Where recommendations stand: what the heading of a part says about the sentences under it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tracker.extraction.outline import Outline, Part
from tracker.extraction.outline.headings import is_appendix
from tracker.extraction.registry import rule
from tracker.extraction.wording.exclusions import law_says, past_advice, reported_advice
from tracker.extraction.wording.remarks import details_below


class Kind(StrEnum):
    """What a part of a report is for; the values name it in `why`."""

    LISTED = "recommendation-section"  # Exists for recommendations: every item counts, also a weak one.
    MIXED = "mixed-section"  # 心得與建議: only sentences with an explicit ask count.
    REFLECTION = "reflection"  # 心得: praise and observations; a commitment in it is possible at most.
    BODY = "outside-recommendation-section"  # The story of the trip.
    ASIDE = "aside"  # Annexes, other people's advice, earlier recommendations, costs, thanks.


_RECOMMENDING = re.compile(
    r"建議|建言|策進|精進(?:作為|方向|措施|事項)|(?:改善|因應|改進)(?:對策|措施|作為|方案|作法)|後續(?:推動|作為|辦理|規劃|工作|行動|追蹤|"
    r"應辦|精進|執行|措施|策略)|未來(?:推動|努力|精進|辦理|執行)(?:方向|工作|作為|事項|重點|策略)?|"
    r"擬辦|應辦事項|待辦|下一步|接下來|功課|提案|決議|裁示|怎麼做|推動構想|努力方向|工作重點|(?:改進|改善)(?:事項|方向)|具體(?:作為|措施|作法|做法|行動)|因應方向|"
    r"可行(?:方案|作法|做法)|興革|獻策|芻議|因應之道|改革方向|參採事項|(?:本市|本府|本縣|本局|本館|本校|本院)(?:應用|作法|作為|行動|對策)|(?:改進|檢討|興革)意見|對策$|行動(?:方案|項目|計畫|清單)|推動(?:策略|事項|方向)|(?:可供|可資|值得)[^，。]{0,8}(?:參採|採行|引進)|"
    r"^(?:短|中|長|中長|短中長|短、中、長)期(?:性)?(?:目標|措施|作法|做法|規劃|作為|方案|策略|行動)|立即可行|"
    r"\brecommend(?:ation|ed)|\baction (?:items?|points?|plan|list|register)|\b(?:corrective|preventive|"
    r"preventative|follow-?up|agreed|proposed|remedial|planned|required|management|improvement|safety) "
    r"(?:actions?|measures?|items?|steps?)|\bnext steps?\b|\bfollow-?ups?\b|\bproposals?\b|"
    r"\bsuggestions?\b|\bway forward\b|\bmoving forward\b|\bremediations?\b|\bto-?dos?\b|\bpoints? for action\b|^for (?:decision|action)\b|\bideas? (?:to (?:borrow|take)|for)\b|\bwhat (?:\w+ ){1,4}can (?:do|borrow)\b|\bthings to (?:do|try|change)\b|"
    r"\btake-?aways? for\b|\bimplications? for\b|\b(?:our )?asks\b|\bundertakings?\b|\badvice\b|\bopportunit(?:y|ies) for improvement|\bareas? (?:for|of) improvement|\bpath forward\b|\bway ahead\b|\bhomework\b|"
    r"\bimprovements\b|\bpledges?\b|\btasks\b|\bfix(?:es)? (?:planned|to come)|\bto be done\b|\bwork to do\b|\bwhat (?:\w+ ){1,3}(?:would|might|ought to|needs? to|must) (?:do|change)|\bwhere next\b|\bwhat (?:happens|comes) next\b|^(?:for|before) (?:the )?next (?:year|time|visit|season)|\bactions? (?:agreed|arising|following|to be taken|from|for|we)\b|^decisions and actions|\bimprovements?$|^prevention\b|\bprevent(?:ing)? (?:this|recurrence|future)|"
    r"^(?:key |main |our |further |immediate |short-term |medium-term |long-term |outstanding )?actions?(?: taken and planned| to take| required)?$|"
    r"^(?:short|medium|long)[- ]term\b|\bwhat (?:we|the \w+) (?:will|should|recommend|propose|suggest|are \w+ing|is \w+ing|are going to|are doing|plan to|ask)(?: (?:do|change|next|about it|differently|improve))?|\bhow we(?:'ll| will) (?:prevent|improve)|\bcommitments\b|\bmatters? for (?:congressional )?consideration",
    re.IGNORECASE,
)
_NAMED = re.compile(r"建議|(?:safety |key )?rec(?:ommendation)?\b", re.IGNORECASE)
_LEAD_IN_WITHIN = 160
_ASKING_LEAD_IN = re.compile(
    r"(?<![的之])(?:建議|建請|擬請|爰擬|策進作為|擬辦|後續作為)[^。：:]{0,30}[：:]$|建議[^。]{0,12}(?:如下|如次|如后|臚列|分述|下列)[^。]{0,8}[。：:]$|"
    r"(?:應|宜|可)[^。：:]{0,24}(?:下列|以下|優先|著手|方向|如下)[^。：:]{0,12}[：:]$|"
    r"\b(?:we|I|the \w+(?: \w+){0,3}) (?:therefore |also |further |hereby )*(?:recommends?|proposes?|suggests?|urges?|calls? on|asks?|invites?)\b[^.]{0,120}[:：]$|"
    r"\b(?:we|it|they|[Tt]he \w+(?: \w+){0,2}|\w+s) (?:should|must|will|needs? to|ought to|(?:are|is) (?:asked|invited|urged|going) to)(?: \w+){0,4}:$|"
    r"\bit is (?:therefore |also )?(?:recommended|proposed|suggested|agreed)\b[^.]{0,80}:$|"
    r"\b(?:following|these) (?:\w+ ){0,3}(?:recommendations?|actions?|steps|proposals|measures|changes|is proposed|are proposed)\b[^.]{0,60}[:.]$",
    re.IGNORECASE,
)
_MIXING = re.compile(
    r"心得|感想|結論|結語|檢討|省思|反思|啟示|啟發|觀察|發現|收穫|借鏡|展望|"
    r"\bconclusions?|\blessons|\bfindings?|\bobservations?|\breflections?|\bdiscussion|\banalysis|\btake-?aways?|\bimplications?",
    re.IGNORECASE,
)
_REFLECTING = re.compile(
    r"心得|感想|結論|結語|省思|反思|啟示|啟發|觀察|發現|收穫|效益|評估|展望|借鏡|總結|"
    r"\bconclusions?\b|\blessons|\bobservations?|\breflections?|\bwhat (?:we (?:saw|learned)|went)|\bwhere we (?:got|were) lucky",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"(?<![對給向])(?:該[館校市局國]|館方|校方|市府(?=建議)|專家|委員|學者|講師|講座|對方|業者|廠商|主辦單位|主辦城市|審計|媒體|與會者|外賓|代表|"
    r"當地|居民|團體|協會|國際組織|世界銀行|歐盟|聯合國|各方|民眾|團員)(?:所提|提出)?(?!對)[^與及和]{0,8}建議|"
    r"提問|問題清單|訪談(?:題綱|大綱|紀錄)|\bhosts?'? (?:recommend|suggest|advice)|\b(?:questions?|log excerpt)|"
    r"\b(?:recommendations?|advice|suggestions?) (?:made |given )?(?:by|from|of) (?:the )?(?:hosts?|experts?|consultants?|speakers?|other)",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"(?:歷年|前次|上次|去年|上年度|往年|過去|先前|前一次|前年|前期|上期|歷次|\d{2,4}年度?)[^與及和]{0,12}建議|"
    r"\b(?:prior|previous|earlier|past|last year'?s|status of|update on|follow-?up (?:on|of|to|from)|progress (?:on|against)|closed|implemented|open)\b.{0,40}\b(?:recommend|action|audit|review|report)",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"建議(?:事項)?[^與及和]{0,6}(?:辦理情形|執行情形|追蹤情形|回應|回覆|採納|處理情形)|(?:辦理|執行|改善)情形|(?:機關|審核)意見|機關回應|"
    r"\b(?:responses? to|(?:management|agency|audit(?:ee|or)s?'?|government) (?:response|comments?|reply))|\bcomments? (?:from|and (?:our|auditor))|"
    r"\bour evaluation",
    re.IGNORECASE,
)
_COMPLETED = re.compile(
    r"已(?:完成|辦理|採行|執行)(?:事項|措施|之|的)|\b(?:actions?|measures?|steps?) (?:already )?(?:taken|completed|done|implemented)\b|\bimmediate (?:response|mitigation)\b|"
    r"\((?:completed|done)\)|\bcompleted (?:actions?|items?)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"附錄|附件|附表|參考(?:資料|文獻|書目)|誌謝|致謝|經費|花絮|照片|聯絡|名單|名錄|審核意見|"
    r"\bappendi|\bannex|\breferences\b|\bbibliography|\backnowledge?ments?|"
    r"\bcosts?\b|\bglossary|\bcontacts?\b|\bexpenses|\bdistribution",
    re.IGNORECASE,
)


_DECLINING = re.compile(
    r"(?:不|未|無)(?:另)?(?:提|列入?|作|需)(?:出)?[^，。與及和]{0,6}建議|\b(?:no|without|not) (?:\w+ ){0,3}recommend",
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
    if any(says(title) for says in _ASIDES) or is_appendix(title):
        return Kind.ASIDE
    if recommending_title(title):
        return Kind.MIXED if mixing_title(title) else Kind.LISTED
    if aside_title(title):
        return Kind.ASIDE
    return Kind.REFLECTION if reflecting_title(title) else Kind.BODY


def sections(outline: Outline) -> Iterator[Section]:
    """Give every part in reading order with its kind; a silent heading inherits what its parent is for."""
    waiting = [Section(outline.root, Kind.BODY, False, None)]
    while waiting:
        section = waiting.pop()
        yield section
        waiting.extend(reversed([_inside(section, part) for part in section.part.parts]))


def _inside(parent: Section, part: Part) -> Section:
    category = _topic(part.title) if part.title else parent.category
    settled = _settled_kind(parent, part)
    if settled:
        return Section(part, settled, False, category)
    kind = kind_of(part.title)
    has_content = bool(part.lines or part.parts)
    if kind is Kind.BODY or not has_content or (parent.kind is Kind.LISTED and kind is not Kind.ASIDE):
        # Under 建議 a title such as 檢討路邊停車 is a topic, not the end of the recommendations.
        return Section(part, parent.kind, False, category)
    return Section(part, kind, kind in (Kind.LISTED, Kind.MIXED), category)


def _settled_kind(parent: Section, part: Part) -> Kind | None:
    """Return what a part is for where its title does not decide: by its number, or by the sentence before it."""
    is_leaf = not (part.is_heading and (part.lines or part.parts))
    if parent.kind is Kind.ASIDE or is_appendix(part.label) or (is_leaf and has_details(parent)):
        return Kind.ASIDE
    is_item = not part.is_heading or (part.label and not (part.lines or part.parts))
    is_named = part.is_heading and names_recommendation(part.label)
    if open_box(part.label) or is_named or (is_item and asking_lead_in(parent.part)):
        return Kind.LISTED
    return None if part.title else parent.kind


def _topic(title: str) -> str:
    """Return a heading without a remark in brackets at its end, such as （1年內）."""
    return re.sub(r"\s*[（(][^（()）]{1,30}[)）]$", "", title) or title


@rule
def names_recommendation(label: str) -> bool:
    """A number such as 建議一 or Recommendation 2.

    >>> names_recommendation("建議一："), names_recommendation("Recommendation 2."), names_recommendation("Finding 2.")
    (True, True, False)
    """
    return bool(_NAMED.match(label))


def has_details(section: Section) -> bool:
    """Say whether the last sentence before the inner parts announces particulars of an ask."""
    paragraphs = section.part.paragraphs
    return bool(paragraphs) and details_below(paragraphs[-1].text)


@rule
def open_box(label: str) -> bool:
    """A box to be ticked off stands before something to do, in a part of any title.

    >>> open_box("- [ ]"), open_box("-")
    (True, False)
    """
    return "[ ]" in label or "☐" in label


@rule
def asking_lead_in(part: Part) -> bool:
    r"""A last sentence before a list that announces recommendations, in a part of any title.

    >>> quotes("三、過程\n爰建議如下：\n1. 增設候車亭。\n2. 公布班次。\n", "numbered-item")
    ['增設候車亭。', '公布班次。']
    """
    if not part.paragraphs:
        return False
    last = part.paragraphs[-1].text[-_LEAD_IN_WITHIN:]
    return bool(_ASKING_LEAD_IN.search(last)) and not (
        reported_advice(last) or past_advice(last) or law_says(last)
    )


@rule
def recommending_title(title: str) -> bool:
    """A heading that announces recommendations, in any of the names that reports give them.

    >>> recommending_title("策進作為"), recommending_title("Action items"), recommending_title("參訪紀要")
    (True, True, False)
    """
    return bool(_RECOMMENDING.search(title))


@rule
def mixing_title(title: str) -> bool:
    """A heading under which recommendations share the room with reflections, as 心得與建議.

    >>> kind_of("心得與建議").name, kind_of("建議").name
    ('MIXED', 'LISTED')
    """
    return bool(_MIXING.search(title))


@rule
def reflecting_title(title: str) -> bool:
    """A heading of what was seen and felt.

    >>> kind_of("參訪心得").name, kind_of("Lessons learned").name
    ('REFLECTION', 'REFLECTION')
    """
    return bool(_REFLECTING.search(title))


@rule
def advice_of_others(title: str) -> bool:
    """A heading of what others advised, or of questions to them.

    >>> advice_of_others("專家建議"), advice_of_others("對專家之建議"), advice_of_others("建議")
    (True, False, False)
    """
    return bool(_OF_OTHERS.search(title))


@rule
def earlier_advice(title: str) -> bool:
    """A heading of recommendations of earlier years or reports.

    >>> earlier_advice("前次考察建議事項"), earlier_advice("Status of prior recommendations"), earlier_advice("建議")
    (True, True, False)
    """
    return bool(_EARLIER.search(title))


@rule
def answer_to_advice(title: str) -> bool:
    """A heading of what became of recommendations, or of what the audited say to them.

    >>> answer_to_advice("建議事項辦理情形"), answer_to_advice("Management response"), answer_to_advice("建議")
    (True, True, False)
    """
    return bool(_ANSWER.search(title))


@rule
def completed_actions(title: str) -> bool:
    """A heading of what is done already.

    >>> completed_actions("Actions already taken"), completed_actions("Actions")
    (True, False)
    """
    return bool(_COMPLETED.search(title))


@rule
def declining_title(title: str) -> bool:
    """A heading of matters on which nothing is recommended.

    >>> declining_title("Other matters on which we make no recommendation"), declining_title("Recommendations")
    (True, False)
    """
    return bool(_DECLINING.search(title))


@rule
def aside_title(title: str) -> bool:
    """A heading of annexes, costs, thanks and the like.

    >>> kind_of("附錄一 提問清單").name, kind_of("經費支用").name
    ('ASIDE', 'ASIDE')
    """
    return bool(_ASIDE.search(title))


_ASIDES = (advice_of_others, earlier_advice, answer_to_advice, completed_actions, declining_title)
