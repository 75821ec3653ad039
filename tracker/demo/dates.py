"""Days in the demonstration's texts, counted from the day of loading so that the city is never old.

`{w-20.1}` is the Monday twenty weeks before this one, `{m+3}` the month after next but one; behind a colon stands how
the day is written: `{w-20.1:iso}`. Written as `iso`, a month is its last day, as due dates are read.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from babel.dates import format_date

from tracker.foundation import roc

_PLACE = re.compile(r"\{(?P<unit>[wm])(?P<offset>[+-]\d+)(?:\.(?P<weekday>[1-7]))?(?::(?P<form>\w+))?\}")


def filled(template: str, today: date) -> str:
    """Return a text with every day in it written out."""
    return _PLACE.sub(lambda place: _written(place, today), template)


def month_end(today: date, months: int) -> date:
    """Return the last day of the month so many months from today's."""
    years, month = divmod(today.month - 1 + months, 12)
    return roc.last_day(today.year + years, month + 1)


def weekday_of(today: date, weeks: int, weekday: int) -> date:
    """Return a day of the week so many weeks from today's; Monday is 1."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks, days=weekday - 1)


def _roc_month(day: date) -> str:
    return f"{day.year - roc.EPOCH}年{day.month}月"


def _month_and_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _with_weekday(day: date) -> str:
    return f"{_month_and_day(day)}（{roc.WEEKDAYS[day.weekday()]}）"


def _slashed(day: date) -> str:
    return f"{day.month}/{day.day}（{roc.WEEKDAYS[day.weekday()]}）"


def _english(pattern: str) -> Callable[[date], str]:
    return lambda day: format_date(day, pattern, locale="en")


_DAYS: Final[Mapping[str | None, Callable[[date], str]]] = {
    None: roc.show,
    "iso": date.isoformat,
    "md": _month_and_day,
    "mdw": _with_weekday,
    "slash": _slashed,
    "en": _english("d MMMM y"),
    "endm": _english("EEEE d MMMM"),
}
_MONTHS: Final[Mapping[str | None, Callable[[date], str]]] = {
    None: _roc_month,
    "iso": date.isoformat,
    "en": _english("MMMM y"),
}


def _written(place: re.Match[str], today: date) -> str:
    offset = int(place["offset"])
    if place["unit"] == "m":
        return _MONTHS[place["form"]](month_end(today, offset))
    return _DAYS[place["form"]](weekday_of(today, offset, int(place["weekday"])))
