"""A closing request goes through the head of the unit: prepared, forwarded or returned, taken back; on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import actions
from tests.factories.actions import (
    after_days,
    agree,
    ask,
    bring_to,
    do,
    forward,
    look,
    prepare_closing,
    prepared,
    refuse,
    report,
    return_closing,
    status_of,
    version_of,
    work_of,
)
from tests.factories.city import City
from tracker import audit
from tracker.actions import assigning, events, queries, releasing, rights
from tracker.actions.assigning import Assignment
from tracker.actions.models import Closing
from tracker.actions.releasing import ClosingRequest, ClosingReview
from tracker.actions.rules import deadlines
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.story import tell
from tracker.actions.rules.workflow import PartStatus, Step
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed, VersionConflict
from tracker.people.models import User

EVERYBODY = ("officer", "unit_head", "agency_head", "coordinator", "second_coordinator", "viewer")
MAY_ASK = ("officer", "unit_head")


def closing_of(city: City, item_id: int) -> Closing:
    return look(city, "coordinator", item_id, lambda _s, _a, item: item.closings[-1])


def steps_of(city: City, key: str, item_id: int) -> set[Step]:
    return look(city, key, item_id, lambda _s, act, item: set(rights.steps_for(act, item)))


def told(city: City, key: str, verb: Callable[..., Any], *arguments: Any, **named: Any) -> list[type]:
    """Return the events that a service raises."""
    with city.database.transaction() as session:
        verb(session, city.act(key, session), *arguments, **named)
        return [type(event) for event in session.info.pop("events", [])]


def last_of(city: City, item_id: int) -> tuple[str, Any, Any]:
    """Return the last line of an item's record: the act, and its status before and after where it changed."""
    with city.database.reading() as session:
        event = audit.history_of(session, "action_item", item_id)[-1]
        return event.action, event.before.get("status"), event.after.get("status")


def asked(city: City) -> ClosingRequest:
    return ClosingRequest(actions.RESULT, city.today())


class TestEachTransition:
    """Allowed for each role that may, refused for each that may not, with its line of the record and its event."""

    @pytest.mark.parametrize("key", MAY_ASK)
    def test_the_department_asks(self, city: City, key: str) -> None:
        item_id = bring_to(city, "in_progress")
        raised = told(city, key, releasing.request_closing, item_id, asked(city), (actions.REPORT,))
        if key == "officer":
            assert raised == [events.ClosingPrepared]
            assert last_of(city, item_id) == ("prepare_closing", None, None)
        else:
            assert raised == [events.ClosingRequested]
            assert last_of(city, item_id) == ("request_closing", "in_progress", "close_requested")

    @pytest.mark.parametrize("key", [key for key in EVERYBODY if key not in MAY_ASK])
    def test_nobody_else_asks(self, city: City, key: str) -> None:
        with pytest.raises(Forbidden):
            prepare_closing(city, bring_to(city, "in_progress"), key)

    @pytest.mark.parametrize(
        ("forwards", "event", "line"),
        [
            (True, events.ClosingRequested, ("forward_closing", "in_progress", "close_requested")),
            (False, events.ClosingReturned, ("return_closing", None, None)),
        ],
    )
    def test_the_head_forwards_or_returns(
        self, city: City, forwards: bool, event: type, line: tuple[str, str | None, str | None]
    ) -> None:
        item_id = bring_to(city, "in_progress")
        review = ClosingReview(forwards, "請補成效數據。")
        assert told(city, "unit_head", releasing.review_closing, prepare_closing(city, item_id), review) == [
            event
        ]
        assert last_of(city, item_id) == line

    @pytest.mark.parametrize("key", [key for key in EVERYBODY if key != "unit_head"])
    @pytest.mark.parametrize("forwards", [True, False])
    def test_nobody_else_forwards_or_returns(self, city: City, key: str, forwards: bool) -> None:
        item_id = bring_to(city, "in_progress")
        closing_id = prepare_closing(city, item_id)
        with pytest.raises(Forbidden):
            do(city, key, releasing.review_closing, closing_id, ClosingReview(forwards, "請補成效數據。"))
        assert prepared(city, item_id) == [closing_id]

    @pytest.mark.parametrize("key", ["other_officer", "other_head"])
    def test_others_do_not_know_of_it(self, city: City, key: str) -> None:
        closing_id = prepare_closing(city, bring_to(city, "in_progress"))
        with pytest.raises(NotFound):
            forward(city, closing_id, key)

    def test_each_is_offered_exactly_the_steps_that_are_theirs(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        closing_steps = {each for each in Step if each.value.endswith("_closing")}
        offered = {key: steps_of(city, key, item_id) & closing_steps for key in EVERYBODY}
        theirs = {"unit_head": {Step.FORWARD_CLOSING, Step.RETURN_CLOSING}}
        assert offered == {key: theirs.get(key, set()) for key in EVERYBODY}


class TestWaitingForTheHead:
    def test_the_item_goes_on(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        assert status_of(city, item_id) == "in_progress"
        assert look(city, "officer", item_id, lambda _s, _a, i: i.lead.status) is PartStatus.OPEN
        report(city, item_id)

    def test_it_is_checked_as_any_request(self, city: City) -> None:
        with pytest.raises(Invalid) as refused:
            prepare_closing(city, bring_to(city, "in_progress"), files=())
        assert list(refused.value.fields) == ["evidence"]

    def test_nobody_asks_twice(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        for key in MAY_ASK:
            with pytest.raises(StepNotAllowed):
                prepare_closing(city, item_id, key)

    def test_it_stands_among_the_heads_work_and_not_the_coordinators(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        assert work_of(city, "unit_head") == [item_id]
        assert work_of(city, "coordinator") == []
        forward(city, closing_of(city, item_id).id)
        assert work_of(city, "unit_head") == []
        assert work_of(city, "coordinator") == [item_id]

    def test_it_has_a_group_of_its_own(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        with city.database.reading() as session:
            by = city.act("unit_head", session).by
            counts = queries.count_by_group(session, by, queries.ActionFilter(), city.today(), Standards())
            wanted = queries.ActionFilter(group=queries.Group.CLOSING_PREPARED)
            rows = queries.list_actions(session, by, wanted, city.today(), Standards()).rows
        assert counts[queries.Group.CLOSING_PREPARED] == 1
        assert counts[queries.Group.AWAITING_DECISION] == 0
        assert [row.id for row in rows] == [item_id]

    def test_where_there_is_no_head_nobody_is_waited_for(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with city.database.transaction() as session:
            session.get_one(User, city.people["unit_head"]).is_active = False
        prepare_closing(city, item_id)
        assert status_of(city, item_id) == "close_requested"

    def test_a_city_may_do_without(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id, approval=False)
        assert status_of(city, item_id) == "close_requested"

    def test_a_head_who_asks_forwards_at_once(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id, "unit_head")
        closing = closing_of(city, item_id)
        assert (status_of(city, item_id), closing.requested_on) == ("close_requested", city.today())

    def test_it_lapses_when_the_item_goes_to_others(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        prepare_closing(city, item_id)
        assignment = Assignment(city.departments["TPT-P"], city.today(), officer_id=city.people["unit_head"])
        do(city, "coordinator", assigning.reassign, item_id, assignment, "改由科長承辦")
        assert prepared(city, item_id) == []


class TestForwarding:
    def test_the_day_of_forwarding_is_the_day_of_asking(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=3)
        closing_id = prepare_closing(city, item_id)
        after_days(city, 5)
        facts = look(city, "officer", item_id, lambda _s, _a, item: queries.deadline_of(item))
        assert deadlines.is_overdue(facts, city.today())
        forward(city, closing_id)
        facts = look(city, "officer", item_id, lambda _s, _a, item: queries.deadline_of(item))
        assert facts.closing_requested_on == city.today()
        assert deadlines.is_overdue(facts, city.today())

    def test_a_request_forwarded_in_time_is_not_late_while_it_waits(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=3)
        forward(city, prepare_closing(city, item_id))
        after_days(city, 5)
        with city.database.reading() as session:
            wanted = queries.ActionFilter(group=queries.Group.OVERDUE)
            by = city.act("coordinator", session).by
            assert queries.count_actions(session, by, wanted, city.today(), Standards()) == 0

    def test_keeps_who_prepared_and_who_forwarded(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        forward(city, prepare_closing(city, item_id))
        closing = closing_of(city, item_id)
        signed = (closing.requested_by_id, closing.forwarded_by_id)
        assert signed == (city.people["officer"], city.people["unit_head"])

    def test_happens_once(self, city: City) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"))
        for again in (forward, return_closing):
            with pytest.raises(StepNotAllowed):
                again(city, closing_id)

    def test_the_second_of_two_is_told(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        version = version_of(city, item_id)
        closing_id = prepare_closing(city, item_id)
        with city.database.transaction() as session:
            queries.get_action(session, city.act("unit_head", session).by, item_id).title = "改了名稱"
        with pytest.raises(VersionConflict):
            forward(city, closing_id, version=version)

    def test_the_head_who_forwarded_never_decides(self, city: City) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"))
        with pytest.raises(Forbidden):
            agree(city, closing_id, "unit_head")

    def test_a_refused_release_is_prepared_anew(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        refuse(city, ask(city, item_id))
        agree(city, ask(city, item_id))
        assert status_of(city, item_id) == "closed_implemented"


class TestReturning:
    def test_needs_a_note(self, city: City) -> None:
        closing_id = prepare_closing(city, bring_to(city, "in_progress"))
        with pytest.raises(Invalid) as refused:
            return_closing(city, closing_id, note=" ")
        assert list(refused.value.fields) == ["note"]

    def test_keeps_every_word_and_lets_the_officer_ask_again(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        return_closing(city, prepare_closing(city, item_id))
        closing = closing_of(city, item_id)
        assert (closing.result, closing.decision) == (actions.RESULT, "請補成效數據。")
        assert status_of(city, item_id) == "in_progress"
        ask(city, item_id)
        assert status_of(city, item_id) == "close_requested"

    def test_it_is_no_request_that_was_in_time(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=3)
        return_closing(city, prepare_closing(city, item_id))
        assert look(city, "officer", item_id, lambda _s, _a, item: item.waiting_closing) is None


class TestTakingBack:
    def test_is_the_requesters_own(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        closing_id = prepare_closing(city, item_id)
        for key in ("unit_head", "coordinator", "viewer"):
            with pytest.raises(Forbidden):
                do(city, key, releasing.take_back_closing, closing_id)
        do(city, "officer", releasing.take_back_closing, closing_id)
        assert prepared(city, item_id) == []
        assert last_of(city, item_id)[0] == "closing_taken_back"

    def test_is_too_late_once_it_was_forwarded(self, city: City) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"))
        with pytest.raises(StepNotAllowed):
            do(city, "officer", releasing.take_back_closing, closing_id)


class TestSupportingPart:
    def test_goes_through_its_own_head_and_leaves_the_items_status(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        closing_id = prepare_closing(city, item_id, "other_officer")
        with pytest.raises(Forbidden):
            forward(city, closing_id, "unit_head")
        forward(city, closing_id, "other_head")
        part = look(city, "other_officer", item_id, lambda _s, _a, item: item.supporting[0].status)
        assert (part, status_of(city, item_id)) == (PartStatus.CLOSE_REQUESTED, "in_progress")

    def test_leaves_its_lines(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        return_closing(city, prepare_closing(city, item_id, "other_officer"), "other_head")
        ask(city, item_id, "other_officer")
        with city.database.reading() as session:
            record = audit.history_of(session, "action_item", item_id)
            written = [event.action for event in record]
            assert len(tell(record)) == len(record) - 1  # A draft that was opened is not told.
            assert audit.verify(session) is None
        assert written[3:] == [
            "part_release_prepared",
            "part_release_returned",
            "part_release_prepared",
            "part_release_forwarded",
        ]

    def test_both_departments_wait_for_their_heads_at_once(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        both = [prepare_closing(city, item_id), prepare_closing(city, item_id, "other_officer")]
        assert prepared(city, item_id) == both

    def test_may_still_ask_when_the_lead_has_asked(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        lead = ask(city, item_id)
        agree(city, ask(city, item_id, "other_officer"))
        agree(city, lead)
        assert status_of(city, item_id) == "closed_implemented"


def test_a_day_passes_between_preparing_and_forwarding_in_the_record(city: City) -> None:
    item_id = bring_to(city, "in_progress")
    closing_id = prepare_closing(city, item_id)
    after_days(city, 1)
    forward(city, closing_id)
    closing = closing_of(city, item_id)
    assert closing.forwarded_at - closing.requested_at == timedelta(days=1)  # type: ignore[operator]
