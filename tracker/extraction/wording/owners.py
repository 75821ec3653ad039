"""Who is asked to act, as the text names them; 本市, 本府 and a bare 應 name nobody."""

import re
from collections.abc import Iterator

from tracker.extraction.registry import rule
from tracker.extraction.wording.captions import caption_of
from tracker.extraction.wording.units import UNIT, bare_unit, is_unit

_AFTER_ASK = re.compile(
    r"(?:建議|建請|洽請|函請|提請|商請|協請|責成|委請|惠請|爰請|擬請|(?<![邀申聘宴敦煩聲提報])請|宜由|應由|可由|得由|並由)"
    rf"\s*(?P<unit>{UNIT})"
)
_AFTER_BY = re.compile(rf"(?<![自經理緣])由\s*(?P<unit>{UNIT})")
_AS_SUBJECT = re.compile(
    rf"^(?:為[^，。]{{2,30}}，|爰|因此，?|未來，?|後續|日後|此外，?|另外?，?|同時，?)?(?P<unit>{UNIT})"
    r"(?=(?:未來|後續|日後|亦|更|並|也|得|可|應|宜|須|需|將|於|允宜|每|研議|研擬|比照|"
    r"會同|持續|儘速|辦理|負責|修正|修訂|訂定|建立|建置|編列|檢討|盤點|增設|邀集|召集|蒐集|成立|開辦|提供|協助|統籌|彙整|以|與|及|、|\d))"
)
_WITHIN = re.compile(
    rf"(?:^|[，；。])(?:(?:我們?|筆者|本團)(?:認為|覺得|主張))?(?P<unit>{UNIT})(?=(?:亦|更|並|也)?(?:應|宜|須|允宜|可(?:考慮|研議|先|結合)))"
)
_OF_LESSON = re.compile(rf"值得(?P<unit>{UNIT})(?=參考|借鏡|學習|研議|參採|仿效)")
_NAME = (
    r"[A-Z][\w&'’\-]*(?:(?:,? (?:of|and|for|the|&|on|in)(?: the)?)* [A-Z][\w&'’\-]*){0,8}"
    r"(?: (?:team|unit|office|department|group|board|committee|council|staff))?"
)
_ENGLISH_SUBJECT = re.compile(
    r"(?:^|[.;,:]\s|recommend(?:s|ed)? (?:that )?|(?:^|\s)(?:ask|asks|request|requests|urge|urges) )(?:the |The )?"
    rf"(?P<unit>{_NAME})(?: \([^)]{{1,40}}\))?,?"
    r" (?:should|must|shall|will|needs? to|is to|are to|ought to|might|may|could|to)\b(?! be\b)"
)
_ENGLISH_RECOMMENDED = re.compile(
    rf"\b(?:[Rr]ecommend|[Ss]uggest|[Pp]ropose)(?:s|ed)? (?:that |to )?(?:the )?(?P<unit>{_NAME})"
    r"(?:(?: \([^)]{1,40}\))?:| (?=[a-z])(?!(?:is|are|was|were|and|or|of|in)\b))"
)
_ENGLISH_NOBODY = re.compile(
    r"^(?:We|It|This|That|These|Those|There|They|All|Any|Each|Every|Both|Staff|I|He|She|"
    r"You|In|Such|When|If|As|To|Recommendation\b.*|Vehicles|\w+s)$"
)
_ENGLISH_UNIT = re.compile(
    r"Department|Office|Division|Unit|Team|Authority|Agency|Council|Board|Committee|"
    r"Directorate|Bureau|Services?|Group|Operations|Works|Ministry|Secretary|Administration|Railways?"
)
_ENGLISH_UNIT_ALONE = re.compile(
    r"(?:[A-Z][\w&'’-]*,? (?:of |and |for |the )*){0,6}(?:Department|Office|Division|Unit|Team|Authority|Agency|Council|Board|Committee|"
    r"Directorate|Bureau|Services?|Group|Works|Ministry|Operations|Engineering|Manager|Director|Officer|Clerk)"
)
_NONE = re.compile(
    r"[（(]?(?:未定|待定|待確認|無|略|同上|to be (?:confirmed|decided|agreed)|tbd|tba|tbc|n/?a|none|unassigned|[-–—/]*)[)）]?",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"[、，,；;/／]|<br ?/?>|\s及\s|(?<=.)[（(](?!協)")


def owner_in(sentence: str) -> str | None:
    """Find who is asked to act; the first of several is the lead."""
    caption = caption_of(sentence)
    plain = re.sub(r"\*+|__", "", sentence[caption.length :] if caption else sentence)
    for finds in (
        owner_as_subject,
        owner_after_ask,
        owner_after_by,
        owner_of_lesson,
        owner_within,
        owner_in_english,
    ):
        for name in finds(plain):
            return name
    return None


def owner_in_cell(text: str) -> str | None:
    """Read a table cell or a line that exists for the owner; the first of several is the lead."""
    text = text.strip("*_@ 　")
    if _NONE.fullmatch(text):
        return None
    return _SEVERAL.split(text)[0].strip("*_@ 　。．.") or None


@rule
def owner_before_colon(topic: str | None) -> str | None:
    """A topic before a colon, or in brackets, that is the name of a unit.

    >>> owner_before_colon("交通局"), owner_before_colon("Parks Department"), owner_before_colon("交通建設")
    ('交通局', 'Parks Department', None)
    """
    if topic and (is_unit(topic) or _ENGLISH_UNIT_ALONE.fullmatch(topic)):
        return owner_in_cell(topic)
    return None


@rule
def owner_as_subject(sentence: str) -> Iterator[str]:
    """The unit that a sentence begins with, when what it should do follows.

    >>> list(owner_as_subject("建設處應協助設置。")), list(owner_as_subject("本市應建立制度。"))
    (['建設處'], [])
    """
    yield from _units(_AS_SUBJECT.match(sentence))


@rule
def owner_after_ask(sentence: str) -> Iterator[str]:
    """The unit that 建請, 建議 or 請 turns to.

    >>> list(owner_after_ask("建請交通局比照辦理。")), list(owner_after_ask("建議選擇十所學校試辦。"))
    (['交通局'], [])
    """
    yield from _units(*_AFTER_ASK.finditer(sentence))


@rule
def owner_after_by(sentence: str) -> Iterator[str]:
    """The unit by which something is to be done.

    >>> list(owner_after_by("步道宜明定由工務局維護。"))
    ['工務局']
    """
    yield from _units(*_AFTER_BY.finditer(sentence))


@rule
def owner_of_lesson(sentence: str) -> Iterator[str]:
    """The unit to which something is held up.

    >>> list(owner_of_lesson("此一制度值得觀光局借鏡。"))
    ['觀光局']
    """
    yield from _units(_OF_LESSON.search(sentence))


@rule
def owner_within(sentence: str) -> Iterator[str]:
    """The unit that is the subject of a later clause.

    >>> list(owner_within("為利推動，研究發展考核委員會宜列管進度。"))
    ['研究發展考核委員會']
    """
    yield from _units(*_WITHIN.finditer(sentence))


@rule
def owner_in_english(sentence: str) -> Iterator[str]:
    """The unit before should or must, or after "recommend that", by its capitals.

    >>> list(owner_in_english("The Training School should write a standard."))
    ['Training School']
    >>> list(owner_in_english("We recommend that the Department of Education renew its lease."))
    ['Department of Education']
    """
    for match in (*_ENGLISH_SUBJECT.finditer(sentence), *_ENGLISH_RECOMMENDED.finditer(sentence)):
        if not _ENGLISH_NOBODY.match(match["unit"]) or _ENGLISH_UNIT.search(match["unit"]):
            yield match["unit"]


def _units(*matches: re.Match[str] | None) -> Iterator[str]:
    for match in matches:
        unit = bare_unit(match["unit"]) if match else None
        if unit:
            yield unit
