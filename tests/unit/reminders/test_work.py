from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.filing import Cycle
from tracker.foundation.office_days import office_calendar
from tracker.reminders.rules.ladder import last_anchor
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity, Stage
from tracker.reminders.rules.work import Marks, marks_of

TAIWAN = office_calendar("TW", range(2025, 2029))
TODAY = date(2026, 6, 29)
OFFICER = (Capacity.OFFICER,)
WITH_HEAD = (Capacity.OFFICER, Capacity.UNIT_HEAD)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


class TestLastAnchor:
    @given(days, st.sampled_from([each for each in SHIPPED if not each.weekly]), st.integers(-90, 90))
    def test_a_stage_has_come_for_the_anchors_up_to_it_and_for_no_other(self, today, stage, distance) -> None:
        anchor = today + timedelta(days=distance)
        has_come = stage.occurrence(anchor, TAIWAN) <= today
        assert has_come == (anchor <= last_anchor(stage.code, today, TAIWAN))


class TestMarks:
    @given(days)
    def test_what_is_later_lies_further_back(self, today) -> None:
        marks = marks_of(today, TAIWAN, Cycle.MONTHLY, 5)
        assert marks.late_for_coordinators < marks.late_for_agency_heads < marks.escalated < today
        assert today <= marks.last_call <= marks.soon_for_heads <= marks.soon

    @given(days)
    def test_are_those_of_the_shipped_ladder(self, today) -> None:
        marks = marks_of(today, TAIWAN, Cycle.MONTHLY, 5)
        stages = {
            "due-1": marks.last_call,
            "due-30": marks.soon,
            "due-7": marks.soon_for_heads,
            "late+3": marks.escalated,
            "late+10": marks.late_for_agency_heads,
            "late+20": marks.late_for_coordinators,
            "unacknowledged+2": marks.unacknowledged,
            "unacknowledged+5": marks.unacknowledged_for_heads,
        }
        assert stages == {code: last_anchor(code, today, TAIWAN) for code in stages}


class TestMarksOfACity:
    def marks(self, *stages: Stage) -> Marks:
        return marks_of(TODAY, TAIWAN, Cycle.MONTHLY, 5, stages)

    def test_begin_with_the_first_warning_of_each_reader(self) -> None:
        marks = self.marks(
            Stage(Anchor.DUE, -45, OFFICER),
            Stage(Anchor.DUE, -20, WITH_HEAD),
            Stage(Anchor.DUE, -3, WITH_HEAD),
        )
        assert marks.soon == last_anchor("due-45", TODAY, TAIWAN)
        assert marks.soon_for_heads == last_anchor("due-20", TODAY, TAIWAN)

    def test_call_last_on_the_last_warning(self) -> None:
        marks = self.marks(Stage(Anchor.DUE, -45, OFFICER), Stage(Anchor.DUE, -3, OFFICER))
        assert marks.last_call == last_anchor("due-3", TODAY, TAIWAN)

    def test_take_no_warning_for_the_last_call_that_comes_weeks_before(self) -> None:
        marks = self.marks(Stage(Anchor.DUE, -45, OFFICER), Stage(Anchor.DUE, -8, OFFICER))
        assert marks.last_call == last_anchor("due-1", TODAY, TAIWAN)

    def test_escalate_when_somebody_above_the_officer_hears(self) -> None:
        marks = self.marks(
            Stage(Anchor.DUE, 1, OFFICER, in_working_days=True),
            Stage(Anchor.DUE, 5, (Capacity.OFFICER, Capacity.AGENCY_HEAD), in_working_days=True),
        )
        assert marks.escalated == last_anchor("late+5", TODAY, TAIWAN)
        assert marks.late_for_agency_heads == last_anchor("late+5", TODAY, TAIWAN)

    def test_count_a_weekly_stage_from_its_own_day(self) -> None:
        weekly = Stage(Anchor.DUE, 6, (Capacity.COORDINATOR,), in_working_days=True, weekly=True)
        assert self.marks(weekly).late_for_coordinators == last_anchor("late+6", TODAY, TAIWAN)

    def test_tell_agencies_and_coordinators_beforehand_only_where_the_ladder_does(self) -> None:
        marks = self.marks(Stage(Anchor.DUE, -10, (Capacity.AGENCY_HEAD,)))
        assert marks.soon_for_agency_heads == last_anchor("due-10", TODAY, TAIWAN)
        assert marks.soon_for_coordinators is None

    def test_wait_for_the_signature_as_long_as_the_ladder_does(self) -> None:
        marks = self.marks(
            Stage(Anchor.ASSIGNED, 1, OFFICER, in_working_days=True),
            Stage(Anchor.ASSIGNED, 4, WITH_HEAD, in_working_days=True),
        )
        assert marks.unacknowledged == last_anchor("unacknowledged+1", TODAY, TAIWAN)
        assert marks.unacknowledged_for_heads == last_anchor("unacknowledged+4", TODAY, TAIWAN)

    def test_are_the_shipped_ones_where_the_ladder_has_no_stage_of_the_kind(self) -> None:
        assert self.marks() == marks_of(TODAY, TAIWAN, Cycle.MONTHLY, 5)

    @given(days, st.integers(1, 90), st.integers(-15, 120))
    def test_reach_an_item_on_the_day_of_its_letter(self, today, before, distance) -> None:
        stage, due_on = Stage(Anchor.DUE, -before, OFFICER), today + timedelta(days=distance)
        marks = marks_of(today, TAIWAN, Cycle.MONTHLY, 5, [stage])
        assert (due_on <= marks.soon) == (stage.occurrence(due_on, TAIWAN) <= today)
