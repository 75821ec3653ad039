"""Due dates in English words, a rule for each way of writing them."""

import re
from collections.abc import Iterator

from tracker.extraction.registry import rule

Matches = Iterator[re.Match[str]]

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH_NAME = rf"(?P<name>{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
_BY = (
    r"\b(?:by|before|until|no later than|not later than|from|effective|as of|on|in|due)\b"
    r" (?:the )?(?:end of (?:the )?|end-|late |early |mid-)?"
)
_ENGLISH_DAY = re.compile(
    rf"{_BY}(?P<due>(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH_NAME},? (?P<year>\d{{4}}))",
    re.IGNORECASE,
)
_AMERICAN_DAY = re.compile(
    rf"{_BY}(?P<due>{_MONTH_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}))",
    re.IGNORECASE,
)
_ENGLISH_QUARTER = re.compile(
    rf"{_BY}(?P<due>(?:(?:Q|Quarter )(?P<quarter>[1-4])|(?P<ordinal>first|second|third|fourth) quarter)(?: of)?,? ?(?:FY ?)?(?P<year>\d{{4}}))",
    re.IGNORECASE,
)
_ENGLISH_YEAR = re.compile(
    r"\b(?:by|before|no later than|in) (?:the )?(?P<due>(?:end of |end-)?(?:the )?(?:FY ?)?(?P<year>20\d\d))(?![-/.]\d)\b(?![-–/]\d)(?! (?:\w+ )?(?:season|summer|winter|spring|autumn|year))",
    re.IGNORECASE,
)
_ENGLISH_HALF = re.compile(
    r"\b(?P<due>(?P<half>first|second) half of (?:FY ?)?(?P<year>20\d\d))\b", re.IGNORECASE
)
_ENGLISH_ABOUT = re.compile(r"\b(?:by|before|in|from) (?P<due>(?:mid|early|late)[- ]20\d\d)\b", re.IGNORECASE)
_ENGLISH_DAY_ONLY = re.compile(
    rf"\b(?:by|before|until|no later than|not later than) (?:the )?(?P<due>\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTHS})|(?:{MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?)\b(?!,? \d)",
    re.IGNORECASE,
)
_ENGLISH_NEXT = re.compile(
    r"\b(?:by|before|in|during|from|for) (?:the )?(?P<due>(?:end of |start of |beginning of )?(?:this|next|the coming|the 20\d\d[-/–]\d{2,4}) "
    r"(?:calendar |financial |fiscal |school |academic )?(?:year|quarter|term|month))\b",
    re.IGNORECASE,
)
_ENGLISH_SEASON = re.compile(
    r"\b(?:by|before|in|from|until) (?:the )?(?:end of )?(?:the )?(?P<due>(?:spring|summer|autumn|winter)(?: of)? 20\d\d|20\d\d (?:\w+ )?(?:season|summer|winter|spring|autumn|year))\b",
    re.IGNORECASE,
)
_ENGLISH_WITHIN = re.compile(
    r"\b(?P<due>within (?:the next )?(?:\d{1,3}|an?|one|two|three|four|five|six|nine|ten|twelve|eighteen) (?:working |calendar |business )?(?:days|weeks|months?|years?))\b",
    re.IGNORECASE,
)
_ENGLISH_MONTH_ONLY = re.compile(
    rf"\b(?:by|before|until) (?:the )?(?P<due>(?:end of |mid-|early |late )?(?:{MONTHS}))\b(?! \d)",
    re.IGNORECASE,
)
_ENGLISH_OCCASION = re.compile(
    r"\b(?:by|before|until) (?:the )?(?P<due>(?:[A-Z][a-z]+ )?(?:next meeting|(?:end of the |year[- ])(?:year|end|quarter|month)|half[- ]term|Labou?r Day|Christmas|Easter|Thanksgiving|"
    r"New Year|(?:the )?(?:next |coming |20\d\d )?(?:(?:summer|winter|spring|autumn|holiday) )?(?:summer|winter|spring|autumn|season|school year|financial year|budget round)))\b",
    re.IGNORECASE,
)
_ENGLISH_MONTH = re.compile(rf"{_BY}(?P<due>{_MONTH_NAME},? (?P<year>\d{{4}}))", re.IGNORECASE)


@rule
def due_english_half(sentence: str) -> Matches:
    """Half a year.

    >>> due_in("in the first half of 2025")
    DueHint(text='first half of 2025', date=datetime.date(2025, 6, 30))
    """
    return _ENGLISH_HALF.finditer(sentence)


@rule
def due_english_about(sentence: str) -> Matches:
    """The middle, beginning or end of a year, without a certain day.

    >>> due_in("by mid-2025")
    DueHint(text='mid-2025', date=None)
    """
    return _ENGLISH_ABOUT.finditer(sentence)


@rule
def due_english_day_only(sentence: str) -> Matches:
    """A day without a year.

    >>> due_in("by 30 June")
    DueHint(text='30 June', date=None)
    """
    return _ENGLISH_DAY_ONLY.finditer(sentence)


@rule
def due_english_next(sentence: str) -> Matches:
    """The present or next year, quarter or term.

    >>> due_in("by the end of this financial year")
    DueHint(text='end of this financial year', date=None)
    """
    return _ENGLISH_NEXT.finditer(sentence)


@rule
def due_english_season(sentence: str) -> Matches:
    """A season of a year, without a certain day.

    >>> due_in("by spring 2025")
    DueHint(text='spring 2025', date=None)
    """
    return _ENGLISH_SEASON.finditer(sentence)


@rule
def due_english_day(sentence: str) -> Matches:
    """A day, day first.

    >>> due_in("should finish by 31 December 2024.")
    DueHint(text='31 December 2024', date=datetime.date(2024, 12, 31))
    """
    return _ENGLISH_DAY.finditer(sentence)


@rule
def due_american_day(sentence: str) -> Matches:
    """A day, month first.

    >>> due_in("effective October 1, 2022")
    DueHint(text='October 1, 2022', date=datetime.date(2022, 10, 1))
    """
    return _AMERICAN_DAY.finditer(sentence)


@rule
def due_english_month(sentence: str) -> Matches:
    """A month by name.

    >>> due_in("by September 2024")
    DueHint(text='September 2024', date=datetime.date(2024, 9, 30))
    """
    return _ENGLISH_MONTH.finditer(sentence)


@rule
def due_english_quarter(sentence: str) -> Matches:
    """A quarter by name or number.

    >>> due_in("before the second quarter of 2025")
    DueHint(text='second quarter of 2025', date=datetime.date(2025, 6, 30))
    """
    return _ENGLISH_QUARTER.finditer(sentence)


@rule
def due_english_year(sentence: str) -> Matches:
    """A year by its number.

    >>> due_in("by the end of 2026")
    DueHint(text='end of 2026', date=datetime.date(2026, 12, 31))
    """
    return _ENGLISH_YEAR.finditer(sentence)


@rule
def due_english_within(sentence: str) -> Matches:
    """A stretch of time within which something is to be done.

    >>> due_in("within six months")
    DueHint(text='within six months', date=None)
    """
    return _ENGLISH_WITHIN.finditer(sentence)


@rule
def due_english_month_only(sentence: str) -> Matches:
    """A month without a year.

    >>> due_in("by the end of April")
    DueHint(text='end of April', date=None)
    """
    return _ENGLISH_MONTH_ONLY.finditer(sentence)


@rule
def due_english_occasion(sentence: str) -> Matches:
    """A feast, season or meeting before which something is to be done; it has no certain day.

    >>> due_in("before the next meeting")
    DueHint(text='next meeting', date=None)
    """
    return _ENGLISH_OCCASION.finditer(sentence)


ENGLISH = (
    due_english_half,
    due_english_day,
    due_american_day,
    due_english_month,
    due_english_quarter,
    due_english_about,
    due_english_season,
    due_english_year,
    due_english_day_only,
    due_english_next,
    due_english_within,
    due_english_month_only,
    due_english_occasion,
)
