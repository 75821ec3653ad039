from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.actions.rules.filing import Cycle
from tracker.foundation.office_days import office_calendar
from tracker.reminders.rules.ladder import last_anchor
from tracker.reminders.rules.stages import SHIPPED
from tracker.reminders.rules.work import marks_of

TAIWAN = office_calendar("TW", range(2025, 2029))
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
        assert marks.late_twenty < marks.late_ten < marks.late_three < today
        assert today <= marks.tomorrow <= marks.soon_for_heads <= marks.soon
