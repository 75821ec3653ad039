"""Progress is filed for a period, and moves the percentage once the head of the unit approves it; on both databases."""

import pytest

from tests.factories.actions import after_days, approve, bring_to, do, look, report, send_back, work_of
from tests.factories.city import City
from tracker.actions import reporting, rights
from tracker.actions.models import ProgressUpdate
from tracker.actions.reporting import Filing, Progress
from tracker.actions.rules.workflow import Step
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from tracker.people.models import User


def percent_of(city: City, item_id: int) -> int:
    return look(city, "officer", item_id, lambda _s, _a, item: item.lead.percent)


def updates_of(city: City, item_id: int) -> list[ProgressUpdate]:
    return look(city, "officer", item_id, lambda _s, _a, item: list(item.updates))


class TestApproval:
    def test_an_officers_report_waits_and_the_percentage_stays(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, percent=60)
        assert (percent_of(city, item_id), updates_of(city, item_id)[0].approved) == (0, None)

    def test_it_counts_as_the_last_update_all_the_same(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id)
        assert look(city, "officer", item_id, lambda _s, _a, i: i.lead.updated_on) == city.today()

    def test_approving_moves_the_percentage(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        approve(city, report(city, item_id, percent=60))
        update = updates_of(city, item_id)[0]
        assert (percent_of(city, item_id), update.approved) == (60, True)
        assert update.reviewed_by_id == city.people["unit_head"]

    def test_returning_keeps_it_and_every_word(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        send_back(city, report(city, item_id, percent=60))
        update = updates_of(city, item_id)[0]
        assert (percent_of(city, item_id), update.approved) == (0, False)
        assert update.narrative == "已完成現場勘查與設計。"

    def test_returning_needs_a_note(self, city: City) -> None:
        update_id = report(city, bring_to(city, "in_progress"))
        with pytest.raises(Invalid):
            send_back(city, update_id, note=" ")

    def test_what_the_head_files_needs_nobody(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, "unit_head", percent=55)
        assert percent_of(city, item_id) == 55

    def test_where_there_is_no_head_nobody_is_waited_for(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with city.database.transaction() as session:
            session.get_one(User, city.people["unit_head"]).is_active = False
        report(city, item_id, percent=25)
        assert percent_of(city, item_id) == 25

    def test_a_city_may_do_without(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, percent=45, filing=Filing(approval=False))
        assert percent_of(city, item_id) == 45

    def test_approving_the_last_of_several_settles_those_before(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, percent=20)
        approve(city, report(city, item_id, percent=35))
        assert [update.approved for update in updates_of(city, item_id)] == [True, True]
        assert percent_of(city, item_id) == 35

    def test_is_given_once(self, city: City) -> None:
        update_id = report(city, bring_to(city, "in_progress"))
        approve(city, update_id)
        with pytest.raises(StepNotAllowed):
            send_back(city, update_id)

    @pytest.mark.parametrize("key", ["officer", "coordinator", "viewer"])
    def test_is_the_heads_alone(self, city: City, key: str) -> None:
        update_id = report(city, bring_to(city, "in_progress"))
        with pytest.raises(Forbidden):
            approve(city, update_id, key)

    def test_of_strangers_finds_nothing(self, city: City) -> None:
        update_id = report(city, bring_to(city, "in_progress"))
        with pytest.raises(NotFound):
            approve(city, update_id, "other_head")

    def test_may_come_from_the_head_of_the_agency(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        approve(city, report(city, item_id, percent=30), "agency_head")
        assert percent_of(city, item_id) == 30

    def test_is_offered_and_asked_of_the_head(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id)
        steps = look(city, "unit_head", item_id, lambda _s, act, item: set(rights.steps_for(act, item)))
        assert {Step.APPROVE_PROGRESS, Step.RETURN_PROGRESS} <= steps
        assert item_id in work_of(city, "unit_head")

    def test_of_a_supporting_department_is_that_departments(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        update_id = report(city, item_id, "other_officer", percent=70)
        with pytest.raises(Forbidden):
            approve(city, update_id, "unit_head")
        approve(city, update_id, "other_head")
        percents = look(city, "officer", item_id, lambda _s, _a, i: (i.lead.percent, i.supporting[0].percent))
        assert percents == (0, 70)


class TestPeriods:
    def test_a_report_tells_of_the_month_in_which_it_is_filed(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        after_days(city, 10)
        report(city, item_id)
        update = updates_of(city, item_id)[0]
        assert (update.period, update.late) == (f"{city.today():%Y-%m}", False)

    def test_a_report_for_a_month_that_has_closed_is_late(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=200)
        month = f"{city.today():%Y-%m}"
        after_days(city, 42)
        progress = Progress("補填上月辦理情形。", 20, period=month)
        do(city, "officer", reporting.submit_progress, item_id, progress)
        update = updates_of(city, item_id)[0]
        assert (update.period, update.late) == (month, True)

    def test_a_period_that_is_not_open_is_refused(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(Invalid) as refused:
            do(
                city,
                "officer",
                reporting.submit_progress,
                item_id,
                Progress("提前填報。", 20, period="2099-01"),
            )
        assert set(refused.value.fields) == {"period"}
