"""Reminders of the reporting periods: the period opens, closes, was missed."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tracker.actions.models import ActionItem, Part
from tracker.actions.reporting import Filing
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.reminders.models import OutboxLetter, Planned, PlannedReminder
from tracker.reminders.planning import plan_reminders
from tracker.reminders.rules.ladder import Reason

FAR = date(2027, 6, 30)


@pytest.fixture
def stages(office, database, at):
    """Plan one morning where departments file by the fifth of each month; return who heard of which stage."""
    monthly = replace(office, filing=Filing())

    def live(moment: str) -> set[tuple[str, int]]:
        at(moment)
        plan_reminders(monthly, database)
        with database.reading() as session:
            rows = session.scalars(
                select(PlannedReminder).where(PlannedReminder.planned_at == monthly.clock.now())
            ).all()
            return {(row.stage, row.recipient_id) for row in rows if row.outcome is Planned.PLANNED}

    return live


@pytest.fixture
def owing(make_item):
    """Store items for which nothing was filed yet."""

    def make(assigned_on: date, status: Status = Status.IN_PROGRESS) -> int:
        return make_item(FAR, assigned_on=assigned_on, status=status, filed_until=None)

    return make


def file(database, item_id: int, until: date) -> None:
    with database.transaction() as session:
        session.get_one(ActionItem, item_id).lead.filed_until = until


class TestAPeriod:
    def test_opens_on_the_first_working_day_for_the_officer(self, stages, owing, city) -> None:
        owing(date(2026, 4, 13))
        assert stages("2026-04-30 09:00") == set()
        assert stages("2026-05-04 09:00") == {
            ("period+1", city.officer)
        }  # 1 May is a day off, then a weekend.

    def test_closes_on_the_fifth_or_the_working_day_before_it(self, stages, owing, city) -> None:
        owing(date(2026, 5, 13))
        stages("2026-06-01 09:00")
        assert stages("2026-06-04 09:00") == set()
        assert stages("2026-06-05 09:00") == {("filing+0", city.officer)}
        stages("2026-07-01 09:00")
        assert stages("2026-07-03 09:00") == {("filing+0", city.officer)}  # 5 July is a Sunday.

    def test_missed_is_told_to_officer_and_head_the_working_day_after(self, stages, owing, city) -> None:
        owing(date(2026, 5, 13))
        stages("2026-06-05 09:00")
        assert stages("2026-06-08 09:00") == {("filing+1", city.officer), ("filing+1", city.head)}

    def test_a_second_one_missed_is_told_to_the_coordinator(self, stages, owing, city) -> None:
        owing(date(2026, 4, 13))
        stages("2026-05-06 09:00")
        stages("2026-06-05 09:00")
        assert ("missed+1", city.coordinator) in stages("2026-06-08 09:00")

    def test_asks_once_for_each_period(self, stages, owing, city) -> None:
        owing(date(2026, 5, 13))
        stages("2026-06-01 09:00")
        assert stages("2026-06-02 09:00") == set()
        assert stages("2026-07-01 09:00") == {("period+1", city.officer)}


class TestWhoIsNotAsked:
    def test_who_has_filed(self, stages, owing, database) -> None:
        file(database, owing(date(2026, 5, 13)), date(2026, 5, 31))
        assert stages("2026-06-08 09:00") == set()

    def test_who_had_no_part_in_the_item_then(self, stages, owing) -> None:
        owing(date(2026, 6, 1))
        assert stages("2026-06-08 09:00") == set()

    def test_who_has_not_taken_the_item(self, stages, owing) -> None:
        owing(date(2026, 5, 13), status=Status.ASSIGNED)
        assert not {stage for stage, _ in stages("2026-06-08 09:00")} & {"period+1", "filing+0", "filing+1"}

    def test_who_asked_to_be_released(self, stages, owing, database) -> None:
        item = owing(date(2026, 5, 13))
        with database.transaction() as session:
            session.scalars(
                select(Part).where(Part.item_id == item)
            ).one().status = PartStatus.CLOSE_REQUESTED
        assert stages("2026-06-08 09:00") == set()

    def test_who_files_before_the_letter_is_written(self, office, stages, owing, database, at) -> None:
        item = owing(date(2026, 5, 13))
        stages("2026-06-05 09:00")
        stages("2026-06-08 09:00")
        file(database, item, date(2026, 5, 31))
        at("2026-06-09 09:00")
        plan_reminders(replace(office, filing=Filing()), database)
        with database.reading() as session:
            late = session.scalars(select(PlannedReminder).where(PlannedReminder.stage == "filing+1")).all()
        assert {row.reason for row in late} == {Reason.FILED}


class TestLetter:
    def test_names_the_period_and_until_when(self, stages, owing, database, city) -> None:
        owing(date(2026, 5, 13))
        stages("2026-06-01 09:00")
        with database.reading() as session:
            letter = session.scalars(select(OutboxLetter)).one()
            assert "上期辦理情形待填報" in letter.text
            assert "115年5月，期限115年6月5日" in letter.text
