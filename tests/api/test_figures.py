"""Figures over the programming interface: the dashboard's own numbers."""

from datetime import timedelta

from tests.factories.actions import after_days
from tests.factories.city import City
from tests.support.interface import Ask


class TestFigures:
    def test_count_what_the_list_lists(self, ask: Ask, city: City) -> None:
        city.give_action(due_in_days=5)
        city.give_action(due_in_days=90)
        figures = ask("/figures").json
        for group in ("open", "due_soon", "overdue", "closed"):
            assert figures[group] == ask(f"/action-items?group={group}").json["total"]

    def test_count_units_under_their_agency(self, ask: Ask, city: City) -> None:
        city.give_action(lead="TPT-P")
        (line,) = ask("/figures").json["by_department"]
        assert (line["department"]["code"], line["open"]) == ("TPT", 1)

    def test_of_an_officer_cover_the_own_unit(self, ask: Ask, city: City) -> None:
        city.give_action(lead="TPT-P")
        assert ask("/figures", key="other_officer").json["open"] == 0

    def test_narrow_to_a_department(self, ask: Ask, city: City) -> None:
        city.give_action(lead="TPT-P")
        assert ask("/figures?department=EDU").json["open"] == 0

    def test_of_a_past_day_are_those_of_the_list_of_that_day(self, ask: Ask, city: City) -> None:
        city.give_action(due_in_days=5)
        after_days(city, 10)
        city.give_action(due_in_days=90)
        day = city.today() - timedelta(days=4)
        figures = ask(f"/figures?as_at={day}").json
        listed = ask(f"/action-items?group=overdue&as_at={day}").json
        assert figures["as_at"] == listed["as_at"] == day.isoformat()
        assert (figures["open"], figures["overdue"]) == (1, 1) == (listed["total"], len(listed["items"]))
        assert listed["items"][0]["days_late"] == 1
        assert figures["trend"][-1]["overdue"] == 1
