"""Accounts: deputies, the last administrator, and lists that say the same number as their counts."""

from datetime import timedelta

import pytest

from tests.factories.city import City
from tracker.access import Role
from tracker.foundation.errors import Conflict, NotFound
from tracker.people import queries, service
from tracker.people.queries import PeopleFilter, PersonState


class TestEndDelegation:
    def test_keeps_the_days_that_are_over(self, city: City) -> None:
        today = city.today()
        with city.database.transaction() as session:
            act = city.act("officer", session)
            officer, deputy = city.people["officer"], city.people["other_officer"]
            row = service.delegate(
                session, act, officer, deputy, today - timedelta(days=3), today + timedelta(days=3)
            )
            service.end_delegation(session, act, officer, row.id)
            assert row.ends_on == today - timedelta(days=1)
            assert not queries.deputies_on(session, today)

    def test_takes_back_one_that_has_not_begun(self, city: City) -> None:
        with city.database.transaction() as session:
            act = city.act("officer", session)
            officer, deputy = city.people["officer"], city.people["other_officer"]
            row = service.delegate(session, act, officer, deputy, city.today(), city.today())
            service.end_delegation(session, act, officer, row.id)
            assert not queries.list_delegations(session, officer, city.today())

    def test_is_not_for_somebody_else_s(self, city: City) -> None:
        with city.database.transaction() as session:
            officer, deputy = city.people["officer"], city.people["other_officer"]
            row = service.delegate(
                session, city.act("officer", session), officer, deputy, city.today(), city.today()
            )
            act = city.act("other_officer", session)
            with pytest.raises(NotFound):
                service.end_delegation(session, act, deputy, row.id)


class TestPrincipalOf:
    @pytest.mark.parametrize("has_left", [False, True])
    def test_a_deputy_stands_in_for_who_is_away_but_not_for_who_has_left(
        self, city: City, has_left: bool
    ) -> None:
        head, deputy, today = city.people["unit_head"], city.people["other_officer"], city.today()
        with city.database.transaction() as session:
            service.delegate(session, city.act("unit_head", session), head, deputy, today, today)
            if has_left:
                service.deactivate_person(session, city.act("administrator", session), head)
            assert city.act("other_officer", session).by.holds(Role.UNIT_HEAD) is not has_left


class TestLastAdministrator:
    def test_cannot_be_let_out(self, city: City) -> None:
        with city.database.reading() as session:
            act = city.act("administrator", session)
            with pytest.raises(Conflict):
                service.deactivate_person(session, act, city.people["administrator"])


class TestSearchUsers:
    def test_the_list_holds_as_many_as_the_department_counts(self, city: City) -> None:
        with city.database.reading() as session:
            counts = queries.count_people_by_department(session)
            for department_id, number in counts.items():
                wanted = PeopleFilter(department_id=department_id, state=PersonState.ACTIVE)
                assert queries.search_users(session, wanted).total == number
            assert counts[city.departments["TPT"]] == 3

    def test_finds_by_part_of_a_name_or_address(self, city: City) -> None:
        with city.database.reading() as session:
            assert [user.name for user in queries.search_users(session, PeopleFilter("語")).rows] == [
                "何語安"
            ]
            assert queries.search_users(session, PeopleFilter("OFFICER@")).total == 2

    def test_a_percent_sign_is_no_wildcard(self, city: City) -> None:
        with city.database.reading() as session:
            assert queries.search_users(session, PeopleFilter("%")).total == 0

    @pytest.mark.parametrize(
        ("words", "found"), [("UNIT.HEAD@CITY", 1), ("何語", 1), ("何語 officer", 1), ("%", 0), ("_", 0)]
    )
    def test_finds_words_as_they_are_typed(self, city: City, words: str, found: int) -> None:
        with city.database.reading() as session:
            assert queries.search_users(session, PeopleFilter(words)).total == found
