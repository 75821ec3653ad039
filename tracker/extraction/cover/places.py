"""Where the trip went: as the cover says, else the first country that the title names."""

import re
from collections.abc import Sequence
from functools import cache

from babel import Locale

from tracker.extraction.registry import rule

_MARKS = re.compile(r"[、，,；;／/\n及與和]|\band\b|\s{2,}|　+|<br>")
_BRACKETS = re.compile(r"[（(][^）)]*[)）]")
_SHORT = [
    "韓國",
    "南韓",
    "中國大陸",
    "大陸",
    "香港",
    "澳門",
    "紐西蘭",
    "捷克",
    "杜拜",
    "阿聯",
    "沙烏地",
    "俄國",
    "帛琉",
    "寮國",
    "英國",
    "美國",
    "北歐",
    "南非",
]
_OURS = ("TW", "ZZ")


@rule
def destinations(values: Sequence[str], title: str | None) -> list[str]:
    """The places of the cover, else the country in the title.

    >>> destinations(["日本（東京、橫濱）"], None), destinations([], "赴荷蘭考察水岸報告")
    (['日本'], ['荷蘭'])
    """
    if values:
        found = (place.strip("*_ 　。.") for place in _MARKS.split(_BRACKETS.sub("", values[0])))
        return list(dict.fromkeys(place for place in found if place))
    return countries_in(title or "")


def countries_in(text: str) -> list[str]:
    """Return the countries that a text names, in order; a name inside a longer one does not count."""
    found: list[tuple[int, str]] = []
    for name in sorted(_countries(), key=len, reverse=True):
        at = text.find(name)
        if at >= 0 and not any(start <= at < start + len(longer) for start, longer in found):
            found.append((at, name))
    return [name for _, name in sorted(found)]


@cache
def _countries() -> frozenset[str]:
    """Return the names of countries in Chinese and English, without our own."""
    names = set(_SHORT)
    for language in ("zh_Hant", "en"):
        territories = Locale.parse(language).territories.items()
        names |= {name for code, name in territories if len(code) == 2 and code not in _OURS}
    return frozenset(name for name in names if len(name) >= 2)
