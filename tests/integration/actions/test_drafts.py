"""An item kept as a draft (暫存): nobody is told of it, and nobody but the coordinators sees it, before it is assigned."""

from datetime import timedelta

import pytest

from tests.factories.actions import after_days, do, look, status_of
from tests.factories.city import City
from tracker.actions import service
from tracker.actions.models import ActionItem
from tracker.actions.service import Assignment
from tracker.foundation.errors import Forbidden, NotFound, StepNotAllowed


def prepared(city: City, key: str = "coordinator") -> int:
    """Keep a second item of an assigned item's recommendation as a draft, and return its id."""
    first = city.give_action()
    recommendation_id = look(city, "coordinator", first, lambda _session, _act, item: item.recommendation_id)
    due_on = city.today() + timedelta(days=60)
    assignment = Assignment(city.departments["TPT-P"], due_on, officer_id=city.people["officer"])
    item: ActionItem = do(
        city, key, service.prepare_action, recommendation_id, "115-TPT-901-09", "後續說明會", assignment
    )
    return item.id


class TestPrepareAction:
    def test_keeps_it_from_its_department(self, city: City) -> None:
        item_id = prepared(city)
        assert status_of(city, item_id) == "draft"
        with pytest.raises(NotFound):
            look(city, "officer", item_id, lambda _session, _act, item: item.title)

    def test_is_the_coordinators_right(self, city: City) -> None:
        with pytest.raises(Forbidden):
            prepared(city, "officer")


class TestAssign:
    def test_brings_it_out_from_that_day_on(self, city: City) -> None:
        item_id = prepared(city)
        after_days(city, 3)
        do(city, "coordinator", service.assign, item_id)
        assert status_of(city, item_id) == "assigned"
        began = look(
            city, "officer", item_id, lambda _session, _act, item: (item.start_on, item.lead.assigned_at)
        )
        assert began == (city.today(), city.clock.now())

    def test_happens_once(self, city: City) -> None:
        item_id = prepared(city)
        do(city, "coordinator", service.assign, item_id)
        with pytest.raises(StepNotAllowed):
            do(city, "coordinator", service.assign, item_id)
