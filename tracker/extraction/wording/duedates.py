"""Due dates in words: 109年6月底前 is 2020-06-30, by September 2024 is 2024-09-30.

Frequencies (每半年) and durations (試辦六個月) are no due dates; 下年度 is one without a certain day.
"""

import re
from collections.abc import Iterator
from datetime import date

from tracker.extraction.model import DueHint
from tracker.extraction.registry import rule
from tracker.foundation import roc

_Matches = Iterator[re.Match[str]]

_YEAR = r"(?<![\d每])(?P<year>(?:民國\s?)?(?:\d{4}|\d{2,3}|[〇零○一二三四五六七八九十百]{2,5}))\s?年"
_MONTH = r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})\s?月"
_DAY = r"(?P<day>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s?[日號]"
_COUNT = r"(?:\d{1,2}|[一二三四五六七八九十半兩]{1,3})"
_BEFORE = r"(?:以?前|之前)"
_SEASON = "汛期|暑假|寒假|開學|雨季|颱風季|春節|年節|花季|旺季"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH_NAME = rf"(?P<name>{_MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_BY = (
    r"\b(?:by|before|until|no later than|not later than|from|effective|as of|on|in|due)\b"
    r" (?:the )?(?:end of |end-|late |early |mid-)?"
)


def _pattern(due: str) -> re.Pattern[str]:
    return re.compile(due, re.IGNORECASE)


_DAY_BEFORE = _pattern(rf"(?P<due>{_YEAR}\s?{_MONTH}\s?{_DAY}\s?(?:{_BEFORE}|止))")
_PERIOD_BEFORE = _pattern(rf"(?P<due>{_YEAR}\s?(?:{_MONTH}\s?)?(?:底|中旬|上旬|下旬|初|中|內)?\s?{_BEFORE})")
_QUARTER = _pattern(
    rf"(?P<due>{_YEAR}\s?(?:第\s?(?P<quarter>[1-4一二三四])\s?季|Q(?P<short>[1-4]))(?:底|末)?{_BEFORE}?)"
)
_HALF_YEAR = _pattern(rf"(?P<due>{_YEAR}\s?(?P<half>上|下)\s?半年(?:底)?{_BEFORE}?)")
_END_OF_PERIOD = _pattern(rf"(?P<due>{_YEAR}\s?(?:{_MONTH}\s?)?(?:底|內))")
_FROM_DAY = _pattern(rf"(?:自|從)\s?(?P<due>{_YEAR}\s?{_MONTH}\s?{_DAY}\s?起?)")
_FROM_MONTH = _pattern(rf"(?:自|從)\s?(?P<due>{_YEAR}\s?{_MONTH}\s?起)")
_DAY_IN_FIGURES = _pattern(
    rf"(?P<due>(?:(?<!\d)\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|(?<![\d.])\d{{2,3}}[/.]\d{{1,2}}[/.]\d{{1,2}}(?![\d.]))\s?{_BEFORE}?)"
)
_DONE_IN = _pattern(rf"(?P<due>{_YEAR}\s?{_MONTH}(?:\s?{_DAY})?)(?=完成|辦理|實施|啟用|提出|上線|推動|起|$)")
_BEFORE_SEASON = _pattern(rf"(?P<due>{_YEAR}\s?(?:{_SEASON})\s?{_BEFORE})")
_BUDGET_YEAR = _pattern(
    r"(?P<due>(?<!\d)(?:\d{2,4}|[一二三四五六七八九十百〇○零]{3,6})\s?學?年度)(?!計畫|預算書|報告)"
)
_AFTER_RETURN = _pattern(
    rf"(?P<due>(?:返國|回國|核定|奉核|奉准|核准|報告[^，。]{{0,4}}|修正)後\s?{_COUNT}\s?(?:個月|年|週|周|日|天)內)"
)
_NEXT_YEAR = _pattern(
    r"(?P<due>(?:明|下|次|來|隔)一?(?:(?:學|會計)?年度(?:底|初|內)?|年(?:\d{1,2}月)?(?:底|初|內|以前|前))(?:以?前)?)"
)
_MONTH_ONLY = _pattern(
    r"(?<![每年\d])(?P<due>(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?月\s?(?:\d{1,2}\s?日|底|中旬|初)\s?(?:以?前))"
)
_WITHIN = _pattern(rf"(?<!每)(?P<due>{_COUNT}\s?(?:年|個月)\s?(?:以)?內)")
_ENGLISH_DAY = _pattern(
    rf"{_BY}(?P<due>(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH_NAME},? (?P<year>\d{{4}}))"
)
_AMERICAN_DAY = _pattern(
    rf"{_BY}(?P<due>{_MONTH_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}))"
)
_ENGLISH_MONTH = _pattern(rf"{_BY}(?P<due>{_MONTH_NAME},? (?P<year>\d{{4}}))")
_ENGLISH_QUARTER = _pattern(
    rf"{_BY}(?P<due>(?:(?:Q|Quarter )(?P<quarter>[1-4])|(?P<ordinal>first|second|third|fourth) quarter)(?: of)?,? ?(?:FY ?)?(?P<year>\d{{4}}))"
)
_ENGLISH_YEAR = _pattern(
    r"\b(?:by|before|no later than|in) (?:the )?(?P<due>(?:end of |end-)?(?:the )?(?:FY ?)?(?P<year>20\d\d))(?![-/.]\d)\b"
)
_ENGLISH_WITHIN = _pattern(
    r"\b(?P<due>within (?:\d{1,3}|one|two|three|four|five|six|nine|ten|twelve|eighteen) (?:working |calendar |business )?(?:days|weeks|months?|years?))\b"
)
_ENGLISH_MONTH_ONLY = _pattern(
    rf"\b(?:by|before|until) (?:the )?(?P<due>(?:end of |mid-|early |late )?(?:{_MONTHS}))\b(?! \d)"
)
_ENGLISH_OCCASION = _pattern(
    r"\b(?:by|before|until) (?:the )?(?P<due>(?:[A-Z][a-z]+ )?(?:next meeting|half[- ]term|Labou?r Day|Christmas|Easter|Thanksgiving|"
    r"New Year|(?:the )?(?:next |coming )?(?:summer|winter|spring|autumn|season|school year|financial year|budget round)))\b"
)
_UNCERTAIN = re.compile(rf"{_SEASON}|年度")
_DASHED = re.compile(r"(?P<year>\d{2,4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?")
_NOTHING = re.compile(r"[（(]?(?:未定|待定|無|略|tbd|tba|n/?a|none|[-–—/]*)[)）]?", re.IGNORECASE)
_LONGEST_DATE = 24
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTH_NUMBERS = {m[:3].lower(): i for i, m in enumerate(_MONTHS.split("|"), start=1)}


def due_in(sentence: str, earliest: date | None = None) -> DueHint | None:
    """Find a due date in words; dates before the earliest, which tell of the past, are passed over."""
    folded = roc.fold(sentence)
    for finds in _FINDERS:
        for match in finds(folded):
            day = _last_day(match)
            if not (day and earliest and day < earliest):
                return DueHint(match["due"].strip(), day)
    return None


def is_date(text: str) -> bool:
    """Say whether a text is nothing but a date or a period.

    >>> is_date("115年6月底前"), is_date("115年6月完成設置")
    (True, False)
    """
    if len(text) > _LONGEST_DATE or not any(c.isdigit() or c in "一二三四五六七八九十" for c in text):
        return False
    folded = roc.fold(text)
    wholes = (folded, f"by {folded}")
    return any(m["due"].strip() == folded for whole in wholes for finds in _FINDERS for m in finds(whole))


def due_in_cell(text: str) -> DueHint | None:
    """Read a table cell or a line that exists for the due date."""
    text = text.strip("*_ 　。")
    if _NOTHING.fullmatch(text):
        return None
    found = due_in(text) or due_in(f"by {text}")
    return DueHint(text, found.date if found else _whole_day(text))


@rule
def due_day_before(sentence: str) -> _Matches:
    """A day before which something is to be done.

    >>> due_in("應於109年6月30日前完成")
    DueHint(text='109年6月30日前', date=datetime.date(2020, 6, 30))
    """
    return _DAY_BEFORE.finditer(sentence)


@rule
def due_period_before(sentence: str) -> _Matches:
    """A year or month before the end of which something is to be done.

    >>> due_in("應於109年6月底前完成")
    DueHint(text='109年6月底前', date=datetime.date(2020, 6, 30))
    """
    return _PERIOD_BEFORE.finditer(sentence)


@rule
def due_quarter(sentence: str) -> _Matches:
    """A quarter of a year.

    >>> due_in("於113年第2季完成")
    DueHint(text='113年第2季', date=datetime.date(2024, 6, 30))
    """
    return _QUARTER.finditer(sentence)


@rule
def due_half_year(sentence: str) -> _Matches:
    """Half a year.

    >>> due_in("114年下半年檢討")
    DueHint(text='114年下半年', date=datetime.date(2025, 12, 31))
    """
    return _HALF_YEAR.finditer(sentence)


@rule
def due_end_of_period(sentence: str) -> _Matches:
    """The end of a year or month.

    >>> due_in("113年底完成")
    DueHint(text='113年底', date=datetime.date(2024, 12, 31))
    """
    return _END_OF_PERIOD.finditer(sentence)


@rule
def due_from_day(sentence: str) -> _Matches:
    """A day from which on something is to be done.

    >>> due_in("自109年1月1日起實施")
    DueHint(text='109年1月1日起', date=datetime.date(2020, 1, 1))
    """
    return _FROM_DAY.finditer(sentence)


@rule
def due_from_month(sentence: str) -> _Matches:
    """A month from which on something is to be done.

    >>> due_in("自109年1月起實施")
    DueHint(text='109年1月起', date=datetime.date(2020, 1, 31))
    """
    return _FROM_MONTH.finditer(sentence)


@rule
def due_day_in_figures(sentence: str) -> _Matches:
    """A day in figures.

    >>> due_in("應於2024/6/30前完成")
    DueHint(text='2024/6/30前', date=datetime.date(2024, 6, 30))
    """
    return _DAY_IN_FIGURES.finditer(sentence)


@rule
def due_done_in(sentence: str) -> _Matches:
    """A month in which something is to be done.

    >>> due_in("於2024年2月完成")
    DueHint(text='2024年2月', date=datetime.date(2024, 2, 29))
    """
    return _DONE_IN.finditer(sentence)


@rule
def due_before_season(sentence: str) -> _Matches:
    """A season before which something is to be done; it has no certain day.

    >>> due_in("於111年汛期前備妥")
    DueHint(text='111年汛期前', date=None)
    """
    return _BEFORE_SEASON.finditer(sentence)


@rule
def due_budget_year(sentence: str) -> _Matches:
    """A budget or school year, without a certain day.

    >>> due_in("自112學年度起")
    DueHint(text='112學年度', date=None)
    """
    return _BUDGET_YEAR.finditer(sentence)


@rule
def due_after_return(sentence: str) -> _Matches:
    """A time after the return or the approval.

    >>> due_in("返國後三個月內提出")
    DueHint(text='返國後三個月內', date=None)
    """
    return _AFTER_RETURN.finditer(sentence)


@rule
def due_next_year(sentence: str) -> _Matches:
    """Next year, or the budget year after this.

    >>> due_in("於下年度編列預算")
    DueHint(text='下年度', date=None)
    """
    return _NEXT_YEAR.finditer(sentence)


@rule
def due_month_only(sentence: str) -> _Matches:
    """A day or month without a year.

    >>> due_in("於六月底前提出")
    DueHint(text='六月底前', date=None)
    """
    return _MONTH_ONLY.finditer(sentence)


@rule
def due_within(sentence: str) -> _Matches:
    """A stretch of time within which something is to be done.

    >>> due_in("三個月內提出")
    DueHint(text='三個月內', date=None)
    """
    return _WITHIN.finditer(sentence)


@rule
def due_english_day(sentence: str) -> _Matches:
    """A day, day first.

    >>> due_in("should finish by 31 December 2024.")
    DueHint(text='31 December 2024', date=datetime.date(2024, 12, 31))
    """
    return _ENGLISH_DAY.finditer(sentence)


@rule
def due_american_day(sentence: str) -> _Matches:
    """A day, month first.

    >>> due_in("effective October 1, 2022")
    DueHint(text='October 1, 2022', date=datetime.date(2022, 10, 1))
    """
    return _AMERICAN_DAY.finditer(sentence)


@rule
def due_english_month(sentence: str) -> _Matches:
    """A month by name.

    >>> due_in("by September 2024")
    DueHint(text='September 2024', date=datetime.date(2024, 9, 30))
    """
    return _ENGLISH_MONTH.finditer(sentence)


@rule
def due_english_quarter(sentence: str) -> _Matches:
    """A quarter by name or number.

    >>> due_in("before the second quarter of 2025")
    DueHint(text='second quarter of 2025', date=datetime.date(2025, 6, 30))
    """
    return _ENGLISH_QUARTER.finditer(sentence)


@rule
def due_english_year(sentence: str) -> _Matches:
    """A year by its number.

    >>> due_in("by the end of 2026")
    DueHint(text='end of 2026', date=datetime.date(2026, 12, 31))
    """
    return _ENGLISH_YEAR.finditer(sentence)


@rule
def due_english_within(sentence: str) -> _Matches:
    """A stretch of time within which something is to be done.

    >>> due_in("within six months")
    DueHint(text='within six months', date=None)
    """
    return _ENGLISH_WITHIN.finditer(sentence)


@rule
def due_english_month_only(sentence: str) -> _Matches:
    """A month without a year.

    >>> due_in("by the end of April")
    DueHint(text='end of April', date=None)
    """
    return _ENGLISH_MONTH_ONLY.finditer(sentence)


@rule
def due_english_occasion(sentence: str) -> _Matches:
    """A feast, season or meeting before which something is to be done; it has no certain day.

    >>> due_in("before the next meeting")
    DueHint(text='next meeting', date=None)
    """
    return _ENGLISH_OCCASION.finditer(sentence)


# The surest wording first: "109年6月底前" before a bare "109年度".
_FINDERS = (
    due_day_before,
    due_period_before,
    due_quarter,
    due_half_year,
    due_end_of_period,
    due_from_day,
    due_from_month,
    due_day_in_figures,
    due_done_in,
    due_before_season,
    due_budget_year,
    due_after_return,
    due_next_year,
    due_month_only,
    due_within,
    due_english_day,
    due_american_day,
    due_english_month,
    due_english_quarter,
    due_english_year,
    due_english_month_only,
    due_english_occasion,
    due_english_within,
)


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
    quarter = groups.get("quarter") or groups.get("short") or groups.get("ordinal")
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
