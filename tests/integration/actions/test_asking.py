"""Asking for a report of progress outside of the reminders, and acts of which nobody is told."""

import pytest

from tests.factories.actions import bring_to, do
from tests.factories.city import City
from tracker import audit
from tracker.actions import events
from tracker.actions.asking import ask_for_progress
from tracker.foundation.errors import Forbidden, Invalid, StepNotAllowed

SUPERIORS = ("unit_head", "agency_head", "coordinator")


class TestAskForProgress:
    @pytest.mark.parametrize("key", SUPERIORS)
    def test_is_a_superiors_and_leaves_a_line_in_the_record_and_an_event(self, city: City, key: str) -> None:
        item_id = bring_to(city, "in_progress")
        with city.database.transaction() as session:
            ask_for_progress(session, city.act(key, session), item_id, "議會本週質詢，請先填報。")
            happened = session.info["events"][-1]
            last = audit.history_of(session, "action_item", item_id)[-1]
        assert isinstance(happened, events.ProgressAsked)
        assert (last.action, last.after["message"]) == ("ask_for_progress", "議會本週質詢，請先填報。")

    @pytest.mark.parametrize("key", ["officer", "viewer"])
    def test_is_nobody_elses(self, city: City, key: str) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(Forbidden):
            do(city, key, ask_for_progress, item_id)

    @pytest.mark.parametrize("status", ["close_requested", "closed_implemented", "withdrawn"])
    def test_needs_an_item_that_is_being_worked_on(self, city: City, status: str) -> None:
        item_id = bring_to(city, status)
        with pytest.raises(StepNotAllowed):
            do(city, "coordinator", ask_for_progress, item_id)

    def test_takes_no_letter_of_many_pages(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(Invalid):
            do(city, "coordinator", ask_for_progress, item_id, "長" * 501)
