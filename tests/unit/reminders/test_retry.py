from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.mailing import AT_ONCE_SECONDS
from tracker.foundation.office_days import office_calendar
from tracker.reminders.rules.retry import channel_pause_after, letters_in_hand, pause_after, slot_of

TAIPEI = ZoneInfo("Asia/Taipei")
CALENDAR = office_calendar("TW", range(2025, 2028))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class TestPauseAfter:
    @pytest.mark.parametrize(
        ("attempts", "expected"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 120), (7, 240), (30, 240)]
    )
    def test_grows_up_to_four_hours(self, attempts: int, expected: int) -> None:
        assert pause_after(attempts, 452, 0.5) == minutes(expected)

    def test_greylisting_wants_five_minutes(self) -> None:
        assert pause_after(1, 450, 0.5) == minutes(5)

    @given(st.integers(1, 50), st.floats(0, 1))
    def test_spreads_by_a_fifth(self, attempts: int, chance: float) -> None:
        middle = pause_after(attempts, None, 0.5)
        assert middle * 0.79 <= pause_after(attempts, None, chance) <= middle * 1.21


class TestChannelPauseAfter:
    @pytest.mark.parametrize(
        ("failures", "expected"), [(1, None), (2, None), (3, 1), (4, 2), (5, 4), (6, 8), (7, 15), (99, 15)]
    )
    def test_the_third_failure_in_a_row_opens_the_breaker(self, failures: int, expected: int | None) -> None:
        assert channel_pause_after(failures) == (expected and minutes(expected))


class TestLettersInHand:
    @given(st.floats(0, 600), st.integers(1, 100))
    def test_are_no_more_than_leave_at_once_and_always_one(self, seconds: float, most: int) -> None:
        together = letters_in_hand(seconds, most)
        assert 1 <= together <= most
        assert together == 1 or together * seconds <= AT_ONCE_SECONDS * (1 + 1e-9)

    @given(st.floats(0, AT_ONCE_SECONDS / 16))
    def test_are_as_many_as_may_be_where_the_server_is_quick(self, seconds: float) -> None:
        assert letters_in_hand(seconds, 16) == 16

    def test_is_one_to_a_relay_that_thinks_about_each_word(self) -> None:
        assert letters_in_hand(0.04, 16) == 1


class TestSlot:
    @pytest.mark.parametrize(
        ("moment", "is_open"),
        [
            ("2026-03-02T08:59:59+08:00", False),
            ("2026-03-02T09:00:00+08:00", True),
            ("2026-03-02T17:59:59+08:00", True),
            ("2026-03-02T18:00:00+08:00", False),
            ("2026-02-28T09:00:00+08:00", False),
            ("2025-02-08T09:00:00+08:00", True),
        ],
        ids=["too early", "nine", "catching up", "quiet hours", "a day off", "a make-up Saturday"],
    )
    def test_is_open_on_working_days_from_nine_to_six(self, moment: str, is_open: bool) -> None:
        now = datetime.fromisoformat(moment).astimezone(UTC)
        assert slot_of(now, TAIPEI, 9, CALENDAR).is_open is is_open
