"""Owner and due date noted behind an item: （主辦：交通局；期程：116年底前）, Owner: Parks. Due: May 2025."""

import re
from dataclasses import dataclass

from tracker.extraction.registry import rule
from tracker.extraction.wording.units import UNIT

_OWNER_WORDS = (
    r"(?:(?:主|承|主[（(]?協[)）]?|主、協)辦(?:機關|單位|局處|科室)?|(?:權責|負責|主責|主政|執行|辦理|推動|建議辦理)(?:機關|單位|局處)?|"
    r"\b(?:action )?owner|\bresponsible(?: \w+)?|\bassigned to|\blead(?: \w+)?)"
)
_DUE_WORDS = (
    r"(?:(?:預定|建議|辦理|執行|預計)?(?:期程|時程|期限)|(?:預定|預計)?完成(?:期限|日期|時間|期程)|辦理期限|"
    r"\bdue(?: date| by)?|\bdeadline|\btarget(?: date)?|\btimeline|\btime ?frame|\bby when)"
)
_STATUS_WORDS = r"(?:(?:management |agency |our )?response|status|(?:目前|後續)?辦理情形|機關回應)"
# Begins once for a run of blanks and never gives one back: a report may hold thousands in a row.
_BEHIND = re.compile(
    rf"(?:^|(?<=[。；;.，,）)])|(?<=\s)(?<!\s\s))\s*+[\[(（【〔—–-]*+\s*+(?:{_OWNER_WORDS}|{_DUE_WORDS}|{_STATUS_WORDS})\s?(?:[:：]|[—–]\s?(?=[\u3400-\u9fff]))",
    re.IGNORECASE,
)
_BRACKETED = re.compile(rf"[\[(（【〔]\s*(?:{_OWNER_WORDS}|{_DUE_WORDS})\s?[:：]", re.IGNORECASE)
_OWNER = re.compile(
    rf"{_OWNER_WORDS}\s?[:：—–]\s*(?P<value>(?:[A-Z]\. ?)?[^,，;；。.()（）、\[\]【】]{{2,60}})",
    re.IGNORECASE,
)
_DUE = re.compile(
    rf"{_DUE_WORDS}\s?[:：]?\s*(?P<value>[^;；。()（）、\[\]【】]{{2,40}}?)(?=[;；。()（）、\[\]【】]|\.\s|\.?$)",
    re.IGNORECASE,
)
_BEHIND_WITHIN = 120
_UNIT_BEHIND = re.compile(
    rf"[（(]\s*(?:由)?(?P<owner>{UNIT})(?:主辦|辦理|負責|主政|權責)?(?:[、及與，；;/／][^（()）]{{0,40}}?)?(?:[，；;、]\s*(?P<due>\d[^（()）]{{1,16}}))?\s*[)）][。.]?$"
)
_NAME_BEHIND = re.compile(
    r"\s*(?:[(\[]|(?<=[.!?] ))(?P<owner>[A-Z][\w'’&-]+(?: (?:of|and|for|the|&))?(?: [A-Z][\w'’&-]+){0,4}(?: (?:team|unit|office|desk|department|group|board|committee|crew|staff))?)"
    r"(?:[,;] (?:by |due |before )?(?P<due>[\w ,]{4,30}))?(?:[)\]]\.?|\.)$"
)


@dataclass(frozen=True)
class Note:
    """Where the note begins, and what it says of owner and due date."""

    begin: int
    owner: str | None = None
    due: str | None = None


@rule
def noted_behind(text: str) -> Note:
    """Words behind an item that only name its owner or due date.

    >>> noted_behind("增設候車亭。（主辦：交通局；期程：116年底前）")
    Note(begin=6, owner='交通局', due='116年底前')
    >>> noted_behind("Plant trees. Owner: Parks. Due: May 2025.")
    Note(begin=12, owner='Parks', due='May 2025')
    """
    note = _BEHIND.search(text) or _BRACKETED.search(text)
    if note is None:
        return owner_in_brackets(text) or Note(len(text))
    owner, due = _OWNER.search(text, note.start()), _DUE.search(text, note.start())
    return Note(
        note.start(), owner["value"].strip() if owner else None, due["value"].strip() if due else None
    )


@rule
def owner_in_brackets(text: str) -> Note | None:
    """The name of who is to act, alone in brackets or as a last sentence behind an item.

    >>> owner_in_brackets("增設候車亭。（交通局）"), owner_in_brackets("Plant trees. Parks Officer.")
    (Note(begin=6, owner='交通局', due=None), Note(begin=12, owner='Parks Officer', due=None))
    >>> owner_in_brackets("增設候車亭（含座椅）。")
    """
    match = _UNIT_BEHIND.search(text[-_BEHIND_WITHIN:]) or _NAME_BEHIND.search(text[-_BEHIND_WITHIN:])
    if match is None or not match.start():
        return None
    begin = max(0, len(text) - _BEHIND_WITHIN) + match.start()
    return Note(begin, match["owner"].strip(), (match["due"] or "").strip() or None)
