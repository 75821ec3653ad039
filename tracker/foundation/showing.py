"""Dates, moments and numbers as a reader sees them: one set of functions for pages, letters and exports.

The language is handed in. Chinese shows ROC years, English western ones; what is stored stays ISO and AD.
"""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from tracker.foundation import roc
from tracker.foundation.clock import local_date
from tracker.foundation.language import N_, SOURCE_LANGUAGE, translator

_LOCALES = {SOURCE_LANGUAGE: "zh_Hant_TW"}


@lru_cache(maxsize=4096)
def show_date(day: date, language: str) -> str:
    """Show a day with its weekday: 114年6月30日（一）, or 30 Jun 2025 (Mon)."""
    if language == SOURCE_LANGUAGE:
        return roc.show_with_weekday(day)
    return format_date(day, "d MMM y (EEE)", locale=_locale(language))


def show_moment(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Show an aware moment as day and time in a zone: 114年6月30日（一）14:05."""
    joint = "" if language == SOURCE_LANGUAGE else " "
    return f"{show_date(local_date(moment, zone), language)}{joint}{moment.astimezone(zone):%H:%M}"


def show_days_late(days: int, language: str) -> str:
    """Show how many calendar days something is late: 逾期 12 日, or 12 days late."""
    sentence = N_("逾期 1 日") if days == 1 else N_("逾期 %(days)s 日")
    return translator(language)(sentence) % {"days": show_number(days, language)}


@lru_cache(maxsize=4096)
def show_number(number: float, language: str) -> str:
    """Show a number with the thousands separators of the language."""
    return format_decimal(number, locale=_locale(language))


def show_percent(percent: float, language: str) -> str:
    """Show a percentage, given as 0 to 100, with at most one decimal: 62.5%."""
    return format_percent(percent / 100, "#,##0.#%", locale=_locale(language))


def safe_cell(text: str) -> str:
    """Return a text that a spreadsheet shows as it stands, and never takes for a formula (ASVS 1.2.10)."""
    begins = text.lstrip("\ufeff \u3000")[:1]
    return f"'{text}" if begins and begins in "=+-@\t\r\n＝＋－＠" else text


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)
