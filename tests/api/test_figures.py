"""Figures over the programming interface: the dashboard's own numbers."""

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
