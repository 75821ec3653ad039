from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reminders.rules.digest import (
    NOTICE_LABELS,
    SECTION_LABELS,
    Cause,
    NoticeKind,
    Section,
    arrange,
    section_of_notice,
    section_of_stage,
)
from tracker.reminders.rules.stages import Capacity

TODAY = date(2026, 6, 29)
causes = st.lists(
    st.builds(
        Cause,
        item_id=st.integers(1, 12),
        item_no=st.just("115-TPE-001-01"),
        due_on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        section=st.sampled_from(Section),
    )
)


class TestSectionOfStage:
    @pytest.mark.parametrize(
        ("stage", "capacity", "due_on", "section"),
        [
            ("due-1", Capacity.OFFICER, date(2026, 6, 30), Section.SOON),
            ("due-7", Capacity.UNIT_HEAD, date(2026, 7, 6), Section.SOON),
            ("due-1", Capacity.OFFICER, date(2026, 6, 26), Section.LATE),
            ("late+1", Capacity.OFFICER, date(2026, 6, 26), Section.LATE),
            ("late+3", Capacity.UNIT_HEAD, date(2026, 6, 24), Section.LATE),
            ("late+10", Capacity.AGENCY_HEAD, date(2026, 6, 12), Section.OVERVIEW),
            ("late+20", Capacity.COORDINATOR, date(2026, 5, 29), Section.OVERVIEW),
            ("late-weekly", Capacity.OFFICER, date(2026, 5, 29), Section.LATE),
            ("unacknowledged+2", Capacity.OFFICER, date(2026, 12, 31), Section.TO_ACKNOWLEDGE),
            ("undecided+5", Capacity.DECIDER, date(2026, 6, 1), Section.TO_DECIDE),
        ],
    )
    def test_todays_facts_decide(
        self, stage: str, capacity: Capacity, due_on: date, section: Section
    ) -> None:
        assert section_of_stage(stage, capacity, due_on, TODAY, is_late=due_on < TODAY) is section

    @pytest.mark.parametrize("stage", ["late+1", "late+3", "late+10", "late+20", "late-weekly", "due-1"])
    @pytest.mark.parametrize("capacity", [Capacity.OFFICER, Capacity.AGENCY_HEAD, Capacity.COORDINATOR])
    def test_an_item_whose_release_was_asked_for_in_time_is_not_called_late(
        self, stage: str, capacity: Capacity
    ) -> None:
        due_on = date(2026, 6, 24)
        assert section_of_stage(stage, capacity, due_on, TODAY, is_late=False) is Section.HELD_UP


class TestLabels:
    def test_every_section_has_its_words(self) -> None:
        assert set(SECTION_LABELS) == set(Section)

    def test_every_notice_has_its_words_and_section(self) -> None:
        assert set(NOTICE_LABELS) == set(NoticeKind)
        assert all(section_of_notice(kind) in Section for kind in NoticeKind)


class TestArrange:
    @given(causes)
    def test_every_item_stands_exactly_once(self, given_causes: list[Cause]) -> None:
        shown = [item for group in arrange(given_causes) for item in group.item_ids]
        assert sorted(shown) == sorted({cause.item_id for cause in given_causes})

    @given(causes)
    def test_headings_keep_their_order_and_none_is_empty(self, given_causes: list[Cause]) -> None:
        groups = arrange(given_causes)
        assert [group.section for group in groups] == [s for s in Section if s in {g.section for g in groups}]
        assert all(group.item_ids for group in groups)

    @given(causes)
    def test_the_most_urgent_heading_wins(self, given_causes: list[Cause]) -> None:
        order = list(Section)
        for group in arrange(given_causes):
            for item in group.item_ids:
                assert order.index(group.section) == min(
                    order.index(c.section) for c in given_causes if c.item_id == item
                )

    def test_earlier_due_dates_come_first(self) -> None:
        groups = arrange(
            [
                Cause(1, "115-TPE-001-02", date(2026, 7, 20), Section.SOON),
                Cause(2, "115-TPE-001-01", date(2026, 7, 6), Section.SOON),
            ]
        )
        assert groups[0].item_ids == (2, 1)

    def test_what_falls_due_tomorrow_stands_at_the_top(self) -> None:
        groups = arrange(
            [
                Cause(1, "115-TPE-001-01", date(2026, 6, 1), Section.LATE),
                Cause(2, "115-TPE-001-02", date(2026, 6, 24), Section.LATE_THREE_DAYS),
                Cause(3, "115-TPE-001-03", date(2026, 6, 30), Section.TOMORROW),
            ]
        )
        assert [group.section for group in groups] == [
            Section.TOMORROW,
            Section.LATE_THREE_DAYS,
            Section.LATE,
        ]
