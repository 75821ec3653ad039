"""The check a year after closing by the services, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories.actions import after_days, ask, bring_to, do, look
from tests.factories.city import City
from tracker import audit
from tracker.actions import events, queries, releasing
from tracker.actions.models import PostCheck
from tracker.actions.post_checking import CheckAnswer, answer_check, note_check
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.releasing import ClosingDecision
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.post_checking import CheckState
from tracker.actions.rules.story import tell
from tracker.actions.rules.workflow import Outcome
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from tracker.reports.rules.adoption import Adoption

ANSWER = CheckAnswer(Adoption.PARTIALLY_ADOPTED, in_effect=True, narrative="看板仍在使用，並已納入維護契約。")
READERS = ("officer", "unit_head", "agency_head", "coordinator", "viewer")
STRANGERS = ("other_officer", "other_head", "administrator")


@pytest.fixture
def closed(city: City) -> int:
    """An item that was released as done today."""
    return bring_to(city, "closed_implemented")


@pytest.fixture
def due(city: City, closed: int) -> int:
    """The same, on the day of its check."""
    after_days(city, 365)
    return closed


def check_of(city: City, item_id: int) -> PostCheck:
    return look(city, "coordinator", item_id, lambda _s, _a, item: item.checks[-1])


def state_of(city: City, item_id: int) -> CheckState:
    return check_of(city, item_id).state_on(city.today())


def answer(city: City, item_id: int, key: str = "officer", given: CheckAnswer = ANSWER) -> None:
    do(city, key, answer_check, check_of(city, item_id).id, given)


def note(city: City, item_id: int, key: str = "coordinator", **more: Any) -> None:
    do(city, key, note_check, check_of(city, item_id).id, "准予備查。", **more)


def acts(city: City, item_id: int) -> list[audit.AuditEvent]:
    return look(
        city,
        "coordinator",
        item_id,
        lambda session, _a, item: list(audit.history_of(session, "action_item", item.id)),
    )


def to_check(city: City, key: str = "coordinator") -> int:
    with city.database.reading() as session:
        by = city.act(key, session).by
        return queries.count_actions(
            session, by, ActionFilter(group=Group.TO_CHECK), city.today(), Standards()
        )


def waiting_for(city: City, key: str) -> list[int]:
    with city.database.reading() as session:
        by = city.act(key, session).by
        return [each.item_id for each in queries.checks_waiting_for(session, by, city.today())]


class TestPlanning:
    def test_is_twelve_months_after_an_item_was_released_as_done(self, city: City, closed: int) -> None:
        assert check_of(city, closed).due_on == date(2027, 3, 2)
        assert state_of(city, closed) is CheckState.AHEAD
        assert acts(city, closed)[-1].after["post_check_on"] == "2027-03-02"

    @pytest.mark.parametrize(
        ("outcome", "months"),
        [(Outcome.PARTIAL, 12), (Outcome.NOT_IMPLEMENTED, 12), (Outcome.IMPLEMENTED, 0)],
    )
    def test_is_none_for_other_outcomes_or_where_the_city_wants_none(
        self, city: City, outcome: Outcome, months: int
    ) -> None:
        item_id = bring_to(city, "in_progress")
        decision = ClosingDecision(agree=True, decision="成果具體。", outcome=outcome)
        closing_id = ask(city, item_id)
        do(city, "coordinator", releasing.decide_closing, closing_id, decision, post_check_months=months)
        assert look(city, "coordinator", item_id, lambda _s, _a, item: list(item.checks)) == []


class TestAnswering:
    @pytest.mark.parametrize("key", READERS)
    def test_is_for_the_leading_department(self, city: City, due: int, key: str) -> None:
        if key in ("officer", "unit_head"):
            answer(city, due, key)
            assert state_of(city, due) is CheckState.ANSWERED
            return
        with pytest.raises(Forbidden):
            answer(city, due, key)

    @pytest.mark.parametrize("key", STRANGERS)
    def test_a_check_of_an_unseen_item_does_not_exist(self, city: City, due: int, key: str) -> None:
        with pytest.raises(NotFound):
            answer(city, due, key)

    def test_waits_for_its_day(self, city: City, closed: int) -> None:
        with pytest.raises(StepNotAllowed):
            answer(city, closed)

    def test_happens_once(self, city: City, due: int) -> None:
        answer(city, due)
        with pytest.raises(StepNotAllowed):
            answer(city, due, "unit_head")

    def test_needs_a_final_adoption_and_words(self, city: City, due: int) -> None:
        with pytest.raises(Invalid) as refused:
            answer(city, due, given=CheckAnswer(None, in_effect=True, narrative=""))
        assert list(refused.value.fields) == ["adoption", "narrative"]

    def test_is_recorded_and_told(self, city: City, due: int) -> None:
        answer(city, due)
        last = acts(city, due)[-1]
        assert (last.action, last.after["adoption"]) == ("post_check_answered", "partially_adopted")
        line = tell(acts(city, due))[-1]
        assert (line.terms, [each.words for each in line.details]) == (
            {"adoption": "部分採行"},
            [ANSWER.narrative],
        )

    def test_tells_the_house(self, city: City, due: int) -> None:
        check_id = check_of(city, due).id
        with city.database.transaction() as session:
            act = city.act("officer", session)
            answer_check(session, act, check_id, ANSWER)
            assert session.info.pop("events") == [events.PostCheckAnswered(due, act, check_id)]

    def test_leaves_the_item_closed(self, city: City, due: int) -> None:
        answer(city, due)
        status = look(city, "coordinator", due, lambda _s, _a, item: item.status.value)
        assert status == "closed_implemented"


class TestNoting:
    @pytest.mark.parametrize("key", READERS)
    def test_is_the_coordinators_alone(self, city: City, due: int, key: str) -> None:
        answer(city, due)
        if key == "coordinator":
            note(city, due, key)
            assert state_of(city, due) is CheckState.NOTED
            return
        with pytest.raises(Forbidden):
            note(city, due, key)

    def test_waits_for_an_answer(self, city: City, due: int) -> None:
        with pytest.raises(StepNotAllowed):
            note(city, due)

    @pytest.mark.parametrize("recorded", [True, False])
    def test_records_the_adoption_where_that_is_asked_for(self, city: City, due: int, recorded: bool) -> None:
        answer(city, due)
        before = look(city, "coordinator", due, lambda _s, _a, item: item.recommendation.adoption)
        note(city, due, record_adoption=recorded)
        after = look(city, "coordinator", due, lambda _s, _a, item: item.recommendation.adoption)
        assert after is (Adoption.PARTIALLY_ADOPTED if recorded else before)

    def test_is_recorded_and_tells_the_house(self, city: City, due: int) -> None:
        answer(city, due)
        check_id = check_of(city, due).id
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            note_check(session, act, check_id, "准予備查。")
            assert session.info.pop("events") == [events.PostCheckNoted(due, act, check_id)]
        last = acts(city, due)[-1]
        assert (last.action, last.after) == ("post_check_noted", {"note": "准予備查。"})


class TestReopening:
    @pytest.mark.parametrize("answered", [True, False])
    def test_cancels_what_is_not_noted(self, city: City, due: int, answered: bool) -> None:
        if answered:
            answer(city, due)
        do(city, "coordinator", releasing.reopen, due, "成效不足")
        assert state_of(city, due) is CheckState.CANCELLED
        assert waiting_for(city, "officer") == waiting_for(city, "coordinator") == []


class TestWaiting:
    def test_is_for_the_owner_then_for_the_coordinator_then_for_nobody(self, city: City, closed: int) -> None:
        assert (to_check(city), waiting_for(city, "officer")) == (0, [])
        after_days(city, 365)
        assert [waiting_for(city, key) for key in ("officer", "unit_head")] == [[closed], [closed]]
        assert (to_check(city), waiting_for(city, "coordinator")) == (1, [])
        answer(city, closed)
        assert (to_check(city), waiting_for(city, "officer")) == (1, [])
        assert waiting_for(city, "coordinator") == [closed]
        note(city, closed)
        assert (to_check(city), waiting_for(city, "coordinator")) == (0, [])

    def test_is_for_nobody_else(self, city: City, due: int) -> None:
        for key in ("agency_head", "viewer", "other_officer", "other_head", "administrator"):
            assert waiting_for(city, key) == []

    def test_begins_on_the_day_itself(self, city: City, closed: int) -> None:
        city.clock.advance(timedelta(days=364))  # type: ignore[attr-defined]
        assert to_check(city) == 0
        after_days(city, 1)
        assert to_check(city) == 1
