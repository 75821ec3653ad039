from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation import roc
from tracker.foundation.showing import show_date, show_days_late, show_moment, show_number, show_percent

TAIPEI = ZoneInfo("Asia/Taipei")


class TestShowDate:
    def test_shows_the_roc_year_and_weekday_in_chinese(self) -> None:
        assert show_date(date(2025, 6, 30), "zh-Hant") == "114年6月30日（一）"

    def test_shows_the_western_year_in_english(self) -> None:
        assert show_date(date(2025, 6, 30), "en") == "30 Jun 2025 (Mon)"

    @given(st.dates(date(1912, 1, 1), date(2910, 12, 31)))
    def test_what_is_shown_can_be_read_back(self, day: date) -> None:
        assert roc.parse(show_date(day, "zh-Hant")) == day


class TestShowMoment:
    def test_the_roc_year_turns_with_the_local_day(self) -> None:
        new_year = datetime(2025, 12, 31, 16, 5, tzinfo=UTC)
        assert show_moment(new_year, TAIPEI, "zh-Hant") == "115年1月1日（四）00:05"

    def test_english(self) -> None:
        moment = datetime(2025, 6, 30, 6, 5, tzinfo=UTC)
        assert show_moment(moment, TAIPEI, "en") == "30 Jun 2025 (Mon) 14:05"


class TestShowFigures:
    def test_days_late(self) -> None:
        assert show_days_late(12, "zh-Hant") == "逾期 12 日"

    def test_numbers_are_grouped(self) -> None:
        assert show_number(12345, "zh-Hant") == "12,345"

    @pytest.mark.parametrize(
        ("percent", "shown"), [(0, "0%"), (62.5, "62.5%"), (33.333, "33.3%"), (100, "100%")]
    )
    def test_percentages(self, percent: float, shown: str) -> None:
        assert show_percent(percent, "en") == shown
