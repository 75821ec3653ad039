"""More time for an item, on both databases: the request, the signatures, and what never moves."""

from datetime import date, timedelta

import pytest

from tests.factories.actions import (
    after_days,
    ask,
    ask_for_days,
    bring_to,
    deny,
    do,
    grant,
    look,
    status_of,
    version_of,
    work_of,
)
from tests.factories.city import City
from tracker import audit
from tracker.actions import ending, extending, queries, rights
from tracker.actions.extending import ExtensionDecision, ExtensionRequest
from tracker.actions.models import Extension
from tracker.actions.queries import ActionFilter, Group
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.extending import ExtensionReason, Level, Limits
from tracker.actions.rules.workflow import Step, WithdrawalReason
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed, VersionConflict
from tracker.foundation.filing import describe


def dates_of(city: City, item_id: int) -> tuple[date, date]:
    return look(city, "coordinator", item_id, lambda _s, _a, item: (item.original_due_on, item.due_on))


def latest(city: City, item_id: int) -> Extension:
    return look(city, "coordinator", item_id, lambda _s, _a, item: item.extensions[-1])


def steps_of(city: City, key: str, item_id: int) -> set[Step]:
    return look(city, key, item_id, lambda _s, act, item: set(rights.steps_for(act, item)))


DECISIONS = {Step.GRANT_EXTENSION, Step.ENDORSE_EXTENSION, Step.REFUSE_EXTENSION}


class TestRequest:
    def test_changes_no_date(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = dates_of(city, item_id)
        ask_for_days(city, item_id, 10)
        assert dates_of(city, item_id) == before
        assert status_of(city, item_id) == "in_progress"

    def test_remembers_days_and_the_level_they_need(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 20)
        extension = latest(city, item_id)
        facts = (extension.seq, extension.days, extension.cumulative_days, extension.required_level)
        assert facts == (1, 20, 20, Level.AGENCY_HEAD)

    def test_after_the_due_date_is_flagged_for_ever(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", due_in_days=5)
        after_days(city, 9)
        grant(city, ask_for_days(city, item_id, 12), "unit_head")
        assert latest(city, item_id).requested_after_due

    def test_in_time_is_not_flagged(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 12)
        assert not latest(city, item_id).requested_after_due

    def test_only_one_waits_at_a_time(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 10)
        with pytest.raises(StepNotAllowed):
            ask_for_days(city, item_id, 11)

    def test_brings_evidence(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 10, files=(describe(b"%PDF-1.7 minutes", "流標紀錄.pdf"),))
        names = look(
            city, "officer", item_id, lambda _s, _a, item: [e.name for e in item.extensions[0].evidence]
        )
        assert names == ["流標紀錄.pdf"]

    def test_needs_a_later_date_and_a_reason(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        request = ExtensionRequest(None, ExtensionReason.OTHER, "忙")
        with pytest.raises(Invalid) as refused:
            do(city, "officer", extending.request_extension, item_id, request, Limits())
        assert set(refused.value.fields) == {"new_due_on", "reason"}

    def test_is_the_leading_departments_alone(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        with pytest.raises(Forbidden):
            ask_for_days(city, item_id, 10, "other_officer")

    def test_is_not_possible_while_release_is_asked_for(self, city: City) -> None:
        item_id = bring_to(city, "close_requested")
        with pytest.raises(StepNotAllowed):
            ask_for_days(city, item_id, 10)

    def test_is_told_in_the_story(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        grant(city, ask_for_days(city, item_id, 10), "unit_head")
        acts = look(
            city,
            "coordinator",
            item_id,
            lambda session, _a, item: [e.action for e in audit.history_of(session, "action_item", item.id)],
        )
        assert acts[-2:] == ["request_extension", "grant_extension"]


class TestDecision:
    def test_of_the_unit_head_moves_the_date_and_keeps_the_original(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        original, due = dates_of(city, item_id)
        grant(city, ask_for_days(city, item_id, 14), "unit_head")
        assert dates_of(city, item_id) == (original, due + timedelta(days=14))

    def test_days_add_up_and_the_second_extension_needs_a_higher_office(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        grant(city, ask_for_days(city, item_id, 10), "unit_head")
        second = ask_for_days(city, item_id, 10)
        assert latest(city, item_id).required_level is Level.AGENCY_HEAD
        with pytest.raises(Forbidden):
            grant(city, second, "unit_head")
        grant(city, second, "agency_head")
        original, due = dates_of(city, item_id)
        assert (due - original).days == 20

    def test_of_more_than_thirty_days_needs_the_agency_head_and_then_the_coordinating_office(
        self, city: City
    ) -> None:
        item_id = bring_to(city, "in_progress")
        original, due = dates_of(city, item_id)
        extension_id = ask_for_days(city, item_id, 45)
        grant(city, extension_id, "agency_head")
        assert dates_of(city, item_id) == (original, due)
        grant(city, extension_id, "coordinator")
        assert dates_of(city, item_id) == (original, due + timedelta(days=45))
        names = look(
            city,
            "coordinator",
            item_id,
            lambda _s, _a, item: (
                item.extensions[0].endorsed_by_id,
                item.extensions[0].decided_by_id,
            ),
        )
        assert names == (city.people["agency_head"], city.people["coordinator"])

    def test_what_the_head_said_stays_beside_what_the_coordinating_office_says(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 45)
        words = ExtensionDecision(True, "招標確有困難，同意。", "交運字第 3 號")
        do(city, "agency_head", extending.decide_extension, extension_id, words)
        grant(city, extension_id, "coordinator", document_no="府授研字第 7 號")
        extension = latest(city, item_id)
        assert (extension.endorsement, extension.endorsement_no) == (words.decision, words.document_no)
        assert (extension.decision, extension.document_no) == ("同意。", "府授研字第 7 號")

    def test_over_the_head_of_the_agency_needs_a_document(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 45)
        with pytest.raises(Invalid) as refused:
            grant(city, extension_id, "coordinator")
        assert set(refused.value.fields) == {"document_no"}
        grant(city, extension_id, "coordinator", document_no="秘書長核定，府授研字第 7 號")
        assert latest(city, item_id).granted

    def test_is_nobodys_own(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 10, "unit_head")
        with pytest.raises(Forbidden):
            grant(city, extension_id, "unit_head")
        assert latest(city, item_id).turn is Level.AGENCY_HEAD

    @pytest.mark.parametrize("key", ["officer", "viewer"])
    def test_is_not_for_those_without_the_office(self, city: City, key: str) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        with pytest.raises(Forbidden):
            grant(city, extension_id, key)

    def test_of_strangers_finds_nothing(self, city: City) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        with pytest.raises(NotFound):
            grant(city, extension_id, "other_head")

    def test_to_refuse_needs_words_and_changes_no_date(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = dates_of(city, item_id)
        extension_id = ask_for_days(city, item_id, 10)
        with pytest.raises(Invalid):
            deny(city, extension_id, "unit_head", " ")
        deny(city, extension_id, "unit_head")
        assert dates_of(city, item_id) == before
        ask_for_days(city, item_id, 5)

    def test_falls_once(self, city: City) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        deny(city, extension_id, "unit_head")
        with pytest.raises(StepNotAllowed):
            grant(city, extension_id, "unit_head")

    def test_on_a_page_that_is_out_of_date_is_told(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 10)
        with pytest.raises(VersionConflict):
            grant(city, extension_id, "unit_head", version=version_of(city, item_id) - 1)

    def test_offers_each_office_its_step(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 45)
        offered = {
            key: steps_of(city, key, item_id) & DECISIONS
            for key in ("officer", "unit_head", "agency_head", "coordinator", "viewer")
        }
        assert offered == {
            "officer": set(),
            "unit_head": set(),
            "agency_head": {Step.ENDORSE_EXTENSION, Step.REFUSE_EXTENSION},
            "coordinator": {Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION},
            "viewer": set(),
        }


class TestWork:
    def test_waits_for_whose_turn_it_is(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 45)
        assert item_id in work_of(city, "agency_head")
        assert item_id not in work_of(city, "coordinator")
        grant(city, extension_id, "agency_head")
        assert item_id not in work_of(city, "agency_head")
        assert item_id in work_of(city, "coordinator")

    def test_is_counted_as_asking_for_time(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 10)
        with city.database.reading() as session:
            wanted = ActionFilter(group=Group.EXTENSION_ASKED)
            page = queries.list_actions(
                session, city.act("coordinator", session).by, wanted, city.today(), Standards()
            )
        assert [item.id for item in page.rows] == [item_id]


class TestTakingBack:
    def test_leaves_the_date_and_lets_one_ask_again(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = dates_of(city, item_id)
        do(city, "officer", extending.take_back_extension, ask_for_days(city, item_id, 10))
        assert dates_of(city, item_id) == before
        assert ask_for_days(city, item_id, 8)

    def test_is_the_requesters_alone(self, city: City) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        with pytest.raises(Forbidden):
            do(city, "unit_head", extending.take_back_extension, extension_id)

    def test_comes_too_late_after_the_decision(self, city: City) -> None:
        extension_id = ask_for_days(city, bring_to(city, "in_progress"), 10)
        grant(city, extension_id, "unit_head")
        with pytest.raises(StepNotAllowed):
            do(city, "officer", extending.take_back_extension, extension_id)


class TestEnding:
    def test_an_item_that_ends_needs_no_more_time(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        ask_for_days(city, item_id, 10)
        reason = WithdrawalReason.POLICY_CHANGED
        do(city, "coordinator", ending.withdraw, item_id, reason, "政策調整", "秘書長核准")
        assert latest(city, item_id).granted is False

    def test_an_item_that_asks_for_release_may_still_be_extended(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        extension_id = ask_for_days(city, item_id, 10)
        ask(city, item_id)
        grant(city, extension_id, "unit_head")
        assert status_of(city, item_id) == "close_requested"
