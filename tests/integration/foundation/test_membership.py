"""Asking for rows by a list of numbers of any length, alike on both databases."""

from collections.abc import Collection

import pytest
from sqlalchemy import ColumnElement, not_, select

from tracker.foundation.database import Database
from tracker.foundation.membership import is_among
from tracker.people.models import Department


@pytest.fixture
def departments(database: Database) -> list[int]:
    """The ids of three departments, in order."""
    made = [Department(code=each, name=each) for each in ("A", "B", "C")]
    with database.transaction() as session:
        session.add_all(made)
    return sorted(each.id for each in made)


def _found(database: Database, condition: ColumnElement[bool]) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Department.id).where(condition).order_by(Department.id)))


class TestIsAmong:
    def test_holds_for_the_numbers_of_the_list(self, database: Database, departments: list[int]) -> None:
        first, _, last = departments
        assert _found(database, is_among(Department.id, [last, first, last])) == [first, last]

    @pytest.mark.parametrize("none", [[], set(), {}])
    def test_holds_for_nothing_in_an_empty_list(
        self, database: Database, departments: list[int], none: Collection[int]
    ) -> None:
        assert departments
        assert _found(database, is_among(Department.id, none)) == []

    def test_may_be_turned_round(self, database: Database, departments: list[int]) -> None:
        first, *others = departments
        assert _found(database, not_(is_among(Department.id, [first]))) == others

    def test_takes_more_numbers_than_a_statement_takes_values(
        self, database: Database, departments: list[int]
    ) -> None:
        assert _found(database, is_among(Department.id, range(300_000))) == departments

    def test_does_not_keep_the_numbers_of_an_earlier_statement(
        self, database: Database, departments: list[int]
    ) -> None:
        for each in departments:
            assert _found(database, is_among(Department.id, [each])) == [each]
