"""An item kept as a draft (暫存): nobody is told of it, and nobody but the coordinators sees it, before it is assigned."""

import pytest

from tests.factories.actions import after_days, do, keep_draft, look, status_of
from tests.factories.city import City
from tracker.actions import assigning
from tracker.foundation.errors import Forbidden, NotFound, StepNotAllowed


class TestPrepareAction:
    def test_keeps_it_from_its_department(self, city: City) -> None:
        item_id = keep_draft(city)
        assert status_of(city, item_id) == "draft"
        with pytest.raises(NotFound):
            look(city, "officer", item_id, lambda _session, _act, item: item.title)

    def test_is_the_coordinators_right(self, city: City) -> None:
        with pytest.raises(Forbidden):
            keep_draft(city, "officer")


class TestAssign:
    def test_brings_it_out_from_that_day_on(self, city: City) -> None:
        item_id = keep_draft(city)
        after_days(city, 3)
        do(city, "coordinator", assigning.assign, item_id)
        assert status_of(city, item_id) == "assigned"
        began = look(
            city, "officer", item_id, lambda _session, _act, item: (item.start_on, item.lead.assigned_at)
        )
        assert began == (city.today(), city.clock.now())

    def test_happens_once(self, city: City) -> None:
        item_id = keep_draft(city)
        do(city, "coordinator", assigning.assign, item_id)
        with pytest.raises(StepNotAllowed):
            do(city, "coordinator", assigning.assign, item_id)
