"""Editing an item and changing its officers by the services, on both databases."""

from typing import Any

import pytest

from tests.factories.actions import after_days, bring_to, do, keep_draft, look, version_of
from tests.factories.city import City
from tracker import audit
from tracker.access import Role
from tracker.actions import assigning, editing, events, queries
from tracker.actions.assigning import Assignment
from tracker.actions.editing import ItemChanges, change_officer, edit_action
from tracker.actions.models import ActionItem
from tracker.actions.queries import ActionFilter
from tracker.actions.rules.deadlines import Standards
from tracker.actions.rules.editing import TrackingLevel
from tracker.actions.rules.story import tell
from tracker.foundation.errors import Forbidden, Invalid, NotFound, StepNotAllowed, VersionConflict
from tracker.people.service import PersonFields, RoleAssignment, add_person

ROLES = ("officer", "unit_head", "agency_head", "coordinator", "second_coordinator", "viewer")
STRANGERS = ("other_officer", "other_head", "administrator")
EVERYTHING = ItemChanges(
    "擴充候車資訊看板", "四處看板啟用", TrackingLevel.AGENCY, is_priority=True, tags=("重大", "跨局處")
)


def facts(city: City, item_id: int) -> dict[str, Any]:
    return look(city, "coordinator", item_id, lambda _session, _act, item: editing.facts_of(item))


def part_id(city: City, item_id: int, role: str = "lead") -> int:
    def asked(_session: Any, _act: Any, item: ActionItem) -> int:
        return next(part.id for part in item.parts if part.role == role)

    return look(city, "coordinator", item_id, asked)


def history(city: City, item_id: int) -> list[audit.AuditEvent]:
    return look(
        city,
        "coordinator",
        item_id,
        lambda session, _a, item: list(audit.history_of(session, "action_item", item.id)),
    )


def listed(city: City, **asked: Any) -> set[int]:
    with city.database.reading() as session:
        act = city.act("coordinator", session)
        wanted = ActionFilter(**asked)
        rows = queries.list_actions(session, act.by, wanted, city.today(), Standards()).rows
        assert queries.count_actions(session, act.by, wanted, city.today(), Standards()) == len(rows)
        return {item.id for item in rows}


def add_colleague(city: City, unit: str = "TPT-P") -> int:
    """Let a second officer work in a unit."""
    with city.database.transaction() as session:
        act = city.act("administrator", session)
        roles = (RoleAssignment(Role.OFFICER, city.departments[unit]),)
        return add_person(
            session, act, PersonFields(f"second.{unit}@city.example", "梅清和", "科員", roles=roles)
        ).id


class TestEditing:
    def test_changes_what_the_item_says_of_itself(self, city: City) -> None:
        item_id = city.give_action()
        do(city, "coordinator", edit_action, item_id, EVERYTHING)
        assert facts(city, item_id) == {
            "title": "擴充候車資訊看板",
            "expected_result": "四處看板啟用",
            "tracking_level": TrackingLevel.AGENCY,
            "is_priority": True,
            "tags": ["跨局處", "重大"],
        }

    def test_leaves_alone_what_it_does_not_name(self, city: City) -> None:
        item_id = city.give_action()
        do(city, "coordinator", edit_action, item_id, EVERYTHING)
        before = facts(city, item_id)
        do(city, "coordinator", edit_action, item_id, ItemChanges(is_priority=False))
        assert facts(city, item_id) == before | {"is_priority": False}

    def test_never_moves_a_due_date(self, city: City) -> None:
        item_id = city.give_action()
        dates = look(city, "coordinator", item_id, lambda _s, _a, item: (item.due_on, item.original_due_on))
        after_days(city, 3)
        do(city, "coordinator", edit_action, item_id, EVERYTHING)
        assert dates == look(
            city, "coordinator", item_id, lambda _s, _a, item: (item.due_on, item.original_due_on)
        )

    @pytest.mark.parametrize("status", ["draft", "assigned", "in_progress", "close_requested"])
    def test_is_possible_while_the_item_is_open_or_a_draft(self, city: City, status: str) -> None:
        item_id = keep_draft(city) if status == "draft" else bring_to(city, status)
        do(city, "coordinator", edit_action, item_id, ItemChanges(title="擴充候車資訊看板"))
        assert facts(city, item_id)["title"] == "擴充候車資訊看板"

    @pytest.mark.parametrize("status", ["closed_implemented", "withdrawn", "merged", "void"])
    def test_is_over_once_the_item_left_tracking(self, city: City, status: str) -> None:
        with pytest.raises(StepNotAllowed):
            do(city, "coordinator", edit_action, bring_to(city, status), ItemChanges(title="改"))

    @pytest.mark.parametrize("key", ROLES)
    def test_is_the_coordinators_alone(self, city: City, key: str) -> None:
        item_id = city.give_action()
        if key.endswith("coordinator"):
            do(city, key, edit_action, item_id, EVERYTHING)
            return
        with pytest.raises(Forbidden):
            do(city, key, edit_action, item_id, EVERYTHING)

    @pytest.mark.parametrize("key", STRANGERS)
    def test_an_item_of_others_does_not_exist(self, city: City, key: str) -> None:
        with pytest.raises(NotFound):
            do(city, key, edit_action, city.give_action(), EVERYTHING)

    def test_is_recorded_with_what_changed_and_nothing_else(self, city: City) -> None:
        item_id = city.give_action()
        do(city, "coordinator", edit_action, item_id, ItemChanges(title="試辦候車資訊看板", tags=("重大",)))
        last = history(city, item_id)[-1]
        assert (last.action, last.before, last.after) == ("edit", {"tags": []}, {"tags": ["重大"]})

    def test_that_changes_nothing_writes_nothing(self, city: City) -> None:
        item_id = city.give_action()
        do(city, "coordinator", edit_action, item_id, EVERYTHING)
        version, acts = version_of(city, item_id), len(history(city, item_id))
        do(city, "coordinator", edit_action, item_id, EVERYTHING)
        assert (version_of(city, item_id), len(history(city, item_id))) == (version, acts)

    def test_is_told_on_the_timeline(self, city: City) -> None:
        item_id = city.give_action()
        do(city, "coordinator", edit_action, item_id, EVERYTHING)
        line = tell(history(city, item_id))[-1]
        assert line.sentence == "%(actor)s修改事項內容。"
        assert [(each.heading, each.was, each.words) for each in line.details] == [
            ("列管事項", "試辦候車資訊看板", "擴充候車資訊看板"),
            ("預期成果", "", "四處看板啟用"),
            ("列管層級", "府列管", "自行列管"),
            ("優先順序", "一般", "優先"),
            ("標籤", "", "跨局處、重大"),
        ]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            (ItemChanges(title="  "), "title"),
            (ItemChanges(tags=tuple(f"標籤{n}" for n in range(11))), "tags"),
            (ItemChanges(tags=("長" * 21,)), "tags"),
        ],
    )
    def test_refuses_what_is_missing_or_too_much(self, city: City, changes: ItemChanges, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            do(city, "coordinator", edit_action, city.give_action(), changes)
        assert list(refused.value.fields) == [field]

    @pytest.mark.parametrize("changes", [ItemChanges(title="改"), ItemChanges(tags=("重大",))])
    def test_refuses_a_version_that_is_gone(self, city: City, changes: ItemChanges) -> None:
        item_id = city.give_action()
        version = version_of(city, item_id)
        do(city, "coordinator", edit_action, item_id, changes, version)
        with pytest.raises(VersionConflict):
            do(city, "second_coordinator", edit_action, item_id, EVERYTHING, version)


class TestTags:
    def test_are_replaced_as_a_set(self, city: City) -> None:
        item_id = city.give_action()
        for tags in (("甲", "乙"), ("乙", "丙"), ()):
            do(city, "coordinator", edit_action, item_id, ItemChanges(tags=tags))
            assert facts(city, item_id)["tags"] == sorted(tags)

    def test_are_found_by_searching_until_they_are_taken_away(self, city: City) -> None:
        item_id = city.give_action()
        do(city, "coordinator", edit_action, item_id, ItemChanges(tags=("議會關注",)))
        assert listed(city, words="議會關注") == {item_id}
        do(city, "coordinator", edit_action, item_id, ItemChanges(tags=("其他",)))
        assert listed(city, words="議會關注") == set()

    def test_narrow_the_list(self, city: City) -> None:
        one, other = city.give_action(), city.give_action()
        do(city, "coordinator", edit_action, one, ItemChanges(tags=("重大",), is_priority=True))
        do(city, "coordinator", edit_action, other, ItemChanges(tracking_level=TrackingLevel.AGENCY))
        assert listed(city, tag="重大") == {one}
        assert listed(city, tag="重") == set()
        assert listed(city, only_priority=True) == {one}
        assert listed(city, level=TrackingLevel.AGENCY) == {other}
        assert listed(city, level=TrackingLevel.CITY) == {one}

    def test_are_suggested_from_what_the_reader_sees(self, city: City) -> None:
        do(city, "coordinator", edit_action, city.give_action(), ItemChanges(tags=("重大", "跨局處")))
        do(city, "coordinator", edit_action, city.give_action(), ItemChanges(tags=("重大",)))
        with city.database.reading() as session:
            mine, others = (
                queries.list_suggestions(session, city.act(key, session).by).tags
                for key in ("officer", "other_officer")
            )
        assert (mine, others) == (["重大", "跨局處"], [])


class TestChangingTheOfficer:
    @pytest.mark.parametrize("status", ["assigned", "in_progress", "close_requested"])
    def test_gives_the_part_to_a_colleague(self, city: City, status: str) -> None:
        item_id = bring_to(city, status)
        colleague = add_colleague(city)
        do(city, "unit_head", change_officer, part_id(city, item_id), colleague)
        assert look(city, "officer", item_id, lambda _s, _a, item: item.lead.officer.name) == "梅清和"

    @pytest.mark.parametrize("key", ROLES)
    def test_is_for_the_heads_above_and_the_coordinator(self, city: City, key: str) -> None:
        item_id, colleague = bring_to(city, "in_progress"), add_colleague(city)
        if key in ("officer", "viewer"):
            with pytest.raises(Forbidden):
                do(city, key, change_officer, part_id(city, item_id), colleague)
        else:
            do(city, key, change_officer, part_id(city, item_id), colleague)

    @pytest.mark.parametrize("key", STRANGERS)
    def test_a_part_of_an_unseen_item_does_not_exist(self, city: City, key: str) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(NotFound):
            do(city, key, change_officer, part_id(city, item_id), add_colleague(city))

    def test_of_a_supporting_department_is_for_its_own_head(self, city: City) -> None:
        item_id = bring_to(city, "in_progress", support=("EDU-I",))
        supporting = part_id(city, item_id, "support")
        do(city, "other_head", change_officer, supporting, city.people["other_officer"])
        with pytest.raises(Forbidden):
            do(city, "unit_head", change_officer, supporting, city.people["other_head"])
        with pytest.raises(Forbidden):
            do(city, "other_head", change_officer, part_id(city, item_id), add_colleague(city))

    @pytest.mark.parametrize("status", ["closed_implemented", "withdrawn", "merged", "void"])
    def test_is_over_once_the_item_left_tracking(self, city: City, status: str) -> None:
        item_id = bring_to(city, status)
        with pytest.raises(StepNotAllowed):
            do(city, "coordinator", change_officer, part_id(city, item_id), add_colleague(city))

    def test_refuses_somebody_of_another_department(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        with pytest.raises(Invalid) as refused:
            do(city, "coordinator", change_officer, part_id(city, item_id), city.people["other_officer"])
        assert list(refused.value.fields) == ["officer_id"]

    def test_is_recorded_with_the_names_before_and_after(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        do(city, "unit_head", change_officer, part_id(city, item_id), add_colleague(city), reason="休假")
        last = history(city, item_id)[-1]
        assert (last.action, last.before) == ("change_officer", {"officer": "何語安"})
        assert last.after == {"department": "運輸規劃科", "officer": "梅清和", "reason": "休假"}

    def test_is_told_on_the_timeline(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        do(city, "unit_head", change_officer, part_id(city, item_id), add_colleague(city), reason="休假")
        line = tell(history(city, item_id))[-1]
        assert (
            line.sentence % {"actor": "簡立群", **line.values}
            == "簡立群將運輸規劃科的承辦人由何語安改為梅清和。"
        )
        assert [each.words for each in line.details] == ["休假"]

    def test_tells_the_house_who_held_it_before(self, city: City) -> None:
        item_id, colleague = bring_to(city, "in_progress"), add_colleague(city)
        part = part_id(city, item_id)
        with city.database.transaction() as session:
            act = city.act("unit_head", session)
            change_officer(session, act, part, colleague)
            (happened,) = session.info.pop("events")
        assert happened == events.OfficerChanged(item_id, act, part, city.people["officer"], "")

    def test_to_the_same_officer_writes_nothing(self, city: City) -> None:
        item_id = bring_to(city, "in_progress")
        version, acts = version_of(city, item_id), len(history(city, item_id))
        do(city, "unit_head", change_officer, part_id(city, item_id), city.people["officer"])
        assert (version_of(city, item_id), len(history(city, item_id))) == (version, acts)

    def test_refuses_a_version_that_is_gone(self, city: City) -> None:
        item_id, colleague = bring_to(city, "in_progress"), add_colleague(city)
        version, part = version_of(city, item_id), part_id(city, item_id)
        do(city, "unit_head", change_officer, part, colleague, version)
        with pytest.raises(VersionConflict):
            do(city, "coordinator", change_officer, part, city.people["unit_head"], version)


def test_two_who_give_an_item_to_others_do_not_overwrite_each_other(city: City) -> None:
    item_id = city.give_action()
    version = version_of(city, item_id)
    assignment = Assignment(city.departments["EDU-I"], city.today())
    do(city, "coordinator", assigning.reassign, item_id, assignment, "業務移撥", version)
    with pytest.raises(VersionConflict):
        do(city, "second_coordinator", assigning.reassign, item_id, assignment, "業務移撥", version)
