from dataclasses import replace

from tracker.access import Role
from tracker.reminders.rules.recipients import Directory, Recipient, recipients
from tracker.reminders.rules.stages import Capacity

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


class TestDeciders:
    def test_coordinators_decide(self) -> None:
        assert list(CITY.deciders(UNIT, OFFICER)) == [COORDINATOR]

    def test_nobody_of_the_leading_office_decides(self) -> None:
        own = replace(CITY, holders={**CITY.holders, (Role.AGENCY_HEAD, OFFICE): (DIRECTOR,)})
        assert list(own.deciders(OFFICE, None)) == [DIRECTOR]

    def test_a_coordinator_who_is_the_officer_does_not_decide(self) -> None:
        two = replace(CITY, holders={**CITY.holders, (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY)})
        assert list(two.deciders(UNIT, COORDINATOR)) == [DEPUTY]

    def test_nor_does_one_who_heads_a_unit_above(self) -> None:
        above = {(Role.UNIT_HEAD, AGENCY): (COORDINATOR,), (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY)}
        assert list(replace(CITY, holders={**CITY.holders, **above}).deciders(UNIT, OFFICER)) == [DEPUTY]

    def test_nor_does_one_who_stands_in_for_the_head(self) -> None:
        office = {**CITY.holders, (Role.COORDINATOR, OFFICE): (COORDINATOR, DEPUTY)}
        away = replace(CITY, holders=office, deputies={HEAD: (DEPUTY,)})
        assert list(away.deciders(UNIT, OFFICER)) == [COORDINATOR]
