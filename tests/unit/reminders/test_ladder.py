from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.workflow import ENDED, PartStatus, Status
from tracker.foundation.office_days import OfficeCalendar, calendars, office_calendar
from tracker.reminders.rules.ladder import (
    REASON_LABELS,
    Facts,
    Reason,
    audience_of,
    due_stages,
    stages_within,
    steps_reached,
    why_void,
)
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage

CALENDAR = office_calendar("TW", range(2024, 2029))
TUESDAY = date(2026, 6, 30)
ITEM = Facts(
    status=Status.IN_PROGRESS,
    part_status=PartStatus.OPEN,
    is_lead=True,
    due_on=TUESDAY,
    assigned_on=date(2026, 1, 5),
)
due_dates = st.dates(date(2025, 6, 1), date(2027, 6, 1))


def steps(facts: Facts, today: date) -> list[str]:
    return [due.step for due in due_stages(facts, today, CALENDAR)]


def lived_through(facts: Facts, first: date, last: date) -> dict[date, list[str]]:
    """Run the ladder every working day, covering what was due, and return what was due when."""
    heard: dict[date, list[str]] = {}
    day = first
    while day <= last:
        due = due_stages(facts, day, CALENDAR) if CALENDAR.is_working_day(day) else []
        if due:
            heard[day] = [each.step for each in due]
            facts = replace(facts, covered=facts.covered | {(each.step, each.cycle) for each in due})
        day += timedelta(days=1)
    return heard


@given(due_dates)
def test_a_stage_stands_on_no_day_that_was_ruled_out_without_a_calendar(anchor: date) -> None:
    for stage in SHIPPED:
        assert stage.may_stand_by(anchor, stage.occurrence(anchor, CALENDAR)), stage.code


said = st.dictionaries(st.dates(date(2026, 5, 1), date(2026, 8, 31)), st.booleans(), max_size=40)


@given(due_dates.filter(lambda day: day.year == 2026), said, said)
def test_every_stage_of_a_department_stands_on_a_day_that_it_and_the_city_work(
    due_on: date, city: dict[date, bool], department: dict[date, bool]
) -> None:
    kept = calendars("TW", range(2024, 2029), {None: city, 1: department}, {1: None})
    shared = kept.where_everywhere_is_open().of(1)
    for facts in (replace(ITEM, due_on=due_on), replace(ITEM, due_on=due_on, closing_requested_on=due_on)):
        for due in stages_within(facts, date(2026, 1, 6), date(2027, 3, 1), shared):
            assert kept.everywhere.is_working_day(due.occurs_on)
            assert kept.of(1).is_working_day(due.occurs_on)


class TestBeforeTheDueDate:
    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            (date(2026, 5, 28), []),
            (date(2026, 5, 29), ["due-30"]),  # 31 May is a Sunday: the Friday before
            (date(2026, 6, 16), ["due-30", "due-14"]),
            (date(2026, 6, 29), ["due-30", "due-14", "due-7", "due-1"]),
        ],
    )
    def test_stages_come_one_by_one(self, today: date, expected: list[str]) -> None:
        assert steps(ITEM, today) == expected

    def test_the_last_one_before_a_monday_stands_on_friday(self) -> None:
        monday = replace(ITEM, due_on=date(2026, 6, 29))
        assert "due-1" in steps(monday, date(2026, 6, 26))

    @given(due_dates)
    def test_they_stand_on_working_days_before_the_due_date(self, due_on: date) -> None:
        for stage in SHIPPED:
            if stage.anchor is Anchor.DUE and stage.offset < 0:
                stands_on = stage.occurrence(due_on, CALENDAR)
                assert stands_on < due_on
                assert CALENDAR.is_working_day(stands_on)

    def test_what_stood_before_the_assignment_is_left_out(self) -> None:
        late_start = replace(ITEM, assigned_on=date(2026, 6, 18))
        assert steps(late_start, date(2026, 6, 29)) == ["due-7", "due-1"]


class TestAfterTheDueDate:
    @pytest.mark.parametrize(
        ("working_days", "expected"),
        [(1, "late+1"), (3, "late+3"), (10, "late+10"), (20, "late+20")],
    )
    def test_each_stage_stands_on_its_working_day(self, working_days: int, expected: str) -> None:
        day = CALENDAR.add_working_days(TUESDAY, working_days)
        heard = lived_through(ITEM, date(2026, 1, 5), day)
        assert heard[day] == [expected]

    def test_the_officer_then_hears_every_monday(self) -> None:
        heard = lived_through(ITEM, date(2026, 1, 5), date(2026, 8, 31))
        weekly = [day for day, due in heard.items() if any(step.startswith("late-weekly") for step in due)]
        assert weekly == [
            date(2026, 8, 3),
            date(2026, 8, 10),
            date(2026, 8, 17),
            date(2026, 8, 24),
            date(2026, 8, 31),
        ]

    def test_a_monday_off_is_made_up_on_the_next_working_day(self) -> None:
        item = replace(ITEM, due_on=date(2026, 3, 2))
        heard = lived_through(item, date(2026, 1, 5), date(2026, 4, 14))
        assert "late-weekly:2026-04-06" in heard[date(2026, 4, 7)]  # 6 April 2026 is a day off

    @given(due_dates)
    def test_each_week_has_at_most_one_reminder_after_twenty_days(self, due_on: date) -> None:
        start = CALENDAR.add_working_days(due_on, 20)
        heard = lived_through(
            replace(ITEM, due_on=due_on, assigned_on=due_on - timedelta(days=90)),
            start,
            start + timedelta(days=60),
        )
        after = sorted(day for day in heard if day > start)
        assert all((later - earlier).days >= 3 for earlier, later in pairwise(after))
        assert len(after) >= 6

    def test_it_escalates(self) -> None:
        audience = {stage.code: stage.audience for stage in SHIPPED}
        assert audience["late+3"] == (Capacity.OFFICER, Capacity.UNIT_HEAD)
        assert Capacity.AGENCY_HEAD in audience["late+10"]
        assert Capacity.COORDINATOR in audience["late+20"]


class TestOnceAndNeverLost:
    @given(due_dates)
    def test_nothing_is_heard_on_a_working_due_day(self, due_on: date) -> None:
        facts = replace(ITEM, due_on=due_on, assigned_on=due_on - timedelta(days=60))
        heard = lived_through(facts, facts.assigned_on, due_on)
        assert due_on not in heard

    @given(due_dates)
    def test_each_step_is_heard_once(self, due_on: date) -> None:
        facts = replace(ITEM, due_on=due_on, assigned_on=due_on - timedelta(days=60))
        heard = [
            step
            for steps in lived_through(facts, facts.assigned_on, due_on + timedelta(days=60)).values()
            for step in steps
        ]
        assert len(heard) == len(set(heard))
        assert {"due-30", "due-14", "due-7", "due-1", "late+1", "late+3", "late+10", "late+20"} <= set(heard)

    @given(due_dates, st.integers(-60, 60), st.integers(1, 30))
    def test_missed_days_heal(self, due_on: date, offset: int, length: int) -> None:
        facts = replace(ITEM, due_on=due_on, assigned_on=due_on - timedelta(days=60))
        back = CALENDAR.next_working_day_on_or_after(due_on + timedelta(days=offset + length))
        without_outage = lived_through(facts, facts.assigned_on, back)
        once_only = {s for each in without_outage.values() for s in each if "weekly" not in s}
        assert once_only <= set(steps(facts, back))

    def test_a_new_due_date_arms_the_ladder_again(self) -> None:
        covered = frozenset((stage.code, TUESDAY) for stage in SHIPPED)
        extended = replace(ITEM, due_on=date(2026, 9, 30), covered=covered)
        assert steps(extended, date(2026, 9, 29)) == ["due-30", "due-14", "due-7", "due-1"]


class TestPauses:
    def test_a_waiting_request_pauses_the_owner_and_chases_the_decider(self) -> None:
        asked = replace(
            ITEM,
            status=Status.CLOSE_REQUESTED,
            part_status=PartStatus.CLOSE_REQUESTED,
            closing_requested_on=date(2026, 6, 22),
        )
        assert steps(asked, date(2026, 6, 26)) == []
        assert steps(asked, date(2026, 6, 29)) == ["undecided+5"]

    def test_a_supporting_part_is_still_reminded(self) -> None:
        supporting = replace(ITEM, status=Status.CLOSE_REQUESTED, is_lead=False)
        assert "due-1" in steps(supporting, date(2026, 6, 29))

    @pytest.mark.parametrize("status", sorted(ENDED))
    def test_an_ended_item_is_silent(self, status: Status) -> None:
        assert steps(replace(ITEM, status=status), date(2026, 12, 31)) == []

    def test_a_released_part_is_silent(self) -> None:
        assert steps(replace(ITEM, part_status=PartStatus.RELEASED), date(2026, 12, 31)) == []


class TestNotAcknowledged:
    WAITING = replace(ITEM, status=Status.ASSIGNED, assigned_on=date(2026, 3, 2), due_on=date(2026, 12, 31))

    def test_the_officer_hears_after_two_working_days(self) -> None:
        assert steps(self.WAITING, date(2026, 3, 4)) == ["unacknowledged+2"]

    def test_the_head_hears_after_five(self) -> None:
        assert "unacknowledged+5" in steps(self.WAITING, date(2026, 3, 9))

    def test_taking_the_item_ends_it(self) -> None:
        assert steps(replace(self.WAITING, status=Status.IN_PROGRESS), date(2026, 3, 9)) == []


class TestWhyVoid:
    @pytest.mark.parametrize(
        ("stage", "cycle", "facts", "reason"),
        [
            ("due-1", TUESDAY, ITEM, None),
            ("due-1", date(2026, 5, 1), ITEM, Reason.DUE_DATE_MOVED),
            ("due-1", TUESDAY, replace(ITEM, status=Status.WITHDRAWN), Reason.ENDED),
            ("due-1", TUESDAY, replace(ITEM, part_status=PartStatus.RELEASED), Reason.RELEASED),
            ("late+1", TUESDAY, replace(ITEM, part_status=PartStatus.CLOSE_REQUESTED), Reason.PAUSED),
            ("undecided+5", TUESDAY, ITEM, Reason.DECIDED),
            ("unacknowledged+2", date(2026, 1, 5), ITEM, Reason.ACKNOWLEDGED),
            ("unacknowledged+2", date(2026, 1, 4), ITEM, Reason.REASSIGNED),
        ],
    )
    def test_names_the_reason(self, stage: str, cycle: date, facts: Facts, reason: Reason | None) -> None:
        assert why_void(stage, cycle, facts) is reason

    def test_every_reason_has_its_words(self) -> None:
        assert set(REASON_LABELS) == set(Reason)


class TestWhileAnExtensionWaits:
    WAITS = replace(ITEM, extension_requested_on=date(2026, 6, 22))

    def test_the_owner_is_spared(self) -> None:
        assert not [step for step in steps(self.WAITS, date(2026, 7, 3)) if step.startswith(("due", "late"))]
        assert why_void("due-7", TUESDAY, self.WAITS) is Reason.EXTENSION_WAITS

    def test_the_approver_is_chased_after_three_working_days(self) -> None:
        assert steps(self.WAITS, date(2026, 6, 24)) == []
        assert steps(self.WAITS, date(2026, 6, 25)) == ["unextended+3"]

    def test_the_approver_is_chased_no_more_after_the_decision(self) -> None:
        assert why_void("unextended+3", date(2026, 6, 22), ITEM) is Reason.DECIDED

    def test_a_granted_one_begins_the_ladder_anew(self) -> None:
        covered = frozenset((stage, TUESDAY) for stage in ("due-30", "due-14", "due-7", "due-1"))
        extended = replace(ITEM, due_on=TUESDAY + timedelta(days=14), covered=covered)
        assert "due-14" in steps(extended, date(2026, 7, 1))

    def test_a_refused_one_lets_the_ladder_go_on(self) -> None:
        covered = frozenset({("due-30", TUESDAY), ("due-14", TUESDAY)})
        assert steps(replace(ITEM, covered=covered), date(2026, 6, 29)) == ["due-7", "due-1"]


class TestWhileAClosingRequestWaitsForTheHead:
    WAITS = replace(ITEM, closing_prepared_on=date(2026, 6, 22))

    def test_the_head_is_chased_after_five_working_days(self) -> None:
        assert "unforwarded+5" not in steps(self.WAITS, date(2026, 6, 26))
        assert "unforwarded+5" in steps(self.WAITS, date(2026, 6, 29))

    def test_the_head_hears_of_the_due_date_in_the_officers_place(self) -> None:
        heard = {
            stage.code: audience_of(stage, self.WAITS) for stage in SHIPPED if stage.anchor is Anchor.DUE
        }
        assert heard["due-30"] == heard["due-1"] == heard["late+3"] == (Capacity.UNIT_HEAD,)
        assert heard["late+10"] == (Capacity.UNIT_HEAD, Capacity.AGENCY_HEAD)
        assert not any(Capacity.OFFICER in audience for audience in heard.values())

    def test_the_officer_hears_again_once_it_was_returned(self) -> None:
        assert [audience_of(stage, ITEM) for stage in SHIPPED] == [stage.audience for stage in SHIPPED]
        assert why_void("unforwarded+5", date(2026, 6, 22), ITEM) is Reason.DECIDED

    def test_nobody_hears_of_it_once_it_was_forwarded(self) -> None:
        forwarded = replace(
            ITEM,
            status=Status.CLOSE_REQUESTED,
            part_status=PartStatus.CLOSE_REQUESTED,
            closing_requested_on=date(2026, 6, 24),
        )
        assert steps(forwarded, date(2026, 6, 29)) == []


def weekly_after(offset: int, in_working_days: bool) -> Stage:
    return Stage(Anchor.DUE, offset, (Capacity.OFFICER,), in_working_days, weekly=True)


def closed_for(first: date, days: int) -> OfficeCalendar:
    return office_calendar(
        "TW", range(2024, 2029), {first + timedelta(days=offset): False for offset in range(days)}
    )


closures = st.builds(closed_for, due_dates, st.integers(0, 40))
waiting_facts = st.builds(
    replace,
    st.just(ITEM),
    due_on=due_dates,
    assigned_on=st.dates(date(2025, 1, 1), date(2026, 6, 1)),
    status=st.sampled_from([Status.ASSIGNED, Status.IN_PROGRESS]),
    extension_requested_on=st.none() | due_dates,
    petition_made_on=st.none() | due_dates,
    progress_submitted_on=st.none() | due_dates,
    closing_prepared_on=st.none() | due_dates,
    period_ended_on=st.none() | due_dates,
)


class TestStagesWithin:
    LONG_LATE = replace(ITEM, due_on=date(2025, 12, 1), assigned_on=date(2025, 6, 2))

    @given(waiting_facts, st.integers(0, 200), due_dates, st.integers(7, 40), st.integers(0, 1))
    def test_name_for_a_day_what_the_planner_finds_to_stand_on_it(
        self, facts: Facts, days_late: int, closes_on: date, closed: int, since: int
    ) -> None:
        calendar = closed_for(closes_on, closed)
        day = calendar.next_working_day_on_or_after(closes_on + timedelta(days=closed + since))
        facts = replace(facts, due_on=day - timedelta(days=days_late))
        planned = [each for each in due_stages(facts, day, calendar) if each.occurs_on == day]
        assert stages_within(facts, day, day, calendar) == planned

    @given(waiting_facts, closures, st.integers(0, 30))
    def test_name_for_some_days_what_they_name_for_each(
        self, facts: Facts, calendar: OfficeCalendar, length: int
    ) -> None:
        days = [facts.due_on + timedelta(days=offset) for offset in range(length + 1)]
        day_by_day = [each for day in days for each in stages_within(facts, day, day, calendar)]
        assert stages_within(facts, days[0], days[-1], calendar) == day_by_day

    @pytest.mark.parametrize(
        "opens_on", [date(2025, 2, 3), date(2026, 2, 23), date(2028, 1, 31)], ids=lambda day: f"{day}"
    )
    def test_after_the_new_year_name_one_monday_not_two(self, opens_on: date) -> None:
        late = replace(ITEM, due_on=opens_on - timedelta(days=120), assigned_on=date(2024, 6, 3))
        assert [due.step for due in stages_within(late, opens_on, opens_on, CALENDAR)] == [
            f"late-weekly:{opens_on}"
        ]

    def test_in_other_weeks_name_every_monday(self) -> None:
        found = stages_within(self.LONG_LATE, date(2026, 1, 5), date(2026, 1, 26), CALENDAR)
        assert [due.occurs_on for due in found] == [
            date(2026, 1, 5),
            date(2026, 1, 12),
            date(2026, 1, 19),
            date(2026, 1, 26),
        ]


class TestStepsReached:
    @given(
        due_on=due_dates,
        distance=st.integers(-400, 120),
        stages=st.lists(
            st.builds(
                Stage,
                st.just(Anchor.DUE),
                st.integers(-60, 60).filter(bool),
                st.just((Capacity.OFFICER,)),
                st.booleans(),
            )
            | st.builds(weekly_after, st.integers(1, 40), st.booleans()),
            max_size=6,
        ),
    )
    def test_are_those_that_the_ladder_finds_due(
        self, due_on: date, distance: int, stages: list[Stage]
    ) -> None:
        today = due_on - timedelta(days=distance)
        facts = replace(ITEM, due_on=due_on, assigned_on=date(2020, 1, 1))
        found = {due.step for due in due_stages(facts, today, CALENDAR, stages)}
        reached = steps_reached(stages, today, CALENDAR)
        assert {step for step, latest in reached.items() if due_on <= latest} == found

    def test_leave_out_what_is_not_counted_from_the_due_date(self) -> None:
        counted = [stage for stage in SHIPPED if stage.anchor is Anchor.DUE]
        assert steps_reached(SHIPPED, TUESDAY, CALENDAR) == steps_reached(counted, TUESDAY, CALENDAR)
