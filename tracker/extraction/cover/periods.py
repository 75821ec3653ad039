"""Days and periods as covers write them; an end without year or month takes them from the start."""

import re
from collections.abc import Sequence
from datetime import date

from tracker.extraction.passage import Line
from tracker.extraction.registry import rule
from tracker.foundation import roc

Period = tuple[date | None, date | None]

_LONGEST_DAY = 30
_AMERICAN = re.compile(r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})")
_NONE: Period = (None, None)
_LONGEST_TRIP = 120
_STORY_LINES = 400
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_TO = r"\s?(?:-|–|—|to|until|through)\s?"
_ENGLISH_DAY = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:{_TO}(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)? (?:of )?"
    r"(?P<month>[A-Z][a-z]{2,8})\.?,? ?(?P<year>\d{4})?|"
    r"(?P<month2>[A-Z][a-z]{2,8})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?"
    rf"(?:{_TO}(?P<last2>\d{{1,2}})(?:st|nd|rd|th)?(?! [A-Z]))?(?:,? (?P<year2>\d{{4}}))?"
)
_LAST_DAY = re.compile(
    r"\s*(?:\([^)]{1,6}\))?\s*(?:至|到|迄|起至|[-–—~～〜])\s*(?:同年)?\s*(?:(?P<month>\d{1,2}|"
    r"[一二三四五六七八九十]{1,3})\s?[月/.])?\s?"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})(?:\s?[日號])?(?![\d/.年])"
)


@rule
def period_in(text: str) -> tuple[date | None, date | None]:
    """A period: two days, or a day and the rest of a later one.

    >>> period_in("中華民國一〇八年十一月十二日至十九日")
    (datetime.date(2019, 11, 12), datetime.date(2019, 11, 19))
    >>> period_in("3-7 June 2024")
    (datetime.date(2024, 6, 3), datetime.date(2024, 6, 7))
    """
    folded = roc.fold(text)
    found = list(roc.find(folded))
    if not found:
        days = english_days(text)
        return (days[0], days[-1]) if days else _NONE
    first = found[0]
    if len(found) > 1:
        return first.day, found[-1].day if found[-1].day >= first.day else found[1].day
    rest = _LAST_DAY.match(folded, first.end)
    return first.day, (_completed(first.day, rest) if rest else None) or first.day


def days_in(text: str) -> list[date]:
    """Return every full day in a text, Chinese or English."""
    return [found.day for found in roc.find(text)] or english_days(text)


def is_day(text: str) -> bool:
    """Say whether a text is one date and nothing else.

    >>> is_day("中華民國108年8月23日"), is_day("November 6, 2025"), is_day("Report of 6 May 2025")
    (True, True, False)
    """
    return lone_day(text) is not None


def lone_day(text: str) -> date | None:
    """Return the day that a text consists of, None for any other text."""
    text = text.strip("*_()（） 　.。")
    if len(text) > _LONGEST_DAY:
        return None
    american = _AMERICAN.fullmatch(text)
    if american:
        return _day(american)
    match = _ENGLISH_DAY.fullmatch(text)
    days = english_days(text) if match else []
    return days[0] if len(days) == 1 else roc.parse(text)


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


@rule
def english_days(text: str) -> list[date]:
    """Days such as 11 March 2024 or March 11-15, 2024; a missing year is the next one written.

    >>> english_days("March 30 to April 2, 2024")
    [datetime.date(2024, 3, 30), datetime.date(2024, 4, 2)]
    """
    found = [day for match in _ENGLISH_DAY.finditer(text) for day in _written_days(match)]
    years = [year for _, _, year in found if year]
    days: list[date] = []
    for i, (month, day, year) in enumerate(found):
        written = year or next((y for _, _, y in found[i:] if y), years[-1] if years else None)
        try:
            days.append(date(int(written or 0), month, day))
        except ValueError:
            continue
    return days


@rule
def period_of_story(lines: Sequence[Line]) -> tuple[date | None, date | None]:
    """The first and last full date at the start of lines, where the cover is silent: an itinerary.

    >>> period_of_story([Line(0, "108年2月23日 出發"), Line(9, "108年3月1日 返國")])
    (datetime.date(2019, 2, 23), datetime.date(2019, 3, 1))
    """
    days = []
    for line in lines[:_STORY_LINES]:
        first = next(roc.find(line.text[:24].lstrip("|* ")), None)
        if first and first.start == 0:
            days.append(first.day)
    if len(days) < 2 or (max(days) - min(days)).days > _LONGEST_TRIP:
        return _NONE
    return min(days), max(days)


def _completed(first: date, rest: re.Match[str]) -> date | None:
    month = roc.number(rest["month"]) if rest["month"] else first.month
    try:
        return first.replace(month=month or 0, day=roc.number(rest["day"]) or 0)
    except ValueError:
        return None


def _written_days(match: re.Match[str]) -> list[tuple[int, int, str | None]]:
    name = (match["month"] or match["month2"]).lower()
    month = next(
        (i for i, m in enumerate(_MONTHS, start=1) if m == name or (m[:3] == name[:3] and len(name) <= 4)),
        None,
    )
    if month is None:
        return []
    year = match["year"] or match["year2"]
    written = (match["day"] or match["day2"], match["last"] or match["last2"])
    return [(month, int(day), year) for day in written if day]
