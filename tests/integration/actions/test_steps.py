"""Each step by the services: who may, what it needs, what it leaves behind, on both databases."""

from datetime import timedelta

import pytest

from tests.factories import actions
from tests.factories.actions import (
    acknowledge,
    agree,
    approve,
    ask,
    bring_to,
    do,
    look,
    refuse,
    report,
    status_of,
    version_of,
    work_of,
)
from tests.factories.city import City
from tracker import audit
from tracker.access import Role
from tracker.actions import assigning, ending, events, queries, releasing, reporting, rights
from tracker.actions.assigning import Assignment
from tracker.actions.releasing import ClosingDecision, ClosingRequest
from tracker.actions.reporting import Progress
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.story import tell
from tracker.actions.rules.workflow import PartRole, PartStatus, Step, WithdrawalReason
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound, StepNotAllowed, VersionConflict
from tracker.foundation.filing import describe
from tracker.people.models import RoleGrant
from tracker.reports.rules.adoption import Adoption
from tracker.reports.rules.drafts import Confidentiality

OPEN_STATUSES = ("assigned", "in_progress", "close_requested")
STATUSES = (*OPEN_STATUSES, "closed_implemented", "withdrawn", "merged", "void")
OWNERS = ("officer", "unit_head")
COORDINATORS = ("coordinator", "second_coordinator")
SUPERIORS = ("unit_head", "agency_head", *COORDINATORS)
MATRIX = {
    # status: {step: who may take it}
    "assigned": {
        Step.ACKNOWLEDGE: ("officer", "unit_head", "agency_head"),
        Step.REASSIGN: COORDINATORS,
        Step.REQUEST_EXTENSION: OWNERS,
        Step.ASK_FOR_PROGRESS: SUPERIORS,
    },
    "in_progress": {
        Step.REPORT_PROGRESS: OWNERS,
        Step.PREPARE_CLOSING: OWNERS,
        Step.REQUEST_CLOSING: ("unit_head",),
        Step.REQUEST_EXTENSION: OWNERS,
        Step.REASSIGN: COORDINATORS,
        Step.ASK_FOR_PROGRESS: SUPERIORS,
    },
    "close_requested": {Step.AGREE_CLOSING: COORDINATORS, Step.REFUSE_CLOSING: COORDINATORS},
    "closed_implemented": {Step.REOPEN: COORDINATORS},
    "withdrawn": {},
    "merged": {},
    "void": {},
}
for _status in OPEN_STATUSES:
    MATRIX[_status] |= dict.fromkeys(
        (Step.EDIT, Step.WITHDRAW, Step.MERGE, Step.SPLIT, Step.VOID), COORDINATORS
    )
    MATRIX[_status] |= {Step.CHANGE_OFFICER: (*COORDINATORS, "unit_head", "agency_head")}
    MATRIX[_status] |= {Step.PETITION: ("unit_head", "agency_head")}
READERS = ("officer", "unit_head", "agency_head", "coordinator", "second_coordinator", "viewer")
STRANGERS = ("other_officer", "other_head", "administrator")


def parts_of(city: City, item_id: int) -> dict[str, tuple[str, str]]:
    return look(
        city,
        "coordinator",
        item_id,
        lambda _session, _act, item: {p.department.code: (p.role.value, p.status.value) for p in item.parts},
    )


def adoption_of(city: City, item_id: int) -> tuple[str, str]:
    """Return what was decided about an item's recommendation, and why."""

    def asked(_session, _act, item) -> tuple[str, str]:
        return item.recommendation.adoption.value, item.recommendation.adoption_reason

    return look(city, "coordinator", item_id, asked)


def story_of(city: City, item_id: int) -> list[str]:
    return look(
        city,
        "coordinator",
        item_id,
        lambda session, _act, item: [e.action for e in audit.history_of(session, "action_item", item.id)],
    )


def told(city: City, key: str, verb, *arguments, **named) -> list[type]:
    """Return the events that a service raises."""
    with city.database.transaction() as session:
        verb(session, city.act(key, session), *arguments, **named)
        return [type(event) for event in session.info.pop("events", [])]


class TestRights:
    @pytest.mark.parametrize("status", STATUSES)
    def test_each_role_is_offered_exactly_its_steps(self, city: City, status: str) -> None:
        item_id = bring_to(city, status)
        for key in READERS:
            offered = look(city, key, item_id, lambda _session, act, item: set(rights.steps_for(act, item)))
            assert offered == {step for step, people in MATRIX[status].items() if key in people}, key

    @pytest.mark.parametrize("status", STATUSES)
    def test_a_step_that_is_not_offered_is_refused(self, city: City, status: str) -> None:
        item_id = bring_to(city, status)
        for key in READERS:
            for step in Step:
                if key in MATRIX[status].get(step, ()):
                    continue
                with pytest.raises((Forbidden, StepNotAllowed)):
                    look(
                        city,
                        key,
                        item_id,
                        lambda _session, act, item, step=step: rights.check_step(act, item, step),
                    )

    @pytest.mark.parametrize("key", STRANGERS)
    def test_an_item_of_others_does_not_exist(self, city: City, key: str) -> None:
        item_id = city.give_action()
        closing_id = ask(city, bring_to(city, "in_progress"))
        with city.database.reading() as session:
            act = city.act(key, session)
            with pytest.raises(NotFound):
                queries.get_action(session, act.by, item_id)
            with pytest.raises(NotFound):
                queries.get_closing(session, act.by, closing_id)
            assert (
                queries.count_actions(session, act.by, queries.ActionFilter(), city.today(), Standards()) == 0
            )

    def test_the_item_of_a_restricted_report_is_hidden_from_the_viewer(self, city: City) -> None:
        item_id = city.give_action(confidentiality=Confidentiality.RESTRICTED)
        with city.database.reading() as session, pytest.raises(NotFound):
            queries.get_action(session, city.act("viewer", session).by, item_id)

    def test_a_supporting_department_sees_the_item_even_so(self, city: City) -> None:
        item_id = city.give_action(support=("EDU-I",), confidentiality=Confidentiality.RESTRICTED)
        assert look(city, "other_officer", item_id, lambda _session, _act, item: item.id) == item_id

    def test_an_officer_may_not_assign(self, city: City) -> None:
        assignment = Assignment(city.departments["EDU-I"], city.today())
        with pytest.raises(Forbidden):
            do(city, "officer", assigning.reassign, city.give_action(), assignment, "理由")


class TestAcknowledge:
    def test_begins_the_work_and_tells(self, city: City) -> None:
        item_id = city.give_action(officer=None)
        assert told(city, "officer", assigning.acknowledge, item_id) == [events.ActionAcknowledged]
        assert status_of(city, item_id) == "in_progress"
        officer = look(city, "officer", item_id, lambda _session, _act, item: item.lead.officer.name)
        assert officer == "何語安"

    def test_refuses_an_officer_of_another_department(self, city: City) -> None:
        with pytest.raises(Invalid) as refused:
            do(city, "unit_head", assigning.acknowledge, city.give_action(), city.people["other_officer"])
        assert "officer_id" in refused.value.fields

    def test_happens_once(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(StepNotAllowed):
            acknowledge(city, item_id)


class TestProgress:
    def test_is_added_and_never_overwrites(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, percent=30)
        report(city, item_id, percent=60)
        percents = look(
            city, "officer", item_id, lambda _session, _act, item: [u.percent for u in item.updates]
        )
        assert percents == [30, 60]

    def test_moves_the_part_of_its_department_only(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        approve(city, report(city, item_id, "other_officer", percent=70), "other_head")
        percents = look(
            city, "officer", item_id, lambda _session, _act, i: (i.lead.percent, i.supporting[0].percent)
        )
        assert percents == (0, 70)

    @pytest.mark.parametrize(
        ("progress", "field"),
        [
            (Progress(" ", 40), "narrative"),
            (Progress("已完成。", 101), "percent"),
            (Progress("已完成。", -1), "percent"),
        ],
    )
    def test_refuses_what_is_missing_or_wrong(self, city: City, progress: Progress, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            do(city, "officer", reporting.submit_progress, bring_to(city, "in_progress"), progress)
        assert list(refused.value.fields) == [field]

    def test_two_reports_at_once_both_stay(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        version = version_of(city, item_id)
        report(city, item_id)
        assert version_of(city, item_id) == version

    def test_nobody_reports_for_a_part_that_is_not_theirs(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", lead="TPT-P", support=("TPT",))
        parts = look(city, "officer", item_id, lambda _session, _act, item: [part.id for part in item.parts])
        with pytest.raises(Forbidden):
            report(city, item_id, "officer", part_id=parts[1])


class TestRequestClosing:
    def test_refuses_without_evidence(self, city: City) -> None:
        with pytest.raises(Invalid) as refused:
            ask(city, bring_to(city, "in_progress"), files=())
        assert list(refused.value.fields) == ["evidence"]

    def test_counts_evidence_filed_with_progress_of_this_round(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id, files=(actions.REPORT,))
        refuse(city, ask(city, item_id, files=()))
        with pytest.raises(Invalid):
            ask(city, item_id, files=())

    def test_counts_evidence_filed_in_the_same_transaction(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with city.database.transaction() as session:
            act = city.act("unit_head", session)
            queries.get_action(session, act.by, item_id)
            reporting.submit_progress(session, act, item_id, Progress("已完成。", 100), (actions.REPORT,))
            closing = releasing.request_closing(
                session, act, item_id, ClosingRequest(actions.RESULT, city.today())
            )
            assert closing.item.waiting_closing is closing

    def test_is_asked_once(self, city: City) -> None:
        item_id = bring_to(city, "close_requested")
        with pytest.raises(StepNotAllowed):
            ask(city, item_id)


class TestDecideClosing:
    def test_agreeing_closes_the_item(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        decision = ClosingDecision(agree=True, decision="成果具體。")
        raised = told(city, "coordinator", releasing.decide_closing, ask(city, item_id), decision)
        assert raised == [events.ActionClosed]
        facts = look(
            city, "officer", item_id, lambda _s, _a, i: (i.status.value, i.closed_on, i.lead.percent)
        )
        assert facts == ("closed_implemented", city.today(), 100)

    def test_refusing_begins_the_next_round(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        decision = ClosingDecision(agree=False, decision="請補充成效數據。")
        assert told(city, "coordinator", releasing.decide_closing, ask(city, item_id), decision) == [
            events.ClosingRefused
        ]
        assert look(city, "officer", item_id, lambda _s, _a, i: (i.status.value, i.round_no)) == (
            "in_progress",
            2,
        )

    @pytest.mark.parametrize("agree", [True, False])
    def test_every_decision_needs_its_words(self, city: City, agree: bool) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"))
        decision = ClosingDecision(agree=agree, decision=" ")
        with pytest.raises(Invalid) as refused:
            do(city, "coordinator", releasing.decide_closing, closing_id, decision)
        assert list(refused.value.fields) == ["decision"]

    def test_a_release_leaves_the_adoption_as_it_was(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = adoption_of(city, item_id)
        agree(city, ask(city, item_id))
        assert adoption_of(city, item_id) == before

    def test_a_release_may_end_with_another_adoption_for_the_reason_given(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        decision = ClosingDecision(True, "僅辦理一處轉運站。", adoption=Adoption.PARTIALLY_ADOPTED)
        do(city, "coordinator", releasing.decide_closing, ask(city, item_id), decision)
        assert adoption_of(city, item_id) == ("partially_adopted", "僅辦理一處轉運站。")

    @pytest.mark.parametrize("adoption", [Adoption.PENDING, Adoption.UNDER_STUDY])
    def test_a_release_does_not_end_with_an_open_question(self, city: City, adoption: Adoption) -> None:
        item_id = bring_to(city, "in_progress")
        decision = ClosingDecision(True, "成果具體。", adoption=adoption)
        with pytest.raises(Invalid) as refused:
            do(city, "coordinator", releasing.decide_closing, ask(city, item_id), decision)
        assert list(refused.value.fields) == ["adoption"]

    def test_keeping_it_under_tracking_decides_no_adoption(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = adoption_of(city, item_id)
        decision = ClosingDecision(False, "請補充成效數據。", adoption=Adoption.NOT_ADOPTED)
        do(city, "coordinator", releasing.decide_closing, ask(city, item_id), decision)
        assert adoption_of(city, item_id) == before

    @pytest.mark.parametrize("key", ["officer", "unit_head", "agency_head", "viewer"])
    def test_the_owner_never_closes(self, city: City, key: str) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"))
        with pytest.raises(Forbidden):
            agree(city, closing_id, key)

    def test_is_decided_once(self, city: City) -> None:
        closing_id = ask(city, bring_to(city, "in_progress"))
        agree(city, closing_id)
        with pytest.raises(StepNotAllowed):
            refuse(city, closing_id, "second_coordinator")

    def test_a_coordinator_of_the_leading_unit_does_not_decide_but_one_outside_does(self, city: City) -> None:
        item_id = city.give_action(lead="RDC-1", officer=None, support=())
        with city.database.transaction() as session:
            add_officer(city, session, "officer", "RDC-1")
        acknowledge(city, item_id)
        closing_id = ask(city, item_id)
        with pytest.raises(Forbidden):
            agree(city, closing_id, "coordinator")
        agree(city, closing_id, "second_coordinator")

    def test_nothing_is_decided_on_an_item_that_was_withdrawn_meanwhile(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        closing_id = ask(city, item_id, "other_officer")
        do(
            city,
            "coordinator",
            ending.withdraw,
            item_id,
            WithdrawalReason.OTHER,
            "首長核准",
            "府研字第 1 號",
        )
        with pytest.raises(StepNotAllowed):
            agree(city, closing_id)

    def test_an_unknown_request_does_not_exist(self, city: City) -> None:
        with pytest.raises(NotFound):
            agree(city, 12345)


def add_officer(city: City, session, key: str, code: str) -> None:
    """Give a person the role of officer in one more department."""
    session.add(
        RoleGrant(person_id=city.people[key], role=Role.OFFICER, department_id=city.departments[code])
    )


class TestSupportingParts:
    def test_hold_up_the_closing_until_they_are_released(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        lead_closing = ask(city, item_id)
        with pytest.raises(Conflict) as refused:
            agree(city, lead_closing)
        assert "國際教育科" in str(refused.value)
        agree(city, ask(city, item_id, "other_officer"))
        agree(city, lead_closing)
        assert parts_of(city, item_id) == {"TPT-P": ("lead", "released"), "EDU-I": ("support", "released")}

    def test_a_refused_part_goes_on_and_the_item_stays_in_its_round(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        refuse(city, ask(city, item_id, "other_officer"))
        facts = look(city, "other_officer", item_id, lambda _s, _a, i: (i.supporting[0].status, i.round_no))
        assert facts == (PartStatus.OPEN, 1)

    def test_a_released_part_reports_no_more(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        agree(city, ask(city, item_id, "other_officer"))
        with pytest.raises(StepNotAllowed):
            report(city, item_id, "other_officer")

    def test_their_requests_wait_among_the_deciders_work(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        ask(city, item_id, "other_officer")
        for key, expected in (
            ("coordinator", [item_id]),
            ("viewer", []),
            ("other_officer", []),
            ("officer", [item_id]),
        ):
            assert work_of(city, key) == expected, key


class TestReassign:
    def assignment(
        self, city: City, lead: str, support: tuple[str, ...] = (), officer: str | None = None
    ) -> Assignment:
        return Assignment(
            city.departments[lead],
            city.today() + timedelta(days=999),
            tuple(city.departments[code] for code in support),
            city.people[officer] if officer else None,
        )

    def test_sends_the_item_to_the_new_department_and_keeps_its_date(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        due_on = look(city, "coordinator", item_id, lambda _s, _a, i: i.due_on)
        assignment = self.assignment(city, "EDU-I", officer="other_officer")
        assert told(city, "coordinator", assigning.reassign, item_id, assignment, "業務移撥") == [
            events.ActionAssigned
        ]
        facts = look(
            city, "other_officer", item_id, lambda _s, _a, i: (i.status.value, i.lead.officer.name, i.due_on)
        )
        assert facts == ("assigned", "白若水", due_on)

    def test_a_department_that_leaves_does_not_hold_up_the_closing(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        report(city, item_id)
        do(city, "coordinator", assigning.reassign, item_id, self.assignment(city, "EDU-I"), "業務移撥")
        acknowledge(city, item_id, "other_officer")
        agree(city, ask(city, item_id, "other_officer"))
        assert status_of(city, item_id) == "closed_implemented"

    def test_lead_and_support_change_places(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        ask(city, item_id, "other_officer")
        do(
            city,
            "coordinator",
            assigning.reassign,
            item_id,
            self.assignment(city, "EDU-I", ("TPT-P",)),
            "主協辦對調",
        )
        assert parts_of(city, item_id) == {"EDU-I": ("lead", "open"), "TPT-P": ("support", "open")}
        waiting = look(city, "coordinator", item_id, lambda _s, _a, i: i.waiting_closing)
        assert waiting is None

    def test_there_is_always_exactly_one_lead(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        for lead, support in (("EDU-I", ()), ("TPT", ("EDU-I",)), ("TPT-P", ("TPT", "EDU-I")), ("TPT-P", ())):
            do(city, "coordinator", assigning.reassign, item_id, self.assignment(city, lead, support), "調整")
            roles = look(city, "coordinator", item_id, lambda _s, _a, i: [p.role for p in i.parts])
            assert roles.count(PartRole.LEAD) == 1

    def test_a_department_that_comes_back_works_again(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        do(city, "coordinator", assigning.reassign, item_id, self.assignment(city, "TPT-P"), "免協辦")
        assert parts_of(city, item_id)["EDU-I"] == ("support", "released")
        do(
            city,
            "coordinator",
            assigning.reassign,
            item_id,
            self.assignment(city, "TPT-P", ("EDU-I",)),
            "再協辦",
        )
        assert parts_of(city, item_id)["EDU-I"] == ("support", "open")

    def test_refuses_without_reason_or_with_the_lead_as_support(self, city: City) -> None:
        item_id = city.give_action()
        with pytest.raises(Invalid):
            do(city, "coordinator", assigning.reassign, item_id, self.assignment(city, "EDU-I"), " ")
        with pytest.raises(Invalid):
            do(
                city,
                "coordinator",
                assigning.reassign,
                item_id,
                self.assignment(city, "EDU-I", ("EDU-I",)),
                "理由",
            )


class TestEnds:
    def test_withdrawal_needs_explanation_and_approval(self, city: City) -> None:
        with pytest.raises(Invalid) as refused:
            do(city, "coordinator", ending.withdraw, city.give_action(), WithdrawalReason.OTHER, " ", "")
        assert set(refused.value.fields) == {"explanation", "approval"}

    @pytest.mark.parametrize("status", ["withdrawn", "merged", "void"])
    def test_what_ended_is_neither_open_nor_closed_and_waits_for_nobody(
        self, city: City, status: str
    ) -> None:
        item_id = bring_to(city, status)
        with city.database.reading() as session:
            act = city.act("coordinator", session)
            item = queries.get_action(session, act.by, item_id)
            assert item.closed_on == city.today()
            for group in (queries.Group.OPEN, queries.Group.CLOSED, queries.Group.AWAITING_DECISION):
                report_no = item.recommendation.report.report_no or ""
                wanted = queries.ActionFilter(group=group, report_no=report_no)
                assert queries.count_actions(session, act.by, wanted, city.today(), Standards()) == 0
        assert item_id not in work_of(city, "officer")

    def test_merging_needs_another_open_item(self, city: City) -> None:
        item_id, ended = city.give_action(), bring_to(city, "void")
        numbers = [look(city, "coordinator", each, lambda _s, _a, i: i.item_no) for each in (item_id, ended)]
        for number in (*numbers, "999-XXX-999-99", ""):
            with pytest.raises(Invalid):
                do(city, "coordinator", ending.merge, item_id, number, "內容相同", "秘書長核准")

    def test_merging_needs_explanation_and_approval(self, city: City) -> None:
        item_id, target = city.give_action(), city.give_action()
        number = look(city, "coordinator", target, lambda _s, _a, i: i.item_no)
        with pytest.raises(Invalid) as refused:
            do(city, "coordinator", ending.merge, item_id, number, "", " ")
        assert set(refused.value.fields) == {"explanation", "approval"}

    def test_merging_is_told_on_both_sides(self, city: City) -> None:
        item_id, target = city.give_action(), city.give_action()
        number = look(city, "coordinator", target, lambda _s, _a, i: i.item_no)
        do(city, "coordinator", ending.merge, item_id, number, "內容相同", "秘書長核准")
        assert story_of(city, item_id)[-1] == "merge"
        assert story_of(city, target)[-1] == "received_merged"

    def test_reopening_begins_a_round_that_can_be_closed_again(self, city: City) -> None:
        item_id = bring_to(city, "closed_implemented")
        assert told(city, "coordinator", releasing.reopen, item_id, "成果未持續") == [events.ActionReopened]
        facts = look(
            city, "officer", item_id, lambda _s, _a, i: (i.status.value, i.round_no, i.closed_on, i.outcome)
        )
        assert facts == ("in_progress", 2, None, None)
        agree(city, ask(city, item_id))


class TestConflicts:
    def test_the_second_of_two_deciders_is_told(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        version = version_of(city, item_id)
        closing_id = ask(city, item_id)
        with pytest.raises(VersionConflict):
            agree(city, closing_id, version=version)

    def test_an_item_that_changed_meanwhile_is_not_overwritten(self, city: City) -> None:
        item_id = city.give_action()
        version = version_of(city, item_id)
        acknowledge(city, item_id)
        with pytest.raises(VersionConflict):
            do(city, "coordinator", ending.make_void, item_id, "重複建檔", version=version)

    def test_the_second_of_two_who_give_an_item_to_departments_is_told(self, city: City) -> None:
        item_id = city.give_action()
        version = version_of(city, item_id)
        to = Assignment(city.departments["EDU-I"], city.today())
        do(city, "coordinator", assigning.reassign, item_id, to, "業務移撥", version)
        with pytest.raises(VersionConflict):
            do(city, "second_coordinator", assigning.reassign, item_id, to, "業務移撥", version)

    def test_who_was_shown_another_departments_request_is_told_that_it_was_decided(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        closing_id = ask(city, item_id, "other_officer")
        version = version_of(city, item_id)
        agree(city, closing_id)
        with pytest.raises(VersionConflict):
            do(city, "second_coordinator", ending.make_void, item_id, "重複建檔", version)


class TestRecord:
    def test_every_step_leaves_its_line_and_the_chain_holds(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        report(city, item_id, files=(actions.REPORT, describe(b"x", "相片.txt")))
        refuse(city, ask(city, item_id))
        agree(city, ask(city, item_id, "other_officer"))
        agree(city, ask(city, item_id))
        do(city, "coordinator", releasing.reopen, item_id, "成果未持續")
        with city.database.reading() as session:
            record = audit.history_of(session, "action_item", item_id)
            assert [event.action for event in record] == [
                "opened", "assign", "acknowledge", "report_progress", "prepare_closing", "forward_closing",
                "refuse_closing", "part_release_prepared", "part_release_forwarded", "part_released",
                "prepare_closing", "forward_closing", "agree_closing", "reopen",
            ]  # fmt: skip
            assert [line.round_no for line in tell(record)] == [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3]
            assert len(tell(record)[2].evidence) == 2
            assert audit.verify(session) is None

    def test_a_refused_step_leaves_nothing(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        before = story_of(city, item_id)
        with pytest.raises(Invalid):
            ask(city, item_id, files=())
        assert story_of(city, item_id) == before
