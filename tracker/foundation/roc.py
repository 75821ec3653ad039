"""Dates of the Republic of China: read 108年2月23日 in all its spellings, show a day as officials write it.

The ROC year is the western year less 1911. A year of four digits is western, a shorter one is an ROC year.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

EPOCH = 1911
WEEKDAYS = "一二三四五六日"

_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "元": 1}
_NUMBER = r"(?:[0-9]{1,4}|[〇零○元一二三四五六七八九十廿卅百]{1,6})"
_CALENDAR = r"(?P<era>(?:中華)?民國\s?|西元\s?|公元\s?)?"
_WEEKDAY = r"(?:\s?\((?:星期|週|周)?[一二三四五六日天]\))?"
_WRITTEN = re.compile(
    rf"{_CALENDAR}(?<![0-9])(?P<year>{_NUMBER})\s?年\s?(?P<month>{_NUMBER})\s?月"
    rf"\s?(?P<day>{_NUMBER})\s?[日號]{_WEEKDAY}"
)
_DOTTED = re.compile(
    rf"{_CALENDAR}(?<![0-9./])(?P<year>[0-9]{{4}}|[0-9]{{2,3}})(?P<mark>[./-])(?P<month>[0-9]{{1,2}})"
    rf"(?P=mark)(?P<day>[0-9]{{1,2}})(?![0-9]|(?P=mark)[0-9]){_WEEKDAY}"
)


@dataclass(frozen=True)
class Found:
    """A full date somewhere in a text, with the span that it was read from."""

    start: int
    end: int
    day: date


def parse(text: str) -> date | None:
    """Read a text that is one full date, ROC or western; return None for anything else."""
    return next((f.day for f in find(text.strip()) if f.start == 0 and f.end == len(text.strip())), None)


def find(text: str) -> Iterator[Found]:
    """Find every full date in a text, in order of writing; impossible days such as 2月30日 are passed over."""
    folded = fold(text)
    matches = sorted((m for p in (_WRITTEN, _DOTTED) for m in p.finditer(folded)), key=re.Match[str].start)
    for match in matches:
        day = _day(match)
        if day:
            yield Found(match.start(), match.end(), day)


def fold(text: str) -> str:
    """Fold full-width letters, digits and signs to plain ones; the length, and so every offset, stays."""
    return text if text.isascii() else text.translate(_PLAIN)


def number(text: str) -> int | None:
    """Read a number below 1000 in plain or Chinese digits: 108, 一〇八, 一百零八, 二十三, 廿三, 元."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if not any(c in "十廿卅百" for c in text):
        digits = [_DIGITS.get(c) for c in text]
        return None if None in digits else int("".join(map(str, digits)))
    return _counted(text.replace("廿", "二十").replace("卅", "三十"))


def year(text: str, era: str = "") -> int | None:
    """Return the western year of a written one: 108, 一〇八 or 2019; None when it is no year."""
    value = number(text)
    if not value:
        return None
    is_western = value >= 1000 if not era else era.strip() in ("西元", "公元")
    return value if is_western else value + EPOCH


def last_day(western_year: int, month: int = 12) -> date:
    """Return the last day of a month, by default of the year."""
    return date(western_year, month, monthrange(western_year, month)[1])


def show(day: date) -> str:
    """Show a day as 108年2月23日; days before 1912, which have no ROC year, keep their western year."""
    shown = day.year - EPOCH if day.year > EPOCH else day.year
    return f"{shown}年{day.month}月{day.day}日"


def show_with_weekday(day: date) -> str:
    """Show a day as 108年2月23日（六）."""
    return f"{show(day)}（{WEEKDAYS[day.weekday()]}）"


def _counted(text: str) -> int | None:
    hundreds, has_hundreds, rest = text.rpartition("百")
    tens, has_tens, ones = rest.rpartition("十")
    parts = (hundreds or ("一" if has_hundreds else "〇"), tens or ("一" if has_tens else "〇"), ones or "〇")
    values = [number(p.lstrip("零〇○") or "〇") if "十" not in p and "百" not in p else None for p in parts]
    if None in values:
        return None
    return sum(v * weight for v, weight in zip(values, (100, 10, 1), strict=True) if v is not None)


def _day(match: re.Match[str]) -> date | None:
    western = year(match["year"], match["era"] or "")
    month, day = number(match["month"]), number(match["day"])
    try:
        return date(western or 0, month or 0, day or 0)
    except ValueError:
        return None
