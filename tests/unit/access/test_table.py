"""The table of rights: complete, and reaching as far as it says."""

import pytest

from tracker.access import ROLE_LABELS, SYSTEM, TABLE, Grant, Permission, Principal, Right, Role

UNIT, AGENCY, ELSEWHERE = 11, 10, 20


def rights() -> list[Right]:
    """Return every right that exists."""
    rooms = [kind for kind in vars(Permission).values() if isinstance(kind, type)]
    return [right for room in rooms for right in room]


def somebody(role: Role, department: int | None = UNIT, below: frozenset[int] = frozenset()) -> Principal:
    """Return a person with one role."""
    return Principal(1, "某人", (Grant(role, department, below or frozenset({department or 0})),))


class TestTable:
    def test_has_a_line_for_every_right(self) -> None:
        assert set(TABLE) == set(rights())

    def test_says_each_right_in_a_sentence_of_its_own(self) -> None:
        sentences = [right.value for right in rights()]
        assert len(set(sentences)) == len(sentences)

    def test_names_every_role(self) -> None:
        assert set(ROLE_LABELS) == set(Role)

    @pytest.mark.parametrize(
        "right",
        [Permission.Action.DECIDE_CLOSING, Permission.Action.ASSIGN, Permission.Action.WITHDRAW],
    )
    @pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD])
    def test_never_lets_the_owner_decide(self, right: Right, role: Role) -> None:
        assert role not in TABLE[right]

    def test_lets_the_administrator_write_no_items(self) -> None:
        held = {right for right, roles in TABLE.items() if Role.ADMINISTRATOR in roles}
        assert not held & set(Permission.Action)

    def test_lets_the_viewer_change_nothing(self) -> None:
        held = {right for right, roles in TABLE.items() if Role.VIEWER in roles}
        assert held == {
            Permission.Account.OWN,
            Permission.Report.READ,
            Permission.Action.READ,
            Permission.Dashboard.READ,
            Permission.Dashboard.HAND_UP,
        }


class TestReach:
    def test_of_an_officer_is_the_own_unit(self) -> None:
        officer = somebody(Role.OFFICER)
        assert officer.may(Permission.Action.REPORT_PROGRESS, UNIT)
        assert not officer.may(Permission.Action.REPORT_PROGRESS, ELSEWHERE)

    def test_of_an_agency_head_is_everything_below(self) -> None:
        head = somebody(Role.AGENCY_HEAD, AGENCY, frozenset({AGENCY, UNIT}))
        assert head.may(Permission.Action.READ, UNIT)
        assert not head.may(Permission.Action.READ, ELSEWHERE)

    def test_of_restricted_reports_is_the_whole_agency(self) -> None:
        grant = Grant(Role.OFFICER, UNIT, frozenset({UNIT}), agency=frozenset({AGENCY, UNIT}))
        officer = Principal(1, "某人", (grant,))
        assert officer.may(Permission.Report.READ_RESTRICTED, AGENCY)
        assert not officer.may(Permission.Report.READ_RESTRICTED, ELSEWHERE)

    def test_of_a_coordinator_is_the_city(self) -> None:
        assert somebody(Role.COORDINATOR).scope(Permission.Action.DECIDE_CLOSING).city

    def test_of_nobody_is_nothing(self) -> None:
        assert not any(SYSTEM.may(right) for right in rights())

    def test_of_a_deputy_is_that_of_the_person_stood_in_for(self) -> None:
        deputy = Principal(2, "代理人", (Grant(Role.UNIT_HEAD, UNIT, frozenset({UNIT}), deputy_for=1),))
        assert deputy.may(Permission.Action.PREPARE_CLOSING, UNIT)
        assert deputy.persons == {1, 2}
