"""Due dates in words: 109年6月底前 is 2020-06-30, by September 2024 is 2024-09-30.

Frequencies (每半年) and durations (試辦六個月) are no due dates; 下年度 is one without a certain day.
"""

import re
from datetime import date

from tracker.extraction.model import DueHint
from tracker.foundation import roc

_READ_AT_MOST = 1500
_YEAR = r"(?<![\d每])(?P<year>(?:民國\s?)?(?:\d{4}|\d{2,3}|[〇零○一二三四五六七八九十百]{2,5}))\s?年"
_MONTH = r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})\s?月"
_DAY = r"(?P<day>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s?[日號]"
_COUNT = r"(?:\d{1,2}|[一二三四五六七八九十半兩]{1,3})"
_BEFORE = r"(?:以?前|之前)"
_SEASON = "汛期|暑假|寒假|開學|雨季|颱風季|春節|年節"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH_NAME = rf"(?P<name>{_MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_BY = (
    r"\b(?:by|before|until|no later than|not later than|from|effective|as of|on|in|due)\b"
    r" (?:the )?(?:end of |end-|late |early |mid-)?"
)

_DAY_BEFORE = rf"(?P<due>{_YEAR}\s?{_MONTH}\s?{_DAY}\s?(?:{_BEFORE}|止))"
_PERIOD_BEFORE = rf"(?P<due>{_YEAR}\s?(?:{_MONTH}\s?)?(?:底|中旬|上旬|下旬|初|內)?\s?{_BEFORE})"
_QUARTER = rf"(?P<due>{_YEAR}\s?第\s?(?P<quarter>[1-4一二三四])\s?季(?:底|末)?{_BEFORE}?)"
_HALF_YEAR = rf"(?P<due>{_YEAR}\s?(?P<half>上|下)\s?半年(?:底)?{_BEFORE}?)"
_END_OF_PERIOD = rf"(?P<due>{_YEAR}\s?(?:{_MONTH}\s?)?(?:底|內))"
_FROM_DAY = rf"(?:自|從)\s?(?P<due>{_YEAR}\s?{_MONTH}\s?{_DAY}\s?起?)"
_IN_FIGURES = r"(?P<due>(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?<![\d.])\d{2,3}[/.]\d{1,2}[/.]\d{1,2}(?![\d.]))\s?(?:以?前|底)?"
_DONE_IN = rf"(?P<due>{_YEAR}\s?{_MONTH}(?:\s?{_DAY})?)(?=完成|辦理|實施|啟用|提出|上線|推動|起|$)"
_BEFORE_SEASON = rf"(?P<due>{_YEAR}\s?(?:{_SEASON})\s?{_BEFORE})"
_BUDGET_YEAR = r"(?P<due>(?<!\d)(?:\d{2,4}|[一二三四五六七八九〇○零]{3})\s?學?年度)(?!計畫|預算書|報告)"
_AFTER_RETURN = rf"(?P<due>(?:返國|回國|核定|奉核|奉准|核准|報告[^，。]{{0,4}}|修正)後\s?{_COUNT}\s?(?:個月|年|週|周|日|天)內)"
_NEXT_YEAR = r"(?P<due>(?:明|下|次|來|隔)一?(?:(?:學|會計)?年度(?:底|初|內)?|年(?:\d{1,2}月)?(?:底|初|內|以前|前))(?:以?前)?)"
_MONTH_ONLY = r"(?<![每年\d])(?P<due>(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?月\s?(?:\d{1,2}\s?日|底|中旬|初)\s?(?:以?前))"
_WITHIN = rf"(?<!每)(?P<due>{_COUNT}\s?(?:年|個月)\s?內)"
_ENGLISH_DAY = rf"{_BY}(?P<due>(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH_NAME},? (?P<year>\d{{4}}))"
_AMERICAN_DAY = rf"{_BY}(?P<due>{_MONTH_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}))"
_ENGLISH_MONTH = rf"{_BY}(?P<due>{_MONTH_NAME},? (?P<year>\d{{4}}))"
_ENGLISH_QUARTER = rf"{_BY}(?P<due>(?:Q(?P<quarter>[1-4])|(?P<ordinal>first|second|third|fourth) quarter(?: of)?) ?(?P<year>\d{{4}}))"
_ENGLISH_YEAR = (
    r"\b(?:by|before|no later than) (?:the )?(?P<due>(?:end of |end-)?(?:FY ?)?(?P<year>20\d\d))\b"
)
_ENGLISH_WITHIN = (
    r"\b(?P<due>within (?:\d{1,3}|one|two|three|four|five|six|nine|ten|twelve)"
    r" (?:working |calendar )?(?:days|weeks|months?|years?))\b"
)
# The surest wording first: "109年6月底前" before a bare "109年度".
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _DAY_BEFORE,
        _PERIOD_BEFORE,
        _QUARTER,
        _HALF_YEAR,
        _END_OF_PERIOD,
        _FROM_DAY,
        _IN_FIGURES,
        _DONE_IN,
        _BEFORE_SEASON,
        _BUDGET_YEAR,
        _AFTER_RETURN,
        _NEXT_YEAR,
        _MONTH_ONLY,
        _WITHIN,
        _ENGLISH_DAY,
        _AMERICAN_DAY,
        _ENGLISH_MONTH,
        _ENGLISH_QUARTER,
        _ENGLISH_YEAR,
        _ENGLISH_WITHIN,
    )
)
_UNCERTAIN = re.compile(rf"{_SEASON}|年度")
_DASHED = re.compile(r"(?P<year>\d{2,4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?")
_NOTHING = re.compile(r"[（(]?(?:未定|待定|無|略|tbd|n/?a|none|[-–—/]*)[)）]?", re.IGNORECASE)
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTH_NUMBERS = {m[:3].lower(): i for i, m in enumerate(_MONTHS.split("|"), start=1)}


def due_in(text: str, earliest: date | None = None) -> DueHint | None:
    """Find a due date in words; dates before the earliest, which tell of the past, are passed over."""
    folded = roc.fold(text[:_READ_AT_MOST])
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            day = _last_day(match)
            if not (day and earliest and day < earliest):
                return DueHint(match["due"].strip(), day)
    return None


def due_in_cell(text: str) -> DueHint | None:
    """Read a table cell or a line that exists for the due date."""
    text = text.strip("*_ 　")
    if _NOTHING.fullmatch(text):
        return None
    found = due_in(text) or due_in(f"by {text}")
    return DueHint(text, found.date if found else _whole_day(text))


def _last_day(match: re.Match[str]) -> date | None:
    """Return the last day of the period that a match names, None where it names no certain one."""
    groups = match.groupdict()
    whole = _whole_day(match["due"])
    if whole or not groups.get("year") or _UNCERTAIN.search(match["due"]):
        return whole
    western = roc.year(re.sub(r"民國\s?", "", groups["year"]))
    if western is None or not 1912 <= western <= 2200:
        return None
    try:
        return _end_of(western, groups)
    except ValueError:
        return None


def _end_of(western: int, groups: dict[str, str | None]) -> date:
    quarter = groups.get("quarter") or groups.get("ordinal")
    if quarter:
        return roc.last_day(western, 3 * (_QUARTERS.get(quarter.lower()) or roc.number(quarter) or 4))
    if groups.get("half"):
        return roc.last_day(western, 6 if groups["half"] == "上" else 12)
    name, written = groups.get("name"), groups.get("month")
    month = _MONTH_NUMBERS[name[:3].lower()] if name else roc.number(written) if written else 12
    day = groups.get("day")
    if month is None or not 1 <= month <= 12:
        raise ValueError
    return date(western, month, roc.number(day) or 0) if day else roc.last_day(western, month)


def _whole_day(text: str) -> date | None:
    folded = roc.fold(text)
    dashed = _DASHED.match(folded)
    western = roc.year(dashed["year"]) if dashed else None
    if dashed is None or western is None:
        return next((found.day for found in roc.find(folded)), None)
    month, day = int(dashed["month"]), dashed["day"]
    try:
        return date(western, month, int(day)) if day else roc.last_day(western, month)
    except (ValueError, IndexError):
        return None
