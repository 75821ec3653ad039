from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.foundation.office_days import OfficeCalendar
from tracker.reminders.rules.preferences import (
    MONDAY,
    Preferences,
    hours_to_choose,
    is_voluntary,
)
from tracker.reminders.rules.retry import Slot, slot_of
from tracker.reminders.rules.stages import AUDIENCES, SHIPPED, Anchor, Capacity, Stage, read_code

TAIPEI = ZoneInfo("Asia/Taipei")
ZONES = st.sampled_from(
    ["Asia/Taipei", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    OfficeCalendar,
    st.frozensets(DAYS, max_size=40),
    st.frozensets(DAYS, max_size=10),
)
ANCHORS = st.sampled_from(Anchor)
STAGES = st.builds(
    Stage,
    ANCHORS,
    st.integers(-30, 30),
    st.sets(st.sampled_from(Capacity), min_size=1).map(tuple),
    in_working_days=st.booleans(),
    weekly=st.booleans(),
).filter(lambda each: each.offset >= 0 or not each.weekly)
CHOICES = st.builds(Preferences, st.none() | st.integers(0, 23), st.none() | st.integers(0, 4), st.booleans())
NINE = Slot(date(2026, 6, 29), datetime(2026, 6, 29, 9, tzinfo=TAIPEI), is_open=True)


def shipped(code: str) -> Stage:
    return next(each for each in SHIPPED if each.code == code)


class TestHour:
    def test_nothing_chosen_is_the_hour_of_the_office(self) -> None:
        assert Preferences().opens_at(NINE) == NINE.opens_at

    def test_a_later_hour_is_kept(self) -> None:
        assert Preferences(hour=14).opens_at(NINE) == datetime(2026, 6, 29, 14, tzinfo=TAIPEI)

    def test_an_hour_before_the_office_opens_is_the_hour_of_the_office(self) -> None:
        assert Preferences(hour=7).opens_at(NINE) == NINE.opens_at

    def test_may_be_any_until_quiet_hours(self) -> None:
        assert list(hours_to_choose(9)) == [9, 10, 11, 12, 13, 14, 15, 16, 17]

    def test_of_an_office_that_writes_late_is_its_own(self) -> None:
        assert list(hours_to_choose(20)) == [20]

    @given(DAYS, ZONES, st.integers(0, 23), st.data())
    def test_every_hour_that_may_be_chosen_lies_in_the_slot_of_the_day(self, day, zone, hour, data) -> None:
        chosen = Preferences(hour=data.draw(st.sampled_from(hours_to_choose(hour))))
        calendar = OfficeCalendar(weekend=frozenset())
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        opens_at = chosen.opens_at(slot_of(noon, ZoneInfo(zone), hour, calendar))
        there = slot_of(opens_at, ZoneInfo(zone), hour, calendar)
        assert there.is_open
        assert chosen.opens_at(there) == opens_at


class TestWeekday:
    def test_the_head_of_an_agency_hears_on_monday(self) -> None:
        wednesday = date(2026, 6, 10)
        told = Preferences().told_from(shipped("late+10"), Capacity.AGENCY_HEAD, wednesday)
        assert told == date(2026, 6, 15)

    def test_or_on_the_day_they_chose(self) -> None:
        told = Preferences(weekday=3).told_from(shipped("late+10"), Capacity.AGENCY_HEAD, date(2026, 6, 10))
        assert told == date(2026, 6, 11)

    def test_a_coordinator_hears_at_once_who_chose_nothing(self) -> None:
        day = date(2026, 6, 10)
        assert Preferences().told_from(shipped("late+20"), Capacity.COORDINATOR, day) == day

    def test_a_coordinator_hears_on_the_day_they_chose(self) -> None:
        told = Preferences(weekday=4).told_from(shipped("missed+1"), Capacity.COORDINATOR, date(2026, 6, 10))
        assert told == date(2026, 6, 12)

    @pytest.mark.parametrize("code", ["undecided+5", "unextended+3", "unanswered+2"])
    def test_what_waits_for_a_decision_waits_no_week(self, code: str) -> None:
        day = date(2026, 6, 10)
        for capacity in Capacity:
            assert Preferences(weekday=MONDAY).told_from(read_code(code), capacity, day) == day

    @given(CHOICES, STAGES, st.sampled_from(Capacity), DAYS)
    def test_nothing_waits_longer_than_a_week_nor_comes_early(self, chosen, stage, capacity, day) -> None:
        told = chosen.told_from(stage, capacity, day)
        assert day <= told < day + timedelta(days=7)

    @given(CHOICES, STAGES, DAYS)
    def test_officers_and_heads_of_units_never_wait(self, chosen, stage, day) -> None:
        for capacity in (Capacity.OFFICER, Capacity.UNIT_HEAD, Capacity.DECIDER, Capacity.APPROVER):
            assert chosen.told_from(stage, capacity, day) == day


class TestDuties:
    @pytest.mark.parametrize("code", ["due-30", "due-14", "period+1"])
    def test_early_reminders_may_be_done_without(self, code: str) -> None:
        assert is_voluntary(shipped(code), Capacity.OFFICER, SHIPPED)

    def test_a_head_may_do_without_the_week_before(self) -> None:
        assert is_voluntary(shipped("due-7"), Capacity.UNIT_HEAD, SHIPPED)

    def test_everything_else_of_the_shipped_ladder_always_comes(self) -> None:
        free = {each.code for each in SHIPPED for who in Capacity if is_voluntary(each, who, SHIPPED)}
        assert free == {"due-30", "due-14", "due-7", "period+1"}

    def test_a_ladder_with_one_warning_keeps_it(self) -> None:
        only = Stage(Anchor.DUE, -30, (Capacity.OFFICER,))
        late = Stage(Anchor.DUE, 1, (Capacity.OFFICER,), in_working_days=True)
        assert not is_voluntary(only, Capacity.OFFICER, (only, late))

    def test_the_last_warning_to_this_person_counts_not_that_to_others(self) -> None:
        first = Stage(Anchor.DUE, -30, (Capacity.AGENCY_HEAD,))
        last = Stage(Anchor.DUE, -1, (Capacity.OFFICER,))
        assert not is_voluntary(first, Capacity.AGENCY_HEAD, (first, last))

    @given(st.lists(STAGES, max_size=8), st.sampled_from(Capacity), DAYS, CALENDARS)
    def test_what_is_left_out_is_repeated_to_the_same_person_before_the_deadline_is_over(
        self, ladder, capacity, due_on, calendar
    ) -> None:
        for stage in ladder:
            if is_voluntary(stage, capacity, ladder) and stage.anchor is not Anchor.PERIOD_ENDED:
                days = [
                    other.occurrence(due_on, calendar)
                    for other in ladder
                    if other is not stage and other.anchor is stage.anchor and capacity in other.audience
                ]
                assert any(stage.occurrence(due_on, calendar) <= day <= due_on for day in days)

    @given(STAGES, st.sampled_from(Capacity))
    def test_what_is_late_or_waits_for_somebody_is_never_left_out(self, stage, capacity) -> None:
        everything = [Stage(a, n, AUDIENCES[a]) for a in Anchor for n in range(-5, 6)]
        if stage.anchor not in (Anchor.DUE, Anchor.FILING_CLOSES, Anchor.PERIOD_ENDED) or (
            stage.anchor is not Anchor.PERIOD_ENDED and stage.offset >= 0
        ):
            assert not is_voluntary(stage, capacity, everything)
