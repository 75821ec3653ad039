"""Taking a further item out of an open one, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.actions import bring_to, do, look, status_of, version_of
from tests.factories.city import City
from tracker import audit
from tracker.actions import events, queries
from tracker.actions.assigning import Assignment
from tracker.actions.editing import ItemChanges, edit_action
from tracker.actions.rules.story import tell
from tracker.actions.splitting import split_action
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed, VersionConflict

ROLES = ("officer", "unit_head", "agency_head", "viewer")
STRANGERS = ("other_officer", "other_head", "administrator")


def split(city: City, item_id: int, key: str = "coordinator", **more: Any) -> int:
    facts = {"reason": "由兩個機關分別辦理", "lead": "EDU-I", "days": 30, "title": "試辦校園看板", **more}
    assignment = Assignment(
        city.departments[facts.pop("lead")], city.today() + timedelta(days=facts.pop("days"))
    )
    return do(city, key, split_action, item_id, facts.pop("title"), assignment, "校園看板啟用", **facts).id


def acts(city: City, item_id: int) -> list[audit.AuditEvent]:
    return look(
        city,
        "coordinator",
        item_id,
        lambda session, _a, item: list(audit.history_of(session, "action_item", item.id)),
    )


class TestSplitting:
    @pytest.mark.parametrize("status", ["assigned", "in_progress", "close_requested"])
    def test_opens_an_item_of_its_own_and_leaves_the_first_as_it_is(self, city: City, status: str) -> None:
        item_id = bring_to(city, status)

        def facts(_session: Any, _act: Any, item: Any) -> tuple[Any, ...]:
            return item.status, item.due_on, item.lead.department.code, item.lead.officer_id

        before = look(city, "coordinator", item_id, facts)
        other_id = split(city, item_id)
        assert look(city, "coordinator", item_id, facts) == before
        due_on = city.today() + timedelta(days=30)
        assert look(city, "coordinator", other_id, facts) == ("assigned", due_on, "EDU-I", None)

    def test_takes_the_next_number_of_the_same_report(self, city: City) -> None:
        item_id = city.give_action()
        numbers = [
            look(city, "coordinator", each, lambda _s, _a, item: item.item_no)
            for each in (item_id, split(city, item_id), split(city, item_id))
        ]
        assert numbers[0].rpartition("-")[0] == numbers[1].rpartition("-")[0]
        assert [number.rpartition("-")[2] for number in numbers] == ["01", "02", "03"]

    @pytest.mark.parametrize("key", ROLES)
    def test_is_the_coordinators_alone(self, city: City, key: str) -> None:
        with pytest.raises(Forbidden):
            split(city, city.give_action(), key)

    @pytest.mark.parametrize("key", STRANGERS)
    def test_an_item_of_others_does_not_exist(self, city: City, key: str) -> None:
        with pytest.raises(NotFound):
            split(city, city.give_action(), key)

    @pytest.mark.parametrize("status", ["closed_implemented", "withdrawn", "merged", "void"])
    def test_is_over_once_the_item_left_tracking(self, city: City, status: str) -> None:
        with pytest.raises(StepNotAllowed):
            split(city, bring_to(city, status))

    @pytest.mark.parametrize(
        ("wrong", "field"), [({"reason": " "}, "reason"), ({"days": -1}, "due_on"), ({"title": ""}, "title")]
    )
    def test_refuses_what_is_missing(self, city: City, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            split(city, city.give_action(), **wrong)
        assert list(refused.value.fields) == [field]

    def test_refuses_a_version_that_is_gone(self, city: City) -> None:
        item_id = city.give_action()
        version = version_of(city, item_id)
        do(city, "second_coordinator", edit_action, item_id, ItemChanges(title="擴充候車資訊看板"))
        with pytest.raises(VersionConflict):
            split(city, item_id, version=version)

    def test_both_timelines_tell_it(self, city: City) -> None:
        item_id = city.give_action()
        other_id = split(city, item_id)
        (first, last) = (tell(acts(city, item_id))[-1], tell(acts(city, other_id))[0])
        number = look(city, "coordinator", other_id, lambda _s, _a, item: item.item_no)
        assert (acts(city, item_id)[-1].action, first.values["item_no"]) == ("split", number)
        assert first.values["lead"] == "國際教育科"
        assert last.sentence == "%(actor)s自 %(item_no)s 分出本事項。"
        assert [each.action for each in acts(city, other_id)] == ["opened", "split_off", "assign"]

    def test_tells_the_house_of_both(self, city: City) -> None:
        item_id = city.give_action()
        with city.database.transaction() as session:
            act = city.act("coordinator", session)
            assignment = Assignment(city.departments["EDU-I"], city.today())
            other = split_action(session, act, item_id, "試辦校園看板", assignment, "", "分別辦理")
            happened = session.info.pop("events")
        assert happened == [
            events.ActionAssigned(other.id, act),
            events.ActionSplit(item_id, act, other.id, "分別辦理"),
        ]

    def test_shows_relatives_to_whoever_sees_them(self, city: City) -> None:
        item_id = city.give_action()
        other_id = split(city, item_id)

        def relatives(key: str, of: int) -> tuple[int | None, list[int]]:
            with city.database.reading() as session:
                by = city.act(key, session).by
                found = queries.relatives_of(session, by, queries.get_action(session, by, of))
                origin, split_off = found.origin, found.split_off
                return origin.id if origin else None, [each.id for each in split_off]

        assert relatives("coordinator", item_id) == (None, [other_id])
        assert relatives("coordinator", other_id) == (item_id, [])
        assert relatives("officer", item_id) == (None, [])
        assert relatives("other_officer", other_id) == (None, [])

    def test_the_first_can_be_closed_without_the_other(self, city: City) -> None:
        item_id = bring_to(city, "close_requested")
        split(city, item_id)
        assert status_of(city, item_id) == "close_requested"
