"""What a closing request must bring, and who may not decide on it."""

from datetime import date, timedelta

import pytest

from tracker.access import Grant, Principal, Role
from tracker.actions.rules.closing import may_decide, missing_for_closing, only_promises

TODAY = date(2026, 3, 2)
RESULT = "兩處路口已試辦完成並公布成效。"
OFFICE, UNIT, OWNER, OTHER = 1, 2, 3, 4


def person(
    role: Role, department: int | None, *below: int, number: int = 7, deputy_for: int | None = None
) -> Principal:
    subtree = frozenset({department, *below}) if department else frozenset()
    return Principal(number, "某人", (Grant(role, department, subtree, deputy_for),))


class TestMissing:
    def test_nothing_when_all_is_there(self) -> None:
        assert missing_for_closing(RESULT, TODAY, 1, TODAY) == {}

    @pytest.mark.parametrize(
        ("result", "completed_on", "evidence", "field"),
        [
            ("完成。", TODAY, 1, "result"),
            (" " * 40, TODAY, 1, "result"),
            (RESULT, None, 1, "completed_on"),
            (RESULT, TODAY + timedelta(1), 1, "completed_on"),
            (RESULT, TODAY, 0, "evidence"),
        ],
    )
    def test_names_the_field(self, result: str, completed_on: date | None, evidence: int, field: str) -> None:
        assert list(missing_for_closing(result, completed_on, evidence, TODAY)) == [field]

    def test_evidence_is_a_choice_of_the_city(self) -> None:
        assert missing_for_closing(RESULT, TODAY, 0, TODAY, evidence_required=False) == {}


class TestOnlyPromises:
    @pytest.mark.parametrize(
        "result",
        [
            "將於明年辦理試辦計畫。",
            "本案研議中，俟核定後辦理。",
            "已納入下年度計畫。",
            "We will run a trial.",
        ],
    )
    def test_sees_the_future(self, result: str) -> None:
        assert only_promises(result)

    @pytest.mark.parametrize("result", [RESULT, "已與即將畢業的學生完成座談。", "The trial was run in May."])
    def test_leaves_the_past_alone(self, result: str) -> None:
        assert not only_promises(result)


class TestMayDecide:
    def test_a_coordinator_decides_on_others_items(self) -> None:
        assert may_decide(person(Role.COORDINATOR, UNIT), 9, 8, OWNER, led_by_coordinating_office=False)

    def test_nobody_decides_on_their_own_request(self) -> None:
        assert not may_decide(
            person(Role.COORDINATOR, UNIT, number=9), 9, 8, OWNER, led_by_coordinating_office=False
        )

    def test_nobody_decides_on_the_request_of_whom_they_stand_in_for(self) -> None:
        deputy = person(Role.COORDINATOR, UNIT, deputy_for=9)
        assert not may_decide(deputy, 9, 8, OWNER, led_by_coordinating_office=False)

    def test_a_coordinator_does_not_decide_for_the_own_department(self) -> None:
        assert not may_decide(person(Role.COORDINATOR, UNIT), 9, 8, UNIT, led_by_coordinating_office=True)

    def test_a_coordinator_outside_that_unit_decides_for_the_coordinating_office(self) -> None:
        assert may_decide(person(Role.COORDINATOR, OTHER), 9, 8, UNIT, led_by_coordinating_office=True)

    def test_the_head_of_the_coordinating_agency_decides_for_it(self) -> None:
        assert may_decide(person(Role.AGENCY_HEAD, OFFICE, UNIT), 9, 8, UNIT, led_by_coordinating_office=True)

    def test_the_head_of_another_agency_does_not_even_when_coordinator_of_that_unit(self) -> None:
        both = Principal(
            7,
            "某人",
            (
                Grant(Role.AGENCY_HEAD, OTHER, frozenset({OTHER})),
                Grant(Role.COORDINATOR, UNIT, frozenset({UNIT})),
            ),
        )
        assert not may_decide(both, 9, 8, UNIT, led_by_coordinating_office=True)

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.AGENCY_HEAD])
    def test_the_owner_never_closes(self, role: Role) -> None:
        assert not may_decide(person(role, OWNER), 9, 8, OWNER, led_by_coordinating_office=False)

    def test_the_officer_never_closes_even_as_coordinator_of_another_unit(self) -> None:
        officer = person(Role.COORDINATOR, OTHER, number=8)
        assert not may_decide(officer, 9, 8, OWNER, led_by_coordinating_office=False)

    def test_the_head_of_a_unit_above_never_closes_even_as_coordinator_of_another(self) -> None:
        head = Principal(
            7,
            "某人",
            (
                Grant(Role.UNIT_HEAD, UNIT, frozenset({UNIT, OWNER})),
                Grant(Role.COORDINATOR, OTHER, frozenset({OTHER})),
            ),
        )
        assert not may_decide(head, 9, 8, OWNER, led_by_coordinating_office=False)

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMINISTRATOR])
    def test_readers_and_administrators_decide_nothing(self, role: Role) -> None:
        assert not may_decide(person(role, None), 9, 8, OWNER, led_by_coordinating_office=False)
