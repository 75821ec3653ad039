"""What the leading department asks of the coordinating office: re-routing, withdrawal, merging; on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from tests.factories.actions import (
    WITHDRAWAL,
    acknowledge,
    agree,
    ask,
    bring_to,
    do,
    look,
    petition,
    status_of,
    version_of,
    work_of,
)
from tests.factories.city import City
from tracker import audit
from tracker.access import Role
from tracker.actions import assigning, ending, events, petitioning, rights
from tracker.actions.assigning import Assignment
from tracker.actions.models import Petition
from tracker.actions.petitioning import PetitionDecision, PetitionRequest
from tracker.actions.rules.petitioning import PetitionKind
from tracker.actions.rules.story import tell
from tracker.actions.rules.workflow import Step, WithdrawalReason
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed, VersionConflict
from tracker.people.models import RoleGrant

EVERYBODY = ("officer", "unit_head", "agency_head", "coordinator", "second_coordinator", "viewer")
MAY_ASK = ("unit_head", "agency_head")
MAY_DECIDE = ("coordinator", "second_coordinator")
WHY = "本案屬學生交流業務，非本科權責。"
REFUSAL = PetitionDecision(agree=False, decision="仍屬貴科權責，請繼續辦理。")
WITHDRAWN = PetitionDecision(
    agree=True, decision="政策已調整。", reason_code=WithdrawalReason.POLICY_CHANGED, approval="秘書長核准"
)


def told(city: City, key: str, verb: Callable[..., Any], *arguments: Any, **named: Any) -> list[type]:
    """Return the events that a service raises."""
    with city.database.transaction() as session:
        verb(session, city.act(key, session), *arguments, **named)
        return [type(event) for event in session.info.pop("events", [])]


def record_of(city: City, item_id: int) -> list[str]:
    with city.database.reading() as session:
        return [event.action for event in audit.history_of(session, "action_item", item_id)]


def waiting(city: City, item_id: int) -> Petition | None:
    return look(city, "coordinator", item_id, lambda _s, _a, item: item.waiting_petition)


def decide(
    city: City, petition_id: int, decision: PetitionDecision, key: str = "coordinator", **more: Any
) -> None:
    do(city, key, petitioning.decide_petition, petition_id, decision, **more)


def reroute(city: City, code: str = "EDU-I") -> PetitionRequest:
    return PetitionRequest(PetitionKind.REASSIGN, WHY, department_id=city.departments[code])


def number_of(city: City, item_id: int) -> str:
    return look(city, "coordinator", item_id, lambda _s, _a, item: item.item_no)


class TestEachTransition:
    """Allowed for each role that may, refused for each that may not, with its line of the record and its event."""

    @pytest.mark.parametrize("key", MAY_ASK)
    @pytest.mark.parametrize("status", ["assigned", "in_progress", "close_requested"])
    def test_the_heads_of_the_lead_ask(self, city: City, key: str, status: str) -> None:
        item_id = bring_to(city, status)
        raised = told(city, key, petitioning.make_petition, item_id, WITHDRAWAL)
        assert raised == [events.PetitionMade]
        assert record_of(city, item_id)[-1] == "petition"
        assert status_of(city, item_id) == status

    @pytest.mark.parametrize("key", [key for key in EVERYBODY if key not in MAY_ASK])
    def test_nobody_else_asks(self, city: City, key: str) -> None:
        with pytest.raises(Forbidden):
            petition(city, bring_to(city, "in_progress"), key)

    def test_the_head_of_a_supporting_department_does_not(self, city: City) -> None:
        with pytest.raises(Forbidden):
            petition(city, bring_to(city, "in_progress", support=("EDU-I",)), "other_head")

    @pytest.mark.parametrize("status", ["closed_implemented", "withdrawn", "merged", "void"])
    def test_nothing_is_asked_for_what_ended(self, city: City, status: str) -> None:
        with pytest.raises(StepNotAllowed):
            petition(city, bring_to(city, status))

    @pytest.mark.parametrize("key", MAY_DECIDE)
    def test_a_coordinator_grants(self, city: City, key: str) -> None:
        item_id = bring_to(city, "in_progress")
        raised = told(city, key, petitioning.decide_petition, petition(city, item_id), WITHDRAWN)
        assert raised == [events.PetitionDecided, events.ActionEnded]
        assert record_of(city, item_id)[-2:] == ["grant_petition", "withdraw"]

    @pytest.mark.parametrize("key", MAY_DECIDE)
    def test_a_coordinator_refuses(self, city: City, key: str) -> None:
        item_id = bring_to(city, "in_progress")
        raised = told(city, key, petitioning.decide_petition, petition(city, item_id), REFUSAL)
        assert raised == [events.PetitionDecided]
        assert record_of(city, item_id)[-1] == "refuse_petition"
        assert status_of(city, item_id) == "in_progress"

    @pytest.mark.parametrize("key", [key for key in EVERYBODY if key not in MAY_DECIDE])
    @pytest.mark.parametrize("decision", [WITHDRAWN, REFUSAL])
    def test_nobody_else_decides(self, city: City, key: str, decision: PetitionDecision) -> None:
        item_id = bring_to(city, "in_progress")
        petition_id = petition(city, item_id)
        with pytest.raises(Forbidden):
            decide(city, petition_id, decision, key)
        assert waiting(city, item_id) is not None

    @pytest.mark.parametrize("key", ["other_officer", "other_head"])
    def test_others_do_not_know_of_it(self, city: City, key: str) -> None:
        petition_id = petition(city, bring_to(city, "in_progress"))
        with pytest.raises(NotFound):
            decide(city, petition_id, REFUSAL, key)

    def test_each_is_offered_exactly_the_steps_that_are_theirs(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        petition(city, item_id)
        steps = {Step.PETITION, Step.GRANT_PETITION, Step.REFUSE_PETITION}
        offered = {
            key: look(city, key, item_id, lambda _s, act, item: set(rights.steps_for(act, item)) & steps)
            for key in EVERYBODY
        }
        theirs = {key: {Step.GRANT_PETITION, Step.REFUSE_PETITION} for key in MAY_DECIDE}
        assert offered == {key: theirs.get(key, set()) for key in EVERYBODY}


class TestAsking:
    def test_one_waits_at_a_time(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        petition(city, item_id)
        with pytest.raises(StepNotAllowed):
            petition(city, item_id, "agency_head")

    def test_the_database_knows_one_at_a_time(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        petition(city, item_id)
        table = Petition.__table__
        with city.database.engine.begin() as connection:
            again = {**connection.execute(select(table)).mappings().one(), "id": 99}
        with city.database.engine.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(insert(Petition).values(again))

    def test_another_may_follow(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        decide(city, petition(city, item_id), REFUSAL)
        petition(city, item_id)
        assert waiting(city, item_id) is not None

    @pytest.mark.parametrize(
        ("request_", "field"),
        [
            (PetitionRequest(PetitionKind.WITHDRAW, WHY), "reason_code"),
            (PetitionRequest(PetitionKind.REASSIGN, WHY), "department_id"),
            (PetitionRequest(PetitionKind.MERGE, WHY), "into_item_no"),
            (PetitionRequest(PetitionKind.MERGE, "重複", into_item_no="115-TPT-999-01"), "reason"),
        ],
    )
    def test_says_what_is_missing(self, city: City, request_: PetitionRequest, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            petition(city, bring_to(city, "in_progress"), request=request_)
        assert list(refused.value.fields) == [field]

    def test_proposes_another_department_and_another_item(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(Invalid):
            petition(city, item_id, request=reroute(city, "TPT-P"))
        itself = PetitionRequest(PetitionKind.MERGE, WHY, into_item_no=number_of(city, item_id))
        with pytest.raises(Invalid):
            petition(city, item_id, request=itself)

    def test_no_other_lead_is_asked_for_while_the_release_is_decided(self, city: City) -> None:
        with pytest.raises(StepNotAllowed):
            petition(city, bring_to(city, "close_requested"), request=reroute(city))

    def test_stands_among_the_coordinators_work(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        petition(city, item_id)
        assert work_of(city, "coordinator") == [item_id]
        assert work_of(city, "unit_head") == []

    def test_is_taken_back_by_its_requester_alone(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        petition_id = petition(city, item_id)
        for key in ("officer", "agency_head", "coordinator"):
            with pytest.raises(Forbidden):
                do(city, key, petitioning.take_back_petition, petition_id)
        do(city, "unit_head", petitioning.take_back_petition, petition_id)
        assert record_of(city, item_id)[-1] == "petition_taken_back"
        with pytest.raises(StepNotAllowed):
            decide(city, petition_id, WITHDRAWN)

    def test_lapses_when_the_item_ends_or_goes_to_others(self, city: City) -> None:
        for verb, words in (
            (ending.make_void, ("重複建檔",)),
            (assigning.reassign, (Assignment(city.departments["EDU-I"], city.today()), "業務移撥")),
        ):
            item_id = bring_to(city, "in_progress")
            petition(city, item_id)
            do(city, "coordinator", verb, item_id, *words)
            assert waiting(city, item_id) is None


class TestDeciding:
    def test_re_routing_gives_the_item_to_whom_the_coordinator_chose(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        assignment = Assignment(
            city.departments["EDU-I"], city.today(), officer_id=city.people["other_officer"]
        )
        decision = PetitionDecision(True, "屬國際交流業務。", assignment)
        raised = told(
            city,
            "coordinator",
            petitioning.decide_petition,
            petition(city, item_id, request=reroute(city)),
            decision,
        )
        assert raised == [events.PetitionDecided, events.ActionAssigned]
        assert status_of(city, item_id) == "assigned"
        acknowledge(city, item_id, "other_officer")

    def test_merging_goes_into_the_other_item(self, city: City) -> None:
        item_id, other = bring_to(city, "in_progress"), city.give_action()
        number = number_of(city, other)
        request = PetitionRequest(PetitionKind.MERGE, WHY, into_item_no=number)
        decision = PetitionDecision(True, "內容相同。", into_item_no=number, approval="秘書長核准")
        decide(city, petition(city, item_id, request=request), decision)
        assert status_of(city, item_id) == "merged"
        assert record_of(city, other)[-1] == "received_merged"

    @pytest.mark.parametrize(
        ("decision", "field"),
        [
            (PetitionDecision(agree=True, decision=" "), "decision"),
            (PetitionDecision(agree=False, decision=""), "decision"),
            (PetitionDecision(agree=True, decision="政策已調整。"), "approval"),
        ],
    )
    def test_needs_words_and_the_higher_approval(
        self, city: City, decision: PetitionDecision, field: str
    ) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(Invalid) as refused:
            decide(city, petition(city, item_id), decision)
        assert list(refused.value.fields) == [field]
        assert waiting(city, item_id) is not None
        assert record_of(city, item_id)[-1] == "petition"

    def test_re_routing_needs_a_department(self, city: City) -> None:
        petition_id = petition(city, bring_to(city, "in_progress"), request=reroute(city))
        with pytest.raises(Invalid) as refused:
            decide(city, petition_id, PetitionDecision(True, "同意。"))
        assert list(refused.value.fields) == ["lead_department_id"]

    def test_happens_once(self, city: City) -> None:
        petition_id = petition(city, bring_to(city, "in_progress"))
        decide(city, petition_id, REFUSAL)
        with pytest.raises(StepNotAllowed):
            decide(city, petition_id, WITHDRAWN, "second_coordinator")

    def test_the_second_of_two_is_told(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        petition_id, version = petition(city, item_id), version_of(city, item_id)
        agree(city, ask(city, item_id))
        with pytest.raises(VersionConflict):
            decide(city, petition_id, REFUSAL, version=version)

    def test_nobody_decides_for_the_unit_that_they_belong_to(self, city: City) -> None:
        item_id = bring_to(city, "assigned", lead="RDC-1", officer=None)
        with city.database.transaction() as session:
            session.add_all(
                RoleGrant(person_id=city.people[key], role=role, department_id=city.departments[code])
                for key, role, code in (
                    ("unit_head", Role.UNIT_HEAD, "RDC-1"),
                    ("agency_head", Role.AGENCY_HEAD, "RDC"),
                )
            )
        petition_id = petition(city, item_id)
        with pytest.raises(Forbidden):
            decide(city, petition_id, WITHDRAWN, "coordinator")
        decide(city, petition_id, WITHDRAWN, "agency_head")
        assert status_of(city, item_id) == "withdrawn"

    def test_everything_stands_in_the_story(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        decide(city, petition(city, item_id, request=reroute(city)), REFUSAL)
        decide(city, petition(city, item_id), WITHDRAWN)
        with city.database.reading() as session:
            lines = tell(audit.history_of(session, "action_item", item_id))
            assert audit.verify(session) is None
        words = [passage.words for line in lines for passage in line.details]
        assert {WHY, REFUSAL.decision, WITHDRAWAL.reason, WITHDRAWN.decision} <= set(words)
