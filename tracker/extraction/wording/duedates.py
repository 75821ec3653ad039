"""Due dates in words: 109年6月底前 is 2020-06-30, by September 2024 is 2024-09-30."""

import re
from datetime import date
from functools import lru_cache

from tracker.extraction.model import DueHint
from tracker.extraction.wording.chinese_dates import CHINESE, SEASON
from tracker.extraction.wording.english_dates import ENGLISH, MONTHS
from tracker.foundation import roc

_FINDERS = (*CHINESE, *ENGLISH)
_UNCERTAIN = re.compile(rf"{SEASON}|年度")
_DASHED = re.compile(r"(?P<year>\d{2,4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?")
_NOTHING = re.compile(
    r"[（(]?(?:未定|待定|無|略|(?:date )?to be (?:agreed|confirmed|decided|set)|tbd|tba|n/?a|none|[-–—/]*)[)）]?",
    re.IGNORECASE,
)
_LONGEST_DATE = 24
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTH_NUMBERS = {m[:3].lower(): i for i, m in enumerate(MONTHS.split("|"), start=1)}


def due_in(sentence: str, earliest: date | None = None) -> DueHint | None:
    """Find a due date in words; dates before the earliest, which tell of the past, are passed over."""
    folded = roc.fold(sentence)
    for finds in _FINDERS:
        for match in finds(folded):
            day = _last_day(match)
            if not (day and earliest and day < earliest):
                return DueHint(match["due"].strip(), day)
    return None


@lru_cache(maxsize=2**12)
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
        return roc.last_day(western, 6 if groups["half"] in ("上", "first") else 12)
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
