"""Filters under a name: one's own and shared ones, and the one with which a list opens."""

import pytest

from tests.factories.actions import do
from tests.factories.city import City
from tracker.actions import saving
from tracker.actions.queries import get_saved_filter, list_saved_filters
from tracker.actions.saving import MOST_FILTERS, FilterFields
from tracker.foundation.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict

LATE = {"group": "overdue"}


def save(city: City, key: str = "officer", name: str = "本科逾期", **more: bool) -> int:
    return do(city, key, saving.save_filter, LATE, FilterFields(name, **more)).id


def offered(city: City, key: str) -> list[tuple[str, bool, bool]]:
    """Return name, whether it is one's own and whether it is the default, of what a person is offered."""
    with city.database.reading() as session:
        found = list_saved_filters(session, city.act(key, session).by)
        return [(each.filter.name, each.is_own, each.is_default) for each in found]


class TestSavedFilter:
    def test_is_its_owners_alone(self, city: City) -> None:
        filter_id = save(city)
        assert offered(city, "officer") == [("本科逾期", True, False)]
        assert offered(city, "unit_head") == []
        with city.database.reading() as session, pytest.raises(NotFound):
            get_saved_filter(session, city.act("unit_head", session).by, filter_id)

    def test_is_everybodys_once_shared(self, city: City) -> None:
        save(city, "coordinator", is_shared=True)
        save(city, name="我的")
        assert offered(city, "officer") == [("我的", True, False), ("本科逾期", False, False)]

    def test_is_changed_by_its_owner_only(self, city: City) -> None:
        filter_id = save(city, is_shared=True)
        for verb, *more in ((saving.change_filter, FilterFields("別名")), (saving.delete_filter,)):
            with pytest.raises(Forbidden):
                do(city, "coordinator", verb, filter_id, *more)
            with pytest.raises(NotFound):
                do(city, "coordinator", verb, filter_id + 1, *more)

    def test_is_not_overwritten_unseen(self, city: City) -> None:
        filter_id = save(city)
        do(city, "officer", saving.change_filter, filter_id, FilterFields("新名"), 1)
        with pytest.raises(VersionConflict):
            do(city, "officer", saving.change_filter, filter_id, FilterFields("舊頁"), 1)

    @pytest.mark.parametrize("name", ["", "　", "長" * 41, "本科逾期", " 本科逾期 "])
    def test_needs_a_name_of_its_own(self, city: City, name: str) -> None:
        save(city)
        with pytest.raises(Invalid):
            save(city, name=name)
        assert save(city, "unit_head")

    def test_keeps_its_name_when_only_shared(self, city: City) -> None:
        filter_id = save(city)
        do(city, "officer", saving.change_filter, filter_id, FilterFields("本科逾期", is_shared=True))
        assert offered(city, "viewer") == [("本科逾期", False, False)]

    def test_is_one_of_a_limited_number(self, city: City) -> None:
        for number in range(MOST_FILTERS):
            save(city, name=f"檢視 {number}")
        with pytest.raises(Conflict):
            save(city, name="再一個")

    def test_is_not_for_those_who_read_no_items(self, city: City) -> None:
        with pytest.raises(Forbidden):
            save(city, "administrator")


class TestDefaultFilter:
    def test_is_one_at_a_time(self, city: City) -> None:
        save(city, is_default=True)
        save(city, name="另一個", is_default=True)
        assert [each[2] for each in offered(city, "officer")] == [
            name == "另一個" for name, *_ in offered(city, "officer")
        ]

    def test_may_be_what_somebody_else_shares(self, city: City) -> None:
        filter_id = save(city, "coordinator", is_shared=True)
        do(city, "officer", saving.choose_default, filter_id)
        assert offered(city, "officer") == [("本科逾期", False, True)]
        assert offered(city, "coordinator") == [("本科逾期", True, False)]
        do(city, "officer", saving.choose_default, None)
        assert offered(city, "officer") == [("本科逾期", False, False)]

    def test_goes_with_the_filter(self, city: City) -> None:
        filter_id = save(city, "coordinator", is_shared=True)
        do(city, "officer", saving.choose_default, filter_id)
        do(city, "coordinator", saving.delete_filter, filter_id)
        assert offered(city, "officer") == []

    def test_cannot_be_what_one_may_not_see(self, city: City) -> None:
        filter_id = save(city, "coordinator")
        with pytest.raises(NotFound):
            do(city, "officer", saving.choose_default, filter_id)
        with pytest.raises(NotFound):
            do(city, "officer", saving.choose_default, filter_id + 1)
