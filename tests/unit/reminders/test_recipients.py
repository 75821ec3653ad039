from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.access import Grant, Permission, Principal, Role
from tracker.actions.rules import closing, extending
from tracker.actions.rules.extending import Level
from tracker.actions.rules.workflow import PartStatus, Status
from tracker.people.rules.tree import agency_of, upwards
from tracker.reminders.rules.ladder import Facts
from tracker.reminders.rules.recipients import Directory, Recipient, Request, asked_by, hearers, recipients
from tracker.reminders.rules.stages import SHIPPED, Anchor, Capacity

AGENCY, UNIT, OFFICE = 1, 2, 9
HEAD, DIRECTOR, OFFICER, COORDINATOR, DEPUTY = 11, 12, 13, 14, 15
CITY = Directory(
    parents={AGENCY: None, UNIT: AGENCY, OFFICE: None},
    holders={
        (Role.AGENCY_HEAD, AGENCY): (DIRECTOR,),
        (Role.UNIT_HEAD, UNIT): (HEAD,),
        (Role.OFFICER, UNIT): (OFFICER,),
        (Role.COORDINATOR, OFFICE): (COORDINATOR,),
    },
    active=frozenset({HEAD, DIRECTOR, OFFICER, COORDINATOR, DEPUTY}),
)
OFFICER_AND_HEAD = (Capacity.OFFICER, Capacity.UNIT_HEAD)


def people(
    audience: tuple[Capacity, ...], officer: int | None = OFFICER, directory: Directory = CITY
) -> list[int]:
    return [each.person_id for each in recipients(audience, officer, UNIT, directory)]


class TestRecipients:
    def test_officer_and_heads_hear(self) -> None:
        assert people((*OFFICER_AND_HEAD, Capacity.AGENCY_HEAD)) == [OFFICER, HEAD, DIRECTOR]

    def test_a_head_who_is_the_officer_hears_once_as_officer(self) -> None:
        assert recipients(OFFICER_AND_HEAD, HEAD, UNIT, CITY) == [Recipient(HEAD, Capacity.OFFICER)]

    def test_without_an_officer_the_unit_head_hears(self) -> None:
        assert people((Capacity.OFFICER,), officer=None) == [HEAD]

    def test_an_inactive_officer_is_not_written_to(self) -> None:
        gone = replace(CITY, active=CITY.active - {OFFICER})
        assert people((Capacity.OFFICER,), directory=gone) == [HEAD]

    def test_an_officer_who_holds_no_role_any_more_is_not_written_to(self) -> None:
        holders = {place: held for place, held in CITY.holders.items() if place[0] is not Role.OFFICER}
        assert people((Capacity.OFFICER,), directory=replace(CITY, holders=holders)) == [HEAD]

    def test_where_nobody_is_left_the_coordinators_hear(self) -> None:
        empty = replace(CITY, holders={(Role.COORDINATOR, OFFICE): (COORDINATOR,)})
        assert people((Capacity.OFFICER,), officer=None, directory=empty) == [COORDINATOR]

    def test_a_missing_unit_head_is_replaced_by_nobody(self) -> None:
        headless = replace(
            CITY, holders={k: v for k, v in CITY.holders.items() if k[0] is not Role.UNIT_HEAD}
        )
        assert people(OFFICER_AND_HEAD, directory=headless) == [OFFICER]

    def test_a_deputy_hears_too_and_for_whom(self) -> None:
        away = replace(CITY, deputies={OFFICER: (DEPUTY,)})
        assert recipients((Capacity.OFFICER,), OFFICER, UNIT, away) == [
            Recipient(OFFICER, Capacity.OFFICER),
            Recipient(DEPUTY, Capacity.OFFICER, deputy_for=OFFICER),
        ]

    def test_heads_are_looked_for_upwards(self) -> None:
        assert list(CITY.heads(UNIT, Role.AGENCY_HEAD)) == [DIRECTOR]


def deciders(department: int, officer: int | None, directory: Directory = CITY) -> list[int]:
    return [each.person_id for each in recipients((Capacity.DECIDER,), officer, department, directory)]


class TestDeciders:
    def test_coordinators_decide(self) -> None:
        assert deciders(UNIT, OFFICER) == [COORDINATOR]

    def test_nobody_of_the_leading_office_decides(self) -> None:
        holders = {**CITY.holders, (Role.AGENCY_HEAD, OFFICE): (DIRECTOR,)}
        own = replace(CITY, holders=holders, coordinating=frozenset({OFFICE}))
        assert deciders(OFFICE, None, own) == [DIRECTOR]

    def test_a_coordinator_who_is_the_officer_does_not_decide(self) -> None:
        two = replace(CITY, holders={**CITY.holders, (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY)})
        assert deciders(UNIT, COORDINATOR, two) == [DEPUTY]

    def test_nor_does_one_who_heads_a_unit_above(self) -> None:
        above = {(Role.UNIT_HEAD, AGENCY): (COORDINATOR,), (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY)}
        assert deciders(UNIT, OFFICER, replace(CITY, holders={**CITY.holders, **above})) == [DEPUTY]

    def test_nor_does_one_who_stands_in_for_the_head(self) -> None:
        office = {**CITY.holders, (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY)}
        away = replace(CITY, holders=office, deputies={HEAD: (DEPUTY,)})
        assert deciders(UNIT, OFFICER, away) == [COORDINATOR]

    def test_an_officer_who_stands_in_for_the_coordinator_is_not_asked(self) -> None:
        away = replace(CITY, deputies={COORDINATOR: (OFFICER,)})
        assert deciders(UNIT, OFFICER, away) == [COORDINATOR]

    def test_the_head_of_another_agency_is_not_asked_where_there_is_no_coordinator(self) -> None:
        without = {place: held for place, held in CITY.holders.items() if place[0] is not Role.COORDINATOR}
        assert deciders(UNIT, OFFICER, replace(CITY, holders=without)) == []


SECTION, SECTION_HEAD, CO_HEAD = 3, 21, 22
TWO_LEVELS = replace(
    CITY,
    parents={**CITY.parents, SECTION: UNIT},
    holders={**CITY.holders, (Role.UNIT_HEAD, SECTION): (SECTION_HEAD,), (Role.OFFICER, SECTION): (OFFICER,)},
    active=CITY.active | {SECTION_HEAD, CO_HEAD},
)


def asked(capacity: Capacity, request: Request, directory: Directory, place: int = SECTION) -> list[int]:
    return [each.person_id for each in recipients((capacity,), OFFICER, place, directory, request)]


def signing(requester: int, turn: Level, directory: Directory, place: int = SECTION) -> list[int]:
    return asked(Capacity.APPROVER, asked_by(requester, turn=turn), directory, place)


class TestWhoSigns:
    def test_the_nearest_head(self) -> None:
        assert signing(OFFICER, Level.UNIT_HEAD, TWO_LEVELS) == [SECTION_HEAD]

    def test_the_next_head_above_where_the_nearest_one_asked(self) -> None:
        assert signing(SECTION_HEAD, Level.UNIT_HEAD, TWO_LEVELS) == [HEAD]

    def test_the_other_of_two_heads_where_one_asked(self) -> None:
        both = {**TWO_LEVELS.holders, (Role.UNIT_HEAD, SECTION): (SECTION_HEAD, CO_HEAD)}
        assert signing(CO_HEAD, Level.UNIT_HEAD, replace(TWO_LEVELS, holders=both)) == [SECTION_HEAD]

    def test_nobody_who_stands_in_for_who_asked(self) -> None:
        away = replace(TWO_LEVELS, deputies={OFFICER: (SECTION_HEAD,)})
        assert signing(OFFICER, Level.UNIT_HEAD, away) == [HEAD]

    def test_who_stands_in_for_one_who_asked_and_holds_nothing_any_more(self) -> None:
        holders = {place: held for place, held in TWO_LEVELS.holders.items() if OFFICER not in held}
        away = replace(TWO_LEVELS, holders=holders, deputies={OFFICER: (SECTION_HEAD,)})
        assert signing(OFFICER, Level.UNIT_HEAD, away) == [SECTION_HEAD]

    def test_not_who_asked_as_a_deputy_of_the_head_either(self) -> None:
        away = replace(TWO_LEVELS, deputies={SECTION_HEAD: (OFFICER, DEPUTY)})
        assert signing(OFFICER, Level.UNIT_HEAD, away) == [SECTION_HEAD, DEPUTY]

    def test_the_head_of_the_agency_where_no_other_head_of_a_unit_is_left(self) -> None:
        assert signing(HEAD, Level.UNIT_HEAD, CITY, UNIT) == [DIRECTOR]

    def test_the_coordinating_office_where_nobody_else_is_left(self) -> None:
        assert signing(DIRECTOR, Level.AGENCY_HEAD, CITY, UNIT) == [COORDINATOR]

    def test_no_coordinator_of_the_unit_that_leads(self) -> None:
        two = {**TWO_LEVELS.holders, (Role.COORDINATOR, OFFICE): (COORDINATOR, CO_HEAD)}
        inside = replace(TWO_LEVELS, holders={**two, (Role.OFFICER, SECTION): (OFFICER, CO_HEAD)})
        assert signing(OFFICER, Level.COORDINATOR, inside) == [COORDINATOR]

    def test_the_head_of_the_agency_where_the_coordinating_office_itself_leads(self) -> None:
        holders = {**CITY.holders, (Role.AGENCY_HEAD, OFFICE): (DIRECTOR,)}
        own = replace(CITY, holders=holders, coordinating=frozenset({OFFICE}))
        assert signing(OFFICER, Level.COORDINATOR, own, OFFICE) == [DIRECTOR]


class TestWhoForwardsAndApproves:
    @pytest.mark.parametrize("rises", [False, True])
    def test_the_next_head_where_the_nearest_stands_in_for_who_asked(self, rises: bool) -> None:
        away = replace(TWO_LEVELS, deputies={OFFICER: (SECTION_HEAD,)})
        assert asked(Capacity.UNIT_HEAD, asked_by(OFFICER, rises=rises), away) == [HEAD]

    def test_progress_rises_to_the_head_of_the_agency(self) -> None:
        assert asked(Capacity.UNIT_HEAD, asked_by(HEAD, rises=True), CITY, UNIT) == [DIRECTOR]

    def test_a_closing_request_does_not_since_the_head_of_the_agency_may_not_forward_it(self) -> None:
        assert asked(Capacity.UNIT_HEAD, asked_by(HEAD), CITY, UNIT) == []

    def test_of_two_reports_a_head_is_asked_for_the_one_of_somebody_else(self) -> None:
        both = Request((frozenset({SECTION_HEAD}), frozenset({OFFICER})), rises=True)
        assert asked(Capacity.UNIT_HEAD, both, TWO_LEVELS) == [SECTION_HEAD]

    def test_in_the_officers_place_hears_of_the_due_date_who_may_forward(self) -> None:
        facts = Facts(
            status=Status.IN_PROGRESS,
            part_status=PartStatus.OPEN,
            is_lead=True,
            due_on=date(2026, 6, 30),
            assigned_on=date(2026, 1, 5),
            closing_prepared_on=date(2026, 6, 22),
        )
        requests = {Anchor.CLOSING_PREPARED: asked_by(OFFICER)}
        away = replace(TWO_LEVELS, deputies={OFFICER: (SECTION_HEAD,)})
        heard = hearers(SHIPPED[0], facts, OFFICER, SECTION, away, requests)
        assert [each.person_id for each in heard] == [HEAD]


class TestWhoeverDecides:
    def test_who_asked_and_who_forwarded_are_left_out_whatever_they_hold_now(self) -> None:
        three = {**CITY.holders, (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY, CO_HEAD)}
        request = asked_by(DEPUTY, CO_HEAD)
        assert asked(Capacity.DECIDER, request, replace(CITY, holders=three), UNIT) == [COORDINATOR]


PLACES = {AGENCY: None, UNIT: AGENCY, SECTION: UNIT, OFFICE: None, 10: OFFICE}
PEOPLE = range(31, 39)
offices = st.sampled_from([Role.OFFICER, Role.UNIT_HEAD, Role.AGENCY_HEAD, Role.COORDINATOR, Role.VIEWER])
persons = st.sampled_from(PEOPLE)
places = st.sampled_from(sorted(PLACES))
levels = st.sampled_from(Level)


def directory_of(
    grants: Mapping[tuple[Role, int | None], Sequence[int]], deputies: Mapping[int, Sequence[int]]
) -> Directory:
    stood_in_for = {
        person: tuple(each for each in others if each != person) for person, others in deputies.items()
    }
    return Directory(PLACES, grants, frozenset(PEOPLE), stood_in_for, coordinating=frozenset({OFFICE}))


directories = st.builds(
    directory_of,
    st.dictionaries(st.tuples(offices, places), st.lists(persons, min_size=1, max_size=2, unique=True)),
    st.dictionaries(persons, st.lists(persons, max_size=2, unique=True), max_size=3),
)


def principal(directory: Directory, person_id: int) -> Principal:
    """Return a person with their own grants and those of whom they stand in for."""
    lent = {person for person, others in directory.deputies.items() if person_id in others}
    grants = [
        _grant(role, place, None if holder == person_id else holder)
        for (role, place), held in directory.holders.items()
        for holder in held
        if place is not None and (holder == person_id or holder in lent)
    ]
    return Principal(person_id, str(person_id), tuple(grants))


def _grant(role: Role, place: int, deputy_for: int | None) -> Grant:
    agency = agency_of(PLACES, place)
    return Grant(role, place, _below(place), deputy_for, _below(agency))


def _below(place: int) -> frozenset[int]:
    return frozenset(each for each in PLACES if place in upwards(PLACES, each))


def check(heard: Sequence[Recipient], directory: Directory, may: Callable[[Principal], bool]) -> None:
    """See that all who are asked may act, and that somebody is asked where anybody may."""
    able = {each for each in PEOPLE if may(principal(directory, each))}
    assert {each.person_id for each in heard} <= able
    assert bool(heard) == bool(able)


class TestWhoeverIsAskedMayDoIt:
    @given(directories, places, persons, persons, levels)
    def test_sign_for_more_time(
        self, directory: Directory, place: int, officer: int, requester: int, turn: Level
    ) -> None:
        heard = recipients((Capacity.APPROVER,), officer, place, directory, asked_by(requester, turn=turn))
        led = place == OFFICE
        check(
            heard,
            directory,
            lambda who: extending.may_decide(who, requester, place, turn, led_by_coordinating_office=led),
        )

    @given(directories, places, persons, persons, st.none() | persons)
    def test_decide_on_a_closing_or_a_petition(
        self, directory: Directory, place: int, officer: int, requester: int, forwarder: int | None
    ) -> None:
        request, led = asked_by(requester, forwarder), place == OFFICE
        check(
            recipients((Capacity.DECIDER,), officer, place, directory, request),
            directory,
            lambda who: closing.may_decide(
                who, requester, officer, place, led_by_coordinating_office=led, forwarder_id=forwarder
            ),
        )

    @given(directories, places, persons, persons)
    def test_forward_a_closing_request(
        self, directory: Directory, place: int, officer: int, requester: int
    ) -> None:
        check(
            recipients((Capacity.UNIT_HEAD,), officer, place, directory, asked_by(requester)),
            directory,
            lambda who: requester not in who.persons and who.may(Permission.Action.REQUEST_CLOSING, place),
        )

    @given(directories, places, persons, persons)
    def test_approve_progress(self, directory: Directory, place: int, officer: int, submitter: int) -> None:
        request = asked_by(submitter, rises=True)
        check(
            recipients((Capacity.UNIT_HEAD,), officer, place, directory, request),
            directory,
            lambda who: submitter not in who.persons and who.may(Permission.Action.REVIEW_PROGRESS, place),
        )
